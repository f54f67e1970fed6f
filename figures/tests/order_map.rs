//! What an order map looks like, whatever the grid.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use orders_core::{
    Cell, FirstGroup, Grid, GroupSizes, LocalityAware, Order, OrderingMethod, Problem, Shape,
};
use orders_figures::theme::{BACKGROUND, step_colour};
use orders_figures::{Image, order_map, order_map_subtitle};

const TITLE: &str = "lpd, 48 steps, repulsion 4";

/// Every kind of grid that is drawn in its own way.
const GRIDS: [(u32, u32); 16] = [
    (1, 1),
    (1, 2),
    (2, 1),
    (8, 8),
    (16, 16),
    (32, 32),
    (64, 64),
    (128, 128),
    (1, 97),
    (97, 1),
    (5, 40),
    (40, 5),
    (1025, 3),
    (3, 2000),
    (1000, 1000),
    (4096, 4096),
];

/// A raster order of cosine groups: fast to make on any grid.
fn raster(height: u32, width: u32, steps: usize) -> Order {
    let grid = Grid::new(height, width).unwrap();
    let steps = steps.min(grid.cells());
    let sizes = Shape::Cosine
        .group_sizes(grid.cells(), steps, FirstGroup::One)
        .unwrap();
    let cells: Vec<Cell> = (0..grid.cells() as Cell).collect();
    Order::new(Problem::new(grid, sizes).unwrap(), cells).unwrap()
}

fn lpd(side: u32, steps: usize) -> Order {
    let grid = Grid::new(side, side).unwrap();
    let sizes = GroupSizes::published(grid, steps).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    LocalityAware::new(1.0, 4.0)
        .unwrap()
        .order(&problem, 0, 0)
        .unwrap()
}

fn is_background(image: &Image, x: u32, y: u32) -> bool {
    image.pixel(x, y) == Some(BACKGROUND)
}

/// Upper left corner of the grid in a picture without titles.
fn corner(image: &Image) -> (u32, u32) {
    (0..image.width())
        .flat_map(|x| (0..image.height()).map(move |y| (x, y)))
        .find(|&(x, y)| !is_background(image, x, y))
        .unwrap()
}

#[test]
fn pictures_are_bounded_and_nothing_touches_their_border() {
    let long = "a title that is much too long for any picture ".repeat(9);
    for (height, width) in GRIDS {
        let order = raster(height, width, 100);
        for (title, subtitle) in [(TITLE, "order 0 of 1"), (&long, &long), ("", "")] {
            let image = order_map(&order, title, subtitle).unwrap().to_image();
            assert!(image.width() <= 1280 && image.height() <= 1280, "{image:?}");
            for x in 0..image.width() {
                for y in (0..8).chain(image.height() - 8..image.height()) {
                    assert!(is_background(&image, x, y), "{height}x{width} at {x}, {y}");
                }
            }
            for y in 0..image.height() {
                for x in (0..8).chain(image.width() - 8..image.width()) {
                    assert!(is_background(&image, x, y), "{height}x{width} at {x}, {y}");
                }
            }
        }
    }
}

#[test]
fn many_steps_do_not_burst_the_picture() {
    // One step a cell: the widest numbers that there are.
    for (height, width) in [(1, 1 << 20), (1 << 20, 1), (1024, 1024)] {
        let image = order_map(&raster(height, width, 1 << 20), TITLE, "")
            .unwrap()
            .to_image();
        assert!(image.width() <= 1280 && image.height() <= 1280, "{image:?}");
    }
}

#[test]
fn every_cell_has_the_colour_of_its_step() {
    for (order, pitch) in [(lpd(16, 20), 64), (lpd(32, 48), 32), (lpd(32, 1024), 32)] {
        let grid = order.grid();
        let steps = order.group_sizes().steps();
        let image = order_map(&order, "", "").unwrap().to_image();
        let (left, top) = corner(&image);
        for (cell, step) in (0..).zip(order.step_from_cell()) {
            let (row, column) = grid.position_from_cell(cell);
            let (x, y) = (left + column * pitch, top + row * pitch);
            let colour = Some(step_colour(step.unwrap() as usize, steps));
            // All four corners; the pixel after them is the gap between cells.
            for (dx, dy) in [
                (0, 0),
                (pitch - 2, 0),
                (0, pitch - 2),
                (pitch - 2, pitch - 2),
            ] {
                assert_eq!(image.pixel(x + dx, y + dy), colour, "cell {cell}");
            }
            assert!(is_background(&image, x + pitch - 1, y));
            assert!(is_background(&image, x, y + pitch - 1));
        }
    }
}

