//! The table of an evaluation, for people.

use orders_analysis::statistics::Interval;
use orders_analysis::table::TextTable;
use orders_model::features::Network;
use orders_model::published::PublishedResult;

use super::rows::{Row, Samples, Time};

/// What a row has in a column.
type Cell = Box<dyn Fn(&Row) -> Option<String>>;

/// The rows for people, with the published row of a preset below.
pub(super) fn words(
    rows: &[Row],
    network: Option<Network>,
    published: Option<&PublishedResult>,
) -> String {
    // The name of each column, its cells, and the published row's.
    let mut columns: Vec<(&str, Cell, Option<String>)> = vec![
        (
            "method",
            Box::new(|row| Some(row.method.clone())),
            Some("published, on one A100".into()),
        ),
        (
            "steps",
            Box::new(|row| Some(row.steps.to_string())),
            published.map(|row| row.steps.to_string()),
        ),
    ];
    if rows.iter().any(|row| row.nats_per_cell.is_some()) {
        let nats: Cell = Box::new(|row| row.nats_per_cell.map(interval));
        let difference: Cell = Box::new(|row| row.difference.map(interval));
        columns.push(("nats per cell", nats, None));
        columns.push(("difference to the first", difference, None));
    }
    if rows.iter().any(|row| row.parallel_loss.is_some()) {
        let loss: Cell = Box::new(|row| row.parallel_loss.map(interval));
        columns.push(("above one by one", loss, None));
    }
    if let Some(network) = network {
        let published = published.filter(|_| network == Network::InceptionFid);
        columns.push((
            network.frechet_name(),
            of_samples(|samples| Some(format!("{:.2}", samples.frechet_distance?))),
            published.map(|row| row.fid.to_string()),
        ));
        let mmd = of_samples(|samples| {
            let (mmd, error) = (samples.mmd?, samples.mmd_standard_error?);
            Some(format!("{:.3} +- {:.3}", mmd * 1000.0, error * 1000.0))
        });
        columns.push(("MMD^2 x 1000", mmd, None));
        columns.push((
            network.score_name(),
            of_samples(|samples| {
                let (score, sd) = (samples.inception_score?, samples.inception_score_deviation?);
                Some(format!("{score:.1} +- {sd:.1}"))
            }),
            published.map(|row| row.inception_score.to_string()),
        ));
        if network == Network::Classifier {
            let accuracy = of_samples(|samples| {
                let share = samples.class_accuracy?;
                let error = samples.class_accuracy_standard_error?;
                Some(format!("{share:.3} +- {error:.3}"))
            });
            columns.push(("class accuracy", accuracy, None));
        }
    }
    if rows.iter().any(|row| row.time.is_some()) || published.is_some() {
        columns.push((
            "latency, s",
            of_time(|time| Some(format!("{:.3}", time.latency_seconds?))),
            published.map(|row| row.latency_seconds.to_string()),
        ));
        columns.push((
            "images/s",
            of_time(|time| Some(format!("{:.2}", time.images_per_second?))),
            published.map(|row| row.images_per_second.to_string()),
        ));
    }

    let mut table = TextTable::new(columns.iter().map(|(name, ..)| *name));
    for row in rows {
        let cells = columns
            .iter()
            .map(|(_, cell, _)| cell(row).unwrap_or_default());
        table.push(cells);
    }
    if published.is_some() {
        table.push(
            columns
                .into_iter()
                .map(|(.., cell)| cell.unwrap_or_default()),
        );
    }
    table.markdown().trim_end().to_owned()
}

fn of_samples(cell: fn(&Samples) -> Option<String>) -> Cell {
    Box::new(move |row| cell(row.samples.as_ref()?))
}

fn of_time(cell: fn(&Time) -> Option<String>) -> Cell {
    Box::new(move |row| cell(row.time.as_ref()?))
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
