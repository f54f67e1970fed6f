//! A point of pooled results.

use polars::prelude::AnyValue;

use super::query::text;
use super::{POINT, PooledResults};

/// A point of [`PooledResults`].
#[derive(Clone, Copy, Debug)]
pub struct PooledPoint<'a> {
    pub(super) results: &'a PooledResults,
    pub(super) row: usize,
}

impl<'a> PooledPoint<'a> {
    /// What figures call the method.
    pub fn label(self) -> String {
        self.setting("label").unwrap_or_default()
    }

    /// Number of steps; 0 of a rule that finds out itself how many cells a step reveals.
    pub fn steps(self) -> u64 {
        self.number("steps")
    }

    /// The value of a setting, by the names of [`PooledResults::settings`].
    pub fn setting(self, name: &str) -> Option<String> {
        text(self.results.column(name).ok()?, self.row)
    }

    fn number(self, column: &str) -> u64 {
        let column = self.results.points.column(column);
        let value = column.ok().and_then(|column| column.get(self.row).ok());
        match value {
            Some(AnyValue::UInt64(number)) => number,
            _ => 0,
        }
    }

    /// A name made of some settings: the label alone, other values after their
    /// names.
    pub fn name(self, settings: &[String]) -> String {
        let words: Vec<String> = settings
            .iter()
            .filter_map(|name| {
                let value = self.setting(name)?;
                Some(match name.as_str() {
                    "label" | "method" | "grid" | "field" | "model" | "decoding" => value,
                    "steps" if value == "0" => return None,
                    "steps" => format!("{value} steps"),
                    "sizes" => format!("{value} sizes"),
                    parameter => format!("{parameter} {value}"),
                })
            })
            .collect();
        match words.is_empty() {
            true => self.label(),
            false => words.join(", "),
        }
    }

    /// Number of orders over all its seeds.
    pub fn orders(self) -> usize {
        let rows = self.rows().iter();
        rows.map(|&row| self.results.data.range(row).len()).sum()
    }

    /// The rows of its trials.
    pub(super) fn rows(self) -> &'a [usize] {
        &self.results.data.rows[self.number(POINT) as usize]
    }
}
