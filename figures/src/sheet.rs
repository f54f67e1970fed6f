//! Several orders on one sheet.

use orders_core::Order;

use crate::canvas::{Anchor, Dash, Pen, Words, draw_line};
use crate::chart::Frame;
use crate::colour_bar::{ColourBar, Direction};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::grid_view::{GridView, Room, step_layers};
use crate::group_sizes::{outline, small_axes};
use crate::legend::{Legend, known_entry, role_entries};
use crate::look::Look;
use crate::small_multiples::{Multiples, selected, with_part};
use crate::text::{self, Font};
use crate::theme::{self, CATEGORIES, INK, PANEL_EM, SPACE};

/// The most orders on a sheet.
const MOST_PANELS: usize = 64;
/// The most columns of panels.
const MOST_COLUMNS: usize = 16;
/// Pixels between panels.
const APART: u32 = 28;
/// Width of a sheet without its margins, in pixels, unless a panel is wider.
const WIDTH: u32 = 1472;
/// Wider than any sheet, in pixels.
const WIDEST: u32 = 1 << 15;
/// Width of a panel whose parts stand beside each other, at least, in pixels.
const NARROWEST_ROW: u32 = 720;
/// Height of the line with a panel's name, in pixels.
const LABEL: u32 = 24;
/// Width and height of a curve of group sizes, in pixels.
const CURVE: (u32, u32) = (260, 150);
/// Width of small multiples beside a map, in pixels.
const MULTIPLES: u32 = 1040;

/// An order with the name it has in a figure.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// The name; one that is too long loses its end.
    pub label: String,
    /// The order.
    pub order: &'a Order,
}

impl<'a> Panel<'a> {
    /// An order with a name.
    pub fn new(label: impl Into<String>, order: &'a Order) -> Self {
        let label = label.into();
        Self { label, order }
    }
}

/// Which steps of each order a [`sheet`] shows as small multiples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepsShown {
    /// None.
    #[default]
    None,
    /// So many, evenly spread, the first and the last among them; from 1 to 16.
    Spread(u32),
    /// These steps, from 1, up to 16 of them. Every order must have them.
    Listed(Vec<usize>),
}

impl StepsShown {
    /// How many are shown of an order that has as many steps.
    fn count(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Spread(count) => *count as usize,
            Self::Listed(steps) => steps.len(),
        }
    }
}

/// What is on a [`sheet`], and how it is arranged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetOptions {
    /// The title; may be empty.
    pub title: String,
    /// A second line; may be empty.
    pub subtitle: String,
    /// Whether the order map of each order is shown.
    pub maps: bool,
    /// Which steps of each order are shown as small multiples.
    pub steps: StepsShown,
    /// Whether the curve of group sizes of each order is shown.
    pub sizes: bool,
    /// Panels in a row, from 1 to 16; as many as look well if `None`.
    pub columns: Option<usize>,
}

impl Default for SheetOptions {
    /// Order maps alone, without titles.
    fn default() -> Self {
        Self {
            title: String::new(),
            subtitle: String::new(),
            maps: true,
            steps: StepsShown::None,
            sizes: false,
            columns: None,
        }
    }
}

