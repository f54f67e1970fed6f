//! `distance`

mod floor;
mod report;

use std::path::Path;

use orders_model::metrics::{
    Features, InceptionScore, MetricsError, Mmd, Statistics, frechet_distance, inception_score,
    manifold_measures, polynomial_mmd,
};

use self::report::{Count, Floor, Frechet, Report, Score};
use crate::args::DistanceArgs;
use crate::failure::{Failure, Result};
use crate::feature_set::{self, FeatureSet};
use crate::printer::Printer;
use crate::{interrupt, settings};

pub(crate) fn run(args: &DistanceArgs, printer: &Printer) -> Result<()> {
    let real = FeatureSet::read(&args.real)?;
    let generated = FeatureSet::read(&args.generated)?;
    let network = feature_set::network(&real, &generated, args.network.as_deref())?;
    if args.floor && real.features().is_none() {
        return Err(Failure::input(format!(
            "--floor needs the features of real images; {} has statistics only",
            args.real.display()
        )));
    }
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads)?;
    let report = pool.install(|| -> Result<Report> {
        let bad = |error: MetricsError| wrong(&args.real, &args.generated, &error);
        let (of_real, of_generated) = (real.statistics()?, generated.statistics()?);
        let distance = frechet_distance(&of_real, &of_generated).map_err(bad)?;
        interrupt::check()?;
        let features = real.features().zip(generated.features());
        let features = features.filter(|_| !args.frechet_only);
        let mmd = features.map(|(real, generated)| polynomial_mmd(real, generated));
        let mmd: Option<Mmd> = mmd.transpose().map_err(bad)?;
        interrupt::check()?;
        let manifold = features
            .map(|(real, generated)| manifold_measures(real, generated, args.neighbours))
            .transpose()
            .map_err(bad)?;
        interrupt::check()?;
        let score = |set: &FeatureSet| -> Result<Option<InceptionScore>> {
            let score = set
                .logits()
                .map(|logits| inception_score(logits, args.splits));
            let score = score.transpose();
            score.map_err(|error| Failure::input_at(set.path().display(), &error))
        };
        let (score_real, score_generated) = if args.frechet_only {
            (None, None)
        } else {
            (score(&real)?, score(&generated)?)
        };
        let floor = match real.features() {
            Some(features) if args.floor => Some(
                measure_floor(features, &of_generated, args).map_err(|error| match error {
                    FloorFailure::Metrics(error) => Failure::input_at(args.real.display(), &error),
                    FloorFailure::Interrupted(failure) => failure,
                })?,
            ),
            _ => None,
        };
        let name = network.map_or("Frechet distance", |network| network.frechet_name());
        Ok(Report {
            network: network.map(|network| network.name()),
            count: Count {
                real: of_real.count(),
                generated: of_generated.count(),
            },
            dimensions: of_real.dimensions(),
            frechet: Frechet { name, distance },
            mmd,
            manifold,
            inception_score: Score {
                name: network.map_or("score formula", |network| network.score_name()),
                real: score_real,
                generated: score_generated,
            },
            floor,
        })
    })?;
    for note in report.notes() {
        printer.note(&note);
    }
    printer.report(args.json, &report, || report.words())
}

enum FloorFailure {
    Metrics(MetricsError),
    Interrupted(Failure),
}

impl From<MetricsError> for FloorFailure {
    fn from(error: MetricsError) -> Self {
        Self::Metrics(error)
    }
}

/// The distances of two halves of the real images, of as many images as were
/// generated if there are enough.
fn measure_floor(
    features: &Features,
    generated: &Statistics,
    args: &DistanceArgs,
) -> Result<Floor, FloorFailure> {
    let most = generated
        .count()
        .and_then(|count| usize::try_from(count).ok());
    let [first, second] = floor::halves(features, most.unwrap_or(usize::MAX), args.seed)?;
    let frechet = frechet_distance(&Statistics::of(&first)?, &Statistics::of(&second)?)?;
    interrupt::check().map_err(FloorFailure::Interrupted)?;
    let mmd = if args.frechet_only {
        None
    } else {
        Some(polynomial_mmd(&first, &second)?)
    };
    Ok(Floor {
        images: first.count(),
        seed: args.seed,
        frechet,
        mmd,
    })
}

fn wrong(real: &Path, generated: &Path, error: &MetricsError) -> Failure {
    let place = format!("{} and {}", real.display(), generated.display());
    Failure::input_at(place, error)
}
