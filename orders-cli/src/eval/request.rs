//! What is evaluated, and how.

use std::ops::ControlFlow;
use std::path::PathBuf;

use orders_model::lpd::{Guidance, Lpd, TimeRequest};
use orders_model::{DType, Device, ModelSource};
use serde_json::{Value, json};

use super::folder::Folder;
use super::likelihood::HeldOut;
use super::real::RealImages;
use super::result::{EvalProgress, Floor, TimeResult, Variant, VariantResult, Watch};
use super::samples::SampleJudge;
use super::table::{self, Row};
use crate::digest::{digest_of, digest_of_file};
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::settings;

/// Order variants that are compared by a model.
pub(crate) struct EvalRequest {
    pub(crate) model: ModelSource,
    pub(crate) dtype: DType,
    /// The device, and what it is called.
    pub(crate) device: (Device, String),
    pub(crate) variants: Vec<Variant>,
    /// Images whose likelihood is measured.
    pub(crate) held_out: Option<HeldOut>,
    /// What generated images are judged with.
    pub(crate) judge: Option<SampleJudge>,
    pub(crate) guidance: Guidance,
    /// Images that are handled together.
    pub(crate) batch: usize,
    /// Timed runs; with 0, times are left out.
    pub(crate) runs: usize,
    /// Seed of the tokens.
    pub(crate) seed: u64,
    /// The folder of results: new, empty, or of this evaluation.
    pub(crate) folder: PathBuf,
}

/// A request that fits its folder, with the results that are there.
pub(crate) struct PreparedEval {
    request: EvalRequest,
    settings: Value,
    folder: Folder,
    kept: Vec<Option<VariantResult>>,
}

/// What was found.
pub(crate) struct Evaluation {
    /// A row for each variant.
    pub(crate) rows: Vec<Row>,
    /// How far real images are from each other, where it is known.
    pub(crate) floor: Option<Floor>,
}

impl EvalRequest {
    /// Reads the results that the folder has. Nothing is written yet.
    pub(crate) fn prepare(self) -> Result<PreparedEval> {
        let settings = self.settings()?;
        let folder = Folder::open(&self.folder, &settings)?;
        let kept = self.variants.iter();
        let kept = kept.map(|variant| folder.result(&variant.name));
        Ok(PreparedEval {
            kept: kept.collect::<Result<_, _>>()?,
            request: self,
            settings,
            folder,
        })
    }

    /// What the results depend on besides the variant, for the folder to keep.
    fn settings(&self) -> Result<Value> {
        let digest = |path: Option<&std::path::Path>| path.map(digest_of_file).transpose();
        let config = self.model.config();
        let stride = config.params().stride;
        let (checkpoint, trained_on) = match &self.model {
            ModelSource::Bundled(model) => (Some(digest_of(model.bytes())), None),
            ModelSource::Checkpoint {
                path, trained_on, ..
            } => (digest(Some(path))?, *trained_on),
            ModelSource::Formula(_) => (None, None),
        };
        let (held_out, judge) = (self.held_out.as_ref(), self.judge.as_ref());
        Ok(json!({
            "program": PROGRAM,
            "config": config,
            "checkpoint": checkpoint,
            "checkpoint_res": trained_on.map(|grid| grid.height() * stride),
            "precision": match self.dtype {
                DType::BF16 => "Bf16".to_owned(),
                other => format!("{other:?}"),
            },
            "device": self.device.1,
            "seed": self.seed,
            "tokens": digest(held_out.and_then(|held_out| held_out.path.as_deref()))?,
            "images": held_out.map(HeldOut::len),
            "background": held_out.and_then(|held_out| held_out.background),
            "cfg": self.guidance.scale(),
            "cfg_schedule": format!("{:?}", self.guidance.schedule()),
            "real": digest(judge.and_then(|judge| Some(judge.real.as_ref()?.path())))?,
            "network": judge.map(|judge| judge.network().name()),
            "network_weights": judge.map(|judge| judge.loaded.weights),
            "tokenizer": digest(judge.and_then(|judge| judge.tokenizer.as_deref()))?,
            "samples": judge.map(|judge| judge.count),
            "batch": self.batch,
            "runs": self.runs,
        }))
    }
}

