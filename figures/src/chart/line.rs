//! Lines over an axis, with bands.

use super::clip::{self, Point, unflattened};
use super::end_labels::{self, EndLabel};
use super::{Chart, Frame, MOST_VALUES, Scale};
use crate::canvas::{Anchor, Fill, Pen, Words, draw_line, fill_polygon};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::legend::{Key, Legend};
use crate::look::Look;
use crate::marker::{self, Marker};
use crate::number;
use crate::text::{self, Font};
use crate::theme::{self, INK, PANEL_EM, SPACE};

/// The most series of a chart: colour and dash of each differ.
const MOST_SERIES: usize = 28;
/// Markers stand at the points of a series with at most so many.
const MOST_MARKERS: usize = 40;
/// Opacity of a band, in percent.
const BAND: u8 = 18;
/// The most charts side by side.
const MOST_PANELS: usize = 36;
/// Width of a chart among several, at least, in pixels.
const NARROWEST_PANEL: u32 = 210;
/// Width of a chart among several where nothing says how wide all are.
const PANEL: u32 = 300;
/// Height of the line with a panel's name, in pixels.
const PANEL_NAME: u32 = 26;
/// The widest name of a line that is said to leave the chart, in pixels.
const WIDEST_NAME: f64 = 150.0;

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
/// colour.
///
/// Names stand at the ends of the lines where there are several and names are
/// short, else in a legend above the chart. Lines that leave an axis that
/// [ends](crate::Axis::ending_at) or is [clipped](crate::Axis::clipped) end in an
/// arrow head, and their names say how far they go.
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
    Look::default().line_chart(chart, series)
}

/// Charts of the same axes, one for each value of a setting or for whatever
/// tells them apart, side by side: 1 to 36, each with a name and its lines. Lines
/// of the same name look the same in all.
///
/// # Errors
///
/// [`FigureError::Count`] for too few or too many panels, else as
/// [`line_chart`].
pub fn line_panels(chart: &Chart, panels: &[(String, Vec<Series>)]) -> Result<Figure, FigureError> {
    Look::default().line_panels(chart, panels)
}

impl Look {
    /// As [`line_chart`](crate::line_chart()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn line_chart(&self, chart: &Chart, series: &[Series]) -> Result<Figure, FigureError> {
        draw(self, chart, &[("", series)], true)
    }

    /// As [`line_panels`](crate::line_panels()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn line_panels(
        &self,
        chart: &Chart,
        panels: &[(String, Vec<Series>)],
    ) -> Result<Figure, FigureError> {
        FigureError::check_count("panels", panels.len(), 1, MOST_PANELS)?;
        let panels = panels.iter();
        let panels: Vec<_> = panels.map(|(name, s)| (name.as_str(), &s[..])).collect();
        draw(self, chart, &panels, true)
    }
}

/// The same without markers, for steps.
pub(crate) fn stepped(
    look: &Look,
    chart: &Chart,
    series: &[Series],
) -> Result<Figure, FigureError> {
    draw(look, chart, &[("", series)], false)
}

/// A panel's name and its lines.
type Panel<'a> = (&'a str, &'a [Series]);

