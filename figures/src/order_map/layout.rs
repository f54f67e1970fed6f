//! Where the parts of an order map go.

use ab_glyph::FontRef;
use orders_core::Order;

use crate::colour_bar::{ColourBar, Direction};
use crate::order_map::lattice::Lattice;
use crate::text;
use crate::theme::{MARGIN, SUBTITLE_EM, TITLE_EM};

/// The smallest em of a title, in pixels, before its end is cut off.
const SMALLEST_TITLE_EM: f64 = 14.0;
/// The smallest em of a subtitle, in pixels, before its end is cut off.
const SMALLEST_SUBTITLE_EM: f64 = 11.0;
/// How wide a picture of a small grid becomes for the sake of its titles.
const WIDEST_FOR_TITLES: f64 = 640.0;
/// Height of a line, in em.
const LINE: f64 = 1.45;
/// Pixels between the parts of the picture.
const SPACE: u32 = 16;
/// Pixels of a vertical bar, at least.
const SHORTEST_UP: u32 = 120;
/// Pixels of a horizontal bar, at least.
const SHORTEST_RIGHT: u32 = 240;

/// A line above the grid.
pub(super) struct Heading {
    pub(super) text: String,
    pub(super) em: f64,
    /// Top of the line, in pixels from the top of the picture.
    pub(super) top: u32,
}

/// An order map with all that is needed to draw it.
pub(super) struct Layout {
    /// Width and height of the picture.
    pub(super) size: (u32, u32),
    pub(super) title: Heading,
    pub(super) subtitle: Heading,
    pub(super) lattice: Lattice,
    /// Upper left corner of the grid.
    pub(super) lattice_at: (u32, u32),
    pub(super) bar: ColourBar,
    /// Upper left corner of the bar.
    pub(super) bar_at: (u32, u32),
}

impl Layout {
    pub(super) fn new(font: &FontRef<'_>, order: &Order, title: &str, subtitle: &str) -> Self {
        let lattice = Lattice::new(order.grid());
        let (outer_width, outer_height) = lattice.size();
        let (grid_width, grid_height) = (outer_width - lattice.gap(), outer_height - lattice.gap());

        // Beside a low grid, a bar would either be as low or stand out.
        let direction = if outer_width >= 2 * outer_height {
            Direction::Right
        } else {
            Direction::Up
        };
        let length = match direction {
            Direction::Up => grid_height.max(SHORTEST_UP),
            Direction::Right => grid_width.max(SHORTEST_RIGHT),
        };
        let bar = ColourBar::new(font, direction, length, order.group_sizes().steps());
        let (bar_width, bar_height) = bar.size();
        let (block_width, block_height) = match direction {
            Direction::Up => (grid_width + SPACE + bar_width, grid_height.max(bar_height)),
            Direction::Right => (grid_width.max(bar_width), grid_height + SPACE + bar_height),
        };

        let natural = text::width(font, TITLE_EM, title.trim())
            .max(text::width(font, SUBTITLE_EM, subtitle.trim()))
            .min(WIDEST_FOR_TITLES);
        let width = block_width.max(natural.ceil() as u32);
        let mut y = MARGIN;
        let mut heading = |line: &str, em: f64, smallest: f64| {
            let top = y;
            let (text, em) = text::fit(font, line, em, smallest, width.into());
            if !text.is_empty() {
                y += (LINE * em).ceil() as u32;
            }
            Heading { text, em, top }
        };
        let title = heading(title, TITLE_EM, SMALLEST_TITLE_EM);
        let subtitle = heading(subtitle, SUBTITLE_EM, SMALLEST_SUBTITLE_EM);
        if y > MARGIN {
            y += SPACE / 2;
        }

        Self {
            size: (width + 2 * MARGIN, y + block_height + MARGIN),
            title,
            subtitle,
            lattice,
            lattice_at: (MARGIN, y),
            bar,
            bar_at: match direction {
                Direction::Up => (MARGIN + grid_width + SPACE, y),
                Direction::Right => (MARGIN, y + grid_height + SPACE),
            },
        }
    }
}
