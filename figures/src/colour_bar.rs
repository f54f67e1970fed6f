//! The legend that says which step has which colour.

use crate::canvas::{Anchor, Pen, Words};
use crate::error::FigureError;
use crate::number::grouped;
use crate::sampling::item_from_pixel;
use crate::text::{self, Font};
use crate::theme::{self, INK, LABEL_EM, MUTED_INK};

/// Pixels across a bar.
const THICKNESS: u32 = 18;
/// Pixels that a tick sticks out.
const TICK: u32 = 5;
/// Pixels between a tick and its number, and between numbers and axis label.
const SPACE: u32 = 5;
/// The most ticks on a bar: more say nothing new.
const MOST_TICKS: usize = 12;
/// Pixels from one tick to the next on a vertical bar, at least; half of it
/// beside the ends.
const TICK_PITCH: u32 = 40;
/// What the numbers count.
const AXIS_LABEL: &str = "step";

/// Which way a bar runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Upwards, numbers to the right of it.
    Up,
    /// To the right, numbers below it.
    Right,
}

/// A bar with a field for each step, the first at the lower or left end.
pub(crate) struct ColourBar {
    direction: Direction,
    length: u32,
    steps: usize,
    ticks: Vec<usize>,
    /// Width of the widest number, in pixels.
    number_width: u32,
}

impl ColourBar {
    /// A bar of `length` px for steps 1 to `steps`.
    pub(crate) fn new(font: &Font, direction: Direction, length: u32, steps: usize) -> Self {
        let number_width = text::width(font, LABEL_EM, &grouped(steps as u64)).ceil() as u32;
        let pitch = match direction {
            Direction::Up => TICK_PITCH,
            Direction::Right => TICK_PITCH + 2 * number_width,
        };
        let most = ((length / pitch) as usize).min(MOST_TICKS);
        Self {
            direction,
            length,
            steps,
            ticks: step_ticks(steps, most),
            number_width,
        }
    }

    /// Pixels that the bar takes up with numbers and label, to the right and
    /// downwards. (The number of the first step reaches beyond the bar's other
    /// end by less than a margin.)
    pub(crate) fn size(&self) -> (u32, u32) {
        let line = LABEL_EM.ceil() as u32;
        let across = THICKNESS + TICK + SPACE;
        match self.direction {
            Direction::Up => (
                across + self.number_width + SPACE + line,
                // Half a line for the number of a step at the end.
                self.length + line / 2,
            ),
            Direction::Right => (
                self.length + self.number_width / 2,
                across + line + SPACE + line,
            ),
        }
    }

    /// Draws the bar with its upper left corner at `(left, top)`.
    pub(crate) fn draw(&self, pen: &Pen<'_>, (left, top): (i32, i32)) -> Result<(), FigureError> {
        self.draw_fields(pen, (left, top))?;
        let across = THICKNESS as i32;
        let outer = across + (TICK + SPACE) as i32;
        let line = LABEL_EM.ceil() as i32;
        for &tick in &self.ticks {
            let number = grouped(tick as u64);
            let along = self.pixel_from_step(tick) as i32;
            let (corner, size, at, anchor) = match self.direction {
                Direction::Up => {
                    let y = top + self.length as i32 - 1 - along;
                    let x = left + across;
                    (
                        (x, y),
                        (TICK as i32 + 1, 2),
                        (left + outer, y),
                        Anchor::Left,
                    )
                }
                Direction::Right => {
                    let (x, y) = (left + along, top + across);
                    ((x, y), (2, TICK as i32 + 1), (x, top + outer), Anchor::Top)
                }
            };
            pen.fill(corner, size, INK)?;
            pen.text(&Words::new(&number, LABEL_EM, INK, anchor), at)?;
        }
        let (at, anchor) = match self.direction {
            Direction::Up => (
                (
                    left + outer + (self.number_width + SPACE) as i32 + line / 2,
                    top + self.length as i32 / 2,
                ),
                Anchor::Middle,
            ),
            Direction::Right => (
                (
                    left + self.length as i32 / 2,
                    top + outer + line + SPACE as i32,
                ),
                Anchor::Top,
            ),
        };
        let label = Words::new(AXIS_LABEL, LABEL_EM, MUTED_INK, anchor);
        match self.direction {
            Direction::Up => pen.text(&label.turned(), at),
            Direction::Right => pen.text(&label, at),
        }
    }