fn draw(
    look: &Look,
    chart: &Chart,
    panels: &[Panel<'_>],
    has_markers: bool,
) -> Result<Figure, FigureError> {
    let lines = Lines::new(panels, has_markers)?;
    let (x, y) = lines.scales(chart)?;
    let font = theme::font()?;
    let entries = lines.entries(font, &y);

    let columns = columns(look, panels.len());
    let natural = match panels.len() {
        1 => super::WIDTH,
        _ => columns * (PANEL + SPACE) - SPACE,
    };
    let width = look.room(natural);
    let share = ((width + SPACE) / columns).saturating_sub(SPACE);
    let (height, name) = match panels.len() {
        1 => (look.chart_height(width), 0),
        _ => (share * 4 / 5, PANEL_NAME),
    };
    // Names at the ends of lines take a quarter of the width, no more.
    let beside = end_labels::width(font, entries.iter().map(|(_, text)| text.as_str()));
    let is_direct = panels.len() == 1
        && entries.len() > 1
        && beside <= width / 4
        && end_labels::fit(entries.len(), height.saturating_sub(60));
    let beside = if is_direct { beside } else { 0 };
    let titles = (chart.title.as_str(), chart.subtitle.as_str());
    let heading = look.heading(font, titles, width);
    let above = if is_direct {
        Vec::new()
    } else {
        entries.clone()
    };
    let legend = Legend::new(font, above, width);
    let margin = look.margin();
    let legend_top = margin + heading.height();
    let gap = if legend.size().1 > 0 { 6 } else { 0 };
    let top = legend_top + legend.size().1 + gap;
    let rows = (panels.len() as u32).div_ceil(columns);
    let pitch = (share + SPACE, name + height + SPACE);
    let frames: Vec<Frame> = (0..panels.len() as u32)
        .map(|index| {
            let at = (index % columns * pitch.0, index / columns * pitch.1);
            let corner = (margin + at.0, top + at.1 + name);
            let room = (share.saturating_sub(beside).max(1), height);
            Frame::new(font, corner, room, (x.clone(), y.clone()), None)
        })
        .collect();
    for frame in &frames {
        frame.check_room(look)?;
    }
    let size = (width + 2 * margin, top + rows * pitch.1 - SPACE + margin);
    Figure::draw(look, size, titles, |pen| {
        heading.draw(pen, (margin as i32, margin as i32))?;
        legend.draw(pen, (margin as i32, legend_top as i32))?;
        for ((frame, &(name, series)), shown) in frames.iter().zip(panels).zip(&lines.looks) {
            frame.draw(pen)?;
            lines.draw(pen, frame, series, shown)?;
            let (left, frame_top, width, height) = frame.inner;
            let (name, em) = text::fit(font, name, PANEL_EM, PANEL_EM - 3.0, share.into());
            let words = Words::new(&name, em, INK, Anchor::TopLeft);
            pen.text(&words, (left, frame_top - PANEL_NAME as i32 + 2))?;
            if is_direct {
                let labels = series.iter().zip(shown).zip(&entries);
                let labels = labels.filter_map(|((series, &look), (_, text))| {
                    let (x, y) = frame.px(*series.points.last()?);
                    let bottom = f64::from(frame_top + height);
                    Some(EndLabel {
                        text: text.clone(),
                        colour: theme::category(look),
                        end: (x, y.clamp(f64::from(frame_top), bottom)),
                    })
                });
                let labels: Vec<EndLabel> = labels.collect();
                let between = (frame_top, frame_top + height);
                end_labels::draw(pen, &labels, left + width, between)?;
            }
        }
        Ok(())
    })
}

/// Panels in a row: as many as there is room for, in rows of like length.
fn columns(look: &Look, panels: usize) -> u32 {
    let panels = panels as u32;
    let room = look.room(4 * (PANEL + SPACE) - SPACE);
    let most = ((room + SPACE) / (NARROWEST_PANEL + SPACE)).clamp(1, 4);
    panels.div_ceil(panels.div_ceil(most)).max(1)
}

/// The lines of all panels, and what they look like.
struct Lines<'a> {
    panels: &'a [Panel<'a>],
    /// For each panel's lines, the category of each.
    looks: Vec<Vec<usize>>,
    /// The name of each category, in the order in which they come.
    names: Vec<&'a str>,
    has_markers: bool,
}

