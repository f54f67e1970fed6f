//! Charts of plain values.

mod axis;
mod box_plot;
mod clip;
mod differences;
mod end_labels;
mod frame;
mod heat_map;
mod line;
mod scatter;
mod ticks;

pub use axis::Axis;
pub use box_plot::{BoxPlot, box_plots};
pub use differences::{Difference, differences};
pub use heat_map::{HeatMap, heat_map};
pub use line::{Series, line_chart, line_panels};
pub use scatter::{Better, ScatterPoint, scatter};

pub(crate) use axis::Scale;
pub(crate) use frame::Frame;
pub(crate) use line::stepped;

use crate::text::Font;

use crate::canvas::Pen;
use crate::error::FigureError;
use crate::figure::Figure;
use crate::legend::{Key, Legend};
use crate::look::Look;
use crate::theme;

/// Width of a chart without its margins, in pixels.
const WIDTH: u32 = 760;
/// The most values that a chart shows.
const MOST_VALUES: usize = 1 << 20;

/// What stands around a chart: titles and axes.
///
/// ```
/// use orders_figures::{Axis, Chart};
///
/// let chart = Chart::new("Held-out loss", Axis::log("steps"), Axis::linear("loss (nats)"))
///     .with_subtitle("mean of 5 seeds; band: 95% interval");
/// assert_eq!(chart.title, "Held-out loss");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The title; may be empty.
    pub title: String,
    /// A second line: what is shown, and how; may be empty.
    pub subtitle: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
}

impl Chart {
    /// A chart with a title and two axes.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            title: title.into(),
            subtitle: String::new(),
            x,
            y,
        }
    }

    /// The same with a subtitle.
    pub fn with_subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }
}

/// Draws a heading, a legend and a frame below each other; `draw` fills the
/// frame.
fn framed(
    look: &Look,
    titles: (&str, &str),
    entries: Vec<(Key, String)>,
    (x, y): (Scale, Scale),
    draw: impl FnOnce(&Pen<'_>, &Frame) -> Result<(), FigureError>,
) -> Result<Figure, FigureError> {
    let font: &Font = theme::font()?;
    let width = look.room(WIDTH);
    let height = look.chart_height(width);
    let heading = look.heading(font, titles, width);
    let legend = Legend::new(font, entries, width);
    let margin = look.margin();
    let legend_top = margin + heading.height();
    let gap = if legend.size().1 > 0 { 6 } else { 0 };
    let top = legend_top + legend.size().1 + gap;
    let size = (width + 2 * margin, top + height + margin);
    let frame = Frame::new(font, (margin, top), (width, height), (x, y), None);
    frame.check_room(look)?;
    Figure::draw(look, size, titles, |pen| {
        heading.draw(pen, (margin as i32, margin as i32))?;
        legend.draw(pen, (margin as i32, legend_top as i32))?;
        frame.draw(pen)?;
        draw(pen, &frame)
    })
}
