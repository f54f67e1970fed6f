//! `distance`

mod report;

use std::path::Path;

use ndarray::Axis;
use orders_core::OrderRng;
use orders_model::metrics::{
    Features, InceptionScore, MetricsError, Mmd, Statistics, frechet_distance, inception_score,
    manifold_measures, polynomial_mmd,
};

use self::report::{Count, Floor, Frechet, Report, Score};
use crate::args::DistanceArgs;
use crate::failure::{Failure, Result};
use crate::feature_set::{self, FeatureSet};
use crate::printer::Printer;
use crate::{memory, settings};

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
    let pool = settings::thread_pool(&args.threads, printer)?;
    let report = pool.install(|| -> Result<Report> {
        let bad = |error: MetricsError| wrong(&args.real, &args.generated, &error);
        let (of_real, of_generated) = (real.statistics()?, generated.statistics()?);
        let distance = frechet_distance(&of_real, &of_generated).map_err(bad)?;
        let features = real.features().zip(generated.features());
        let features = features.filter(|_| !args.frechet_only);
        if let Some((real, generated)) = features {
            // The distances of every image to its neighbours, while they are found.
            let images = real.count() as u64 + generated.count() as u64;
            let needed = (16 * images).saturating_mul(args.neighbours as u64);
            let checked = memory::limit().check(needed);
            checked.map_err(|error| {
                Failure::input(format!("--neighbours {} {error}", args.neighbours))
            })?;
        }
        let mmd = features.map(|(real, generated)| polynomial_mmd(real, generated));
        let mmd: Option<Mmd> = mmd.transpose().map_err(bad)?;
        let manifold = features
            .map(|(real, generated)| manifold_measures(real, generated, args.neighbours))
            .transpose()
            .map_err(bad)?;
        let score = |set: &FeatureSet| -> Result<Option<InceptionScore>> {
            let score = set
                .logits()
                .map(|logits| inception_score(logits, args.splits, Some(args.seed)));
            let score = score.transpose();
            score.map_err(|error| Failure::input_at(set.path().display(), &error))
        };
        let (score_real, score_generated) = if args.frechet_only {
            (None, None)
        } else {
            (score(&real)?, score(&generated)?)
        };
        let floor = real.features().filter(|_| args.floor);
        let floor = floor.map(|features| measure_floor(features, &of_generated, args));
        let floor = floor.transpose()?;
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
    printer.notes(&report.notes());
    printer.report(args.json, &report, || report.words())
}

/// The distances of two halves of the real images, of as many images as were
/// generated if there are enough.
fn measure_floor(
    features: &Features,
    generated: &Statistics,
    args: &DistanceArgs,
) -> Result<Floor> {
    let bad = |error: MetricsError| Failure::input_at(args.real.display(), &error);
    let most = generated
        .count()
        .and_then(|count| usize::try_from(count).ok());
    let [first, second] = halves(features, most.unwrap_or(usize::MAX), args.seed).map_err(bad)?;
    let [of_first, of_second] = [Statistics::of(&first), Statistics::of(&second)];
    let frechet = frechet_distance(&of_first.map_err(bad)?, &of_second.map_err(bad)?);
    let mmd = (!args.frechet_only).then(|| polynomial_mmd(&first, &second));
    Ok(Floor {
        images: first.count(),
        seed: args.seed,
        frechet: frechet.map_err(bad)?,
        mmd: mmd.transpose().map_err(bad)?,
    })
}

fn wrong(real: &Path, generated: &Path, error: &MetricsError) -> Failure {
    let place = format!("{} and {}", real.display(), generated.display());
    Failure::input_at(place, error)
}

/// Two random sets without a common image, of half the images each, but not more
/// than `most`.
fn halves(features: &Features, most: usize, seed: u64) -> Result<[Features; 2], MetricsError> {
    let mut images: Vec<usize> = (0..features.count()).collect();
    OrderRng::new(seed, 0).shuffle(&mut images);
    let size = (images.len() / 2).min(most);
    let set = |images: &[usize]| Features::new(features.view().select(Axis(0), images));
    Ok([set(&images[..size])?, set(&images[size..2 * size])?])
}
