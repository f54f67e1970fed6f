//! `score`

use std::collections::BTreeMap;

use orders_model::lpd::ScoreRequest;
use orders_model::{Device, Tensor};

use orders_core::{Catalogue, Order};

use crate::args::ScoreArgs;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::single_file::SingleFile;
use crate::token_images::TokenImages;
use crate::{interrupt, memory, settings};

pub(crate) fn run(args: &ScoreArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let file = SingleFile::out(&args.out, "safetensors", args.written.force)?;
    let model = settings::model(&args.model)?;
    let config = model.config();
    let images = TokenImages::read(&args.tokens)?;
    images.check(&config)?;
    let mut notes = Vec::new();
    let looked_at = settings::looked_at(&model, &mut notes)?;
    images.check_tokenizer(&looked_at, &mut notes)?;
    printer.notes(&notes);
    let choice = settings::cell_choice(
        catalogue,
        &args.orders,
        config.grid(),
        images.len(),
        args.seed,
    )?;
    let device = settings::device(&args.model.device)?;
    let lpd = settings::lpd(&model, args.model.dtype, &device)?;
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let bar = printer.progress(images.len() as u64, "images");
    let request = ScoreRequest {
        chooser: choice.chooser(),
        labels: &images.labels,
        tokens: images.tokens.view(),
        batch: args.batch,
        memory: memory::limit(),
    };
    let scored = pool.install(|| lpd.score(&request, interrupt::watch(&bar)));
    let failed = |error| settings::request_failure(error, |error| images.failure(error));
    let scored = scored.map_err(failed)?;
    bar.finish_and_clear();

    let mut about = BTreeMap::from([
        ("format".to_owned(), "log-likelihood".to_owned()),
        ("program".to_owned(), PROGRAM.to_owned()),
        ("checkpoint".to_owned(), model.label()),
        ("tokens".to_owned(), output::file_name(&args.tokens)),
        ("grid".to_owned(), config.grid().to_string()),
    ]);
    about.extend(choice.about().into_iter().map(|(k, v)| (k.to_owned(), v)));
    let scores = scored.log_probabilities;
    let total: f64 = scores.iter().copied().map(f64::from).sum();
    let shape = scores.dim();
    let numbers = Tensor::from_vec(scores.into_raw_vec_and_offset().0, shape, &Device::Cpu)
        .map_err(Failure::work)?;
    let mut tensors = BTreeMap::from([("log_prob".to_owned(), numbers)]);
    if let Some(steps) = steps_of_cells(&scored.orders).transpose()? {
        tensors.insert("step".to_owned(), steps);
    }
    file.write_tensors(&tensors, &about)?;

    let free = choice.chooser().known().free_count();
    let images = images.len();
    // Of a rule, which finds them out.
    let steps = scored
        .orders
        .iter()
        .map(|order| order.group_sizes().steps());
    let steps = (!scored.orders.is_empty()).then(|| steps.sum::<usize>() as f64 / images as f64);
    let per_cell = -total / (images * free).max(1) as f64;
    let path = args.out.display().to_string();
    printer.report(
        args.written.json,
        &serde_json::json!({
            "path": path,
            "images": images,
            "cells": free,
            "nats_per_cell": per_cell,
            "mean_steps": steps,
        }),
        || {
            let steps = steps.map(|steps| format!(" in {steps:.2} steps on average"));
            format!(
                "{} of {free} cells, {per_cell:.4} nats a cell{}: {path}",
                counted(images as u64, "image"),
                steps.unwrap_or_default()
            )
        },
    )
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
