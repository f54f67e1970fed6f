//! The order map: a grid coloured by step.

mod layout;

use orders_core::Order;

use crate::error::FigureError;
use crate::figure::Figure;
use crate::grid_view::step_layers;
use crate::theme::{self, MARGIN};
use layout::Layout;

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
    let layout = Layout::new(theme::font()?, order, title, subtitle);
    Figure::draw(layout.size, title, subtitle, |pen| {
        layout.heading.draw(pen, (MARGIN as i32, MARGIN as i32))?;
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
    let key = |key: &str| format!("{which}; {key}: step of generation");
    let Ok(font) = theme::font() else {
        return key("colour");
    };
    let view = layout::view(font, order.grid());
    let mut text = match view.number_em(order.group_sizes().steps()) {
        Some(_) => key("colour and number"),
        None => key("colour"),
    };
    if let Some(part) = view.drawn_part() {
        text += &format!("; {part} of {} cells drawn", order.grid());
    }
    text
}
