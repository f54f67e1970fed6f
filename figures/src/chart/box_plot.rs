//! Distributions by category.

use super::{Axis, Frame, MOST_VALUES, Scale, WIDTH};
use crate::canvas::{Dash, Fill, draw_line, fill_rect};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::look::Look;
use crate::theme::{self, BACKGROUND, INK};

/// The most categories of a chart.
const MOST_CATEGORIES: usize = 40;
/// Width of a box, of 1 for its category.
const BOX: f64 = 0.5;
/// How far whiskers reach from the box, in its heights (Tukey).
const REACH: f64 = 1.5;

/// The values of one category.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxPlot {
    /// The category's name, below its box.
    pub label: String,
    /// The values, in any order.
    pub values: Vec<f64>,
}

impl BoxPlot {
    /// A category with values.
    pub fn new(label: impl Into<String>, values: impl Into<Vec<f64>>) -> Self {
        Self {
            label: label.into(),
            values: values.into(),
        }
    }
}

/// Box plots of 1 to 40 categories side by side.
///
/// A box goes from the first to the third quartile (with linear interpolation
/// between values, type 7 of Hyndman and Fan 1996) and has a thick line at the
/// median. Whiskers end at the last values within 1.5 heights of the box from
/// it; values beyond are circles.
///
/// ```
/// use orders_figures::{Axis, BoxPlot, box_plots};
///
/// let boxes = [BoxPlot::new("lpd", [1.0, 2.0, 3.0]), BoxPlot::new("random", [2.0, 4.0, 9.0])];
/// let figure = box_plots("Spread", "3 seeds", &Axis::linear("loss (nats)"), &boxes)?;
/// assert!(figure.to_svg().contains("aria-label=\"random\""));
/// # Ok::<(), orders_figures::FigureError>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for too few or too many categories or values (a
/// category needs one, all together have 2^20 at most), [`FigureError::Value`]
/// for a number that has no place on the axis.
pub fn box_plots(
    title: &str,
    subtitle: &str,
    axis: &Axis,
    boxes: &[BoxPlot],
) -> Result<Figure, FigureError> {
    Look::default().box_plots(title, subtitle, axis, boxes)
}

impl Look {
    /// As [`box_plots`](crate::box_plots()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn box_plots(
        &self,
        title: &str,
        subtitle: &str,
        axis: &Axis,
        boxes: &[BoxPlot],
    ) -> Result<Figure, FigureError> {
        draw(self, (title, subtitle), axis, boxes)
    }
}

fn draw(
    look: &Look,
    titles: (&str, &str),
    axis: &Axis,
    boxes: &[BoxPlot],
) -> Result<Figure, FigureError> {
    FigureError::check_count("categories", boxes.len(), 1, MOST_CATEGORIES)?;
    for plot in boxes {
        FigureError::check_count("values of a category", plot.values.len(), 1, MOST_VALUES)?;
    }
    let count = boxes.iter().map(|plot| plot.values.len()).sum();
    FigureError::check_count("values", count, 1, MOST_VALUES)?;
    let all = boxes.iter().flat_map(|plot| plot.values.iter().copied());
    let y = axis.scale(all, |index| format!("value {index}"))?;
    let x = Scale::exactly("", -0.5, boxes.len() as f64 - 0.5);

    let font = theme::font()?;
    // Few categories don't make a wide chart, nor narrow many.
    let width = (120 + 90 * boxes.len() as u32).clamp(400, WIDTH.max(48 * boxes.len() as u32));
    let width = look.room(width);
    let height = look.chart_height(width);
    let heading = look.heading(font, titles, width);
    let margin = look.margin();
    let top = margin + heading.height();
    let names: Vec<String> = boxes.iter().map(|plot| plot.label.clone()).collect();
    let room = (width, height);
    let frame = Frame::new(font, (margin, top), room, (x, y), Some(&names));
    frame.check_room(look)?;
    let size = (width + 2 * margin, top + height + margin);
    Figure::draw(look, size, titles, |pen| {
        heading.draw(pen, (margin as i32, margin as i32))?;
        frame.draw(pen)?;
        let plot = frame.plot(pen);
        for (index, values) in boxes.iter().map(|plot| &plot.values).enumerate() {
            let summary = Summary::of(values);
            let colour = theme::category(index);
            let middle = index as f64;
            let (left, right) = (middle - BOX / 2.0, middle + BOX / 2.0);
            let line = |from: (f64, f64), to: (f64, f64), width: f64| {
                draw_line(&plot, vec![from, to], INK, width, Dash::SOLID)
            };
            for (end, edge) in [
                (summary.whiskers.0, summary.quartiles.0),
                (summary.whiskers.1, summary.quartiles.1),
            ] {
                line((middle, edge), (middle, end), 1.2)?;
                let cap = BOX / 4.0;
                line((middle - cap, end), (middle + cap, end), 1.2)?;
            }
            let corners = [(left, summary.quartiles.1), (right, summary.quartiles.0)];
            fill_rect(&plot, corners, Fill::solid(BACKGROUND))?;
            fill_rect(
                &plot,
                corners,
                Fill {
                    colour,
                    percent: 35,
                },
            )?;
            let [(l, t), (r, b)] = corners;
            let outline = vec![(l, t), (r, t), (r, b), (l, b), (l, t)];
            draw_line(&plot, outline, colour, 1.6, Dash::SOLID)?;
            line((left, summary.median), (right, summary.median), 2.4)?;
            for &value in values.iter().filter(|&&v| summary.is_outside(v)) {
                let at = frame.px((middle, value));
                pen.circle(at, 3.0, colour)?;
                pen.circle(at, 1.7, BACKGROUND)?;
            }
        }
        Ok(())
    })
}

/// What a box plot shows of a list of values.
struct Summary {
    quartiles: (f64, f64),
    median: f64,
    whiskers: (f64, f64),
}

impl Summary {
    fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let quantile = |share: f64| {
            let place = share * (sorted.len() - 1) as f64;
            let below = place as usize;
            let above = (below + 1).min(sorted.len() - 1);
            let (a, b) = (sorted[below], sorted[above]);
            a + (place - below as f64) * (b - a)
        };
        let quartiles = (quantile(0.25), quantile(0.75));
        let reach = REACH * (quartiles.1 - quartiles.0);
        let within = || {
            let fence = quartiles.0 - reach..=quartiles.1 + reach;
            sorted.iter().copied().filter(move |v| fence.contains(v))
        };
        // Between two values a quartile may lie beyond all that are within.
        let low = within().next().unwrap_or(quartiles.0).min(quartiles.0);
        let high = within().next_back().unwrap_or(quartiles.1).max(quartiles.1);
        Self {
            quartiles,
            median: quantile(0.5),
            whiskers: (low, high),
        }
    }

    fn is_outside(&self, value: f64) -> bool {
        value < self.whiskers.0 || value > self.whiskers.1
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn quartiles_agree_with_numpy() {
        // numpy.quantile([1, 2, 3, 4, 10, 30], [0.25, 0.5, 0.75])
        let summary = Summary::of(&[30.0, 1.0, 3.0, 2.0, 10.0, 4.0]);
        assert_eq!(summary.quartiles, (2.25, 8.5));
        assert_eq!(summary.median, 3.5);
        assert_eq!(summary.whiskers, (1.0, 10.0));
        assert!(summary.is_outside(30.0) && !summary.is_outside(1.0));
        let one = Summary::of(&[7.0]);
        assert_eq!((one.quartiles, one.whiskers), ((7.0, 7.0), (7.0, 7.0)));
    }
}
