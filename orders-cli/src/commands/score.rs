//! `score`

use std::collections::BTreeMap;

use orders_core::{Catalogue, Order};
use orders_model::lpd::ScoreRequest;
use orders_model::{Device, Tensor};
use serde::Serialize;

use crate::args::ScoreArgs;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::settings::RunsOn;
use crate::single_file::SingleFile;
use crate::token_images::HeldOutArgs;
use crate::{interrupt, memory, settings};

pub(crate) fn run(args: &ScoreArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let file = match &args.out {
        Some(path) => Some(SingleFile::out(path, "safetensors", args.written.force)?),
        None => None,
    };
    let model = settings::model(&args.model)?;
    let config = model.config();
    let asked = HeldOutArgs {
        tokens: args.tokens.as_deref(),
        limit: args.limit,
        background: args.background,
    };
    let held_out = asked.read(&config, model.bundled().is_some())?;
    let (images, background) = held_out.ok_or_else(|| {
        Failure::input("images are needed: --tokens FILE; bundled ones are those of bundled models")
    })?;
    let mut notes = Vec::new();
    let looked_at = settings::looked_at(&model, &mut notes)?;
    images.check_tokenizer(&looked_at, &mut notes)?;
    let choice = settings::cell_choice(
        catalogue,
        &args.orders,
        config.grid(),
        images.len(),
        args.seed,
    )?;
    let runs_on = RunsOn::new(&args.model.runs, &mut notes)?;
    printer.notes(&notes);
    let lpd = settings::lpd(&model, &runs_on)?;
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let bar = printer.progress(images.len() as u64, "images");
    let request = ScoreRequest {
        chooser: choice.chooser(),
        first: 0,
        labels: &images.labels,
        tokens: images.tokens.view(),
        batch: args.batch,
        memory: memory::limit(),
    };
    let scored = pool.install(|| lpd.score(&request, interrupt::watch(&bar)));
    let failed = |error| settings::request_failure(error, |error| images.failure(error));
    let scored = scored.map_err(failed)?;
    bar.finish_and_clear();

    if let Some(file) = &file {
        let tokens = args.tokens.as_deref();
        let tokens = tokens.map_or_else(|| images.place().to_owned(), output::file_name);
        let mut about = BTreeMap::from([
            ("format".to_owned(), "log-likelihood".to_owned()),
            ("program".to_owned(), PROGRAM.to_owned()),
            ("checkpoint".to_owned(), model.label()),
            ("tokens".to_owned(), tokens),
            ("grid".to_owned(), config.grid().to_string()),
        ]);
        about.extend(choice.about().into_iter().map(|(k, v)| (k.to_owned(), v)));
        let scores = scored.log_probabilities.iter().copied().collect();
        let shape = scored.log_probabilities.dim();
        let numbers = Tensor::from_vec(scores, shape, &Device::Cpu).map_err(Failure::work)?;
        let mut tensors = BTreeMap::from([("log_prob".to_owned(), numbers)]);
        if let Some(steps) = steps_of_cells(&scored.orders).transpose()? {
            tensors.insert("step".to_owned(), steps);
        }
        file.write_tensors(&tensors, &about)?;
    }

    let chooser = choice.chooser();
    let known = chooser.known();
    let nats = |counts: &dyn Fn(u32) -> bool| {
        let of_images = scored.log_probabilities.rows().into_iter();
        let of_images = of_images.zip(images.tokens.rows()).map(|(scores, tokens)| {
            let cells = known.free_cells().map(|cell| cell as usize);
            let cells = cells.filter(|&cell| counts(tokens[cell]));
            cells.map(|cell| -f64::from(scores[cell])).collect()
        });
        Nats::of_images(of_images)
    };
    // Of a rule, which finds them out.
    let steps = scored
        .orders
        .iter()
        .map(|order| order.group_sizes().steps() as f64);
    let report = Report {
        path: args.out.as_ref().map(|path| path.display().to_string()),
        images: images.len(),
        cells: known.free_count(),
        precision: format!("{:?}", lpd.precision()),
        device: runs_on.words,
        nats_per_cell: nats(&|_| true),
        nats_per_foreground_cell: background.map(|background| nats(&|token| token != background)),
        mean_steps: (!scored.orders.is_empty()).then(|| steps.sum::<f64>() / images.len() as f64),
    };
    printer.report(args.written.json, &report, || report.words())
}

/// What is said of the images.
#[derive(Serialize)]
struct Report {
    path: Option<String>,
    images: usize,
    cells: usize,
    device: String,
    precision: String,
    #[serde(flatten)]
    nats_per_cell: Nats,
    nats_per_foreground_cell: Option<Nats>,
    mean_steps: Option<f64>,
}

/// Negative log-likelihood for each cell: the mean over images of their means over cells.
#[derive(Clone, Copy, Serialize)]
struct Nats {
    nats_per_cell: f64,
    /// Standard error, over images; none for fewer than 2.
    standard_error: Option<f64>,
}

impl Nats {
    /// Of the cells of each image; images without any are left out.
    fn of_images(images: impl Iterator<Item = Vec<f64>>) -> Self {
        let images = images.filter(|cells| !cells.is_empty());
        let means = images.map(|cells| cells.iter().sum::<f64>() / cells.len() as f64);
        let means: Vec<f64> = means.collect();
        let count = means.len() as f64;
        let mean = means.iter().sum::<f64>() / count.max(1.0);
        let squares: f64 = means.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            nats_per_cell: mean,
            standard_error: (means.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt()),
        }
    }

    fn words(self) -> String {
        let error = self.standard_error.map(|error| format!(" ± {error:.4}"));
        format!("{:.4}{}", self.nats_per_cell, error.unwrap_or_default())
    }
}

impl Report {
    fn words(&self) -> String {
        let mut words = format!(
            "{} of {} cells, {} nats a cell",
            counted(self.images as u64, "image"),
            self.cells,
            self.nats_per_cell.words()
        );
        if let Some(nats) = self.nats_per_foreground_cell {
            words.push_str(&format!(", {} a foreground cell", nats.words()));
        }
        if let Some(steps) = self.mean_steps {
            words.push_str(&format!(", in {steps:.2} steps on average"));
        }
        if let Some(path) = &self.path {
            words.push_str(&format!(": {path}"));
        }
        words
    }
}

/// The step in which each cell was revealed, from 0, i64 of shape (images, cells); -1 at
/// known cells. None, if there are no orders.
fn steps_of_cells(orders: &[Order]) -> Option<Result<Tensor>> {
    let cells = orders.first()?.grid().cells();
    let steps: Vec<i64> = orders
        .iter()
        .flat_map(|order| order.step_from_cell())
        .map(|step| step.map_or(-1, i64::from))
        .collect();
    let tensor = Tensor::from_vec(steps, (orders.len(), cells), &Device::Cpu);
    Some(tensor.map_err(Failure::work))
}
