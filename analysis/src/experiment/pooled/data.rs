//! What all points of a folder share.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use orders_core::Grid;
use polars::prelude::{BooleanChunked, DataFrame, Float64Chunked};

use super::query::{having, pairs};
use super::{ORDERS, ORDERS_FILE};
use crate::experiment::difference::{NATS, RANDOM};
use crate::experiment::error::ResultsError;
use crate::experiment::measure::{Difference, Measures};
use crate::experiment::tables::{DECODING, Kind, Tables, column_of};
use crate::table::TableError;

/// What all points share.
#[derive(Debug)]
pub(super) struct Data {
    /// A row for each trial.
    pub(super) trials: DataFrame,
    /// The rows of each point.
    pub(super) rows: Vec<Vec<usize>>,
    /// Where the orders of each trial begin, and at the end how many there are.
    pub(super) first_order: Vec<usize>,
    pub(super) partners: Partners,
    /// Names of the parameters.
    pub(super) parameters: Vec<String>,
    pub(super) measures: Measures,
    /// Where the orders are, of which columns are read when they are asked for.
    pub(super) tables: Tables,
    pub(super) orders: Mutex<HashMap<String, Arc<Float64Chunked>>>,
}

/// Rows of the trials whose differences to others are measures.
#[derive(Debug)]
pub(super) struct Partners {
    pub(super) is_one_by_one: Vec<bool>,
    /// The same method one cell at a time.
    pub(super) own: Vec<Option<usize>>,
    /// Random orders one cell at a time.
    pub(super) random: Vec<Option<usize>>,
    /// The same orders, decoded exactly.
    pub(super) exact: Vec<Option<usize>>,
}

impl Data {
    /// Orders of a trial.
    pub(super) fn orders(&self, row: usize) -> usize {
        self.range(row).len()
    }

    /// Where the orders of a trial are.
    pub(super) fn range(&self, row: usize) -> Range<usize> {
        self.first_order[row]..self.first_order[row + 1]
    }

    /// The trials of whose values a difference is one.
    pub(super) fn pair(&self, row: usize, difference: Difference) -> Option<(usize, usize)> {
        let partners = &self.partners;
        match difference {
            // Itself has none.
            Difference::ParallelLoss if partners.is_one_by_one[row] => None,
            Difference::ParallelLoss => Some((row, partners.own[row]?)),
            Difference::LearningError => Some((partners.own[row]?, partners.random[row]?)),
            Difference::FactorisationLoss => Some((row, partners.exact[row]?)),
        }
    }

    /// A column of the table of orders, which is read when it is asked for first.
    ///
    /// Several threads are to ask only behind a first one: polars has threads of its own, and
    /// while one of ours waits for them it takes up other work, which may ask here as well. So
    /// nothing is locked while the table is read.
    pub(super) fn of_orders(&self, name: &str) -> Result<Arc<Float64Chunked>, ResultsError> {
        let known = || self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(column) = known().get(name) {
            return Ok(Arc::clone(column));
        }
        let mut frame = self
            .tables
            .read(Kind::Orders, Some(vec![name.to_owned()]))?;
        frame.rechunk_mut();
        let column = frame.column(name).map_err(TableError::from)?.f64();
        let column = Arc::new(column.map_err(TableError::from)?.clone());
        if Some(&column.len()) != self.first_order.last() {
            let rows = column.len();
            return Err(ResultsError::Table(TableError::Format {
                reason: format!(
                    "the table of orders has {rows} rows, which are not those of its trials"
                ),
            }));
        }
        known().insert(name.to_owned(), Arc::clone(&column));
        Ok(column)
    }
}

/// The partners of trials with likelihoods: everything but sizes is the same, and for
/// random ones the method.
pub(super) fn partners(trials: &DataFrame, parameters: &[String]) -> Result<Partners, TableError> {
    let count = trials.height();
    let mut found = Partners {
        is_one_by_one: vec![false; count],
        own: vec![None; count],
        random: vec![None; count],
        exact: vec![None; count],
    };
    let Ok(nats) = trials.column(NATS) else {
        return Ok(found);
    };
    let grids = trials.column("grid")?.str()?.iter();
    let steps = trials.column("steps")?.u64()?.iter();
    let nats = nats.f64()?.iter();
    let is_one_by_one = grids.zip(steps).zip(nats).map(|((grid, steps), nats)| {
        let grid: Option<Grid> = grid.and_then(|text| text.parse().ok());
        nats.is_some() && grid.map(|grid| grid.cells() as u64) == steps
    });
    found.is_one_by_one = is_one_by_one.collect();
    if let Ok(decodings) = trials.column(DECODING) {
        let is_parallel = decodings.is_null();
        let all = found.is_one_by_one.iter_mut().zip(is_parallel.iter());
        all.for_each(|(is_one_by_one, is_parallel)| *is_one_by_one &= is_parallel == Some(true));
    }
    let mask: BooleanChunked = found.is_one_by_one.iter().map(|&is| Some(is)).collect();
    let random = having(trials.column("method")?, RANDOM)?;

    let shared = ["grid", "field", "model", "seed", ORDERS].map(str::to_owned);
    let mut own = shared.to_vec();
    own.push("method".into());
    own.extend(parameters.iter().map(|name| column_of(name)));
    own.extend(
        trials
            .column(ORDERS_FILE)
            .is_ok()
            .then(|| ORDERS_FILE.into()),
    );
    for (of_trial, partner) in pairs(trials, trials, &mask, &own)? {
        found.own[of_trial] = Some(partner);
    }
    for (of_trial, partner) in pairs(trials, trials, &(&mask & &random), &shared)? {
        found.random[of_trial] = Some(partner);
    }
    if let Ok(decodings) = trials.column(DECODING) {
        let is_exact = decodings.is_not_null() & trials.column(NATS)?.is_not_null();
        own.push("group_sizes".to_owned());
        for (of_trial, partner) in pairs(trials, trials, &is_exact, &own)? {
            let is_parallel = decodings.is_null().get(of_trial) == Some(true);
            found.exact[of_trial] = is_parallel.then_some(partner);
        }
    }
    Ok(found)
}
