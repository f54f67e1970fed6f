//! Selected steps of an order, side by side.

use orders_core::Order;

use crate::canvas::{Anchor, Pen, Words};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::grid_view::{GridView, Room, evenly, role_layers};
use crate::legend::{Legend, role_entries};
use crate::look::Look;
use crate::number::grouped;
use crate::text::{self, Font};
use crate::theme::{self, CAPTION_EM, INK, SPACE};

/// The most steps that are shown.
const MOST_STEPS: usize = 64;
/// Width of a whole figure without margins, in pixels.
const WIDTH: u32 = 1200;
/// Height of a caption, in pixels.
const CAPTION: u32 = 22;

/// Draws selected steps (from 1) of an order: in each, which cells are
/// [context](theme::CONTEXT), which are generated [now](theme::NOW) and which
/// are [not yet](theme::NOT_YET). Below each stands its step and how many cells
/// it generates; a legend explains the colours. Known cells are
/// [grey](theme::KNOWN) with a dark square.
///
/// On a grid with more cells than a small one has pixels, cells are left out,
/// and the subtitle says so.
///
/// Without `steps`, up to 8 are shown: the first, the last, and evenly spread
/// ones between.
///
/// O(k N) time for k steps and N cells.
///
/// ```
/// use orders_core::methods::Raster;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
/// use orders_figures::small_multiples;
///
/// let problem = Problem::new(Grid::new(2, 2)?, GroupSizes::new([1, 3])?)?;
/// let figure = small_multiples(&Raster.order(&problem, 0, 0)?, &[], "raster", "")?;
/// assert!(figure.to_svg().contains("aria-label=\"step 2 of 2: 3 cells\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for more than 64 steps, [`FigureError::Step`] for one
/// that the order does not have.
pub fn small_multiples(
    order: &Order,
    steps: &[usize],
    title: &str,
    subtitle: &str,
) -> Result<Figure, FigureError> {
    Look::default().small_multiples(order, steps, title, subtitle)
}

impl Look {
    /// As [`small_multiples`](crate::small_multiples()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn small_multiples(
        &self,
        order: &Order,
        steps: &[usize],
        title: &str,
        subtitle: &str,
    ) -> Result<Figure, FigureError> {
        draw(self, order, steps, (title, subtitle))
    }
}

fn draw(
    look: &Look,
    order: &Order,
    steps: &[usize],
    (title, subtitle): (&str, &str),
) -> Result<Figure, FigureError> {
    let font = theme::font()?;
    let steps = selected(order, steps, 8)?;
    let room = look.room(WIDTH);
    let side = room.min(290);
    let multiples = Multiples::new(font, order, steps, (room, side));
    let (block_width, block_height) = multiples.size();
    let legend = Legend::new(font, role_entries(order.known().count() > 0), room);
    let subtitle = &with_part(subtitle, multiples.is_whole());
    let titles = (title, subtitle.as_str());
    let wanted = look.wanted_width(font, titles);
    let width = look.fitted(block_width.max(wanted).max(legend.size().0))?;
    let heading = look.heading(font, titles, width);
    let margin = look.margin();
    let top = margin + heading.height();
    let size = (
        width + 2 * margin,
        top + legend.size().1 + SPACE / 2 + block_height + margin,
    );
    Figure::draw(look, size, titles, |pen| {
        let left = margin as i32;
        heading.draw(pen, (left, left))?;
        legend.draw(pen, (left, top as i32))?;
        let below = top + legend.size().1 + SPACE / 2;
        multiples.draw(pen, order, (left, below as i32))
    })
}

/// A subtitle that says so if cells are left out.
pub(crate) fn with_part(subtitle: &str, is_whole: bool) -> String {
    match (subtitle, is_whole) {
        (subtitle, true) => subtitle.to_owned(),
        ("", false) => "not all cells are drawn".to_owned(),
        (subtitle, false) => format!("{subtitle}; not all cells are drawn"),
    }
}

