//! Points with names, and the best of them.

use super::{Chart, Frame, framed};
use crate::canvas::{Anchor, Dash, Pen, Words, draw_line};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::legend::Key;
use crate::look::Look;
use crate::marker::Marker;
use crate::text;
use crate::theme::{self, CAPTION_EM, INK, MUTED_INK};

/// The most points of a chart.
const MOST_POINTS: usize = 4096;
/// With more points than this, none is named.
const MOST_NAMES: usize = 200;
/// The most groups of points.
const MOST_GROUPS: usize = 28;
/// Distances of a name from its point that are tried, in pixels.
const DISTANCES: [f64; 4] = [9.0, 20.0, 34.0, 50.0];
/// From this distance on a thin line joins name and point.
const FAR: f64 = 15.0;
/// The widest name, in pixels; longer ones lose their end.
const WIDEST: f64 = 170.0;
/// Height of a name, in pixels.
const HEIGHT: f64 = 13.0;

/// A point of a [`scatter`] chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterPoint {
    /// The name beside the point; may be empty.
    pub label: String,
    /// Points of a group have one colour and marker, and an entry in the
    /// legend. Empty for none.
    pub group: String,
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
}

impl ScatterPoint {
    /// A point that belongs to no group.
    pub fn new(label: impl Into<String>, x: f64, y: f64) -> Self {
        Self {
            label: label.into(),
            group: String::new(),
            x,
            y,
        }
    }

    /// The same in a group.
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }
}

/// Which end of an axis is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Small values are good: costs, distances.
    Lower,
    /// Large values are good: scores, rates.
    Higher,
}

/// A chart of up to 4096 points with names.
///
/// A name stands beside its point where it hides no other point or name,
/// farther off with a thin line if need be; one that finds no place, and all
/// of more than 200, are left out. With `front`, a dashed line joins the points
/// that no other is better than on both axes (the Pareto front), `front` being
/// the better ends of the horizontal and the vertical axis.
///
/// ```
/// use orders_figures::{Axis, Better, Chart, ScatterPoint, scatter};
///
/// let points = [ScatterPoint::new("lpd", 20.0, 2.1), ScatterPoint::new("raster", 256.0, 2.0)];
/// let chart = Chart::new("Cost", Axis::log("steps"), Axis::linear("FID"));
/// let figure = scatter(&chart, &points, Some((Better::Lower, Better::Lower)))?;
/// assert!(figure.to_svg().contains("aria-label=\"Pareto front\""));
/// # Ok::<(), orders_figures::FigureError>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for no points or too many, or more than 28 groups;
/// [`FigureError::Value`] for a number that has no place on its axis.
pub fn scatter(
    chart: &Chart,
    points: &[ScatterPoint],
    front: Option<(Better, Better)>,
) -> Result<Figure, FigureError> {
    Look::default().scatter(chart, points, front)
}

impl Look {
    /// As [`scatter`](crate::scatter()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn scatter(
        &self,
        chart: &Chart,
        points: &[ScatterPoint],
        front: Option<(Better, Better)>,
    ) -> Result<Figure, FigureError> {
        draw(self, chart, points, front)
    }
}

fn draw(
    look: &Look,
    chart: &Chart,
    points: &[ScatterPoint],
    front: Option<(Better, Better)>,
) -> Result<Figure, FigureError> {
    FigureError::check_count("points", points.len(), 1, MOST_POINTS)?;
    let mut groups: Vec<&str> = Vec::new();
    for point in points {
        if !groups.contains(&point.group.as_str()) {
            groups.push(&point.group);
        }
    }
    FigureError::check_count("groups", groups.len(), 1, MOST_GROUPS)?;
    let name = |axis: &'static str| {
        move |index: usize| format!("the {axis} value of point '{}'", points[index].label)
    };
    let x = chart
        .x
        .scale(points.iter().map(|p| p.x), name("horizontal"))?;
    let y = chart
        .y
        .scale(points.iter().map(|p| p.y), name("vertical"))?;

    let sign = |group: &str| {
        let index = groups.iter().position(|&g| g == group).unwrap_or(0);
        (theme::category(index), Marker::of(index))
    };
    let named = groups.iter().filter(|group| !group.is_empty());
    let mut entries: Vec<_> = named
        .map(|&group| {
            let (colour, marker) = sign(group);
            (Key::Point { colour, marker }, group.to_owned())
        })
        .collect();
    let front = front.map(|better| pareto_front(points, better));
    if front.is_some() {
        let key = Key::Line {
            colour: MUTED_INK,
            dash: FRONT,
            marker: None,
        };
        entries.push((key, "Pareto front".into()));
    }
    let titles = (chart.title.as_str(), chart.subtitle.as_str());
    framed(look, titles, entries, (x, y), |pen, frame| {
        if let Some(front) = &front {
            draw_line(&frame.plot(pen), front.clone(), MUTED_INK, 1.5, FRONT)?;
        }
        for point in points {
            let (colour, marker) = sign(&point.group);
            marker.draw(pen, frame.px((point.x, point.y)), colour)?;
        }
        draw_names(pen, frame, points, &front.unwrap_or_default())
    })
}

const FRONT: Dash = Dash(&[60, 40]);

