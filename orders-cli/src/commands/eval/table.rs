//! The table of an evaluation: a row for each method or file at a number of steps.

use std::collections::BTreeMap;

use orders_analysis::experiment::{PooledPoint, PooledResults, ResultsError, Trial};
use orders_analysis::statistics::Interval;
use orders_analysis::table::{Column, Table, TableError, TextTable, Values};
use orders_core::UnknownName;
use orders_model::features::Network;
use orders_model::published::PublishedResult;
use serde_json::{Value, json};

use crate::failure::{Failure, Result};

/// What marks in the table mean.
pub(super) const LEGEND: &str =
    "**best** at its number of steps; '=': not told apart from the first method given, at 95 %";
/// Means over images, with intervals. The difference is to the first method at the same
/// steps, image by image.
const OF_IMAGES: [&str; 5] = [
    "nats_per_cell",
    "nats_per_foreground_cell",
    "passes_per_image",
    "difference",
    "parallel_loss",
];
/// What generated images have; the last two of a classifier alone.
const OF_SAMPLES: [&str; 7] = [
    "frechet_distance",
    "mmd",
    "mmd_standard_error",
    "inception_score",
    "inception_score_deviation",
    "class_accuracy",
    "class_accuracy_standard_error",
];
const OF_TIME: [&str; 2] = ["latency_seconds", "images_per_second"];
const PASSES: &str = OF_IMAGES[2];
const BETTER_HIGH: [&str; 3] = ["inception_score", "class_accuracy", "images_per_second"];

/// A row of the table.
pub(super) struct Row {
    method: String,
    steps: u64,
    /// Whether tokens are those of one by one, whatever the steps.
    is_exact: bool,
    /// By the names of columns; standard errors as well.
    means: BTreeMap<String, Interval>,
}

/// The rows of results, in their order.
pub(super) fn rows(results: &PooledResults) -> Result<Vec<Row>, ResultsError> {
    let points: Vec<PooledPoint<'_>> = results.points().collect();
    let row = |point: &PooledPoint<'_>| Row {
        method: point.label(),
        steps: point.steps(),
        is_exact: point.setting("decoding").is_some(),
        means: BTreeMap::new(),
    };
    let mut rows: Vec<Row> = points.iter().map(row).collect();
    for measure in results.measures() {
        let name = measure.name();
        for ((row, point), mean) in rows.iter_mut().zip(&points).zip(results.means(measure)?) {
            row.means.extend(mean.map(|mean| (name.to_owned(), mean)));
            let error = results.set_value(*point, measure);
            let error = error.and_then(|value| value.standard_error);
            let (low, high) = (f64::NAN, f64::NAN);
            row.means.extend(error.map(|estimate| {
                let error = Interval {
                    estimate,
                    low,
                    high,
                };
                (format!("{name}_standard_error"), error)
            }));
        }
    }
    if let Ok(nats) = results.measure(OF_IMAGES[0]) {
        for place in 1..rows.len() {
            if let Some(first) = first_of(&rows, place).filter(|&first| first != place) {
                let difference = results.difference(points[place], points[first], nats)?;
                let difference = difference.map(|mean| ("difference".to_owned(), mean));
                rows[place].means.extend(difference);
            }
        }
    }
    Ok(rows)
}

/// The row that another one is compared with: the first with as many steps. Of a scheduler
/// whose images take other numbers of them, the first whose number is nearest to the mean.
fn first_of(rows: &[Row], place: usize) -> Option<usize> {
    let row = &rows[place];
    let passes = row.number(PASSES).filter(|_| !row.is_exact);
    let steps = match passes.filter(|&passes| passes != row.steps as f64) {
        None => row.steps,
        Some(passes) => {
            let known = rows.iter().filter(|row| row.steps > 0);
            let distance = |row: &&Row| (row.steps as f64 - passes).abs();
            let nearest = known.min_by(|a, b| distance(a).total_cmp(&distance(b)));
            nearest?.steps
        }
    };
    rows.iter().position(|first| first.steps == steps)
}

impl Row {
    fn number(&self, name: &str) -> Option<f64> {
        self.means.get(name).map(|mean| mean.estimate)
    }

