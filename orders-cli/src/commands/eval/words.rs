//! The table of an evaluation, for people.

use orders_analysis::experiment::Trial;
use orders_analysis::statistics::Interval;
use orders_analysis::table::TextTable;
use orders_core::UnknownName;
use orders_model::features::Network;
use orders_model::published::PublishedResult;

use super::rows::{Row, Samples, Time};
use crate::failure::{Failure, Result};

/// What marks in the table mean.
pub(super) const LEGEND: &str =
    "**best** at its number of steps; '=': not told apart from the first method given, at 95 %";

/// A column of the table.
struct Column {
    name: &'static str,
    /// What '--sort' calls it; nothing for one that is no measure.
    key: &'static str,
    /// What is better is larger.
    is_better_high: bool,
    /// The number of a row, by which rows are sorted.
    number: fn(&Row) -> Option<f64>,
    /// The same in words.
    cell: fn(&Row) -> Option<String>,
    /// What the published row has.
    published: Option<String>,
}

impl Column {
    fn new(
        (name, key): (&'static str, &'static str),
        number: fn(&Row) -> Option<f64>,
        cell: fn(&Row) -> Option<String>,
    ) -> Self {
        Self {
            name,
            key,
            is_better_high: false,
            number,
            cell,
            published: None,
        }
    }

    fn better_high(mut self) -> Self {
        self.is_better_high = true;
        self
    }

    fn published(mut self, published: Option<f64>) -> Self {
        self.published = published.map(|value| value.to_string());
        self
    }

    /// The number of a row, so that less is better.
    fn cost(&self, row: &Row) -> Option<f64> {
        let number = (self.number)(row)?;
        Some(if self.is_better_high { -number } else { number })
    }

    /// Whether a row is the best of those with as many steps, of which there are others.
    fn is_best(&self, row: &Row, rows: &[Row]) -> bool {
        let same = || rows.iter().filter(|other| other.steps == row.steps);
        let (Some(cost), false) = (self.cost(row), self.key.is_empty()) else {
            return false;
        };
        same().count() > 1 && same().all(|other| self.cost(other).is_none_or(|c| c >= cost))
    }
}

/// The columns that some rows have.
fn columns(
    rows: &[Row],
    network: Option<Network>,
    published: Option<&PublishedResult>,
) -> Vec<Column> {
    let mut columns = Vec::new();
    let has = |number: fn(&Row) -> Option<f64>| rows.iter().any(|row| number(row).is_some());
    let nats = Column::new(
        ("nats per cell", "nats_per_cell"),
        |row| Some(row.nats_per_cell?.estimate),
        |row| row.nats_per_cell.map(interval),
    );
    if has(nats.number) {
        columns.push(nats);
        columns.push(Column::new(
            ("difference to the first", ""),
            |row| Some(row.difference?.estimate),
            |row| row.difference.map(difference),
        ));
    }
    let loss = Column::new(
        ("above one by one", "parallel_loss"),
        |row| Some(row.parallel_loss?.estimate),
        |row| row.parallel_loss.map(interval),
    );
    if has(loss.number) {
        columns.push(loss);
    }
    if let Some(network) = network {
        columns.extend(of_samples(network, published));
    }
    if rows.iter().any(|row| row.time.is_some()) || published.is_some() {
        let latency = Column::new(
            ("latency, s", "latency_seconds"),
            |row| row.time.as_ref()?.latency_seconds,
            |row| of_time(row, |time| Some(format!("{:.3}", time.latency_seconds?))),
        );
        columns.push(latency.published(published.map(|row| row.latency_seconds)));
        let throughput = Column::new(
            ("images/s", "images_per_second"),
            |row| row.time.as_ref()?.images_per_second,
            |row| of_time(row, |time| Some(format!("{:.2}", time.images_per_second?))),
        );
        let published = published.map(|row| row.images_per_second);
        columns.push(throughput.better_high().published(published));
    }
    columns
}

