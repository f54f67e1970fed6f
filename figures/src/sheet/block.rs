//! One order on a sheet.

use ab_glyph::FontRef;
use orders_core::Order;

use super::{Panel, SheetOptions, StepsShown};
use crate::canvas::{Anchor, Dash, Pen, Words, draw_line};
use crate::chart::Frame;
use crate::colour_bar::{ColourBar, Direction};
use crate::error::FigureError;
use crate::grid_view::{GridView, Room, step_layers};
use crate::group_sizes::{outline, small_axes};
use crate::small_multiples::{Multiples, selected};
use crate::text;
use crate::theme::{CATEGORIES, INK, PANEL_EM, SPACE};

/// Height of the line with a panel's name, in pixels.
pub(super) const LABEL: u32 = 24;
/// Width and height of a curve of group sizes, in pixels.
const CURVE: (u32, u32) = (260, 150);
/// Width of small multiples beside a map, in pixels.
const MULTIPLES: u32 = 1040;

/// An order with its parts and where they go.
pub(super) struct Block<'a> {
    order: &'a Order,
    label: String,
    map: Option<(GridView, (u32, u32))>,
    bar: Option<(ColourBar, (u32, u32))>,
    multiples: Option<(Multiples, (u32, u32))>,
    curve: Option<(u32, u32)>,
    axes: (usize, u32),
    font: &'static FontRef<'static>,
    pub(super) size: (u32, u32),
    /// Whether all cells are drawn.
    pub(super) is_whole: bool,
}

/// What the parts of a panel take up so far.
struct Parts {
    /// Whether parts stand beside each other.
    is_row: bool,
    width: u32,
    height: u32,
}

impl Parts {
    /// Where the next part goes.
    fn place(&mut self, size: (u32, u32)) -> (u32, u32) {
        let at = match (self.is_row, self.width) {
            (_, 0) => (0, LABEL),
            (true, width) => (width + SPACE + SPACE / 2, LABEL),
            (false, _) => (0, self.height + SPACE / 2),
        };
        self.width = self.width.max(at.0 + size.0);
        self.height = self.height.max(at.1 + size.1);
        at
    }
}

impl<'a> Block<'a> {
    /// Lays out a panel. Parts stand beside each other if there are several
    /// steps to show, else below each other.
    pub(super) fn new(
        font: &'static FontRef<'static>,
        panel: &Panel<'a>,
        all: &[Panel<'_>],
        options: &SheetOptions,
        has_bar: bool,
    ) -> Result<Self, FigureError> {
        let order = panel.order;
        let is_row = options.steps.count() > 0;
        let side = match all.len() {
            1 | 2 => 480,
            3..=9 => 320,
            _ => 240,
        };
        let side = if is_row { 240 } else { side };
        let mut parts = Parts {
            is_row,
            width: 0,
            height: LABEL,
        };
        let (mut map, mut bar) = (None, None);
        if options.maps {
            let room = Room::square(order.grid(), side, 64, 16);
            let view = GridView::new(font, order.grid(), room);
            let mut size = view.size();
            let own = has_bar.then(|| {
                let steps = order.group_sizes().steps();
                ColourBar::new(font, Direction::Right, size.0.max(120), steps)
            });
            let below = size.1 + SPACE / 2;
            if let Some(own) = &own {
                size = (size.0.max(own.size().0), below + own.size().1);
            }
            let at = parts.place(size);
            bar = own.map(|own| (own, (at.0, at.1 + below)));
            map = Some((view, at));
        }
        let mut multiples = None;
        if is_row {
            let steps = match &options.steps {
                StepsShown::Listed(steps) => selected(order, steps, 0)?,
                spread => selected(order, &[], spread.count() as u32)?,
            };
            let grids = Multiples::new(font, order, steps, (MULTIPLES, 150));
            let at = parts.place(grids.size());
            multiples = Some((grids, at));
        }
        let map_is_whole = map.iter().all(|(view, _)| view.drawn_part().is_none());
        let steps_are_whole = multiples.iter().all(|(grids, _)| grids.is_whole());
        let curve = options.sizes.then(|| parts.place(CURVE));
        let steps = all.iter().map(|p| p.order.group_sizes().steps()).max();
        let sizes = all.iter().flat_map(|p| p.order.group_sizes().as_slice());
        let axes = (steps.unwrap_or(1), sizes.copied().max().unwrap_or(1));
        // A panel of a narrow grid still has room for a name.
        let width = parts.width.max(130);
        let (label, _) = text::fit(font, &panel.label, PANEL_EM, PANEL_EM, width.into());
        Ok(Self {
            order,
            label,
            map,
            bar,
            multiples,
            curve,
            axes,
            font,
            size: (width, parts.height),
            is_whole: map_is_whole && steps_are_whole,
        })
    }

    /// Draws the panel with its upper left corner at `(left, top)`.
    pub(super) fn draw(&self, pen: &Pen<'_>, (left, top): (i32, i32)) -> Result<(), FigureError> {
        let words = Words::new(&self.label, PANEL_EM, INK, Anchor::TopLeft);
        pen.text(&words, (left, top))?;
        let at = |(x, y): (u32, u32)| (left + x as i32, top + y as i32);
        if let Some((view, place)) = &self.map {
            let at = at(*place);
            view.draw(pen, at, &step_layers(self.order))?;
            view.draw_known_marks(pen, at, self.order.known())?;
            view.draw_numbers(pen, at, self.order)?;
        }
        if let Some((bar, place)) = &self.bar {
            bar.draw(pen, at(*place))?;
        }
        if let Some((multiples, place)) = &self.multiples {
            multiples.draw(pen, self.order, at(*place))?;
        }
        if let Some(place) = self.curve {
            let (x, y) = small_axes(self.axes.0, self.axes.1);
            let (x_at, y_at) = at(place);
            let frame = Frame::new(self.font, (x_at as u32, y_at as u32), CURVE, x, y);
            frame.draw(pen)?;
            let points = outline(self.order.group_sizes());
            draw_line(&frame.plot(pen), points, CATEGORIES[0], 2.0, Dash::SOLID)?;
        }
        Ok(())
    }
}
