//! What of a line or an area lies between the ends of the vertical axis.
//!
//! Points are shares of the axes: 0 and 1 are the ends.

/// A point as shares of the axes.
pub(super) type Point = (f64, f64);

/// The parts of a line inside of a chart, and where it leaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Clipped {
    pub(super) parts: Vec<Vec<Point>>,
    /// Points on the upper and the lower edge.
    pub(super) exits: Vec<Point>,
}

/// Cuts off what is above or below the chart.
pub(super) fn line(points: &[Point]) -> Clipped {
    let mut clipped = Clipped::default();
    let mut part: Vec<Point> = Vec::new();
    if let [only] = points {
        match is_inside(*only) {
            true => part.push(*only),
            false => clipped.exits.push(nearest(*only)),
        }
    }
    for ends in points.windows(2) {
        let (from, to) = (ends[0], ends[1]);
        let Some((start, end)) = inside(from, to) else {
            continue;
        };
        if part.last() != Some(&start) {
            clipped.parts.extend(finished(&mut part));
            part.push(start);
        }
        if end != start {
            part.push(end);
        }
        clipped.exits.extend(
            [(start, from), (end, to)]
                .iter()
                .filter_map(|(at, whole)| (at != whole).then_some(*at)),
        );
        if end != to {
            clipped.parts.extend(finished(&mut part));
        }
    }
    clipped.parts.extend(finished(&mut part));
    if clipped.parts.is_empty() && clipped.exits.is_empty() {
        // All of it is beyond: each point has its sign.
        clipped.exits = points.iter().copied().map(nearest).collect();
    }
    clipped
}

fn finished(part: &mut Vec<Point>) -> Option<Vec<Point>> {
    let part = std::mem::take(part);
    (!part.is_empty()).then_some(part)
}

fn is_inside((_, y): Point) -> bool {
    (0.0..=1.0).contains(&y)
}

fn nearest((x, y): Point) -> Point {
    (x, y.clamp(0.0, 1.0))
}

/// The piece of a straight line that is inside.
fn inside(from: Point, to: Point) -> Option<(Point, Point)> {
    let beyond = |edge: f64, sign: f64| sign * from.1 > edge && sign * to.1 > edge;
    if beyond(1.0, 1.0) || beyond(0.0, -1.0) {
        return None;
    }
    let cut = |end: Point, other: Point| match is_inside(end) {
        true => end,
        false => crossing(end, other, end.1.clamp(0.0, 1.0)),
    };
    Some((cut(from, to), cut(to, from)))
}

/// Where a line between points on both sides of a height is at that height.
fn crossing(a: Point, b: Point, height: f64) -> Point {
    let share = (height - a.1) / (b.1 - a.1);
    (a.0 + share * (b.0 - a.0), height)
}

/// The part of a polygon that is inside (Sutherland and Hodgman, "Reentrant
/// polygon clipping", 1974); may be empty.
pub(super) fn area(corners: &[Point]) -> Vec<Point> {
    let above_bottom = half(corners, 0.0, |y| y >= 0.0);
    half(&above_bottom, 1.0, |y| y <= 1.0)
}

/// The part of a polygon on one side of a height.
fn half(corners: &[Point], height: f64, is_kept: impl Fn(f64) -> bool) -> Vec<Point> {
    let mut kept = Vec::with_capacity(corners.len() + 2);
    for (index, &to) in corners.iter().enumerate() {
        let from = corners[(index + corners.len() - 1) % corners.len()];
        if is_kept(from.1) != is_kept(to.1) {
            kept.push(crossing(from, to, height));
        }
        if is_kept(to.1) {
            kept.push(to);
        }
    }
    kept
}