#[test]
fn numbers_stay_inside_their_cells_and_apart_from_the_edge() {
    let (order, pitch) = (lpd(32, 1024), 32);
    let image = order_map(&order, "", "").unwrap().to_image();
    let (left, top) = corner(&image);
    for (cell, step) in (0..).zip(order.step_from_cell()) {
        let (row, column) = order.grid().position_from_cell(cell);
        let (x, y) = (left + column * pitch, top + row * pitch);
        let colour = Some(step_colour(step.unwrap() as usize, 1024));
        let inside = |d: u32| image.pixel(x + d % pitch, y + d / pitch);
        let numbered = (0..pitch * pitch)
            .filter(|d| d % pitch < pitch - 1 && d / pitch < pitch - 1)
            .any(|d| inside(d) != colour);
        assert!(numbered, "cell {cell} has no number");
        for d in 0..pitch - 1 {
            assert_eq!(image.pixel(x, y + d), colour, "left edge of cell {cell}");
            assert_eq!(image.pixel(x + pitch - 2, y + d), colour, "right edge");
            assert_eq!(image.pixel(x + d, y), colour, "upper edge");
            assert_eq!(image.pixel(x + d, y + pitch - 2), colour, "lower edge");
        }
    }
}

#[test]
fn cells_of_one_pixel_and_cells_left_out_are_exact() {
    // Side of the grid, and which cells the pixels show: every one, or the
    // third of every four.
    for (side, first, pitch) in [(1000, 0, 1), (1024, 0, 1), (4096, 2, 4)] {
        let order = raster(side, side, 300);
        let steps = order.step_from_cell();
        let image = order_map(&order, "", "").unwrap().to_image();
        let (left, top) = corner(&image);
        for y in (0..side / pitch).step_by(13) {
            for x in (0..side / pitch).step_by(7) {
                let cell = (first + y * pitch) * side + first + x * pitch;
                let colour = step_colour(steps[cell as usize].unwrap() as usize, 300);
                assert_eq!(
                    image.pixel(left + x, top + y),
                    Some(colour),
                    "{side} {x} {y}"
                );
            }
        }
    }
}

#[test]
fn the_same_order_gives_the_same_bytes_on_any_thread() {
    let order = lpd(16, 20);
    let draw = || order_map(&order, TITLE, "order 0 of 1").unwrap().to_png();
    let first = draw();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(draw)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), first);
        }
    });
}

#[test]
fn pixels_are_the_same_everywhere() {
    // A raster order, so that this holds pictures, not orders.
    // Text is rasterised with nothing but IEEE operations, so machines agree. A
    // new release of the rasteriser may change this number; look at a picture
    // before you change it here.
    let image = order_map(&raster(16, 16, 20), TITLE, "order 0 of 1")
        .unwrap()
        .to_image();
    let fnv1a = image
        .rgb()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    assert_eq!(fnv1a, 0x4aaa_d40f_2bb6_1ce9, "{fnv1a:#018x}");
}

#[test]
fn titles_of_a_small_picture_widen_it_and_long_ones_are_cut() {
    let order = raster(1, 1, 1);
    let width = |title: &str| order_map(&order, title, "").unwrap().to_image().width();
    assert!(width("") < width(TITLE));
    assert_eq!(width(&TITLE.repeat(20)), width(&TITLE.repeat(40)));
}

#[test]
fn the_subtitle_says_what_the_picture_shows() {
    let subtitle = |order: Order| order_map_subtitle(&order, "order 12,345 of 60,000");
    assert_eq!(
        subtitle(lpd(32, 48)),
        "order 12,345 of 60,000; colour and number: step of generation"
    );
    assert_eq!(
        subtitle(raster(128, 128, 48)),
        "order 12,345 of 60,000; colour: step of generation"
    );
    assert_eq!(
        subtitle(raster(2048, 4096, 48)),
        "order 12,345 of 60,000; colour: step of generation; 512x1024 of 2048x4096 cells drawn"
    );
}
