//! `features`

use std::time::Instant;

use indicatif::HumanCount;
use ndarray::Array2;
use orders_datasets::{Image, ImageSource, NamedSource, OpenOptions, open};
use orders_model::features::{ImageFeatures, Network};
use orders_model::metrics::{
    Features, Metadata, MetricsError, NETWORK, RunningStatistics, WEIGHTS, write_features,
    write_statistics,
};
use rayon::prelude::*;
use serde::Serialize;

use super::data::tell_left_out;
use crate::args::FeaturesArgs;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::single_file::SingleFile;
use crate::{interrupt, memory, settings};

/// Images that are read and turned into features at once, for each thread.
const BATCH_PER_THREAD: usize = 4;

/// What was written, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    network: &'static str,
    images: usize,
    dimensions: usize,
    device: String,
    seconds: f64,
    images_per_second: f64,
}

/// What the ending of the file asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Features,
    Statistics,
}

pub(crate) fn run(args: &FeaturesArgs, printer: &Printer) -> Result<()> {
    let network: Network = args
        .network
        .parse()
        .map_err(|error| Failure::input_at("--network", &error))?;
    let extension = args
        .out
        .extension()
        .and_then(|extension| extension.to_str());
    let wanted = match extension {
        Some("safetensors") => Wanted::Features,
        Some("npz") => Wanted::Statistics,
        _ => {
            return Err(Failure::input(format!(
                "--out {} ends in neither .safetensors (features) nor .npz (statistics)",
                args.out.display()
            )));
        }
    };
    let target = SingleFile::new(&args.out, args.written.force)?;
    let device = settings::device(&args.device)?;
    let words = settings::device_words(&device)?;
    let mut notes = Vec::new();
    let weights = args.weights.as_deref();
    let loaded = settings::feature_network(network, weights, "--weights", &device, &mut notes)?;
    printer.notes(&notes);
    let pool = settings::thread_pool(&args.threads, printer)?;
    let at_once = BATCH_PER_THREAD * pool.current_num_threads();
    let images = images(args, at_once, printer)?;
    if wanted == Wanted::Features {
        let of_image = settings::bytes_of_features(network);
        let checked = memory::limit().check_count(0, of_image, images.len() as u64);
        checked.map_err(|error| {
            let count = images.len();
            Failure::input(format!(
                "--out: features of {count} images {error}; statistics (.npz) take none for each"
            ))
        })?;
    }
    interrupt::catch()?;
    let start = Instant::now();
    let mut taken = Taken::new(network, wanted)?;
    let progress = printer.progress(images.len() as u64, "images");
    pool.install(|| {
        for first in (0..images.len()).step_by(at_once) {
            interrupt::check()?;
            let indices = first..(first + at_once).min(images.len());
            let read: Vec<Result<Image, orders_datasets::SourceError>> = indices
                .into_par_iter()
                .map(|index| Ok(images.image(index)?.to_rgb()))
                .collect();
            // Named is the first that can't be read, whichever a thread came to first.
            let read: Result<Vec<Image>, _> = read.into_iter().collect();
            let read = read.map_err(Failure::bad_input)?;
            let extracted = loaded.network.extract(&read);
            let extracted =
                extracted.map_err(|error| Failure::input_at(args.images.display(), &error))?;
            taken.add(extracted)?;
            progress.inc(read.len() as u64);
        }
        Ok::<(), Failure>(())
    })?;
    progress.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();

    let mut metadata = Metadata::from([
        (NETWORK.into(), network.name().into()),
        (WEIGHTS.into(), loaded.weights.to_string()),
        ("program".into(), PROGRAM.into()),
        ("images".into(), output::file_name(&args.images)),
        (
            "images_identity".into(),
            images.identity().map_err(Failure::bad_input)?.to_string(),
        ),
    ]);
    if !device.is_cpu() {
        metadata.insert("device".into(), words.clone());
    }
    target.write(&taken.into_bytes(&metadata)?)?;
    let report = Report {
        path: args.out.display().to_string(),
        network: network.name(),
        images: images.len(),
        dimensions: network.dimensions(),
        device: words,
        seconds,
        images_per_second: images.len() as f64 / seconds,
    };
    printer.report(args.written.json, &report, || {
        let what = match wanted {
            Wanted::Features => "features",
            Wanted::Statistics => "statistics",
        };
        format!(
            "{what} of {} images ({network}, {} dimensions) in {seconds:.1} s, {:.1} a second: {}",
            HumanCount(report.images as u64),
            report.dimensions,
            report.images_per_second,
            report.path
        )
    })
}

/// The images of a path that holds one set of them, of which so many are read at a time.
fn images(args: &FeaturesArgs, at_once: usize, printer: &Printer) -> Result<Box<dyn ImageSource>> {
    let options = OpenOptions {
        memory: memory::limit().shared(at_once),
        array_memory: memory::limit(),
        ..OpenOptions::default()
    };
    let mut sources = open(&args.images, &options).map_err(Failure::bad_input)?;
    tell_left_out(&sources, printer);
    let shown = args.images.display();
    let images = match (sources.pop(), sources.is_empty()) {
        (Some(NamedSource { images, .. }), true) => images,
        _ => {
            return Err(Failure::input(format!(
                "{shown} has several sets of images; name the file of one"
            )));
        }
    };
    if images.is_empty() {
        return Err(Failure::input(format!("{shown} has no images")));
    }
    Ok(images)
}

/// What is kept of the images so far.
enum Taken {
    Rows { features: Rows, logits: Rows },
    Statistics(RunningStatistics),
}

impl Taken {
    fn new(network: Network, wanted: Wanted) -> Result<Self> {
        Ok(match wanted {
            Wanted::Features => Self::Rows {
                features: Rows::default(),
                logits: Rows::default(),
            },
            Wanted::Statistics => {
                Self::Statistics(RunningStatistics::new(network.dimensions()).map_err(failed)?)
            }
        })
    }

    fn add(&mut self, extracted: Vec<ImageFeatures>) -> Result<()> {
        match self {
            Self::Rows { features, logits } => {
                for image in extracted {
                    features.push(image.features);
                    logits.push(image.logits);
                }
                Ok(())
            }
            Self::Statistics(running) => {
                let mut features = Rows::default();
                for image in extracted {
                    features.push(image.features);
                }
                running
                    .add(features.into_features()?.view())
                    .map_err(failed)
            }
        }
    }

    /// The content of the file.
    fn into_bytes(self, metadata: &Metadata) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let written = match self {
            Self::Rows { features, logits } => {
                let (features, logits) = (features.into_features()?, logits.into_features()?);
                write_features(&mut bytes, &features, Some(&logits), metadata)
            }
            Self::Statistics(running) => {
                let statistics = running.finish().map_err(Failure::bad_input)?;
                write_statistics(&mut bytes, &statistics, metadata)
            }
        };
        written.map_err(Failure::work)?;
        Ok(bytes)
    }
}

/// Rows of the same length.
#[derive(Default)]
struct Rows {
    count: usize,
    values: Vec<f32>,
}

impl Rows {
    fn push(&mut self, row: Vec<f32>) {
        self.count += 1;
        self.values.extend(row);
    }

    fn into_features(self) -> Result<Features> {
        let columns = self.values.len() / self.count.max(1);
        let values = Array2::from_shape_vec((self.count, columns), self.values);
        let values = values.map_err(Failure::work)?;
        Features::new(values).map_err(failed)
    }
}

/// Features that are no numbers: the weights are to blame.
fn failed(error: MetricsError) -> Failure {
    Failure::work(error)
}