/// The steps to show: those asked for, else up to `most` evenly spread.
pub(crate) fn selected(
    order: &Order,
    asked: &[usize],
    most: u32,
) -> Result<Vec<usize>, FigureError> {
    let steps = order.group_sizes().steps();
    FigureError::check_count("steps to show", asked.len(), 0, MOST_STEPS)?;
    if let Some(&step) = asked.iter().find(|&&step| step == 0 || step > steps) {
        return Err(FigureError::Step { step, steps });
    }
    if asked.is_empty() {
        let spread = evenly(steps as u32, most);
        return Ok(spread.into_iter().map(|step| step as usize + 1).collect());
    }
    Ok(asked.to_vec())
}

/// What is written below a step (from 1).
pub(crate) fn caption(order: &Order, step: usize) -> String {
    let sizes = order.group_sizes();
    let size = sizes.as_slice().get(step - 1).copied().unwrap_or(0);
    let cells = if size == 1 { "cell" } else { "cells" };
    let (size, steps) = (grouped(size.into()), sizes.steps());
    format!("step {step} of {steps}: {size} {cells}")
}

/// Grids of selected steps in rows.
pub(crate) struct Multiples {
    view: GridView,
    steps: Vec<usize>,
    across: u32,
    pitch: (u32, u32),
    /// Pixels between grids of a row.
    apart: u32,
}

impl Multiples {
    /// Grids with sides of up to `side` px in rows of up to `width` px.
    pub(crate) fn new(
        font: &Font,
        order: &Order,
        steps: Vec<usize>,
        (width, side): (u32, u32),
    ) -> Self {
        let room = Room::square(order.grid(), side, 24, 8);
        let view = GridView::new(font, order.grid(), room);
        let captions = steps
            .iter()
            .map(|&step| text::width(font, CAPTION_EM, &caption(order, step)));
        let caption_width = captions.fold(0.0, f64::max).ceil() as u32;
        let (view_width, view_height) = view.size();
        // Frames of a step stand closer together than steps.
        let apart = match order.grid().frames() {
            1 => SPACE,
            _ => 3 * SPACE,
        };
        let pitch = (
            view_width.max(caption_width) + apart,
            view_height + CAPTION + SPACE / 2,
        );
        let most = ((width + apart) / pitch.0).clamp(1, steps.len().max(1) as u32);
        // Rows of like length.
        let rows = (steps.len() as u32).div_ceil(most).max(1);
        let across = (steps.len() as u32).div_ceil(rows).max(1);
        Self {
            view,
            steps,
            across,
            pitch,
            apart,
        }
    }

    /// Whether all cells are drawn.
    pub(crate) fn is_whole(&self) -> bool {
        self.view.drawn_part().is_none()
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        let rows = (self.steps.len() as u32).div_ceil(self.across);
        (
            self.across * self.pitch.0 - self.apart,
            rows * self.pitch.1 - SPACE / 2,
        )
    }

    /// Draws the grids with their captions.
    pub(crate) fn draw(
        &self,
        pen: &Pen<'_>,
        order: &Order,
        (left, top): (i32, i32),
    ) -> Result<(), FigureError> {
        let height = self.view.size().1;
        for (index, &step) in self.steps.iter().enumerate() {
            let (row, column) = (index as u32 / self.across, index as u32 % self.across);
            let at = (
                left + (column * self.pitch.0) as i32,
                top + (row * self.pitch.1) as i32,
            );
            draw_step(pen, &self.view, order, step - 1, at)?;
            let caption = caption(order, step);
            let words = Words::new(&caption, CAPTION_EM, INK, Anchor::TopLeft);
            pen.text(&words, (at.0, at.1 + height as i32 + 5))?;
        }
        Ok(())
    }
}

/// Draws a grid as it is in a step (from 0).
pub(crate) fn draw_step(
    pen: &Pen<'_>,
    view: &GridView,
    order: &Order,
    step: usize,
    at: (i32, i32),
) -> Result<(), FigureError> {
    view.draw_outlines(pen, at)?;
    view.draw(pen, at, &role_layers(order, step))?;
    view.draw_known_marks(pen, at, order.known())
}
