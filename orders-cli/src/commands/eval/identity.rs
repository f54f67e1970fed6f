//! What tells an evaluation from others.

use std::path::Path;

use orders_model::bundled::BundledModel;
use orders_model::lpd::{Guidance, LpdConfig};
use serde_json::{Value, json};

use super::likelihood::HeldOut;
use super::samples::SampleJudge;
use crate::args::EvalArgs;
use crate::digest::{digest_of, digest_of_file};
use crate::failure::Failure;
use crate::output::PROGRAM;

/// What the results depend on besides the variant, for the folder to keep.
pub(super) fn settings_of_all(
    args: &EvalArgs,
    (config, bundled): (&LpdConfig, Option<BundledModel>),
    guidance: Guidance,
    held_out: Option<&HeldOut>,
    judge: Option<&SampleJudge>,
) -> Result<Value, Failure> {
    let digest = |path: Option<&Path>| path.map(digest_of_file).transpose();
    Ok(json!({
        "program": PROGRAM,
        "config": config,
        "checkpoint": match bundled {
            Some(model) => Some(digest_of(model.bytes())),
            None => digest(args.model.checkpoint.as_deref())?,
        },
        "checkpoint_res": args.model.checkpoint_res,
        "precision": format!("{:?}", args.model.precision),
        "device": args.model.device.device,
        "seed": args.seed,
        "tokens": digest(args.tokens.as_deref())?,
        "images": held_out.map(HeldOut::len),
        "background": held_out.and_then(HeldOut::background),
        "cfg": guidance.scale(),
        "cfg_schedule": format!("{:?}", guidance.schedule()),
        "real": digest(args.real.as_deref())?,
        "network": judge.map(|judge| judge.network().name()),
        "network_weights": judge.map(SampleJudge::weights),
        "tokenizer": digest(args.tokenizer.as_deref())?,
        "samples": judge.map(SampleJudge::count),
        "batch": args.batch,
        "runs": args.runs,
    }))
}
