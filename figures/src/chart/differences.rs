//! Differences to a baseline, with their intervals.

use super::{Axis, Scale, WIDTH};
use crate::canvas::{Anchor, Dash, Words};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::look::Look;
use crate::number;
use crate::text::{self, Font};
use crate::theme::{self, BACKGROUND, CAPTION_EM, CATEGORIES, INK, LABEL_EM, MUTED_INK, RULE};

/// The most rows of a figure.
const MOST_ROWS: usize = 64;
/// Height of a row, in pixels.
const ROW: u32 = 24;
/// The widest name of a row, in pixels; longer ones lose their end.
const WIDEST_NAME: f64 = 220.0;
/// Pixels between the parts of a row.
const APART: u32 = 12;
/// Pixels between the ends of the axis, at least.
const LEAST: u32 = 90;
/// Height of the axis with its numbers and its label, in pixels.
const AXIS: u32 = 52;

/// How far something is from a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What differs; one that is too long loses its end.
    pub label: String,
    /// The difference, above 0 for what is more than the baseline.
    pub estimate: f64,
    /// The lower end of its interval, which may be the difference itself.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Difference {
    /// A difference with an interval.
    pub fn new(label: impl Into<String>, estimate: f64, (low, high): (f64, f64)) -> Self {
        Self {
            label: label.into(),
            estimate,
            low,
            high,
        }
    }

    /// Whether the interval leaves out 0.
    fn is_clear(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Differences to a baseline with their intervals, 1 to 64 below each other in
/// the order given, each with its numbers.
///
/// The baseline is a line at 0. A difference whose interval leaves 0 out is a
/// full point, another one a ring.
///
/// ```
/// use orders_figures::{Axis, Difference, differences};
///
/// let rows = [
///     Difference::new("lpd", -0.12, (-0.15, -0.09)),
///     Difference::new("halton", 0.01, (-0.02, 0.04)),
/// ];
/// let axis = Axis::linear("difference in loss (nats)");
/// let figure = differences("Against random", "95 % intervals", &axis, "random", &rows)?;
/// assert!(figure.to_svg().contains("aria-label=\"random\""));
/// # Ok::<(), orders_figures::FigureError>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for no row or too many, [`FigureError::Value`] for a
/// number that has no place on the axis or an interval that leaves its
/// difference out.
pub fn differences(
    title: &str,
    subtitle: &str,
    axis: &Axis,
    baseline: &str,
    rows: &[Difference],
) -> Result<Figure, FigureError> {
    Look::default().differences(title, subtitle, axis, baseline, rows)
}

impl Look {
    /// As [`differences`](crate::differences()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn differences(
        &self,
        title: &str,
        subtitle: &str,
        axis: &Axis,
        baseline: &str,
        rows: &[Difference],
    ) -> Result<Figure, FigureError> {
        draw(self, (title, subtitle), axis, baseline, rows)
    }
}

