//! The order map: a grid coloured by step.

mod lattice;
mod layout;

use orders_core::Order;
use plotters::element::BitMapElement;
use plotters::style::FontTransform;
use plotters::style::text_anchor::{HPos, VPos};

use crate::canvas::{Area, Label, paint};
use crate::error::FigureError;
use crate::image::Image;
use crate::number::grouped;
use crate::theme::{self, INK, MUTED_INK};
use lattice::Lattice;
use layout::{Heading, Layout};

/// Draws the order map of an order: the grid, each cell in the
/// [colour of the step](theme::step_colour) in which it is generated and with
/// the number of that step (from 1), and a colour bar.
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
/// `title` and `subtitle` are one line each and may be empty; one that is too
/// long becomes smaller and, if that doesn't suffice, loses its end.
/// [`order_map_subtitle`] makes a subtitle that says how to read the picture.
///
/// Takes O(N) time and space for N cells.
///
/// # Errors
///
/// As [`FigureError`] says; never because of the order or the titles.
pub fn order_map(order: &Order, title: &str, subtitle: &str) -> Result<Image, FigureError> {
    let layout = Layout::new(theme::font()?, order, title, subtitle);
    paint(layout.size, |area| {
        draw_heading(area, &layout.title, INK)?;
        draw_heading(area, &layout.subtitle, MUTED_INK)?;
        draw_cells(area, &layout, order)?;
        draw_numbers(area, &layout, order)?;
        layout.bar.draw(area, signed(layout.bar_at))
    })
}

/// A subtitle for the [`order_map`] of order `index` (from 0) of `count`: which
/// order it is, what colours and numbers mean, and whether cells are left out.
///
/// ```
/// use orders_core::{Grid, GroupSizes, Order, Problem};
/// use orders_figures::order_map_subtitle;
///
/// let problem = Problem::new(Grid::new(1, 2)?, GroupSizes::new([1, 1])?)?;
/// let order = Order::new(problem, vec![1, 0])?;
/// assert_eq!(
///     order_map_subtitle(&order, 0, 60_000),
///     "order 0 of 60,000; colour and number: step of generation"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn order_map_subtitle(order: &Order, index: u64, count: u64) -> String {
    let lattice = Lattice::new(order.grid());
    let key = match lattice.number_em(order.group_sizes().steps()) {
        Some(_) => "colour and number",
        None => "colour",
    };
    let (index, count) = (grouped(index), grouped(count));
    let mut text = format!("order {index} of {count}; {key}: step of generation");
    if let Some((rows, columns)) = lattice.drawn_part() {
        text += &format!("; {rows}x{columns} of {} cells drawn", order.grid());
    }
    text
}

fn draw_heading(area: &Area<'_>, heading: &Heading, colour: theme::Rgb) -> Result<(), FigureError> {
    let style = Label {
        em: heading.em,
        colour,
        anchor: (HPos::Left, VPos::Top),
        rotation: FontTransform::None,
    };
    let at = signed((theme::MARGIN, heading.top));
    area.draw_text(&heading.text, &style.style(), at)?;
    Ok(())
}

fn draw_cells(area: &Area<'_>, layout: &Layout, order: &Order) -> Result<(), FigureError> {
    let pixels = layout.lattice.pixels(order);
    let at = signed(layout.lattice_at);
    if let Some(cells) = BitMapElement::with_owned_buffer(at, layout.lattice.size(), pixels) {
        area.draw(&cells)?;
    }
    Ok(())
}

/// Numbers go step by step, so that the canvas can set each one once.
fn draw_numbers(area: &Area<'_>, layout: &Layout, order: &Order) -> Result<(), FigureError> {
    let steps = order.group_sizes().steps();
    let Some(em) = layout.lattice.number_em(steps) else {
        return Ok(());
    };
    let (left, top) = signed(layout.lattice_at);
    for (step, group) in order.groups().enumerate() {
        let number = (step + 1).to_string();
        let style = Label {
            em,
            colour: theme::text_colour_on(theme::step_colour(step, steps)),
            anchor: (HPos::Center, VPos::Center),
            rotation: FontTransform::None,
        }
        .style();
        for &cell in group {
            if let Some((x, y)) = layout.lattice.middle(cell) {
                area.draw_text(&number, &style, (left + x, top + y))?;
            }
        }
    }
    Ok(())
}

fn signed((x, y): (u32, u32)) -> (i32, i32) {
    (x as i32, y as i32)
}