/// Which of some ranges stay, so that none flattens the others: a range is left
/// out if that more than halves what all take up together, the one that does
/// most first, as long as more than half of them stay.
pub(super) fn unflattened(ranges: &[(f64, f64)]) -> Vec<bool> {
    let mut stays = vec![true; ranges.len()];
    let span = |stays: &[bool]| {
        let kept = ranges.iter().zip(stays).filter(|&(_, &stays)| stays);
        let ends = kept.fold((f64::INFINITY, f64::NEG_INFINITY), |ends, (range, _)| {
            (ends.0.min(range.0), ends.1.max(range.1))
        });
        ends.1 - ends.0
    };
    loop {
        let whole = span(&stays);
        let without = |index: usize| {
            let mut fewer = stays.clone();
            fewer[index] = false;
            span(&fewer)
        };
        let kept = stays.iter().filter(|&&stays| stays).count();
        let candidates = (0..ranges.len()).filter(|&index| stays[index]);
        let best = candidates.min_by(|&a, &b| without(a).total_cmp(&without(b)));
        match best {
            Some(index)
                if 2 * (kept - 1) > ranges.len()
                    && without(index) > 0.0
                    && 2.0 * without(index) < whole =>
            {
                stays[index] = false;
            }
            _ => return stays,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_the_edge_they_leave_by() {
        let clipped = line(&[(0.0, 0.5), (0.25, 1.5), (0.5, 0.5), (0.75, -0.5)]);
        assert_eq!(
            clipped.parts,
            [
                vec![(0.0, 0.5), (0.125, 1.0)],
                vec![(0.375, 1.0), (0.5, 0.5), (0.625, 0.0)]
            ]
        );
        assert_eq!(clipped.exits, [(0.125, 1.0), (0.375, 1.0), (0.625, 0.0)]);
    }

    #[test]
    fn a_line_that_crosses_the_whole_chart_stays_inside() {
        let clipped = line(&[(0.0, -1.0), (0.6, 2.0)]);
        assert_eq!(clipped.parts.len(), 1);
        let (start, end) = (clipped.parts[0][0], clipped.parts[0][1]);
        assert!((start.0 - 0.2).abs() < 1e-12 && (end.0 - 0.4).abs() < 1e-12);
        assert_eq!((start.1, end.1), (0.0, 1.0));
    }

    #[test]
    fn lines_inside_stay_whole_and_lines_outside_leave_signs() {
        let points = [(0.0, 0.0), (0.5, 1.0), (1.0, 0.25)];
        let clipped = line(&points);
        assert_eq!(
            (clipped.parts, clipped.exits.len()),
            (vec![points.to_vec()], 0)
        );
        let clipped = line(&[(0.2, 3.0), (0.8, 2.0)]);
        assert_eq!(clipped.parts.len(), 0);
        assert_eq!(clipped.exits, [(0.2, 1.0), (0.8, 1.0)]);
        assert_eq!(line(&[(0.5, -2.0)]).exits, [(0.5, 0.0)]);
        assert_eq!(line(&[(0.5, 0.5)]).parts, [vec![(0.5, 0.5)]]);
    }

    #[test]
    fn areas_are_cut_at_both_edges() {
        let triangle = [(0.0, 0.5), (1.0, -0.5), (1.0, 1.5)];
        let inside = area(&triangle);
        let twice: f64 = (0..inside.len())
            .map(|i| {
                let (a, b) = (inside[i], inside[(i + 1) % inside.len()]);
                a.0 * b.1 - b.0 * a.1
            })
            .sum();
        // The triangle has 1; each corner that is cut off has an eighth.
        assert!((twice.abs() / 2.0 - 0.75).abs() < 1e-12, "{inside:?}");
        assert!(area(&[(0.0, 2.0), (1.0, 2.0), (1.0, 3.0)]).is_empty());
    }

    #[test]
    fn only_what_flattens_the_rest_is_left_out() {
        let flat = [(1.0, 2.0), (1.2, 2.1), (1.1, 30.0), (1.5, 1.9)];
        assert_eq!(unflattened(&flat), [true, true, false, true]);
        let low = [(-50.0, 2.0), (1.2, 2.1), (1.5, 1.9)];
        assert_eq!(unflattened(&low), [false, true, true]);
        let alike = [(1.0, 10.0), (1.0, 12.0), (2.0, 14.0)];
        assert_eq!(unflattened(&alike), [true; 3]);
        // One of two is not the rest.
        assert_eq!(unflattened(&[(0.0, 1.0), (0.0, 50.0)]), [true; 2]);
        assert_eq!(unflattened(&[(0.0, 1.0)]), [true]);
    }
}
