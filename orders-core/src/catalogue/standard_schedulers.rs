//! The schedulers that come with this crate, one entry each.

use super::parameters::{Arguments, ParameterEntry};
use super::schedulers::SchedulerEntry;
use crate::decoding::schedulers::{
    Best, ConfidenceThreshold, EntropyBound, LpdAdaptive, MaskGit, SchedulerError, SchedulingRule,
    Score, Spaced, Stable,
};
use crate::parameter::ParameterKind;

const BUDGET: &str = "budget";
const KL: &str = "kl";
const PROXIMITY: &str = "proximity";
const REPULSION: &str = "repulsion";
const TEMPERATURE: &str = "temperature";
const THRESHOLD: &str = "threshold";
const WINDOW: &str = "window";

pub(super) fn schedulers() -> Vec<SchedulerEntry> {
    let maskgit = spaced(
        "maskgit",
        "as many of the most probable drawn tokens as the group sizes say, with noise",
        |arguments| MaskGit::new(arguments.number(TEMPERATURE)?),
    )
    .from_source("MaskGIT, arXiv 2202.04200")
    .with_parameter(ParameterEntry::new(
        TEMPERATURE,
        "of the Gumbel noise at the start; it falls to 0 at the last step",
        ParameterKind::NumberBetween(0.0, MaskGit::MAX_TEMPERATURE),
        MaskGit::DEFAULT_TEMPERATURE,
    ))
    .by_group_sizes()
    .random()
    .looking_at_tokens();

    let confidence_threshold = spaced(
        "confidence-threshold",
        "all cells whose largest probability is large, at least the best",
        |arguments| ConfidenceThreshold::new(arguments.number(THRESHOLD)?),
    )
    .from_source("Fast-dLLM, arXiv 2505.22618")
    .with_parameter(threshold(ConfidenceThreshold::DEFAULT_THRESHOLD));

    let entropy_bound = spaced(
        "entropy-bound",
        "by rising entropy, as many cells as a bound of their total correlation allows",
        |arguments| EntropyBound::new(arguments.number(BUDGET)?),
    )
    .from_source("EB-Sampler, arXiv 2505.24857")
    .with_parameter(budget(EntropyBound::DEFAULT_BUDGET));

    let stable = spaced(
        "stable",
        "all cells that are confident and hardly changed in a step, at least the best",
        |arguments| Stable::new(arguments.number(THRESHOLD)?, arguments.number(KL)?),
    )
    .from_source("KLASS, arXiv 2511.05664, with a history of one step")
    .with_parameter(threshold(Stable::DEFAULT_THRESHOLD))
    .with_parameter(
        ParameterEntry::number(
            KL,
            "divergence from the distribution of the step before, in nats, below which a cell is \
             stable",
            0.0,
        )
        .or(Stable::DEFAULT_KL),
    );

    let lpd_adaptive = SchedulerEntry::new(
        "lpd-adaptive",
        "LPD's cells in its order, as many as a bound of their total correlation allows",
        |arguments| {
            Ok(Box::new(LpdAdaptive::new(
                arguments.number(PROXIMITY)?,
                arguments.number(REPULSION)?,
                arguments.number(BUDGET)?,
                arguments.whole(WINDOW)?,
            )?))
        },
    )
    .from_source("LPD, arXiv 2507.01957; the bound: EB-Sampler, arXiv 2505.24857")
    .with_parameter(super::standard_methods::proximity())
    .with_parameter(super::standard_methods::repulsion())
    .with_parameter(budget(LpdAdaptive::DEFAULT_BUDGET))
    .with_parameter(
        ParameterEntry::whole(WINDOW, "cells that a step asks about, at most", 1)
            .or_by_grid("an eighth of the cells", |grid| {
                Some(f64::from(LpdAdaptive::default_window(grid)).into())
            }),
    )
    .random()
    .for_one_frame();

    let mut schedulers: Vec<SchedulerEntry> = [
        ("confidence", Score::Confidence, "of largest probability"),
        ("entropy", Score::Entropy, "of smallest entropy"),
        (
            "margin",
            Score::Margin,
            "of largest first less second probability",
        ),
    ]
    .map(|(name, by, which)| {
        let summary = format!("the cells {which}, as many as the group sizes say");
        spaced(name, summary, move |_| Ok(Best { by }))
            .from_source("MaskGIT, arXiv 2202.04200, without its noise")
            .by_group_sizes()
    })
    .into();
    schedulers.extend([maskgit, confidence_threshold, entropy_bound, stable]);
    let summary = "cells this close, in rows and columns, are not revealed together";
    let with_repulsion = schedulers
        .into_iter()
        .map(|entry| entry.with_parameter(ParameterEntry::number(REPULSION, summary, 0.0)));
    with_repulsion.chain([lpd_adaptive]).collect()
}

/// A rule that takes a repulsion besides, a parameter that comes behind its own.
fn spaced<R: SchedulingRule + 'static>(
    name: &str,
    summary: impl Into<String>,
    make: impl Fn(&Arguments<'_>) -> Result<R, SchedulerError> + Send + Sync + 'static,
) -> SchedulerEntry {
    SchedulerEntry::new(name, summary, move |arguments| {
        let rule = make(arguments)?;
        Ok(Box::new(Spaced::new(rule, arguments.number(REPULSION)?)?))
    })
}

fn threshold(default: f64) -> ParameterEntry {
    let kind = ParameterKind::NumberBetween(0.0, 1.0);
    let summary = "largest probability from which a cell is confident";
    ParameterEntry::new(THRESHOLD, summary, kind, default)
}

fn budget(default: f64) -> ParameterEntry {
    let summary = "entropies of a step's cells in nats, summed without the largest, at most";
    ParameterEntry::number(BUDGET, summary, 0.0).or(default)
}
