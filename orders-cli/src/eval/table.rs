//! The table of an evaluation: a row for each variant.

use orders_analysis::statistics::{BootstrapParams, Interval, mean_interval};
use orders_analysis::table::{Column, Table, Values};
use orders_model::features::Network;
use serde::Serialize;

use super::result::{Name, SampleResult, TimeResult, VariantResult};
use crate::failure::{Failure, Result};

/// A row of the table. Intervals are of means over images, with 95 % confidence.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) method: String,
    pub(crate) steps: usize,
    /// Parallel negative log-likelihood, nats per cell.
    pub(crate) nats_per_cell: Option<Interval>,
    /// The same of the cells that are not background.
    pub(crate) nats_per_foreground_cell: Option<Interval>,
    /// Nats per cell less those of the first method at the same steps, image by
    /// image.
    pub(crate) difference: Option<Interval>,
    /// Nats per cell less those of the same method one cell at a time, image by
    /// image: what is lost by generating in parallel.
    pub(crate) parallel_loss: Option<Interval>,
    pub(crate) samples: Option<SampleResult>,
    pub(crate) time: Option<TimeResult>,
}

/// The rows of results, in their order.
pub(super) fn rows(results: Vec<VariantResult>) -> Result<Vec<Row>> {
    let nats = |result: &VariantResult| {
        let likelihood = result.likelihood.as_ref();
        likelihood.map(|likelihood| likelihood.nats_per_cell.clone())
    };
    let all: Vec<(Name, Option<Vec<f64>>)> = results
        .iter()
        .map(|result| (result.name.clone(), nats(result)))
        .collect();
    let less = |nats: &[f64], others: Option<&Vec<f64>>| {
        others
            .map(|others| {
                let pairs = nats.iter().zip(others);
                interval(&pairs.map(|(a, b)| a - b).collect::<Vec<f64>>())
            })
            .transpose()
    };
    let mut rows = Vec::with_capacity(results.len());
    for (index, result) in results.into_iter().enumerate() {
        let (name, nats) = &all[index];
        let first = all
            .iter()
            .position(|(other, _)| other.steps() == name.steps());
        let first = first.filter(|&first| first != index);
        let first = first.and_then(|first| all[first].1.as_ref());
        let one_by_one = all.iter().find(|(other, _)| other.is_one_by_one(name));
        let one_by_one = one_by_one.and_then(|(_, nats)| nats.as_ref());
        let (mut difference, mut parallel_loss) = (None, None);
        if let Some(nats) = nats {
            difference = less(nats, first)?;
            parallel_loss = less(nats, one_by_one)?;
        }
        let foreground: Option<Vec<f64>> = result.likelihood.as_ref().map(|likelihood| {
            let of_images = &likelihood.nats_per_foreground_cell;
            of_images.iter().copied().flatten().collect()
        });
        let foreground = foreground.filter(|foreground| !foreground.is_empty());
        rows.push(Row {
            method: name.label(),
            steps: name.steps(),
            nats_per_cell: nats.as_deref().map(interval).transpose()?,
            nats_per_foreground_cell: foreground.as_deref().map(interval).transpose()?,
            difference,
            parallel_loss,
            samples: result.samples,
            time: result.time,
        });
    }
    Ok(rows)
}

/// A mean with its 95 % interval; of one value, the value.
fn interval(values: &[f64]) -> Result<Interval> {
    if let [value] = *values {
        return Ok(Interval {
            estimate: value,
            low: value,
            high: value,
        });
    }
    mean_interval(values, &BootstrapParams::default()).map_err(Failure::work)
}

/// The name of a column and how its numbers come from something.
type Numbers<T, N> = (&'static str, fn(&T) -> N);

/// The rows for programs.
pub(super) fn table(rows: &[Row], network: Option<Network>) -> Result<Table> {
    let number =
        |value: &dyn Fn(&Row) -> Option<f64>| Values::Number(rows.iter().map(value).collect());
    let methods = rows.iter().map(|row| Some(row.method.clone())).collect();
    let steps = rows.iter().map(|row| Some(row.steps as u64)).collect();
    let mut columns = vec![
        Column::new("method", Values::Text(methods)),
        Column::new("steps", Values::Whole(steps)),
    ];
    let intervals: [Numbers<Row, Option<Interval>>; 4] = [
        ("nats_per_cell", |row| row.nats_per_cell),
        ("nats_per_foreground_cell", |row| {
            row.nats_per_foreground_cell
        }),
        ("difference", |row| row.difference),
        ("parallel_loss", |row| row.parallel_loss),
    ];
    for (name, of) in intervals {
        let ends: [Numbers<Interval, f64>; 3] = [
            ("", |interval| interval.estimate),
            ("_low", |interval| interval.low),
            ("_high", |interval| interval.high),
        ];
        for (end, part) in ends {
            let values = number(&|row| of(row).as_ref().map(part));
            columns.push(Column::new(format!("{name}{end}"), values));
        }
    }
    if let Some(network) = network {
        let names = vec![Some(network.name().to_owned()); rows.len()];
        columns.push(Column::new("network", Values::Text(names)));
        let samples: [Numbers<SampleResult, Option<f64>>; 5] = [
            ("frechet_distance", |samples| Some(samples.frechet_distance)),
            ("mmd", |samples| samples.mmd),
            ("mmd_standard_error", |samples| samples.mmd_standard_error),
            ("inception_score", |samples| Some(samples.inception_score)),
            ("inception_score_deviation", |samples| {
                Some(samples.inception_score_deviation)
            }),
        ];
        for (name, of) in samples {
            let values = number(&|row| row.samples.as_ref().and_then(of));
            columns.push(Column::new(name, values));
        }
    }
    if network == Some(Network::Classifier) {
        let accuracy: [Numbers<SampleResult, Option<f64>>; 2] = [
            ("class_accuracy", |samples| samples.class_accuracy),
            ("class_accuracy_standard_error", |samples| {
                samples.class_accuracy_standard_error()
            }),
        ];
        for (name, of) in accuracy {
            let values = number(&|row| row.samples.as_ref().and_then(of));
            columns.push(Column::new(name, values));
        }
    }
    let times: [Numbers<TimeResult, f64>; 2] = [
        ("latency_seconds", |time| time.latency_seconds),
        ("images_per_second", |time| time.images_per_second),
    ];
    for (name, of) in times {
        let values = number(&|row| row.time.as_ref().map(of));
        columns.push(Column::new(name, values));
    }
    Table::new(columns).map_err(Failure::work)
}
