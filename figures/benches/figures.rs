//! Time of figures and of their files.

use divan::Bencher;
use orders_core::{FirstGroup, Grid, LocalityAware, Order, OrderingMethod, Problem, Shape};
use orders_figures::{Panel, SheetOptions, StepsShown, order_map, sheet};

const SIDES: [u32; 4] = [8, 32, 64, 128];

fn main() {
    divan::main();
}

fn order(side: u32) -> Order {
    let grid = Grid::new(side, side).expect("a grid");
    let sizes = Shape::Cosine
        .group_sizes(grid.cells(), 48, FirstGroup::One)
        .expect("sizes");
    let problem = Problem::new(grid, sizes).expect("a problem");
    LocalityAware::new(1.0, 4.0)
        .expect("valid thresholds")
        .order(&problem, 0, 0)
        .expect("an order")
}

#[divan::bench(args = SIDES)]
fn draw(bencher: Bencher<'_, '_>, side: u32) {
    let order = order(side);
    bencher.bench(|| order_map(&order, "lpd", "order 0 of 1"));
}

#[divan::bench(args = SIDES)]
fn encode(bencher: Bencher<'_, '_>, side: u32) {
    let figure = order_map(&order(side), "lpd", "order 0 of 1").expect("a picture");
    bencher.bench(|| figure.to_png());
}

#[divan::bench(args = SIDES)]
fn svg(bencher: Bencher<'_, '_>, side: u32) {
    let figure = order_map(&order(side), "lpd", "order 0 of 1").expect("a picture");
    bencher.bench(|| figure.to_svg());
}

/// A sheet with all parts, from orders to a PNG file.
#[divan::bench(args = [1, 15])]
fn whole_sheet(bencher: Bencher<'_, '_>, panels: usize) {
    let order = order(16);
    let panels: Vec<_> = (0..panels).map(|_| Panel::new("lpd", &order)).collect();
    let options = SheetOptions {
        steps: StepsShown::Spread(8),
        sizes: true,
        ..SheetOptions::default()
    };
    bencher.bench(|| sheet(&panels, &options).expect("a sheet").to_png());
}
