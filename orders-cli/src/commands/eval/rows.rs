//! The table of an evaluation: a row for each method or file at a number of steps.

use orders_analysis::experiment::{MeasureEntry, PooledPoint, PooledResults, SetValue};
use orders_analysis::statistics::Interval;
use orders_analysis::table::{Column, Table, Values};
use orders_model::features::Network;
use serde::Serialize;

use crate::experiment::Catalogues;
use crate::failure::{Failure, Result};

/// A row of the table. Intervals are of means over images, with 95 % confidence.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) method: String,
    pub(super) steps: usize,
    /// Parallel negative log-likelihood, nats per cell.
    pub(super) nats_per_cell: Option<Interval>,
    /// The same of the cells that are not background.
    pub(super) nats_per_foreground_cell: Option<Interval>,
    /// Nats per cell less those of the first method at the same steps, image by
    /// image.
    pub(super) difference: Option<Interval>,
    /// Nats per cell less those of the same method one cell at a time, image by
    /// image: what is lost by generating in parallel.
    pub(super) parallel_loss: Option<Interval>,
    pub(super) samples: Option<Samples>,
    pub(super) time: Option<Time>,
}

/// What generated images are like.
#[derive(Serialize)]
pub(super) struct Samples {
    pub(super) count: u64,
    pub(super) frechet_distance: Option<f64>,
    /// Unbiased polynomial-kernel MMD^2, if the features of real images are there.
    pub(super) mmd: Option<f64>,
    pub(super) mmd_standard_error: Option<f64>,
    pub(super) inception_score: Option<f64>,
    pub(super) inception_score_deviation: Option<f64>,
    /// The share of them that the classifier assigns to the class that was asked for.
    pub(super) class_accuracy: Option<f64>,
    #[serde(skip)]
    pub(super) class_accuracy_standard_error: Option<f64>,
}

/// How long it takes: the best of the runs.
#[derive(Serialize)]
pub(super) struct Time {
    /// Seconds for one image alone.
    pub(super) latency_seconds: Option<f64>,
    /// Images of the batch.
    pub(super) batch: usize,
    /// Images a second in batches.
    pub(super) images_per_second: Option<f64>,
}

/// The rows of results, in their order.
pub(super) fn rows(
    results: &PooledResults,
    catalogues: &Catalogues,
    (count, batch): (u64, usize),
) -> Result<Vec<Row>> {
    let measure = |name| catalogues.measures.entry(name).map_err(Failure::work);
    let nats = measure("nats_per_cell")?;
    let points = results.points();
    let row = |point: &PooledPoint| {
        let mean = |measure: &MeasureEntry| results.mean(point, measure).map_err(Failure::work);
        let steps = point.settings().steps;
        let first = points.iter().find(|first| first.settings().steps == steps);
        let first = first.filter(|first| !std::ptr::eq(*first, point));
        let difference = first.map(|first| results.difference(point, first, nats));
        let value =
            |name| -> Result<Option<SetValue>> { Ok(results.set_value(point, measure(name)?)) };
        let number = |name| Ok::<_, Failure>(value(name)?.map(|found| found.value));
        let error = |name| Ok::<_, Failure>(value(name)?.and_then(|found| found.standard_error));
        let samples = match value("frechet_distance")? {
            None => None,
            Some(_) => Some(Samples {
                count,
                frechet_distance: number("frechet_distance")?,
                mmd: number("mmd")?,
                mmd_standard_error: error("mmd")?,
                inception_score: number("inception_score")?,
                inception_score_deviation: number("inception_score_deviation")?,
                class_accuracy: number("class_accuracy")?,
                class_accuracy_standard_error: error("class_accuracy")?,
            }),
        };
        let time = match value("latency_seconds")? {
            None => None,
            Some(_) => Some(Time {
                latency_seconds: number("latency_seconds")?,
                batch,
                images_per_second: number("images_per_second")?,
            }),
        };
        Ok(Row {
            method: point.label().to_owned(),
            steps,
            nats_per_cell: mean(nats)?,
            nats_per_foreground_cell: mean(measure("nats_per_foreground_cell")?)?,
            difference: difference.transpose().map_err(Failure::work)?.flatten(),
            parallel_loss: mean(measure("parallel_loss")?)?,
            samples,
            time,
        })
    };
    points.iter().map(row).collect()
}

type Number = fn(&Row) -> Option<f64>;
type Ends = fn(&Row) -> Option<Interval>;

/// The rows for programs.
pub(super) fn table(rows: &[Row], network: Option<Network>) -> Result<Table> {
    let number = |name: &str, value: &dyn Fn(&Row) -> Option<f64>| {
        let values = rows
            .iter()
            .map(|row| value(row).filter(|value| value.is_finite()));
        Column::new(name, Values::Number(values.collect()))
    };
    let methods = rows.iter().map(|row| Some(row.method.clone())).collect();
    let steps = rows.iter().map(|row| Some(row.steps as u64)).collect();
    let mut columns = vec![
        Column::new("method", Values::Text(methods)),
        Column::new("steps", Values::Whole(steps)),
    ];
    let intervals: [(&str, Ends); 4] = [
        ("nats_per_cell", |row| row.nats_per_cell),
        ("nats_per_foreground_cell", |row| {
            row.nats_per_foreground_cell
        }),
        ("difference", |row| row.difference),
        ("parallel_loss", |row| row.parallel_loss),
    ];
    for (name, of) in intervals {
        columns.push(number(name, &|row| Some(of(row)?.estimate)));
        columns.push(number(&format!("{name}_low"), &|row| Some(of(row)?.low)));
        columns.push(number(&format!("{name}_high"), &|row| Some(of(row)?.high)));
    }
    let samples: [(&str, Number); 7] = [
        ("frechet_distance", |row| {
            row.samples.as_ref()?.frechet_distance
        }),
        ("mmd", |row| row.samples.as_ref()?.mmd),
        ("mmd_standard_error", |row| {
            row.samples.as_ref()?.mmd_standard_error
        }),
        ("inception_score", |row| {
            row.samples.as_ref()?.inception_score
        }),
        ("inception_score_deviation", |row| {
            row.samples.as_ref()?.inception_score_deviation
        }),
        ("class_accuracy", |row| row.samples.as_ref()?.class_accuracy),
        ("class_accuracy_standard_error", |row| {
            row.samples.as_ref()?.class_accuracy_standard_error
        }),
    ];
    if let Some(network) = network {
        let names = vec![Some(network.name().to_owned()); rows.len()];
        columns.push(Column::new("network", Values::Text(names)));
        let count = if network == Network::Classifier { 7 } else { 5 };
        columns.extend(samples[..count].iter().map(|(name, of)| number(name, of)));
    }
    let times: [(&str, Number); 2] = [
        ("latency_seconds", |row| row.time.as_ref()?.latency_seconds),
        ("images_per_second", |row| {
            row.time.as_ref()?.images_per_second
        }),
    ];
    columns.extend(times.map(|(name, of)| number(name, &of)));
    Table::new(columns).map_err(Failure::work)
}
