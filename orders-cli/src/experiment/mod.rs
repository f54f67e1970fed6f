//! What trials are run with: methods and measures by name, and LPD models that judge,
//! generate and are timed; and how trials are run.

#[cfg(feature = "model")]
mod asked;
#[cfg(feature = "model")]
mod attention;
#[cfg(feature = "model")]
mod clock;
#[cfg(feature = "model")]
mod judge;
#[cfg(feature = "model")]
mod judge_asked;
#[cfg(feature = "model")]
mod measures;
#[cfg(feature = "model")]
mod model;
mod order_files;
mod progress;
#[cfg(feature = "model")]
mod real;
#[cfg(feature = "model")]
mod room;
#[cfg(feature = "model")]
mod sampler;
#[cfg(feature = "model")]
mod samples;
#[cfg_attr(
    not(feature = "model"),
    expect(dead_code, reason = "evaluations show more than sweeps do")
)]
mod table;

pub(crate) use order_files::listed_orders;
pub(crate) use progress::{check_room, run_trials};
pub(crate) use table::{ResultColumn, ResultTable};
#[cfg(feature = "model")]
pub(crate) use {
    attention::{attention_of_image, attention_params},
    judge::LpdJudge,
    judge_asked::JudgeAsked,
    order_files::OrderFile,
    sampler::LpdSampler,
    samples::Place,
    table::Spread,
};

use orders_analysis::experiment::Measures;
use orders_core::Catalogue;

use crate::failure::Result;

/// The methods and measures that can be asked for by name.
pub(crate) struct Catalogues {
    pub(crate) methods: Catalogue,
    pub(crate) measures: Measures,
}

impl Catalogues {
    /// Those of a program, with the measures of generated images that come with models.
    pub(crate) fn new(methods: Catalogue, measures: Measures) -> Result<Self> {
        #[cfg(feature = "model")]
        let measures = measures::with_those_of_samples(measures)?;
        Ok(Self { methods, measures })
    }
}