    /// Draws the bar without ticks.
    fn draw_fields(&self, pen: &Pen<'_>, (left, top): (i32, i32)) -> Result<(), FigureError> {
        let across = THICKNESS as i32;
        let mut start = 0;
        for run in self.colours().chunk_by(|a, b| a == b) {
            // Each over the rest of the bar: between fields of their own, viewers
            // of documents would let the page shine through.
            let rest = self.length as i32 - start;
            let (corner, size) = match self.direction {
                Direction::Up => ((left, top), (across, rest)),
                Direction::Right => ((left + start, top), (rest, across)),
            };
            pen.fill(corner, size, run[0])?;
            start += run.len() as i32;
        }
        Ok(())
    }

    /// The colour of each pixel along the bar, from its first end.
    fn colours(&self) -> Vec<theme::Rgb> {
        (0..self.length)
            .map(|pixel| {
                let step = item_from_pixel(pixel, self.length, self.steps);
                theme::step_colour(step, self.steps)
            })
            .collect()
    }

    /// The middle of a step's field (the step from 1), in pixels from the
    /// bar's first end.
    fn pixel_from_step(&self, step: usize) -> u32 {
        let middle = (2 * step as u64 - 1) * u64::from(self.length) / (2 * self.steps as u64);
        (middle as u32).min(self.length - 1)
    }
}

/// The steps to name on a bar of `steps` steps (both counted from 1): at most
/// `most`, or 2 if that is more. All of them if there is room, else the first,
/// the last and evenly spaced round ones between, which keep at least half of
/// that spacing to the first and the last.
fn step_ticks(steps: usize, most: usize) -> Vec<usize> {
    if steps <= most.max(2) {
        return (1..=steps).collect();
    }
    let spacing = round_numbers()
        .find(|&spacing| steps / spacing + 2 <= most || spacing >= steps)
        .unwrap_or(steps);
    // A round number close to an end would crowd it.
    let far = |a: usize, b: usize| 2 * a.abs_diff(b) >= spacing;
    let between = (1..=steps / spacing)
        .map(|times| times * spacing)
        .filter(|&tick| far(1, tick) && far(tick, steps));
    [1].into_iter().chain(between).chain([steps]).collect()
}

/// 1, 2, 5, 10, 20, 50, ...
fn round_numbers() -> impl Iterator<Item = usize> {
    std::iter::successors(Some(1_usize), |power| power.checked_mul(10))
        .flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_points_at_the_colour_of_its_step() {
        let font = theme::font().unwrap();
        for steps in [1, 2, 8, 48, 500] {
            for direction in [Direction::Up, Direction::Right] {
                let bar = ColourBar::new(font, direction, 500, steps);
                let colours = bar.colours();
                for step in 1..=steps {
                    let along = bar.pixel_from_step(step) as usize;
                    assert_eq!(colours[along], theme::step_colour(step - 1, steps));
                }
            }
        }
    }

    #[test]
    fn few_steps_are_all_named() {
        assert_eq!(step_ticks(1, 8), [1]);
        assert_eq!(step_ticks(2, 0), [1, 2]);
        assert_eq!(step_ticks(8, 8), [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn many_steps_are_named_at_round_numbers() {
        assert_eq!(step_ticks(48, 8), [1, 10, 20, 30, 40, 48]);
        assert_eq!(step_ticks(20, 8), [1, 5, 10, 15, 20]);
        assert_eq!(step_ticks(20, 12), [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
        assert_eq!(
            step_ticks(1024, 12),
            [1, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1024]
        );
        assert_eq!(step_ticks(1000, 2), [1, 1000]);
    }

    #[test]
    fn ticks_rise_from_first_to_last_and_are_few() {
        for most in 2..14 {
            for steps in (1..300).chain([1 << 12, 1 << 24]) {
                let ticks = step_ticks(steps, most);
                assert_eq!((ticks[0], ticks[ticks.len() - 1]), (1, steps));
                assert!(ticks.is_sorted_by(|a, b| a < b), "{ticks:?}");
                assert!(ticks.len() <= most, "{steps} {most} {ticks:?}");
            }
        }
    }
}
