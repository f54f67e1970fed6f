//! Points compared with others, as `--against` says.

use orders_analysis::experiment::{Comparison, MeasureEntry, PooledResults, compare};

use super::at;
use crate::failure::{Failure, Result};

/// How points differ from others.
pub(super) struct Compared {
    /// The others, in words.
    pub(super) with: String,
    /// A row for each point, an entry for each measure.
    pub(super) rows: Vec<Vec<Option<Comparison>>>,
}

impl Compared {
    /// The points of results with those that `--against` names; `None` if it is not
    /// given.
    pub(super) fn new(
        results: &PooledResults,
        measures: &[&MeasureEntry],
        against: &[String],
    ) -> Result<Option<Self>> {
        if against.is_empty() {
            return Ok(None);
        }
        let pairs = pairs(results, against)?;
        let words = pairs.iter().map(|(name, value)| match name.as_str() {
            "label" => value.clone(),
            name => format!("{name} {value}"),
        });
        let rows = compare(results, measures, &pairs);
        Ok(Some(Self {
            with: words.collect::<Vec<_>>().join(", "),
            rows: rows.map_err(at("--against"))?,
        }))
    }
}

/// Pairs of a setting and a value. A text that is not KEY=VALUE is a label.
fn pairs(results: &PooledResults, texts: &[String]) -> Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in texts {
        let is_label = results.points().any(|point| point.label() == *text);
        let (name, value) = match text.split_once('=') {
            Some((name, value)) if !is_label => (name.trim(), value.trim()),
            _ => ("label", text.as_str()),
        };
        if pairs.iter().any(|(known, _)| known == name) {
            return Err(Failure::input(format!(
                "--against {text}: {name} is there already; each setting is taken once"
            )));
        }
        pairs.push((name.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}
