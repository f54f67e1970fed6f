//! Making and measuring the orders of a trial.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ndarray::{Array2, ArrayView2, Axis, s};
use orders_core::{BatchError, Cell, GroupSizes, OrderingMethod, Problem, stream_batch};

use super::error::TrialError;
use super::measure::Measurer;
use super::trial::{Estimate, FORMAT, Tools, TrialResult, TrialSettings, sha256_of};
use crate::information::{Covariance, Field};
use crate::statistics::{BootstrapParams, Running, mean_intervals};
use crate::workers::Workers;

/// Makes the orders of a trial, measures them, and takes their means.
///
/// Work is spread over the current rayon pool. The result depends on the settings
/// only. `should_stop` is asked before every order.
///
/// # Errors
///
/// [`TrialError::Stopped`] if `should_stop` said so; else what is wrong with the
/// settings, which are right in a [`Plan`](super::Plan).
pub fn run_trial(
    settings: &TrialSettings,
    tools: &Tools<'_>,
    program: &str,
    should_stop: &(dyn Fn() -> bool + Sync),
) -> Result<TrialResult, TrialError> {
    let mut fields = TrialFields::default();
    fields.read_of(settings)?;
    run_trial_with(&fields, settings, tools, program, should_stop)
}

/// As [`run_trial`], with fields that are there already.
pub(super) fn run_trial_with(
    fields: &TrialFields,
    settings: &TrialSettings,
    tools: &Tools<'_>,
    program: &str,
    should_stop: &(dyn Fn() -> bool + Sync),
) -> Result<TrialResult, TrialError> {
    let refused = |reason| TrialError::Settings { reason };
    let grid = settings.parsed_grid().map_err(refused)?;
    let method = settings.parsed_method(grid, tools.catalogue)?;
    let measures = settings.parsed_measures().map_err(refused)?;
    let sizes = GroupSizes::new(settings.group_sizes.clone());
    let sizes = sizes.map_err(|error| refused(error.to_string()))?;
    let problem = Problem::new(grid, sizes.clone()).map_err(|error| refused(error.to_string()))?;

    let field = fields.of(settings);
    let covariance = field
        .map(|field| Covariance::of_field(field, grid))
        .transpose()?;
    let judge = tools.judge_of(settings)?;
    let measurer = Measurer::new(&problem, &measures, covariance.as_ref(), judge)?;
    let width = (sizes.steps() + 1) * measures.len();
    let values = measured(
        settings,
        method.as_ref(),
        &problem,
        (measurer, width),
        should_stop,
    )?;
    let steps = problem.group_sizes().steps();
    let estimates = estimates(values.view())?;
    let mut result = TrialResult {
        format: FORMAT,
        program: program.into(),
        key: settings.key().to_string(),
        settings: settings.clone(),
        orders: BTreeMap::new(),
        totals: BTreeMap::new(),
        steps: BTreeMap::new(),
    };
    // The columns are, for each row (steps, then the total), the measures.
    let column = |row: usize, measure: usize| row * measures.len() + measure;
    for (index, measure) in measures.iter().enumerate() {
        let name = || measure.name().to_owned();
        let total = column(steps, index);
        let orders = values.column(total).mapv(present).to_vec();
        result.orders.insert(name(), orders);
        result.totals.insert(name(), estimates[total]);
        if measure.is_of_steps() {
            let steps = (0..steps).map(|step| estimates[column(step, index)]);
            result.steps.insert(name(), steps.collect());
        }
    }
    Ok(result)
}

/// The fields of some trials, by their texts. Each is read once, since a file may be
/// long.
#[derive(Default)]
pub(super) struct TrialFields(BTreeMap<String, Field>);

impl TrialFields {
    /// Adds the field of a trial.
    pub(super) fn read_of(&mut self, settings: &TrialSettings) -> Result<(), TrialError> {
        let Some(text) = &settings.field else {
            return Ok(());
        };
        if !self.0.contains_key(text) {
            self.0.insert(text.clone(), Field::read(text)?);
        }
        if self.0.get(text).and_then(sha256_of) != settings.field_sha256 {
            return Err(TrialError::FieldChanged {
                field: text.clone(),
            });
        }
        Ok(())
    }

