//! `score`

use std::collections::BTreeMap;

use orders_model::lpd::ScoreRequest;
use orders_model::{Device, Tensor};

use orders_core::Catalogue;

use crate::args::ScoreArgs;
use crate::description::{commas, counted};
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
    let orders = settings::sample_orders(
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
        orders: &orders,
        labels: &images.labels,
        tokens: images.tokens.view(),
        batch: args.batch,
        memory: memory::limit(),
    };
    let scores = pool.install(|| lpd.score(&request, interrupt::watch(&bar)));
    let failed = |error| settings::request_failure(error, |error| images.failure(error));
    let scores = scores.map_err(failed)?;
    bar.finish_and_clear();

    let sizes = orders.problem().group_sizes().as_slice();
    let about = BTreeMap::from([
        ("format".to_owned(), "log-likelihood".to_owned()),
        ("program".to_owned(), PROGRAM.to_owned()),
        ("checkpoint".to_owned(), model.label()),
        ("tokens".to_owned(), output::file_name(&args.tokens)),
        ("grid".to_owned(), orders.problem().grid().to_string()),
        ("orders".to_owned(), orders.label()),
        ("group_sizes".to_owned(), commas(sizes)),
    ]);
    let total: f64 = scores.iter().copied().map(f64::from).sum();
    let shape = scores.dim();
    let numbers = Tensor::from_vec(scores.into_raw_vec_and_offset().0, shape, &Device::Cpu)
        .map_err(Failure::work)?;
    let tensors = BTreeMap::from([("log_prob".to_owned(), numbers)]);
    file.write_tensors(&tensors, &about)?;

    let free = orders.problem().group_sizes().cells();
    let images = images.len();
    let per_cell = -total / (images * free).max(1) as f64;
    let path = args.out.display().to_string();
    printer.report(
        args.written.json,
        &serde_json::json!({
            "path": path,
            "images": images,
            "cells": free,
            "nats_per_cell": per_cell,
        }),
        || {
            format!(
                "{} of {free} cells, {per_cell:.4} nats a cell: {path}",
                counted(images as u64, "image")
            )
        },
    )
}
