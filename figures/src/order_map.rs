//! The order map: a grid coloured by step.

use crate::text::Font;
use orders_core::Order;

use crate::colour_bar::{ColourBar, Direction};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::grid_view::{GridView, Room, step_layers};
use crate::heading::Heading;
use crate::legend::{Legend, known_entry};
use crate::look::Look;
use crate::theme::{self, SPACE};

/// Pixels of a vertical bar, at least.
const SHORTEST_UP: u32 = 120;
/// Pixels of a horizontal bar, at least.
const SHORTEST_RIGHT: u32 = 240;
/// What the frames of a grid may take up together.
const ROOM: Room = Room {
    size: (1024, 1024),
    largest_cell: 64,
    most_frames: 16,
};

/// Draws the order map of an order: the grid, each cell in the
/// [colour of the step](theme::step_colour) in which it is generated and with
/// the number of that step (from 1), and a colour bar. Known cells are
/// [grey](theme::KNOWN) with a small dark square, and a legend says so. The
/// frames of a video stand side by side, each with its number from 0; of more
/// than 16, so many are drawn, evenly spread.
///
/// Numbers are left out where they would be too small to read: with cells of
/// under some 15 px, thus on sides of more than 64 cells, or of fewer if there
/// are many steps.
///
/// The grid's longer side is at most 1024 px. On a grid with more cells than
/// that, each pixel shows one cell and the cells between are left out (nearest
/// sampling); on one whose shorter side would then be under 8 px, cells are
/// stretched to make it 8 px. The picture is at most 1280 x 1280 px.
///
/// Frames of a video share the 1024 px.
///
/// `title` and `subtitle` are one line each and may be empty; one that is too
/// long becomes smaller and, if that doesn't suffice, loses its end.
/// [`order_map_subtitle`] makes a subtitle that says how to read the picture.
///
/// Takes O(N) time and space for N cells.
///
/// # Errors
///
/// As [`FigureError`] says; never because of the order or the titles.
pub fn order_map(order: &Order, title: &str, subtitle: &str) -> Result<Figure, FigureError> {
    Look::default().order_map(order, title, subtitle)
}

impl Look {
    /// As [`order_map`](crate::order_map()), in this look.
    ///
    /// # Errors
    ///
    /// As [`FigureError`] says; never because of the order or the titles.
    pub fn order_map(
        &self,
        order: &Order,
        title: &str,
        subtitle: &str,
    ) -> Result<Figure, FigureError> {
        draw(self, order, (title, subtitle))
    }

    /// As [`order_map_subtitle`], in this look.
    pub fn order_map_subtitle(&self, order: &Order, which: &str) -> String {
        subtitle(self, order, which)
    }
}

fn draw(look: &Look, order: &Order, titles: (&str, &str)) -> Result<Figure, FigureError> {
    let layout = Layout::new(look, theme::font()?, order, titles)?;
    Figure::draw(look, layout.size, titles, |pen| {
        layout.heading.draw(pen, layout.heading_at)?;
        layout.view.draw(pen, layout.view_at, &step_layers(order))?;
        layout
            .view
            .draw_known_marks(pen, layout.view_at, order.known())?;
        layout.view.draw_numbers(pen, layout.view_at, order)?;
        layout.bar.draw(pen, layout.bar_at)?;
        layout.legend.draw(pen, layout.legend_at)
    })
}

/// A subtitle for the [`order_map`] of an order: which one it is, what colours
/// and numbers mean, and whether cells are left out.
///
/// ```
/// use orders_core::{Grid, GroupSizes, Order, Problem};
/// use orders_figures::order_map_subtitle;
///
/// let problem = Problem::new(Grid::new(1, 2)?, GroupSizes::new([1, 1])?)?;
/// let order = Order::new(problem, vec![1, 0])?;
/// assert_eq!(
///     order_map_subtitle(&order, "order 0 of 60,000"),
///     "order 0 of 60,000; colour and number: step of generation"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn order_map_subtitle(order: &Order, which: &str) -> String {
    subtitle(&Look::default(), order, which)
}

fn subtitle(look: &Look, order: &Order, which: &str) -> String {
    let key = |key: &str| format!("{which}; {key}: step of generation");
    let Ok(font) = theme::font() else {
        return key("colour");
    };
    let view = view(look, font, order);
    let mut text = match view.number_em(order.group_sizes().steps()) {
        Some(_) => key("colour and number"),
        None => key("colour"),
    };
    if let Some(part) = view.drawn_part() {
        text += &format!("; {part} of {} cells drawn", order.grid());
    }
    text
}

/// An order map with all that is needed to draw it.
struct Layout {
    /// Width and height of the picture.
    size: (u32, u32),
    heading: Heading,
    heading_at: (i32, i32),
    view: GridView,
    /// Upper left corner of the grid.
    view_at: (i32, i32),
    bar: ColourBar,
    /// Upper left corner of the bar.
    bar_at: (i32, i32),
    legend: Legend,
    /// Upper left corner of the legend.
    legend_at: (i32, i32),
}

/// How the cells of an order map are drawn.
fn view(look: &Look, font: &Font, order: &Order) -> GridView {
    let steps = order.group_sizes().steps();
    let bar = ColourBar::new(font, Direction::Up, SHORTEST_UP, steps)
        .size()
        .0
        + SPACE;
    let side = look.room(ROOM.size.0 + bar).saturating_sub(bar);
    let room = Room {
        size: (side.clamp(8, ROOM.size.0), ROOM.size.1),
        ..ROOM
    };
    GridView::new(font, order.grid(), room)
}

impl Layout {
    fn new(
        look: &Look,
        font: &Font,
        order: &Order,
        titles: (&str, &str),
    ) -> Result<Self, FigureError> {
        let margin = look.margin();
        let view = view(look, font, order);
        let (grid_width, grid_height) = view.size();

        // Beside a low grid, a bar would either be as low or stand out.
        let direction = if grid_width >= 2 * grid_height {
            Direction::Right
        } else {
            Direction::Up
        };
        let length = match direction {
            Direction::Up => grid_height.max(SHORTEST_UP),
            Direction::Right => grid_width.max(look.room(SHORTEST_RIGHT).min(SHORTEST_RIGHT)),
        };
        let bar = ColourBar::new(font, direction, length, order.group_sizes().steps());
        let (bar_width, bar_height) = bar.size();
        let (block_width, block_height) = match direction {
            Direction::Up => (grid_width + SPACE + bar_width, grid_height.max(bar_height)),
            Direction::Right => (grid_width.max(bar_width), grid_height + SPACE + bar_height),
        };

        let width = look.fitted(block_width.max(look.wanted_width(font, titles)))?;
        let heading = look.heading(font, titles, width);
        let entries = (order.known().count() > 0).then(known_entry);
        let legend = Legend::new(font, entries.into_iter().collect(), width);
        let legend_height = match legend.size().1 {
            0 => 0,
            height => SPACE / 2 + height,
        };
        let top = margin + heading.height();
        Ok(Self {
            size: (
                width + 2 * margin,
                top + block_height + legend_height + margin,
            ),
            heading,
            heading_at: signed((margin, margin)),
            view,
            view_at: signed((margin, top)),
            bar,
            bar_at: signed(match direction {
                Direction::Up => (margin + grid_width + SPACE, top),
                Direction::Right => (margin, top + grid_height + SPACE),
            }),
            legend,
            legend_at: signed((margin, top + block_height + SPACE / 2)),
        })
    }
}

fn signed((x, y): (u32, u32)) -> (i32, i32) {
    (x as i32, y as i32)
}