    /// The field of a trial that was added.
    fn of(&self, settings: &TrialSettings) -> Option<&Field> {
        self.0.get(settings.field.as_ref()?)
    }
}

/// A row for each order: the measures of each step, then of the order.
fn measured(
    settings: &TrialSettings,
    method: &dyn OrderingMethod,
    problem: &Problem,
    (prototype, width): (Measurer<'_>, usize),
    should_stop: &(dyn Fn() -> bool + Sync),
) -> Result<Array2<f64>, TrialError> {
    let workers = Workers::new(prototype);
    let failed: Mutex<Option<TrialError>> = Mutex::new(None);
    // Whole at every moment, also after a panic elsewhere.
    let failed = || failed.lock().unwrap_or_else(PoisonError::into_inner);

    let encode = |index: u64, cells: &[Cell], out: &mut Vec<f64>| {
        let end = out.len() + width;
        if !should_stop() && failed().is_none() {
            let measured = workers.with(|measurer| measurer.measure(index, cells, out));
            if let Err(error) = measured {
                *failed() = Some(error);
            }
        }
        out.resize(end, f64::NAN);
    };
    // The orders of a method without chance are all the same, images are not.
    let made = if method.is_random() || workers.prototype.tells_same_orders_apart() {
        settings.orders
    } else {
        1
    };
    let mut values: Vec<f64> = Vec::new();
    let take = |_: u64, chunk: &[f64]| -> Result<(), TrialError> {
        if let Some(error) = failed().take() {
            return Err(error);
        }
        if should_stop() {
            return Err(TrialError::Stopped);
        }
        values.extend_from_slice(chunk);
        Ok(())
    };
    stream_batch(method, problem, made, settings.seed, encode, take).map_err(
        |error| match error {
            BatchError::Method(error) => error.into(),
            BatchError::Write(error) => error,
        },
    )?;
    if made < settings.orders {
        values = values.repeat(settings.orders as usize);
    }
    let shape = (settings.orders as usize, width);
    Array2::from_shape_vec(shape, values).map_err(|error| TrialError::Settings {
        reason: error.to_string(),
    })
}

/// The means of all columns, each over the orders that have a value.
fn estimates(values: ArrayView2<'_, f64>) -> Result<Vec<Estimate>, TrialError> {
    let params = BootstrapParams::default();
    let mut estimates: Vec<Estimate> = values
        .axis_iter(Axis(1))
        .map(|column| {
            let mut running = Running::default();
            column
                .iter()
                .filter_map(|&value| present(value))
                .for_each(|value| running.add(value));
            Estimate {
                count: running.count(),
                mean: running.mean(),
                sd: running.sd(),
                low: None,
                high: None,
            }
        })
        .collect();
    if values.nrows() < 2 {
        return Ok(estimates);
    }
    // Whether a measure has a value depends on the group sizes, so that nearly
    // all columns are full or empty. Full ones share their resamples.
    let is_full = |estimate: &Estimate| estimate.count == values.nrows() as u64;
    let full: Vec<usize> = (0..estimates.len())
        .filter(|&i| is_full(&estimates[i]))
        .collect();
    let mut set = |index: usize, interval: Option<crate::statistics::Interval>| {
        estimates[index].low = interval.map(|interval| interval.low);
        estimates[index].high = interval.map(|interval| interval.high);
    };
    let intervals = mean_intervals(values.select(Axis(1), &full).view(), &params)?;
    for (&index, interval) in full.iter().zip(intervals) {
        set(index, interval);
    }
    for index in 0..values.ncols() {
        let column = values.slice(s![.., index]);
        let some: Vec<f64> = column.iter().filter_map(|&value| present(value)).collect();
        if some.len() >= 2 && some.len() < values.nrows() {
            let column = ArrayView2::from_shape((some.len(), 1), &some);
            let column = column.map_err(|error| TrialError::Settings {
                reason: error.to_string(),
            })?;
            set(index, mean_intervals(column, &params)?.pop().flatten());
        }
    }
    Ok(estimates)
}

fn present(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}