/// The points that no other is at least as good as on both axes and better on
/// one, from left to right.
fn pareto_front(points: &[ScatterPoint], (x, y): (Better, Better)) -> Vec<(f64, f64)> {
    let cost = |value: f64, better| match better {
        Better::Lower => value,
        Better::Higher => -value,
    };
    let mut order: Vec<&ScatterPoint> = points.iter().collect();
    order.sort_by(|a, b| {
        let across = cost(a.x, x).total_cmp(&cost(b.x, x));
        across.then(cost(a.y, y).total_cmp(&cost(b.y, y)))
    });
    let mut front: Vec<(f64, f64)> = Vec::new();
    let mut best = f64::INFINITY;
    for point in order {
        if cost(point.y, y) < best {
            best = cost(point.y, y);
            front.push((point.x, point.y));
        }
    }
    front.sort_by(|a, b| a.0.total_cmp(&b.0));
    front
}

/// A rectangle: left, top, right and bottom in pixels.
type Box = [f64; 4];

fn draw_names(
    pen: &Pen<'_>,
    frame: &Frame,
    points: &[ScatterPoint],
    front: &[(f64, f64)],
) -> Result<(), FigureError> {
    if points.len() > MOST_NAMES {
        return Ok(());
    }
    let font = pen.font();
    let places: Vec<_> = points.iter().map(|p| frame.px((p.x, p.y))).collect();
    let mut taken: Vec<Box> = places
        .iter()
        .map(|&(x, y)| [x - 5.0, y - 5.0, x + 5.0, y + 5.0])
        .collect();
    // Names do not lie on the front either.
    for ends in front.windows(2) {
        let (from, to) = (frame.px(ends[0]), frame.px(ends[1]));
        for part in 0..=64 {
            let share = f64::from(part) / 64.0;
            let x = from.0 + share * (to.0 - from.0);
            let y = from.1 + share * (to.1 - from.1);
            taken.push([x - 1.0, y - 1.0, x + 1.0, y + 1.0]);
        }
    }
    let (left, top, width, height) = frame.inner;
    let inner = [left, top, left + width, top + height].map(f64::from);
    for (point, &at) in points.iter().zip(&places) {
        let (name, em) = text::fit(font, &point.label, CAPTION_EM, CAPTION_EM, WIDEST);
        if name.is_empty() {
            continue;
        }
        let width = text::width(font, em, &name);
        let Some((distance, place)) = free_place(at, width, &taken, inner) else {
            continue;
        };
        if distance > FAR {
            let end = (
                at.0.clamp(place[0], place[2]),
                at.1.clamp(place[1], place[3]),
            );
            pen.line(&[at, end], MUTED_INK, 0.8, Dash::SOLID)?;
        }
        let middle = (place[1] + HEIGHT / 2.0).round() as i32;
        let label = Words::new(&name, em, INK, Anchor::Left);
        pen.text(&label, (place[0].round() as i32, middle))?;
        taken.push(place);
    }
    Ok(())
}

/// Where a name of a width hides nothing, and how far off.
fn free_place((x, y): (f64, f64), width: f64, taken: &[Box], inner: Box) -> Option<(f64, Box)> {
    for distance in DISTANCES {
        let (beside, over) = (distance, distance + HEIGHT / 2.0);
        let corners = [
            (x + beside, y - HEIGHT / 2.0),
            (x - beside - width, y - HEIGHT / 2.0),
            (x - width / 2.0, y - over - HEIGHT / 2.0),
            (x - width / 2.0, y + over - HEIGHT / 2.0),
            (x + 0.7 * beside, y - 0.7 * distance - HEIGHT),
            (x + 0.7 * beside, y + 0.7 * distance),
            (x - 0.7 * beside - width, y - 0.7 * distance - HEIGHT),
            (x - 0.7 * beside - width, y + 0.7 * distance),
        ];
        for (left, top) in corners {
            let place = [left, top, left + width, top + HEIGHT];
            let is_inside = place[0] >= inner[0] + 2.0
                && place[1] >= inner[1]
                && place[2] <= inner[2]
                && place[3] <= inner[3] - 2.0;
            let hides = |other: &Box| {
                place[0] < other[2] + 2.0
                    && other[0] < place[2] + 2.0
                    && place[1] < other[3]
                    && other[1] < place[3]
            };
            if is_inside && !taken.iter().any(hides) {
                return Some((distance, place));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_is_what_nothing_beats() {
        let at = |x, y| ScatterPoint::new("", x, y);
        let points = [
            at(1.0, 5.0),
            at(2.0, 6.0),
            at(3.0, 2.0),
            at(4.0, 2.0),
            at(5.0, 1.0),
        ];
        let front = |x, y| pareto_front(&points, (x, y));
        use Better::{Higher, Lower};
        assert_eq!(front(Lower, Lower), [(1.0, 5.0), (3.0, 2.0), (5.0, 1.0)]);
        assert_eq!(front(Lower, Higher), [(1.0, 5.0), (2.0, 6.0)]);
        assert_eq!(front(Higher, Higher), [(2.0, 6.0), (4.0, 2.0), (5.0, 1.0)]);
    }

    #[test]
    fn names_hide_neither_points_nor_names() {
        let inner = [0.0, 0.0, 300.0, 300.0];
        let mut taken = vec![[145.0, 145.0, 155.0, 155.0]];
        for _ in 0..6 {
            let (_, place) = free_place((150.0, 150.0), 60.0, &taken, inner).unwrap();
            for other in &taken {
                let apart = place[2] <= other[0]
                    || other[2] <= place[0]
                    || place[3] <= other[1]
                    || other[3] <= place[1];
                assert!(apart, "{place:?} {other:?}");
            }
            taken.push(place);
        }
        assert!(free_place((150.0, 150.0), 400.0, &taken, inner).is_none());
    }
}