impl PreparedEval {
    /// Measures what is not there yet, on the current rayon pool, and writes the tables.
    /// What is interrupted goes on from the results that are kept.
    pub(crate) fn run(
        mut self,
        watch: impl FnMut(EvalProgress<'_>) -> ControlFlow<()> + Send,
    ) -> Result<Evaluation> {
        let network = self.request.judge.as_ref().map(SampleJudge::network);
        let kept = std::mem::take(&mut self.kept);
        let results = if kept.iter().all(Option::is_some) {
            kept.into_iter().flatten().collect()
        } else {
            self.measure(kept, watch)?
        };
        let rows = table::rows(results)?;
        let table = table::table(&rows, network)?;
        let bytes = table.to_csv().map_err(Failure::work)?;
        self.folder.write("table.csv", &bytes)?;
        let bytes = table.to_parquet().map_err(Failure::work)?;
        self.folder.write("table.parquet", &bytes)?;
        let floor = self.folder.floor()?;
        Ok(Evaluation { rows, floor })
    }

    fn measure(
        &self,
        kept: Vec<Option<VariantResult>>,
        mut watch: impl FnMut(EvalProgress<'_>) -> ControlFlow<()> + Send,
    ) -> Result<Vec<VariantResult>> {
        let (request, folder) = (&self.request, &self.folder);
        let lpd = settings::lpd(&request.model, request.dtype, &request.device.0)?;
        folder.begin(&self.settings)?;
        let real = request.judge.as_ref().map(|judge| {
            let real = judge.real_images(&mut watch);
            real.map_err(|failure| folder.paused(failure))
        });
        let real = real.transpose()?;
        if let Some(floor) = real.as_ref().map(RealImages::floor).transpose()?.flatten() {
            folder.keep_floor(&floor)?;
        }
        let count = kept.len();
        let measured = request.variants.iter().zip(kept).enumerate();
        let measured = measured.map(|(index, (variant, kept))| match kept {
            Some(result) => Ok(result),
            None => {
                let which = format!("{} of {count}", index + 1);
                let result = request.variant(&lpd, variant, real.as_ref(), &which, &mut watch);
                let result = result.map_err(|failure| folder.paused(failure))?;
                folder.keep(&result)?;
                Ok(result)
            }
        });
        measured.collect()
    }
}

impl EvalRequest {
    fn variant(
        &self,
        lpd: &Lpd,
        variant: &Variant,
        real: Option<&RealImages>,
        which: &str,
        watch: &mut Watch<'_>,
    ) -> Result<VariantResult> {
        let (label, steps) = (variant.name.label(), variant.name.steps());
        let what = format!("{which}: {label}, {steps} steps");
        let mut watch_of = |done: usize, all: u64| {
            watch(EvalProgress {
                what: &what,
                done: done as u64,
                all,
            })
        };
        let orders = &variant.orders;
        let likelihood = self.held_out.as_ref().map(|held_out| {
            let all = held_out.len() as u64;
            held_out.measure(lpd, orders, self.batch, |done| watch_of(done, all))
        });
        let likelihood = likelihood.transpose()?;
        let samples = self.judge.as_ref().zip(real).map(|(judge, real)| {
            let all = judge.count;
            let watch = |done| watch_of(done, all);
            judge.judge(
                lpd,
                orders,
                (self.guidance, self.seed, self.batch),
                real,
                watch,
            )
        });
        let samples = samples.transpose()?;
        let time = match self.runs {
            0 => None,
            runs => {
                let all = runs as u64 + 1;
                Some(self.time(lpd, variant, |done| watch_of(done, all))?)
            }
        };
        Ok(VariantResult {
            name: variant.name.clone(),
            likelihood,
            samples,
            time,
        })
    }

    fn time(
        &self,
        lpd: &Lpd,
        variant: &Variant,
        mut watch: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<TimeResult> {
        let mut best = |batch| {
            let request = TimeRequest {
                orders: &variant.orders,
                guidance: self.guidance,
                batch,
                warm_up: 1,
                runs: self.runs,
            };
            let timing = lpd.time(&request, &mut watch);
            let timing = timing
                .map_err(|error| settings::request_failure(error, |error| Failure::work(error)))?;
            Ok::<f64, Failure>(timing.best())
        };
        let latency_seconds = best(1)?;
        let of_batch = match self.batch {
            1 => latency_seconds,
            batch => best(batch)?,
        };
        Ok(TimeResult {
            latency_seconds,
            batch: self.batch,
            images_per_second: self.batch as f64 / of_batch,
        })
    }
}