fn draw(
    look: &Look,
    titles: (&str, &str),
    axis: &Axis,
    baseline: &str,
    rows: &[Difference],
) -> Result<Figure, FigureError> {
    let scale = scale(axis, rows)?;
    let font = theme::font()?;
    let width = look.room(WIDTH);
    let heading = look.heading(font, titles, width);
    let margin = look.margin();
    let names: Vec<String> = rows
        .iter()
        .map(|row| fitted(font, &row.label, WIDEST_NAME.min(f64::from(width) / 3.0)))
        .collect();
    let numbers: Vec<String> = rows.iter().map(numbers).collect();
    let widest = |texts: &[String]| {
        let widths = texts.iter().map(|text| text::width(font, CAPTION_EM, text));
        widths.fold(0.0, f64::max).ceil() as u32
    };
    let (before, after) = (widest(&names) + APART, widest(&numbers) + APART);
    if look.fitted(before + LEAST + after).is_err() {
        // In a wider figure names would be longer, too.
        let names: Vec<String> = rows
            .iter()
            .map(|row| fitted(font, &row.label, WIDEST_NAME))
            .collect();
        look.fitted(widest(&names) + APART + LEAST + after)?;
    }
    let across = width.saturating_sub(before + after).max(LEAST);
    let top = margin + heading.height() + ROW;
    let height = ROW * rows.len() as u32;
    let size = (width + 2 * margin, top + height + AXIS + margin);

    let left = (margin + before) as i32;
    let right = left + across as i32;
    let (top, bottom) = (top as i32, (top + height) as i32);
    let place = |value: f64| f64::from(left) + scale.share(value) * f64::from(across);
    let zero = place(0.0).round() as i32;
    Figure::draw(look, size, titles, |pen| {
        heading.draw(pen, (margin as i32, margin as i32))?;
        for tick in scale.ticks((across / 70).clamp(2, 9) as usize) {
            let x = place(tick.value).round() as i32;
            pen.fill((x, top), (1, bottom - top), RULE)?;
            pen.fill((x, bottom), (1, 4), INK)?;
            let words = Words::new(&tick.label, CAPTION_EM, INK, Anchor::Top);
            pen.text(&words, (x, bottom + 9))?;
        }
        pen.fill((left, bottom), (right - left, 1), INK)?;
        pen.fill((zero, top - 4), (1, bottom - top + 4), INK)?;
        let name = fitted(font, baseline, f64::from(across));
        let half = (text::width(font, CAPTION_EM, &name) / 2.0).ceil() as i32;
        let middle = zero.clamp(left + half.min(zero - left), right - half.min(right - zero));
        let words = Words::new(&name, CAPTION_EM, INK, Anchor::Middle);
        pen.text(&words, (middle, top - ROW as i32 / 2))?;
        let label = text::fit(font, axis.label(), LABEL_EM, LABEL_EM, f64::from(width)).0;
        let half = (text::width(font, LABEL_EM, &label) / 2.0).ceil() as i32;
        // A long label does not leave the page.
        let middle = ((left + right) / 2)
            .min((margin + width) as i32 - half)
            .max(margin as i32 + half);
        let words = Words::new(&label, LABEL_EM, MUTED_INK, Anchor::Top);
        pen.text(&words, (middle, bottom + 9 + 22))?;

        for (index, row) in rows.iter().enumerate() {
            let y = top + index as i32 * ROW as i32 + ROW as i32 / 2;
            let words = Words::new(&names[index], CAPTION_EM, INK, Anchor::Right);
            pen.text(&words, (left - APART as i32, y))?;
            let words = Words::new(&numbers[index], CAPTION_EM, MUTED_INK, Anchor::Right);
            pen.text(&words, ((margin + width) as i32, y))?;
            let middle = f64::from(y) + 0.5;
            let colour = CATEGORIES[0];
            let ends = [(place(row.low), middle), (place(row.high), middle)];
            pen.line(&ends, colour, 2.0, Dash::SOLID)?;
            for (x, _) in ends {
                let cap = [(x, middle - 4.0), (x, middle + 4.0)];
                pen.line(&cap, colour, 1.4, Dash::SOLID)?;
            }
            let at = (place(row.estimate), middle);
            pen.circle(at, 4.5, colour)?;
            if !row.is_clear() {
                pen.circle(at, 2.8, BACKGROUND)?;
            }
        }
        Ok(())
    })
}

/// The axis: all intervals, and the baseline.
fn scale(axis: &Axis, rows: &[Difference]) -> Result<Scale, FigureError> {
    FigureError::check_count("differences", rows.len(), 1, MOST_ROWS)?;
    for row in rows {
        if !(row.low..=row.high).contains(&row.estimate) {
            return Err(FigureError::Value {
                what: format!("the difference of '{}'", row.label),
                value: row.estimate,
                allowed: "it must be in its interval",
            });
        }
    }
    let values = rows.iter().flat_map(|row| [row.low, row.high]);
    let name = |index: usize| format!("the difference of '{}'", rows[index / 2].label);
    axis.clone().showing(0.0).scale(values, name)
}

fn fitted(font: &Font, text: &str, most: f64) -> String {
    text::fit(font, text, CAPTION_EM, CAPTION_EM, most).0
}

/// A difference and its interval, in words.
fn numbers(row: &Difference) -> String {
    let short = number::short;
    let sign = if row.estimate > 0.0 { "+" } else { "" };
    let (low, high) = (short(row.low), short(row.high));
    format!("{sign}{} [{low}, {high}]", short(row.estimate))
}
