//! Time of an order map and of its PNG file.

use divan::Bencher;
use orders_core::{FirstGroup, Grid, LocalityAware, Order, OrderingMethod, Problem, Shape};
use orders_figures::order_map;

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
    let image = order_map(&order(side), "lpd", "order 0 of 1").expect("a picture");
    bencher.bench(|| image.to_png());
}
