//! Names at the ends of lines.

use crate::canvas::{Anchor, Dash, Pen, Words};
use crate::error::FigureError;
use crate::text::{self, Font};
use crate::theme::{CAPTION_EM, INK, Rgb};

/// Pixels from one name to the next, at least.
const PITCH: f64 = 15.0;
/// Pixels between the axes and the names, in which lines lead from ends to
/// names.
const LEAD: u32 = 20;

/// A name and the line that it belongs to.
pub(super) struct EndLabel {
    pub(super) text: String,
    pub(super) colour: Rgb,
    /// The end of the line, in pixels.
    pub(super) end: (f64, f64),
}

/// Width of names beside a chart, in pixels.
pub(super) fn width<'t>(font: &Font, texts: impl Iterator<Item = &'t str>) -> u32 {
    let widths = texts.map(|text| text::width(font, CAPTION_EM, text));
    LEAD + 4 + widths.fold(0.0, f64::max).ceil() as u32
}

/// Whether so many names fit below each other.
pub(super) fn fit(count: usize, height: u32) -> bool {
    count as f64 * PITCH <= f64::from(height)
}

/// Draws the names right of `right`, each as close to its line's end as the
/// others let it, between `top` and `bottom`.
pub(super) fn draw(
    pen: &Pen<'_>,
    labels: &[EndLabel],
    right: i32,
    (top, bottom): (i32, i32),
) -> Result<(), FigureError> {
    let mut order: Vec<&EndLabel> = labels.iter().collect();
    order.sort_by(|a, b| a.end.1.total_cmp(&b.end.1));
    let wanted: Vec<f64> = order.iter().map(|label| label.end.1).collect();
    let places = apart(&wanted, PITCH, (f64::from(top), f64::from(bottom)));
    for (label, y) in order.into_iter().zip(places) {
        let start = (label.end.0 + 6.0, label.end.1);
        let turn = (f64::from(right) + 5.0, label.end.1);
        let name = (f64::from(right + LEAD as i32 - 3), y.round() + 0.5);
        let lead = [start, turn, name];
        let lead = match start.0 < turn.0 {
            true => &lead[..],
            false => &lead[1..],
        };
        pen.line(lead, label.colour, 0.8, Dash::SOLID)?;
        let words = Words::new(&label.text, CAPTION_EM, INK, Anchor::Left);
        pen.text(&words, (right + LEAD as i32, y.round() as i32))?;
    }
    Ok(())
}

/// Places for names that want to be at `wanted`, which rise: at least `pitch`
/// apart and within the ends as far as there is room, and as close to what they
/// want as that allows (least squares, by pooling adjacent violators).
fn apart(wanted: &[f64], pitch: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    // With the pitch taken out, places only have to rise.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (index, &place) in wanted.iter().enumerate() {
        let mut block = (place - index as f64 * pitch, 1);
        while let Some(&(before, count)) = blocks.last()
            && before > block.0
        {
            let all = count + block.1;
            let sum = before * count as f64 + block.0 * block.1 as f64;
            block = (sum / all as f64, all);
            blocks.pop();
        }
        blocks.push(block);
    }
    let last = bottom - wanted.len().saturating_sub(1) as f64 * pitch;
    let places = blocks
        .into_iter()
        .flat_map(|(place, count)| std::iter::repeat_n(place, count));
    places
        .enumerate()
        .map(|(index, place)| place.min(last).max(top) + index as f64 * pitch)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_where_there_is_room_and_make_room_where_not() {
        assert_eq!(apart(&[10.0, 50.0], 15.0, (0.0, 100.0)), [10.0, 50.0]);
        assert_eq!(
            apart(&[40.0, 40.0, 40.0], 15.0, (0.0, 100.0)),
            [25.0, 40.0, 55.0]
        );
        assert_eq!(
            apart(&[0.0, 1.0, 90.0], 15.0, (0.0, 100.0)),
            [0.0, 15.0, 90.0]
        );
        assert_eq!(apart(&[99.0, 100.0], 15.0, (0.0, 100.0)), [85.0, 100.0]);
    }

    #[test]
    fn names_never_collide() {
        let wanted = [3.0, 3.5, 20.0, 21.0, 22.0, 60.0, 97.0, 99.0];
        let places = apart(&wanted, 12.0, (0.0, 100.0));
        for pair in places.windows(2) {
            assert!(pair[1] - pair[0] >= 12.0 - 1e-9, "{places:?}");
        }
        assert!(places[0] >= 0.0 && places[7] <= 100.0 + 1e-9, "{places:?}");
    }
}
