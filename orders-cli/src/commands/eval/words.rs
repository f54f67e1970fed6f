//! The table of an evaluation, for people.

use orders_analysis::statistics::Interval;
use orders_analysis::table::TextTable;
use orders_model::features::Network;
use orders_model::published::PublishedResult;

use crate::eval::{Row, SampleResult};

/// The rows for people, with the published row of a preset below.
pub(super) fn words(
    rows: &[Row],
    network: Option<Network>,
    published: Option<&PublishedResult>,
) -> String {
    let has_nats = rows.iter().any(|row| row.nats_per_cell.is_some());
    let has_time = rows.iter().any(|row| row.time.is_some()) || published.is_some();
    let mut header = vec!["method", "steps"];
    let has_loss = rows.iter().any(|row| row.parallel_loss.is_some());
    if has_nats {
        header.extend(["nats per cell", "difference to the first"]);
    }
    if has_loss {
        header.push("above one by one");
    }
    if let Some(network) = network {
        header.extend([network.frechet_name(), "MMD^2 x 1000", network.score_name()]);
    }
    let has_accuracy = network == Some(Network::Classifier);
    if has_accuracy {
        header.push("class accuracy");
    }
    if has_time {
        header.extend(["latency, s", "images/s"]);
    }
    let mut table = TextTable::new(header);
    for row in rows {
        let mut cells = vec![row.method.clone(), row.steps.to_string()];
        if has_nats {
            cells.extend([row.nats_per_cell, row.difference].map(shown));
        }
        if has_loss {
            cells.push(shown(row.parallel_loss));
        }
        if network.is_some() {
            cells.extend(match &row.samples {
                None => [const { String::new() }; 3],
                Some(samples) => [
                    format!("{:.2}", samples.frechet_distance),
                    match (samples.mmd, samples.mmd_standard_error) {
                        (Some(mmd), Some(error)) => {
                            format!("{:.3} +- {:.3}", mmd * 1000.0, error * 1000.0)
                        }
                        _ => String::new(),
                    },
                    format!(
                        "{:.1} +- {:.1}",
                        samples.inception_score, samples.inception_score_deviation
                    ),
                ],
            });
        }
        if has_accuracy {
            let samples = row.samples.as_ref();
            let of = |samples: &SampleResult| {
                let error = samples.class_accuracy_standard_error();
                samples.class_accuracy.zip(error)
            };
            cells.push(
                samples
                    .and_then(of)
                    .map_or_else(String::new, |(share, error)| {
                        format!("{share:.3} +- {error:.3}")
                    }),
            );
        }
        if has_time {
            cells.extend(match &row.time {
                None => [const { String::new() }; 2],
                Some(time) => [
                    format!("{:.3}", time.latency_seconds),
                    format!("{:.2}", time.images_per_second),
                ],
            });
        }
        table.push(cells);
    }
    if let Some(row) = published {
        let mut cells = vec!["published, on one A100".to_owned(), row.steps.to_string()];
        if has_nats {
            cells.extend([const { String::new() }; 2]);
        }
        if has_loss {
            cells.push(String::new());
        }
        if network == Some(Network::InceptionFid) {
            cells.extend([
                row.fid.to_string(),
                String::new(),
                row.inception_score.to_string(),
            ]);
        } else if network.is_some() {
            cells.extend([const { String::new() }; 3]);
        }
        if has_accuracy {
            cells.push(String::new());
        }
        cells.extend([
            row.latency_seconds.to_string(),
            row.images_per_second.to_string(),
        ]);
        table.push(cells);
    }
    table.markdown().trim_end().to_owned()
}

/// An interval in words; nothing if there is none.
fn shown(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |interval| {
        let Interval {
            estimate,
            low,
            high,
        } = interval;
        format!("{estimate:.4} [{low:.4}, {high:.4}]")
    })
}
