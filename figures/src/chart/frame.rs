//! The axes of a chart and the room between them.

use plotters::coord::cartesian::Cartesian2d;

use super::axis::Scale;
use super::ticks::Tick;
use crate::canvas::{Anchor, Pen, Plot, UNITS_PER_PX, Words};
use crate::error::FigureError;
use crate::look::Look;
use crate::text::{self, Font};
use crate::theme::{CAPTION_EM, INK, LABEL_EM, MUTED_INK, RULE};

/// Pixels that a tick sticks out.
const TICK: i32 = 4;
/// Pixels between a tick and its number, and between numbers and label.
const SPACE: i32 = 5;
/// Height of the line of an axis label or a row of numbers, in pixels.
const LINE: i32 = 17;
/// Pixels between horizontal rules, at least.
const PITCH: u32 = 44;
/// Height of axes with rules half as far apart, in pixels.
const LOW: i32 = 240;
/// Pixels between the ends of the horizontal axis, at least.
const LEAST: i32 = 90;
/// The longest name of a category, in pixels; longer ones lose their end.
const WIDEST_NAME: f64 = 150.0;

/// The coordinates between two axes.
pub(crate) type Coordinates = Cartesian2d<Scale, Scale>;

/// Two axes. Names in place of numbers stand at 0, 1, 2, ... of the
/// horizontal axis.
pub(crate) struct Frame {
    x: Scale,
    y: Scale,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    /// The room between the axes: left, top, width and height in pixels.
    pub(crate) inner: (i32, i32, i32, i32),
    outer: (i32, i32, i32, i32),
    x_label: String,
    y_label: String,
    /// Whether there are rules and ticks across the horizontal axis.
    has_names: bool,
}

impl Frame {
    /// Axes in a room with its upper left corner at `(left, top)`, with names at
    /// 0, 1, 2, ... in place of numbers if there are any.
    pub(crate) fn new(
        font: &Font,
        (left, top): (u32, u32),
        (width, height): (u32, u32),
        (x, y): (Scale, Scale),
        names: Option<&[String]>,
    ) -> Self {
        let label_height = |label: &str| if label.is_empty() { 0 } else { LINE + SPACE };
        let below = TICK + SPACE + LINE + label_height(&x.label);
        let above = (CAPTION_EM / 2.0).ceil() as i32;
        let inner_height = (height as i32 - below - above).max(1);
        let pitch = if inner_height < LOW { PITCH / 2 } else { PITCH };
        let y_ticks = y.ticks((inner_height as u32 / pitch).clamp(3, 9) as usize);
        let widest = |ticks: &[Tick]| {
            let widths = ticks
                .iter()
                .map(|t| text::width(font, CAPTION_EM, &t.label));
            widths.fold(0.0, f64::max).ceil() as i32
        };
        let before = label_height(&y.label) + widest(&y_ticks) + SPACE + TICK;
        // Room for half of a number at the end of the axis.
        let mut after = 8;
        let mut x_ticks = Vec::new();
        match names {
            Some(names) => {
                let room = f64::from(width as i32 - before - after) / names.len().max(1) as f64;
                for (index, name) in names.iter().enumerate() {
                    let most = (room - 8.0).clamp(1.0, WIDEST_NAME);
                    let (label, _) = text::fit(font, name, CAPTION_EM, CAPTION_EM, most);
                    let value = index as f64;
                    x_ticks.push(Tick { value, label });
                }
            }
            None => {
                for most in (2..=12).rev() {
                    x_ticks = x.ticks(most);
                    let widest = widest(&x_ticks);
                    after = widest / 2 + 2;
                    let room = width as i32 - before - after;
                    if x_ticks.len() as i32 * (widest + 18) <= room || most == 2 {
                        break;
                    }
                }
            }
        }
        let inner_width = (width as i32 - before - after).max(1);
        let (left, top) = (left as i32, top as i32);
        let fitted =
            |label: &str, most: i32| text::fit(font, label, LABEL_EM, LABEL_EM, f64::from(most)).0;
        Self {
            x_label: fitted(&x.label, inner_width),
            y_label: fitted(&y.label, inner_height),
            x,
            y,
            x_ticks,
            y_ticks,
            inner: (left + before, top + above, inner_width, inner_height),
            outer: (left, top, width as i32, height as i32),
            has_names: names.is_some(),
        }
    }

    /// Refuses axes with too little between them.
    pub(crate) fn check_room(&self, look: &Look) -> Result<(), FigureError> {
        let missing = LEAST - self.inner.2;
        match missing > 0 {
            true => look.fitted((self.outer.2 + missing) as u32).map(drop),
            false => Ok(()),
        }
    }

    /// The coordinates between the axes.
    fn coordinates(&self) -> Coordinates {
        let (left, top, width, height) = self.inner;
        let units = |px: i32| px * UNITS_PER_PX;
        let across = units(left)..units(left + width);
        // Values rise upwards, pixels downwards.
        let along = units(top + height)..units(top);
        Cartesian2d::new(self.x.clone(), self.y.clone(), (across, along))
    }

    /// The room between the axes, in the coordinates of the axes.
    pub(crate) fn plot<'a>(&self, pen: &Pen<'a>) -> Plot<'a, Coordinates> {
        pen.plot(self.coordinates())
    }

    /// How far along each axis a point is, from 0 to 1 between their ends.
    pub(crate) fn shares(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.share(x), self.y.share(y))
    }

    /// The point at shares of the axes.
    pub(crate) fn point(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.value(x), self.y.value(y))
    }

    /// The place of a point in pixels.
    pub(crate) fn px(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (left, top, width, height) = self.inner;
        (
            f64::from(left) + self.x.share(x) * f64::from(width),
            f64::from(top + height) - self.y.share(y) * f64::from(height),
        )
    }

    /// Draws rules, axes, ticks, numbers and labels.
    pub(crate) fn draw(&self, pen: &Pen<'_>) -> Result<(), FigureError> {
        let (left, top, width, height) = self.inner;
        let bottom = top + height;
        for tick in &self.y_ticks {
            let y = top + height - (self.y.share(tick.value) * f64::from(height)).round() as i32;
            pen.fill((left, y), (width, 1), RULE)?;
            pen.fill((left - TICK, y), (TICK, 1), INK)?;
            let at = (left - TICK - SPACE, y);
            pen.text(&Words::new(&tick.label, CAPTION_EM, INK, Anchor::Right), at)?;
        }
        for tick in &self.x_ticks {
            let x = left + (self.x.share(tick.value) * f64::from(width)).round() as i32;
            if !self.has_names {
                pen.fill((x, top), (1, height), RULE)?;
                pen.fill((x, bottom), (1, TICK), INK)?;
            }
            let at = (x, bottom + TICK + SPACE);
            pen.text(&Words::new(&tick.label, CAPTION_EM, INK, Anchor::Top), at)?;
        }
        pen.fill((left, bottom), (width, 1), INK)?;
        pen.fill((left, top), (1, height + 1), INK)?;
        let (outer_left, outer_top, _, outer_height) = self.outer;
        if !self.x_label.is_empty() {
            let at = (left + width / 2, outer_top + outer_height - LINE);
            let label = Words::new(&self.x_label, LABEL_EM, MUTED_INK, Anchor::Top);
            pen.text(&label, at)?;
        }
        if !self.y_label.is_empty() {
            let at = (outer_left + LINE / 2, top + height / 2);
            let label = Words::new(&self.y_label, LABEL_EM, MUTED_INK, Anchor::Middle);
            pen.text(&label.turned(), at)?;
        }
        Ok(())
    }
}
