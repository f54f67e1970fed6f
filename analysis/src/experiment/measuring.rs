//! The values of a trial's orders.

use orders_core::{Cell, Problem};

use super::error::TrialError;
use super::judge::Judgement;
use super::measure::{MeasureEntry, Measurer, OfImage};
use crate::information::Covariance;
use crate::workers::Workers;

/// Measures the orders of a trial.
pub(super) enum Measuring {
    /// All have the same groups.
    Shared(Box<Workers<Measurer>>),
    /// A rule finds the groups of each out: of their steps, nothing is said.
    Each {
        measures: Vec<MeasureEntry>,
        covariance: Option<Covariance>,
    },
}

/// What a model says of some images.
pub(super) struct Said {
    pub(super) judgements: Vec<Judgement>,
    /// Passes of each, where they were counted; else none.
    pub(super) passes: Vec<usize>,
    /// Attention sums of each, where they are measured; else none.
    pub(super) attention: Vec<f64>,
}

impl Said {
    /// What it says of one of them.
    pub(super) fn of(&self, place: usize) -> OfImage<'_> {
        OfImage {
            judgement: self.judgements.get(place),
            passes: self.passes.get(place).copied(),
            attention_within_3: self.attention.get(place).copied(),
        }
    }
}

impl Measuring {
    /// With measures of orders. `problem` is what is ordered, if all have the same groups.
    pub(super) fn new(
        problem: Option<&Problem>,
        measures: &[MeasureEntry],
        covariance: Option<Covariance>,
    ) -> Result<Self, TrialError> {
        Ok(match problem {
            Some(problem) => {
                let measurer = Measurer::new(problem, measures, covariance.as_ref())?;
                Self::Shared(Box::new(Workers::new(measurer)))
            }
            None => Self::Each {
                measures: measures.to_vec(),
                covariance,
            },
        })
    }

    /// Numbers that each order has.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Shared(workers) => workers.prototype.width(),
            Self::Each { measures, .. } => measures.len(),
        }
    }

    /// Appends the values of an order that was made.
    pub(super) fn of_order(
        &self,
        index: u64,
        cells: &[Cell],
        out: &mut Vec<f64>,
    ) -> Result<(), TrialError> {
        match self {
            Self::Shared(workers) => {
                workers.with(|measurer| measurer.measure((index, cells), OfImage::default(), out))
            }
            Self::Each { .. } => Err(TrialError::Settings {
                reason: "a rule has no orders beforehand".into(),
            }),
        }
    }

    /// Appends the values of an image that a model said something of, with the order it was
    /// asked in, unless a rule chose its cells.
    pub(super) fn of_judged(
        &self,
        index: u64,
        cells: Option<&[Cell]>,
        image: OfImage<'_>,
        out: &mut Vec<f64>,
    ) -> Result<(), TrialError> {
        let revealed = image.judgement.and_then(|said| said.revealed.as_ref());
        let cells = cells.or(revealed.map(|order| order.cell_from_rank()));
        let failed = |reason: &str| TrialError::Judge {
            image: index,
            source: reason.into(),
        };
        let nothing = || failed("it does not say what the rule revealed");
        let cells = cells.ok_or_else(nothing)?;
        match self {
            Self::Shared(workers) => {
                workers.with(|measurer| measurer.measure((index, cells), image, out))
            }
            Self::Each {
                measures,
                covariance,
            } => {
                let problem = revealed.ok_or_else(nothing)?.problem();
                let mut measurer = Measurer::new(problem, measures, covariance.as_ref())?;
                let mut all = Vec::with_capacity(measurer.width());
                measurer.measure((index, cells), image, &mut all)?;
                out.extend(&all[all.len() - measures.len()..]);
                Ok(())
            }
        }
    }
}
