//! Lines over an axis, with bands.

use super::{Chart, Frame, MOST_VALUES, framed};
use crate::canvas::{Fill, Pen, draw_line, fill_polygon};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::legend::Key;
use crate::marker::{self, Marker};
use crate::theme;

/// The most series of a chart: colour and dash of each differ.
const MOST_SERIES: usize = 28;
/// Markers stand at the points of a series with at most so many.
const MOST_MARKERS: usize = 40;
/// Opacity of a band, in percent.
const BAND: u8 = 18;

/// A line of a chart: points from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    label: String,
    points: Vec<(f64, f64)>,
    band: Vec<(f64, f64)>,
}

impl Series {
    /// A line through points `(x, y)`.
    pub fn new(label: impl Into<String>, points: impl Into<Vec<(f64, f64)>>) -> Self {
        Self {
            label: label.into(),
            points: points.into(),
            band: Vec::new(),
        }
    }

    /// The same with a band, such as a confidence interval: the lower and the
    /// upper end at each point.
    pub fn with_band(mut self, band: impl Into<Vec<(f64, f64)>>) -> Self {
        self.band = band.into();
        self
    }
}

/// A chart of 1 to 28 lines, each with its own pair of colour and dash, and
/// markers where it has up to 40 points. Bands are light areas of their line's
/// colour. The legend stands above the chart.
///
/// ```
/// use orders_figures::{Axis, Chart, Series, line_chart};
///
/// let series = Series::new("lpd", [(8.0, 3.1), (16.0, 2.9), (32.0, 2.8)])
///     .with_band([(3.0, 3.2), (2.8, 3.0), (2.75, 2.85)]);
/// let chart = Chart::new("Loss", Axis::log("steps"), Axis::linear("loss (nats)"));
/// let figure = line_chart(&chart, &[series])?;
/// assert!(figure.to_svg().contains("aria-label=\"loss (nats)\""));
/// # Ok::<(), orders_figures::FigureError>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for too few or too many series or values (2^20),
/// [`FigureError::Length`] for a band with another number of entries than
/// points, and [`FigureError::Value`] for a number that has no place on its
/// axis.
pub fn line_chart(chart: &Chart, series: &[Series]) -> Result<Figure, FigureError> {
    draw(chart, series, true)
}

/// The same without markers, for steps.
pub(crate) fn stepped(chart: &Chart, series: &[Series]) -> Result<Figure, FigureError> {
    draw(chart, series, false)
}

fn draw(chart: &Chart, series: &[Series], has_markers: bool) -> Result<Figure, FigureError> {
    FigureError::check_count("series", series.len(), 1, MOST_SERIES)?;
    let values = series.iter().map(|s| s.points.len()).sum();
    FigureError::check_count("points", values, 1, MOST_VALUES)?;
    for s in series {
        if !s.band.is_empty() && s.band.len() != s.points.len() {
            return Err(FigureError::Length {
                what: format!("the band of series '{}'", s.label),
                given: s.band.len(),
                expected: s.points.len(),
            });
        }
    }
    let name = |axis: &'static str| move |index: usize| format!("{axis} value {index}");
    let all = || series.iter().flat_map(|s| &s.points);
    let bands = series.iter().flat_map(|s| &s.band);
    let heights = all()
        .map(|p| p.1)
        .chain(bands.flat_map(|&(low, high)| [low, high]));
    let x = chart.x.scale(all().map(|p| p.0), name("horizontal"))?;
    let y = chart.y.scale(heights, name("vertical"))?;

    let marker_of = |index: usize, s: &Series| {
        (has_markers && s.points.len() <= MOST_MARKERS).then(|| Marker::of(index))
    };
    let entries = series.iter().enumerate().map(|(index, s)| {
        let key = Key::Line {
            colour: theme::category(index),
            dash: marker::dash(index),
            marker: marker_of(index, s),
        };
        (key, s.label.clone())
    });
    let titles = (chart.title.as_str(), chart.subtitle.as_str());
    framed(titles, entries.collect(), (x, y), |pen, frame| {
        for (index, s) in series.iter().enumerate() {
            draw_band(pen, frame, index, s)?;
        }
        for (index, s) in series.iter().enumerate() {
            let (colour, dash) = (theme::category(index), marker::dash(index));
            draw_line(&frame.plot(pen), s.points.clone(), colour, 2.0, dash)?;
        }
        for (index, s) in series.iter().enumerate() {
            if let Some(marker) = marker_of(index, s) {
                for &point in &s.points {
                    marker.draw(pen, frame.px(point), theme::category(index))?;
                }
            }
        }
        Ok(())
    })
}

fn draw_band(
    pen: &Pen<'_>,
    frame: &Frame,
    index: usize,
    series: &Series,
) -> Result<(), FigureError> {
    if series.band.len() < 2 {
        return Ok(());
    }
    let ends = series.points.iter().zip(&series.band);
    let lower = ends.clone().map(|(&(x, _), &(low, _))| (x, low));
    let upper = ends.map(|(&(x, _), &(_, high))| (x, high)).rev();
    let fill = Fill {
        colour: theme::category(index),
        percent: BAND,
    };
    fill_polygon(&frame.plot(pen), lower.chain(upper).collect(), fill)
}