    /// The number of steps, unless a scheduler finds it out for each image.
    fn found_steps(&self) -> Option<u64> {
        (self.steps > 0).then_some(self.steps)
    }

    /// A number by which less is better.
    fn cost(&self, name: &str) -> Option<f64> {
        let number = self.number(name)?;
        Some(if BETTER_HIGH.contains(&name) {
            -number
        } else {
            number
        })
    }

    /// Whether it is the best by a column of those with as many steps, of which there are
    /// others.
    fn is_best(&self, name: &str, rows: &[Self]) -> bool {
        let same = || rows.iter().filter(|other| other.steps == self.steps);
        let Some(cost) = self.cost(name).filter(|_| name != "difference") else {
            return false;
        };
        same().count() > 1 && same().all(|other| other.cost(name).is_none_or(|c| c >= cost))
    }

    /// The row for programs, of so many generated images and of batches of this size.
    pub(super) fn json(&self, count: u64, batch: usize) -> Value {
        let mut row = json!({
            "method": self.method,
            "steps": self.found_steps(),
            "samples": null,
            "time": null,
        });
        for name in OF_IMAGES {
            row[name] = json!(self.means.get(name));
        }
        if self.number(OF_SAMPLES[0]).is_some() {
            row["samples"] = json!({"count": count});
            for name in &OF_SAMPLES[..6] {
                row["samples"][name] = json!(self.number(name));
            }
        }
        if self.number(OF_TIME[0]).is_some() {
            row["time"] = json!({"batch": batch});
            for name in OF_TIME {
                row["time"][name] = json!(self.number(name));
            }
        }
        row
    }

    /// What a column says, for people.
    fn cell(&self, name: &str) -> Option<String> {
        let mean = self.means.get(name)?;
        let number = |suffix: &str| self.number(&format!("{name}{suffix}"));
        Some(match name {
            "difference" => {
                let may_be_none = mean.low <= 0.0 && mean.high >= 0.0;
                interval(*mean) + if may_be_none { " =" } else { "" }
            }
            "passes_per_image" | "frechet_distance" | "images_per_second" => {
                format!("{:.2}", mean.estimate)
            }
            "mmd" => {
                let error = number("_standard_error")?;
                format!("{:.3} +- {:.3}", mean.estimate * 1000.0, error * 1000.0)
            }
            "inception_score" => format!("{:.1} +- {:.1}", mean.estimate, number("_deviation")?),
            "class_accuracy" => {
                format!("{:.3} +- {:.3}", mean.estimate, number("_standard_error")?)
            }
            "latency_seconds" => format!("{:.3}", mean.estimate),
            _ => interval(*mean),
        })
    }
}

/// An interval in words; the mean alone where there is none.
fn interval(
    Interval {
        estimate,
        low,
        high,
    }: Interval,
) -> String {
    match low.is_nan() {
        true => format!("{estimate:.4}"),
        false => format!("{estimate:.4} [{low:.4}, {high:.4}]"),
    }
}

/// The rows as columns.
pub(super) fn table(rows: &[Row], network: Option<Network>) -> Result<Table, TableError> {
    let number = |name: &str, value: &dyn Fn(&Row) -> Option<f64>| {
        let values = rows.iter().map(|row| value(row).filter(|v| v.is_finite()));
        Column::new(name, Values::Number(values.collect()))
    };
    let methods = rows.iter().map(|row| Some(row.method.clone())).collect();
    let steps = rows.iter().map(Row::found_steps).collect();
    let mut columns = vec![
        Column::new("method", Values::Text(methods)),
        Column::new("steps", Values::Whole(steps)),
    ];
    for name in OF_IMAGES {
        let mean = |row: &Row| row.means.get(name).copied();
        columns.push(number(name, &|row| Some(mean(row)?.estimate)));
        columns.push(number(&format!("{name}_low"), &|row| Some(mean(row)?.low)));
        columns.push(number(&format!("{name}_high"), &|row| {
            Some(mean(row)?.high)
        }));
    }
    if let Some(network) = network {
        let names = vec![Some(network.name().to_owned()); rows.len()];
        columns.push(Column::new("network", Values::Text(names)));
        let count = if network == Network::Classifier { 7 } else { 5 };
        let names = OF_SAMPLES[..count].iter();
        columns.extend(names.map(|name| number(name, &|row| row.number(name))));
    }
    columns.extend(OF_TIME.map(|name| number(name, &|row| row.number(name))));
    Table::new(columns)
}