impl<'a> Lines<'a> {
    fn new(panels: &'a [Panel<'a>], has_markers: bool) -> Result<Self, FigureError> {
        let all = || panels.iter().flat_map(|&(_, series)| series);
        let values = all().map(|s| s.points.len()).sum();
        FigureError::check_count("points", values, 1, MOST_VALUES)?;
        for s in all() {
            if !s.band.is_empty() && s.band.len() != s.points.len() {
                return Err(FigureError::Length {
                    what: format!("the band of series '{}'", s.label),
                    given: s.band.len(),
                    expected: s.points.len(),
                });
            }
        }
        let mut names: Vec<&str> = Vec::new();
        let mut looks = Vec::new();
        for &(_, series) in panels {
            let mut own = Vec::new();
            for s in series {
                let known = names.iter().position(|&name| name == s.label);
                // Within a panel, lines of one name are still two lines.
                let known = known.filter(|index| !own.contains(index));
                own.push(known.unwrap_or(names.len()));
                if known.is_none() {
                    names.push(&s.label);
                }
            }
            looks.push(own);
        }
        FigureError::check_count("series", names.len(), 1, MOST_SERIES)?;
        Ok(Self {
            panels,
            looks,
            names,
            has_markers,
        })
    }

    fn all(&self) -> impl Iterator<Item = &'a Series> {
        self.panels.iter().flat_map(|&(_, series)| series)
    }

    /// The axes: the vertical one for all lines, or for those that do not
    /// flatten the others.
    fn scales(&self, chart: &Chart) -> Result<(Scale, Scale), FigureError> {
        let name = |axis: &'static str| move |index: usize| format!("{axis} value {index}");
        let across = self.all().flat_map(|s| &s.points).map(|point| point.0);
        let x = chart.x.scale(across, name("horizontal"))?;
        let heights = |s: &'a Series| {
            let points = s.points.iter().map(|point| point.1);
            points.chain(s.band.iter().flat_map(|&(low, high)| [low, high]))
        };
        // All values have to have a place, those beyond the end too.
        let y = chart
            .y
            .scale(self.all().flat_map(heights), name("vertical"))?;
        if !chart.y.is_clipped() {
            return Ok((x, y));
        }
        let range = |index: usize| {
            let looks = self.looks.iter().flatten();
            let own = self.all().zip(looks).filter(|&(_, &look)| look == index);
            let shares = own
                .flat_map(|(s, _)| heights(s))
                .map(|value| y.share(value));
            shares.fold((f64::INFINITY, f64::NEG_INFINITY), |ends, share| {
                (ends.0.min(share), ends.1.max(share))
            })
        };
        let ranges: Vec<_> = (0..self.names.len()).map(range).collect();
        let stays = unflattened(&ranges);
        let looks = self.looks.iter().flatten();
        let kept = self.all().zip(looks).filter(|&(_, &look)| stays[look]);
        let y = chart
            .y
            .scale(kept.flat_map(|(s, _)| heights(s)), name("vertical"))?;
        Ok((x, y))
    }

    fn marker(&self, look: usize, series: &Series) -> Option<Marker> {
        let has_one = self.has_markers && series.points.len() <= MOST_MARKERS;
        has_one.then(|| Marker::of(look))
    }

    /// What says which line is which, and how far those go that leave the axis.
    fn entries(&self, font: &Font, y: &Scale) -> Vec<(Key, String)> {
        let looks = self.looks.iter().flatten();
        let entry = |(index, name): (usize, &&str)| {
            let own = || {
                let own = self.all().zip(looks.clone());
                own.filter(move |&(_, &look)| look == index).map(|(s, _)| s)
            };
            let key = Key::Line {
                colour: theme::category(index),
                dash: marker::dash(index),
                marker: own().next().and_then(|s| self.marker(index, s)),
            };
            let values = || own().flat_map(|s| &s.points).map(|point| point.1);
            let high = values().filter(|&value| y.share(value) > 1.0 + 1e-9);
            let low = values().filter(|&value| y.share(value) < -1e-9);
            let beyond: Vec<String> = [
                high.max_by(f64::total_cmp).map(|value| ("up", value)),
                low.min_by(f64::total_cmp).map(|value| ("down", value)),
            ]
            .into_iter()
            .flatten()
            .map(|(way, value)| format!("{way} to {}", number::short(value)))
            .collect();
            let text = match beyond.is_empty() {
                true => (*name).to_owned(),
                false => {
                    let em = theme::CAPTION_EM;
                    let (name, _) = text::fit(font, name, em, em, WIDEST_NAME);
                    format!("{name} ({})", beyond.join(", "))
                }
            };
            (key, text)
        };
        self.names.iter().enumerate().map(entry).collect()
    }

    /// Draws the lines of a panel: bands, then lines, then markers.
    fn draw(
        &self,
        pen: &Pen<'_>,
        frame: &Frame,
        series: &[Series],
        looks: &[usize],
    ) -> Result<(), FigureError> {
        for (s, &look) in series.iter().zip(looks) {
            draw_band(pen, frame, look, s)?;
        }
        for (s, &look) in series.iter().zip(looks) {
            let shares: Vec<Point> = s.points.iter().map(|&point| frame.shares(point)).collect();
            let clipped = clip::line(&shares);
            let (colour, dash) = (theme::category(look), marker::dash(look));
            for part in clipped.parts {
                let part = part.into_iter().map(|share| frame.point(share)).collect();
                draw_line(&frame.plot(pen), part, colour, 2.0, dash)?;
            }
            for (x, y) in clipped.exits {
                let at = frame.px(frame.point((x, y)));
                marker::draw_exit(pen, at, y > 0.5, colour)?;
            }
        }
        for (s, &look) in series.iter().zip(looks) {
            let Some(marker) = self.marker(look, s) else {
                continue;
            };
            for &point in &s.points {
                if (-1e-9..=1.0 + 1e-9).contains(&frame.shares(point).1) {
                    marker.draw(pen, frame.px(point), theme::category(look))?;
                }
            }
        }
        Ok(())
    }
}

fn draw_band(
    pen: &Pen<'_>,
    frame: &Frame,
    look: usize,
    series: &Series,
) -> Result<(), FigureError> {
    if series.band.len() < 2 {
        return Ok(());
    }
    let ends = series.points.iter().zip(&series.band);
    let lower = ends.clone().map(|(&(x, _), &(low, _))| (x, low));
    let upper = ends.map(|(&(x, _), &(_, high))| (x, high)).rev();
    let corners: Vec<Point> = lower.chain(upper).map(|at| frame.shares(at)).collect();
    let area = clip::area(&corners);
    if area.is_empty() {
        return Ok(());
    }
    let fill = Fill {
        colour: theme::category(look),
        percent: BAND,
    };
    let corners = area.into_iter().map(|share| frame.point(share)).collect();
    fill_polygon(&frame.plot(pen), corners, fill)
}