fn of_samples(network: Network, published: Option<&PublishedResult>) -> Vec<Column> {
    let published = published.filter(|_| network == Network::InceptionFid);
    let frechet = Column::new(
        (network.frechet_name(), "frechet_distance"),
        |row| row.samples.as_ref()?.frechet_distance,
        |row| {
            in_samples(row, |samples| {
                Some(format!("{:.2}", samples.frechet_distance?))
            })
        },
    );
    let mmd = Column::new(
        ("MMD^2 x 1000", "mmd"),
        |row| row.samples.as_ref()?.mmd,
        |row| {
            in_samples(row, |samples| {
                let (mmd, error) = (samples.mmd?, samples.mmd_standard_error?);
                Some(format!("{:.3} +- {:.3}", mmd * 1000.0, error * 1000.0))
            })
        },
    );
    let score = Column::new(
        (network.score_name(), "inception_score"),
        |row| row.samples.as_ref()?.inception_score,
        |row| {
            in_samples(row, |samples| {
                let (score, sd) = (samples.inception_score?, samples.inception_score_deviation?);
                Some(format!("{score:.1} +- {sd:.1}"))
            })
        },
    );
    let mut columns = vec![
        frechet.published(published.map(|row| row.fid)),
        mmd,
        score
            .better_high()
            .published(published.map(|row| row.inception_score)),
    ];
    if network == Network::Classifier {
        let accuracy = Column::new(
            ("class accuracy", "class_accuracy"),
            |row| row.samples.as_ref()?.class_accuracy,
            |row| {
                in_samples(row, |samples| {
                    let share = samples.class_accuracy?;
                    let error = samples.class_accuracy_standard_error?;
                    Some(format!("{share:.3} +- {error:.3}"))
                })
            },
        );
        columns.push(accuracy.better_high());
    }
    columns
}

/// Whether rows of some trials can be sorted by a column.
pub(super) fn check_key(key: &str, trials: &[Trial]) -> Result<()> {
    let measured = trials.iter().flat_map(|trial| &trial.settings.measures);
    let mut known: Vec<&str> = Vec::new();
    for name in measured.map(String::as_str) {
        // These have no column of their own.
        let is_shown = ![
            "inception_score_deviation",
            "nats_per_foreground_cell",
            "passes",
        ]
        .contains(&name);
        if is_shown && !known.contains(&name) {
            known.push(name);
        }
        if name == "nats_per_cell" && !known.contains(&"parallel_loss") {
            known.push("parallel_loss");
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
pub(super) fn sort(rows: &mut [Row], key: &str, network: Option<Network>) {
    let columns = columns(rows, network, None);
    let column = columns.iter().find(|column| column.key == key);
    let cost = |row: &Row| {
        column
            .and_then(|column| column.cost(row))
            .unwrap_or(f64::INFINITY)
    };
    rows.sort_by(|a, b| a.steps.cmp(&b.steps).then(cost(a).total_cmp(&cost(b))));
}

/// The rows for people, with the published row of a preset below.
pub(super) fn words(
    rows: &[Row],
    network: Option<Network>,
    published: Option<&PublishedResult>,
) -> String {
    let columns = columns(rows, network, published);
    let mut table = TextTable::new(
        ["method", "steps"]
            .into_iter()
            .chain(columns.iter().map(|column| column.name)),
    );
    for row in rows {
        let mut cells = vec![row.method.clone(), row.steps.to_string()];
        cells.extend(columns.iter().map(|column| {
            let cell = (column.cell)(row).unwrap_or_default();
            match column.is_best(row, rows) {
                true => format!("**{cell}**"),
                false => cell,
            }
        }));
        table.push(cells);
    }
    if let Some(published) = published {
        let mut cells = vec![
            "published, on one A100".to_owned(),
            published.steps.to_string(),
        ];
        cells.extend(
            columns
                .into_iter()
                .map(|column| column.published.unwrap_or_default()),
        );
        table.push(cells);
    }
    table.markdown().trim_end().to_owned()
}

fn in_samples(row: &Row, cell: fn(&Samples) -> Option<String>) -> Option<String> {
    cell(row.samples.as_ref()?)
}

fn of_time(row: &Row, cell: fn(&Time) -> Option<String>) -> Option<String> {
    cell(row.time.as_ref()?)
}

/// An interval in words; the mean alone where there is none.
fn interval(interval: Interval) -> String {
    let Interval {
        estimate,
        low,
        high,
    } = interval;
    match low.is_nan() {
        true => format!("{estimate:.4}"),
        false => format!("{estimate:.4} [{low:.4}, {high:.4}]"),
    }
}

/// A difference in words, with a mark if it may be none.
fn difference(difference: Interval) -> String {
    let may_be_none = difference.low <= 0.0 && difference.high >= 0.0;
    let mark = if may_be_none { " =" } else { "" };
    interval(difference) + mark
}
