//! `score`

use std::collections::BTreeMap;
use std::process::ExitCode;

use indicatif::{HumanCount, ProgressBar};
use ndarray::{Array2, s};
use orders_model::checkpoint::write_safetensors;
use orders_model::lpd::Lpd;
use orders_model::{Device, Tensor};

use orders_core::Catalogue;

use crate::args::ScoreArgs;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::settings::{self, SampleOrders};
use crate::single_file::SingleFile;
use crate::token_images::TokenImages;

pub(crate) fn run(
    args: &ScoreArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    if !output::ends_with(&args.out, "safetensors") {
        return Err(Failure::input(format!(
            "--out {} does not end in .safetensors",
            args.out.display()
        )));
    }
    let file = SingleFile::new(&args.out, args.force)?;
    let config = settings::lpd_config(&args.model)?;
    let images = TokenImages::read(&args.tokens)?;
    images.check(&config)?;
    let orders = SampleOrders::new(
        catalogue,
        &args.orders,
        config.grid(),
        images.len(),
        args.seed,
    )?;
    let device = settings::device(&args.model.device)?;
    let loaded = settings::lpd(&args.model, config, &device)?;
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads)?;
    let progress = printer.progress(images.len() as u64, "images");
    let scores =
        pool.install(|| log_likelihood(&loaded.lpd, &orders, &images, args.batch, &progress))?;

    let sizes = orders.problem.group_sizes().as_slice();
    let sizes: Vec<String> = sizes.iter().map(u32::to_string).collect();
    let name = args.tokens.file_name().unwrap_or_default();
    let about = BTreeMap::from([
        ("format".to_owned(), "log-likelihood".to_owned()),
        ("program".to_owned(), PROGRAM.to_owned()),
        ("checkpoint".to_owned(), loaded.checkpoint.clone()),
        ("tokens".to_owned(), name.to_string_lossy().into_owned()),
        ("grid".to_owned(), orders.problem.grid().to_string()),
        ("orders".to_owned(), orders.label()),
        ("group_sizes".to_owned(), sizes.join(",")),
    ]);
    let total: f64 = scores.iter().copied().map(f64::from).sum();
    let shape = scores.dim();
    let numbers = Tensor::from_vec(scores.into_raw_vec_and_offset().0, shape, &Device::Cpu)
        .map_err(|error| Failure::work(&error))?;
    let tensors = BTreeMap::from([("log_prob".to_owned(), numbers)]);
    let mut bytes = Vec::new();
    write_safetensors(&mut bytes, &tensors, &about).map_err(|error| Failure::work(&error))?;
    file.write(&bytes)?;

    let free = orders.problem.group_sizes().cells();
    let images = images.len();
    let per_cell = -total / (images * free).max(1) as f64;
    let path = args.out.display().to_string();
    if args.json {
        printer.result_json(&serde_json::json!({
            "path": path,
            "images": images,
            "cells": free,
            "nats_per_cell": per_cell,
        }))?;
    } else {
        printer.result(&format!(
            "{} image{} of {free} cells, {per_cell:.4} nats a cell: {path}",
            HumanCount(images as u64),
            if images == 1 { "" } else { "s" },
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The log-likelihood of each cell of images under their orders, `size` images at a
/// time.
pub(super) fn log_likelihood(
    lpd: &Lpd,
    orders: &SampleOrders,
    images: &TokenImages,
    size: usize,
    progress: &ProgressBar,
) -> Result<Array2<f32>, Failure> {
    let mut all = Array2::zeros(images.tokens.dim());
    orders.in_batches(&images.labels, size, progress, |batch_of, batch| {
        let rows = s![batch_of, ..];
        let scores = lpd.log_likelihood(batch, images.tokens.slice(rows));
        let scores = scores.map_err(|error| images.failure(&error))?;
        all.slice_mut(rows).assign(&scores);
        Ok(())
    })?;
    Ok(all)
}
