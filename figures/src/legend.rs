//! Which sign stands for what.

use crate::canvas::{Anchor, Dash, Pen, Words};
use crate::error::FigureError;
use crate::grid_view::draw_known_mark;
use crate::marker::Marker;
use crate::text::{self, Font};
use crate::theme::{CAPTION_EM, CONTEXT, INK, KNOWN, NOT_YET, NOW, OUTLINE, Rgb};

/// Height of a row of entries, in pixels.
const ROW: u32 = 22;
/// Side of a swatch, in pixels.
const SWATCH: u32 = 13;
/// Width of a piece of line, in pixels.
const LINE: u32 = 30;
/// Pixels between a sign and its words.
const SPACE: u32 = 6;
/// Pixels between entries.
const APART: u32 = 20;
/// The widest words, in pixels; longer ones lose their end.
const WIDEST: f64 = 320.0;

/// What stands before an entry's words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// A cell of a colour.
    Cell(Rgb),
    /// A known cell.
    KnownCell,
    /// A line, and the marker of its points.
    Line {
        colour: Rgb,
        dash: Dash,
        marker: Option<Marker>,
    },
    /// A frame around a field.
    Frame,
    /// A marker alone.
    Point { colour: Rgb, marker: Marker },
}

impl Key {
    fn width(&self) -> u32 {
        match self {
            Self::Line { .. } => LINE,
            _ => SWATCH,
        }
    }
}

/// The entries that explain the colours of cells in a step. That of known
/// cells is there if the order has some.
pub(crate) fn role_entries(has_known: bool) -> Vec<(Key, String)> {
    let mut entries = vec![
        (Key::Cell(CONTEXT), "context: generated before".to_owned()),
        (Key::Cell(NOW), "generated in this step".to_owned()),
        (Key::Cell(NOT_YET), "not yet generated".to_owned()),
    ];
    entries.extend(has_known.then(known_entry));
    entries
}

/// The entry that explains known cells.
pub(crate) fn known_entry() -> (Key, String) {
    (Key::KnownCell, "known from the start".to_owned())
}

/// Entries in rows, as many in each as fit.
pub(crate) struct Legend {
    entries: Vec<Entry>,
    size: (u32, u32),
}

struct Entry {
    key: Key,
    text: String,
    left: u32,
    top: u32,
}

impl Legend {
    /// Entries in rows of up to `width` px. Takes no room without entries.
    pub(crate) fn new(font: &Font, entries: Vec<(Key, String)>, width: u32) -> Self {
        let (mut left, mut top, mut widest) = (0, 0, 0);
        let mut placed = Vec::new();
        // One that is alone may have all there is.
        let most = if entries.len() == 1 {
            f64::INFINITY
        } else {
            WIDEST
        };
        for (key, text) in entries {
            let sign = key.width() + SPACE;
            let room = f64::from(width.saturating_sub(sign)).min(most);
            let (text, em) = text::fit(font, &text, CAPTION_EM, CAPTION_EM, room);
            let taken = sign + text::width(font, em, &text).ceil() as u32;
            if left > 0 && left + taken > width {
                left = 0;
                top += ROW;
            }
            placed.push(Entry {
                key,
                text,
                left,
                top,
            });
            widest = widest.max(left + taken);
            left += taken + APART;
        }
        let height = if placed.is_empty() { 0 } else { top + ROW };
        Self {
            entries: placed,
            size: (widest, height),
        }
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Draws the legend with its upper left corner at `(left, top)`.
    pub(crate) fn draw(&self, pen: &Pen<'_>, (left, top): (i32, i32)) -> Result<(), FigureError> {
        for entry in &self.entries {
            let x = left + entry.left as i32;
            let middle = top + (entry.top + ROW / 2) as i32;
            draw_key(pen, &entry.key, (x, middle))?;
            let words = Words::new(&entry.text, CAPTION_EM, INK, Anchor::Left);
            let sign = (entry.key.width() + SPACE) as i32;
            pen.text(&words, (x + sign, middle))?;
        }
        Ok(())
    }
}

fn draw_key(pen: &Pen<'_>, key: &Key, (left, middle): (i32, i32)) -> Result<(), FigureError> {
    let side = SWATCH as i32;
    let corner = (left, middle - side / 2);
    match *key {
        Key::Cell(colour) => {
            pen.fill(corner, (side, side), colour)?;
            if colour == NOT_YET {
                pen.frame(corner, (side, side), OUTLINE)?;
            }
        }
        Key::Frame => {
            pen.frame(corner, (side, side), INK)?;
            pen.frame((corner.0 + 1, corner.1 + 1), (side - 2, side - 2), INK)?;
        }
        Key::KnownCell => {
            pen.fill(corner, (side, side), KNOWN)?;
            draw_known_mark(pen, corner, side)?;
        }
        Key::Line {
            colour,
            dash,
            marker,
        } => {
            let y = f64::from(middle) + 0.5;
            let ends = [(f64::from(left), y), (f64::from(left + LINE as i32), y)];
            pen.line(&ends, colour, 2.0, dash)?;
            if let Some(marker) = marker {
                marker.draw(pen, (f64::from(left) + f64::from(LINE) / 2.0, y), colour)?;
            }
        }
        Key::Point { colour, marker } => {
            let at = (
                f64::from(left) + f64::from(side) / 2.0,
                f64::from(middle) + 0.5,
            );
            marker.draw(pen, at, colour)?;
        }
    }
    Ok(())
}