/// Draws several orders on one sheet: their maps, selected steps and curves of
/// group sizes, each part as the options say, each panel with its name.
///
/// If all orders have the same number of steps, one colour bar serves all
/// maps; else each has its own. Curves of a sheet have the same axes. One or
/// two maps are large; from ten on they have sides of 240 px. Grids with more
/// cells than that are drawn in part, and the subtitle says so.
///
/// ```
/// use orders_core::methods::{Random, Raster};
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
/// use orders_figures::{Panel, SheetOptions, StepsShown, sheet};
///
/// let problem = Problem::new(Grid::new(4, 4)?, GroupSizes::new([1, 5, 10])?)?;
/// let (raster, random) = (Raster.order(&problem, 0, 0)?, Random::default().order(&problem, 0, 0)?);
/// let panels = [Panel::new("raster", &raster), Panel::new("random", &random)];
/// let options = SheetOptions { steps: StepsShown::Spread(3), sizes: true, ..SheetOptions::default() };
/// let figure = sheet(&panels, &options)?;
/// assert!(figure.to_svg().contains("aria-label=\"random\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for no panel or more than 64, no part, more than 16
/// steps or columns; [`FigureError::Step`] for a step that an order does not
/// have; [`FigureError::TooLarge`] if all together take too many pixels.
pub fn sheet(panels: &[Panel<'_>], options: &SheetOptions) -> Result<Figure, FigureError> {
    Look::default().sheet(panels, options)
}

impl Look {
    /// As [`sheet`](crate::sheet()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn sheet(
        &self,
        panels: &[Panel<'_>],
        options: &SheetOptions,
    ) -> Result<Figure, FigureError> {
        draw(self, panels, options)
    }
}

fn draw(look: &Look, panels: &[Panel<'_>], options: &SheetOptions) -> Result<Figure, FigureError> {
    let font = theme::font()?;
    FigureError::check_count("panels", panels.len(), 1, MOST_PANELS)?;
    FigureError::check_count("steps to show", options.steps.count(), 0, 16)?;
    let has_steps = options.steps.count() > 0;
    let parts = [options.maps, has_steps, options.sizes];
    let parts = parts.iter().filter(|&&part| part).count();
    FigureError::check_count("parts of a panel", parts, 1, 3)?;
    if let Some(columns) = options.columns {
        FigureError::check_count("columns", columns, 1, MOST_COLUMNS)?;
    }

    let steps = |panel: &Panel<'_>| panel.order.group_sizes().steps();
    let shared = panels.iter().all(|panel| steps(panel) == steps(&panels[0]));
    let bar_room = match shared && options.maps {
        true => {
            ColourBar::new(font, Direction::Up, 120, steps(&panels[0]))
                .size()
                .0
                + SPACE
        }
        false => 0,
    };
    let room = look.room(WIDTH + bar_room).saturating_sub(bar_room);
    // Panels only have to fit where a width is given.
    let most = look.room(WIDEST + bar_room).saturating_sub(bar_room);
    let beside = options.columns.unwrap_or(1).min(panels.len()) as u32;
    let fit = Fit {
        has_bar: !shared,
        width: match most {
            WIDEST => WIDEST,
            most => ((most + APART) / beside).saturating_sub(APART),
        },
    };
    let blocks: Vec<Block<'_>> = panels
        .iter()
        .map(|panel| Block::new(font, panel, panels, options, fit))
        .collect::<Result<_, _>>()?;
    let width = blocks.iter().map(|b| b.size.0).max().unwrap_or(1);
    let height = blocks.iter().map(|b| b.size.1).max().unwrap_or(1);
    let columns = options.columns.unwrap_or_else(|| {
        let most = ((room + APART) / (width + APART)).max(1) as usize;
        let rows = panels.len().div_ceil(most);
        panels.len().div_ceil(rows)
    });
    let columns = columns.min(panels.len()) as u32;
    let rows = (panels.len() as u32).div_ceil(columns);
    let grid_width = columns * (width + APART) - APART;
    let grid_height = rows * (height + APART) - APART;

    let bar = (shared && options.maps).then(|| {
        let length = grid_height.clamp(120, 480);
        ColourBar::new(font, Direction::Up, length, steps(&panels[0]))
    });
    let bar_size = bar.as_ref().map_or((0, 0), ColourBar::size);
    let beside = if bar.is_some() { SPACE + bar_size.0 } else { 0 };
    let has_known = panels.iter().any(|panel| panel.order.known().count() > 0);
    let entries = match has_steps {
        true => role_entries(has_known),
        false => has_known.then(known_entry).into_iter().collect(),
    };
    let is_whole = blocks.iter().all(|block| block.is_whole);
    let subtitle = &with_part(&options.subtitle, is_whole);
    let titles = (options.title.as_str(), subtitle.as_str());
    let wanted = look.wanted_width(font, titles);
    let total = look.fitted((grid_width + beside).max(wanted))?;
    let heading = look.heading(font, titles, total);
    let margin = look.margin();
    let legend = Legend::new(font, entries, total);
    let legend_top = margin + heading.height();
    let gap = if legend.size().1 > 0 { SPACE } else { 0 };
    let top = legend_top + legend.size().1 + gap;
    let size = (
        total + 2 * margin,
        top + grid_height.max(bar_size.1 + LABEL) + margin,
    );
    Figure::draw(look, size, titles, |pen| {
        let left = margin as i32;
        heading.draw(pen, (left, left))?;
        legend.draw(pen, (left, legend_top as i32))?;
        for (index, block) in blocks.iter().enumerate() {
            let (row, column) = (index as u32 / columns, index as u32 % columns);
            let x = margin + column * (width + APART);
            let y = top + row * (height + APART);
            block.draw(pen, (x as i32, y as i32))?;
        }
        if let Some(bar) = bar {
            let x = margin + grid_width + SPACE;
            bar.draw(pen, (x as i32, (top + LABEL) as i32))?;
        }
        Ok(())
    })
}

/// What a panel has to fit into.
#[derive(Clone, Copy)]
struct Fit {
    /// Whether it has a colour bar of its own.
    has_bar: bool,
    /// In pixels.
    width: u32,
}

/// An order with its parts and where they go.
struct Block<'a> {
    order: &'a Order,
    label: String,
    map: Option<(GridView, (u32, u32))>,
    bar: Option<(ColourBar, (u32, u32))>,
    multiples: Option<(Multiples, (u32, u32))>,
    /// The curve of group sizes: its size and place.
    curve: Option<((u32, u32), (u32, u32))>,
    axes: (usize, u32),
    size: (u32, u32),
    /// Whether all cells are drawn.
    is_whole: bool,
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
    fn new(
        font: &Font,
        panel: &Panel<'a>,
        all: &[Panel<'_>],
        options: &SheetOptions,
        fit: Fit,
    ) -> Result<Self, FigureError> {
        let order = panel.order;
        let is_row = options.steps.count() > 0 && fit.width >= NARROWEST_ROW;
        let side = match all.len() {
            1 | 2 => 480,
            3..=9 => 320,
            _ => 240,
        };
        let side = if options.steps.count() > 0 { 240 } else { side }.min(fit.width.max(8));
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
            let own = fit.has_bar.then(|| {
                let steps = order.group_sizes().steps();
                ColourBar::new(
                    font,
                    Direction::Right,
                    size.0.max(fit.width.min(120)),
                    steps,
                )
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
        let apart = SPACE + SPACE / 2;
        if options.steps.count() > 0 {
            // Beside the map and before the curve, or below the one and above the other.
            let map = if parts.width > 0 {
                parts.width + apart
            } else {
                0
            };
            let curve = if options.sizes { CURVE.0 + apart } else { 0 };
            let taken = if is_row { map + curve } else { 0 };
            let beside = fit.width.saturating_sub(taken);
            let steps = match &options.steps {
                StepsShown::Listed(steps) => selected(order, steps, 0)?,
                spread => selected(order, &[], spread.count() as u32)?,
            };
            let grids = Multiples::new(font, order, steps, (MULTIPLES.min(beside), 150));
            let at = parts.place(grids.size());
            multiples = Some((grids, at));
        }
        let map_is_whole = map.iter().all(|(view, _)| view.drawn_part().is_none());
        let steps_are_whole = multiples.iter().all(|(grids, _)| grids.is_whole());
        let size = (CURVE.0.min(fit.width), CURVE.1);
        let curve = options.sizes.then(|| (size, parts.place(size)));
        let steps = all.iter().map(|p| p.order.group_sizes().steps()).max();
        let sizes = all.iter().flat_map(|p| p.order.group_sizes().as_slice());
        let axes = (steps.unwrap_or(1), sizes.copied().max().unwrap_or(1));
        // A panel of a narrow grid still has room for a name.
        let width = parts.width.max(fit.width.min(130));
        let (label, _) = text::fit(font, &panel.label, PANEL_EM, PANEL_EM, width.into());
        Ok(Self {
            order,
            label,
            map,
            bar,
            multiples,
            curve,
            axes,
            size: (width, parts.height),
            is_whole: map_is_whole && steps_are_whole,
        })
    }

    /// Draws the panel with its upper left corner at `(left, top)`.
    fn draw(&self, pen: &Pen<'_>, (left, top): (i32, i32)) -> Result<(), FigureError> {
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
        if let Some((size, place)) = self.curve {
            let axes = small_axes(self.axes.0, self.axes.1);
            let (x, y) = at(place);
            let frame = Frame::new(pen.font(), (x as u32, y as u32), size, axes, None);
            frame.draw(pen)?;
            let points = outline(self.order.group_sizes());
            draw_line(&frame.plot(pen), points, CATEGORIES[0], 2.0, Dash::SOLID)?;
        }
        Ok(())
    }
}
