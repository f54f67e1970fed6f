//! From values to places on an axis.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use super::ticks::{Tick, linear_ticks, log_ticks};
use crate::error::FigureError;

/// The largest number that has a place on an axis; the smallest on a
/// logarithmic one is its inverse.
const LARGEST: f64 = 1e100;
/// How much of its length an axis goes on beyond the values.
const PADDING: f64 = 0.04;

/// An axis of a chart: what it shows, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    label: String,
    is_log: bool,
    shown: Vec<f64>,
    /// The value at the end, if it is not for the values to say.
    end: Option<f64>,
    /// Whether lines that flatten the others leave the chart.
    is_clipped: bool,
}

impl Axis {
    /// An axis on which equal distances are equal differences. The label
    /// names what is shown and its unit, such as `"time (ms)"`.
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            is_log: false,
            shown: Vec::new(),
            end: None,
            is_clipped: false,
        }
    }

    /// An axis on which equal distances are equal ratios. All values on it
    /// must be above 0.
    pub fn log(label: impl Into<String>) -> Self {
        Self {
            is_log: true,
            ..Self::linear(label)
        }
    }

    /// The same axis, long enough to show a value even if there is none, such
    /// as 0 or the end of a range.
    pub fn showing(mut self, value: f64) -> Self {
        self.shown.push(value);
        self
    }

    /// The same axis, ending at a value, beyond which lines leave the chart:
    /// for the vertical axis of [`line_chart`](crate::line_chart()).
    pub fn ending_at(mut self, greatest: f64) -> Self {
        self.end = Some(greatest);
        self
    }

    /// The same axis, on which no line flattens the others: one whose absence
    /// would more than halve the axis leaves the chart, unless half of all lines
    /// would. For the vertical axis of [`line_chart`](crate::line_chart()).
    pub fn clipped(mut self) -> Self {
        self.is_clipped = true;
        self
    }

    pub(crate) fn is_clipped(&self) -> bool {
        self.is_clipped
    }

    /// What the axis shows.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The axis for values, each with a function that names it in an error.
    pub(crate) fn scale(
        &self,
        values: impl Iterator<Item = f64>,
        name: impl Fn(usize) -> String,
    ) -> Result<Scale, FigureError> {
        let mut ends: Option<(f64, f64)> = None;
        let named = values
            .enumerate()
            .map(|(index, value)| (Some(index), value));
        for (index, value) in named.chain(self.shown.iter().map(|&value| (None, value))) {
            let is_fine = match self.is_log {
                false => value.abs() <= LARGEST,
                true => (1.0 / LARGEST..=LARGEST).contains(&value),
            };
            if !is_fine {
                return Err(FigureError::Value {
                    what: index.map_or("a value of an axis".into(), &name),
                    value,
                    allowed: match self.is_log {
                        false => "it must be from -1e100 to 1e100",
                        true => "on a logarithmic axis it must be from 1e-100 to 1e100",
                    },
                });
            }
            if self.end.is_some_and(|end| value > end) {
                continue;
            }
            let (low, high) = ends.unwrap_or((value, value));
            ends = Some((low.min(value), high.max(value)));
        }
        let start = if self.is_log { 1.0 } else { 0.0 };
        let Some(end) = self.end else {
            let ends = ends.unwrap_or((start, start + 1.0));
            return Ok(Scale::new(&self.label, self.is_log, ends));
        };
        let refused = |allowed| FigureError::Value {
            what: "the end of an axis".into(),
            value: end,
            allowed,
        };
        if end.is_nan() || end.abs() > LARGEST {
            return Err(refused("it must be from -1e100 to 1e100"));
        }
        match ends {
            Some((low, _)) if low < end => {
                Ok(Scale::new(&self.label, self.is_log, (low, end)).ending_at(end))
            }
            _ => Err(refused("it must be above the least value that is shown")),
        }
    }
}

/// An axis with its ends, as a coordinate of plotters.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    pub(crate) label: String,
    is_log: bool,
    /// The values at the ends; on a logarithmic axis, their logarithms.
    low: f64,
    high: f64,
}

impl Scale {
    /// An axis from the least to the greatest value, and a little more.
    pub(crate) fn new(label: &str, is_log: bool, (least, greatest): (f64, f64)) -> Self {
        let place = |value: f64| if is_log { libm::log10(value) } else { value };
        let (mut low, mut high) = (place(least), place(greatest));
        // An axis on which all ticks would have the same number says nothing.
        let narrowest = match is_log {
            true => 0.02,
            false => (1e-6 * low.abs().max(high.abs())).max(1e-100),
        };
        if high - low < narrowest {
            let half = match (is_log, high.abs() > 0.0) {
                (true, _) => 0.3,
                (false, true) => 0.1 * high.abs().max(low.abs()),
                (false, false) => 0.5,
            };
            (low, high) = (low - half, high + half);
        }
        let padding = PADDING * (high - low);
        if !is_log && least >= 0.0 && least <= 0.3 * greatest {
            // Amounts start at nothing.
            low = 0.0;
        } else {
            low -= padding;
        }
        high += padding;
        Self {
            label: label.into(),
            is_log,
            low,
            high,
        }
    }

    /// The same axis, ending at exactly a value.
    fn ending_at(mut self, end: f64) -> Self {
        self.high = if self.is_log { libm::log10(end) } else { end };
        self
    }

    /// The value at a share of the way along the axis.
    pub(crate) fn value(&self, share: f64) -> f64 {
        let place = self.low + share * (self.high - self.low);
        match self.is_log {
            true => libm::exp10(place),
            false => place,
        }
    }

    /// The same axis from exactly `low` to `high` (linear axes).
    pub(crate) fn exactly(label: &str, low: f64, high: f64) -> Self {
        Self {
            label: label.into(),
            is_log: false,
            low,
            high,
        }
    }

    /// Up to `most` round values on the axis, or 2 if that is more.
    pub(crate) fn ticks(&self, most: usize) -> Vec<Tick> {
        match self.is_log {
            false => linear_ticks(self.low, self.high, most),
            true => log_ticks(self.low, self.high, most),
        }
    }

    /// How far along the axis a value is, from 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let place = match self.is_log {
            true => libm::log10(value),
            false => value,
        };
        (place - self.low) / (self.high - self.low)
    }
}

impl Ranged for Scale {
    type ValueType = f64;
    type FormatOption = DefaultFormatting;

    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        start + (self.share(*value) * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let ticks = self.ticks(hint.max_num_points());
        ticks.into_iter().map(|tick| tick.value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}