/// The columns for people that rows have, with their headers.
fn shown(
    rows: &[Row],
    network: Option<Network>,
    is_preset: bool,
) -> Vec<(&'static str, &'static str)> {
    let has = |name: &str| rows.iter().any(|row| row.number(name).is_some());
    let mut columns = Vec::new();
    if has("nats_per_cell") {
        columns.push(("nats_per_cell", "nats per cell"));
        columns.push(("difference", "difference to the first"));
    }
    if has(PASSES) {
        columns.push((PASSES, "passes"));
    }
    if has("parallel_loss") {
        columns.push(("parallel_loss", "above one by one"));
    }
    if let Some(network) = network {
        columns.push(("frechet_distance", network.frechet_name()));
        columns.push(("mmd", "MMD^2 x 1000"));
        columns.push(("inception_score", network.score_name()));
        let accuracy = ("class_accuracy", "class accuracy");
        columns.extend((network == Network::Classifier).then_some(accuracy));
    }
    if is_preset || has("latency_seconds") {
        columns.push(("latency_seconds", "latency, s"));
        columns.push(("images_per_second", "images/s"));
    }
    columns
}

/// Whether rows of some trials can be sorted by a column.
pub(super) fn check_key(key: &str, trials: &[Trial]) -> Result<()> {
    let measured = trials.iter().flat_map(|trial| &trial.settings.measures);
    let mut known: Vec<&str> = Vec::new();
    for name in measured.map(String::as_str) {
        // These have no column of their own.
        let is_hidden = [
            "inception_score_deviation",
            "nats_per_foreground_cell",
            "passes",
        ];
        if !is_hidden.contains(&name) && !known.contains(&name) {
            known.push(name);
            known.extend((name == "nats_per_cell").then_some("parallel_loss"));
        }
    }
    match known.contains(&key) {
        true => Ok(()),
        false => Err(Failure::input(format!(
            "--sort: {}",
            UnknownName::new("column", key, known)
        ))),
    }
}

/// Sorts rows: fewer steps first, and among those of as many the best by a column first.
pub(super) fn sort(rows: &mut [Row], key: &str) {
    let cost = |row: &Row| row.cost(key).unwrap_or(f64::INFINITY);
    rows.sort_by(|a, b| a.steps.cmp(&b.steps).then(cost(a).total_cmp(&cost(b))));
}

/// The rows for people, with the published row of a preset below.
pub(super) fn words(
    rows: &[Row],
    network: Option<Network>,
    published: Option<&PublishedResult>,
) -> String {
    let columns = shown(rows, network, published.is_some());
    let headers = columns.iter().map(|(_, header)| *header);
    let mut table = TextTable::new(["method", "steps"].into_iter().chain(headers));
    for row in rows {
        let steps = row.found_steps();
        let steps = steps.map_or_else(|| "found".into(), |steps| steps.to_string());
        let mut cells = vec![row.method.clone(), steps];
        for (name, _) in &columns {
            let cell = row.cell(name).unwrap_or_default();
            cells.push(match row.is_best(name, rows) {
                true => format!("**{cell}**"),
                false => cell,
            });
        }
        table.push(cells);
    }
    if let Some(published) = published {
        let is_fid = network == Some(Network::InceptionFid);
        let mut cells = vec![
            "published, on one A100".to_owned(),
            published.steps.to_string(),
        ];
        cells.extend(columns.iter().map(|(name, _)| match *name {
            "frechet_distance" if is_fid => published.fid.to_string(),
            "inception_score" if is_fid => published.inception_score.to_string(),
            "latency_seconds" => published.latency_seconds.to_string(),
            "images_per_second" => published.images_per_second.to_string(),
            _ => String::new(),
        }));
        table.push(cells);
    }
    table.markdown().trim_end().to_owned()
}
