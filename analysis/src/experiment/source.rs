//! What chooses the cells of a trial's images: orders that are made beforehand, or a rule.

use std::ops::Range;

use orders_core::decoding::Drafts;
use orders_core::decoding::schedulers::SampleRule;
use orders_core::{Batch, BatchError, Cell, GroupSizes, OrderingMethod, Problem};
use rayon::prelude::*;

use super::error::TrialError;
use super::judge::Chosen;
use super::run_trial::Watch;
use super::trial::{Tools, TrialSettings};

/// What chooses the cells of a trial's images.
pub(super) enum Source {
    /// A method, unless its file of orders is not at hand, and how exact decoding drafts,
    /// if it is that.
    Method {
        method: Option<Box<dyn OrderingMethod>>,
        problem: Problem,
        drafts: Option<Drafts>,
    },
    Rule(SampleRule),
}

impl Source {
    /// Of a trial. Without the file of its orders if `is_without_file`.
    pub(super) fn new(
        settings: &TrialSettings,
        tools: &Tools<'_>,
        is_without_file: bool,
    ) -> Result<Self, TrialError> {
        let refused = |reason| TrialError::Settings { reason };
        let grid = settings.parsed_grid().map_err(refused)?;
        if let Some(rule) = settings.rule(grid, tools.catalogue)? {
            return match settings.decoding {
                None => Ok(Self::Rule(rule)),
                Some(_) => Err(refused(format!(
                    "scheduler {} can't be decoded exactly: it has no order beforehand",
                    settings.method
                ))),
            };
        }
        let sizes = GroupSizes::new(settings.group_sizes.clone());
        let sizes = sizes.map_err(|error| refused(error.to_string()))?;
        let problem = Problem::new(grid, sizes).map_err(|error| refused(error.to_string()))?;
        let method = match settings.parsed_method(grid, tools) {
            Err(TrialError::NoOrders { .. }) if is_without_file => None,
            method => Some(method?),
        };
        Ok(Self::Method {
            method,
            problem,
            drafts: settings.drafts(grid)?,
        })
    }

    /// What is ordered, if all images have the same groups. A rule may find groups of its
    /// own for each, also where it is given sizes: those that it spaces take more steps.
    pub(super) fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Method { problem, .. } => Some(problem),
            Self::Rule(_) => None,
        }
    }

    pub(super) fn is_rule(&self) -> bool {
        matches!(self, Self::Rule(_))
    }

    /// How exact decoding drafts, if it is that.
    pub(super) fn drafts(&self) -> Option<Drafts> {
        match self {
            Self::Method { drafts, .. } => *drafts,
            Self::Rule(_) => None,
        }
    }

    /// Whether images may have orders of their own.
    pub(super) fn is_random(&self) -> bool {
        match self {
            Self::Method { method, .. } => method.as_ref().is_none_or(|method| method.is_random()),
            Self::Rule(_) => true,
        }
    }

    /// What makes orders under a seed; none of a rule.
    pub(super) fn orders(&self, settings: &TrialSettings) -> Result<Orders<'_>, TrialError> {
        let Self::Method {
            method, problem, ..
        } = self
        else {
            return Ok(Orders { batch: None });
        };
        let method = method.as_deref().ok_or_else(|| TrialError::NoOrders {
            file: settings.method.clone(),
        })?;
        Ok(Orders {
            batch: Some(Batch::new(method, problem, settings.seed)?),
        })
    }

    /// What chooses the cells of so many images, which have some orders, unless a rule
    /// chooses them.
    pub(super) fn chosen<'s>(&'s self, images: usize, orders: &'s [Vec<Cell>]) -> Chosen<'s> {
        match self {
            Self::Rule(rule) => Chosen::Rule { rule, images },
            Self::Method {
                problem,
                drafts: None,
                ..
            } => Chosen::Orders { problem, orders },
            &Self::Method {
                ref problem,
                drafts: Some(drafts),
                ..
            } => Chosen::Exactly {
                problem,
                orders,
                drafts,
            },
        }
    }
}

/// Makes the orders of a trial.
pub(super) struct Orders<'a> {
    batch: Option<Batch<'a>>,
}

impl Orders<'_> {
    /// The orders of some indices; none of a rule.
    pub(super) fn of(
        &self,
        range: Range<u64>,
        watch: &Watch<'_>,
    ) -> Result<Vec<Vec<Cell>>, TrialError> {
        if self.batch.is_none() {
            return Ok(Vec::new());
        }
        let orders = range.into_par_iter().map(|index| {
            let mut order = Vec::new();
            self.make(index, watch, |_, cells| order.extend_from_slice(cells))?;
            Ok(order)
        });
        orders.collect()
    }

    /// Makes the order of an index.
    pub(super) fn make(
        &self,
        index: u64,
        watch: &Watch<'_>,
        take: impl FnMut(u64, &[Cell]),
    ) -> Result<(), TrialError> {
        let Some(batch) = &self.batch else {
            return Ok(());
        };
        let made = batch.make(index..index + 1, take, &|| watch.check());
        made.map_err(|error| match error {
            BatchError::Method(error) => error.into(),
            BatchError::Write(error) => error,
        })
    }
}
