//! Time to measure an order with all its cuts, and to find optimal sizes.

use divan::Bencher;
use orders_analysis::information::{Covariance, Information, Loss, OptimalSizes, SizesParams};
use orders_core::methods::Random;
use orders_core::{Cell, Grid, GroupSizes, OrderingMethod, Problem};

fn main() {
    divan::main();
}

/// A calculator and an order, for a square grid.
fn prepared(side: u32) -> (Information, Vec<Cell>) {
    let grid = Grid::new(side, side).expect("a grid");
    let sizes = GroupSizes::new([grid.cells() as u32]).expect("a group");
    let problem = Problem::new(grid, sizes).expect("sizes that sum to the cells");
    let field = "exp:5".parse().expect("a field");
    let covariance = Covariance::of_field(&field, grid).expect("a covariance");
    let information = Information::new(&problem, &covariance).expect("the same grid");
    let order = Random::default().order(&problem, 0, 0).expect("an order");
    (information, order.into_cells())
}

/// The costs of all groups of one order.
#[divan::bench(args = [16, 32])]
fn all_cuts(bencher: Bencher<'_, '_>, side: u32) {
    let (mut information, cells) = prepared(side);
    bencher.bench_local(|| information.cut_costs(&cells, Loss::TotalCorrelation));
}

/// One order cut in one way.
#[divan::bench(args = [16, 32])]
fn measure(bencher: Bencher<'_, '_>, side: u32) {
    let (mut information, cells) = prepared(side);
    bencher.bench_local(|| information.measure(&cells));
}

/// Optimal sizes for up to 64 steps.
#[divan::bench(args = [16, 32])]
fn optimal_sizes(bencher: Bencher<'_, '_>, side: u32) {
    let (mut information, cells) = prepared(side);
    let costs = information
        .cut_costs(&cells, Loss::TotalCorrelation)
        .expect("an order");
    bencher.bench_local(|| OptimalSizes::new(&costs, 64, SizesParams::default()));
}
