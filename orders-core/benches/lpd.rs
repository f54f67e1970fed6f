//! Time of one LPD order, made as one thread of a batch makes it: the
//! generator is reused, and every order has the next index.
//!
//! Orders differ in their work. A sample is many of them, so that the fastest
//! sample is one in a quiet moment, not one of an easy order.

use divan::Bencher;
use orders_core::{
    FirstGroup, Grid, GroupSizes, LocalityAware, OrderRng, OrderingMethod, Problem, Shape,
};

fn main() {
    divan::main();
}

/// Image side in pixels, steps, and rho.
const PUBLISHED: [(u32, usize, f64); 3] = [(256, 20, 2.0), (256, 32, 2.0), (512, 48, 4.0)];

/// The published sizes.
#[divan::bench(args = PUBLISHED, sample_size = 100)]
fn published(bencher: Bencher<'_, '_>, (pixels, steps, repulsion): (u32, usize, f64)) {
    let grid = Grid::for_image(pixels, 16).expect("a multiple of 16");
    let sizes = GroupSizes::published(grid, steps).expect("a published row");
    bench_orders(bencher, grid, sizes, repulsion);
}

const SIDES: [u32; 5] = [8, 16, 32, 64, 128];

/// The growth with the grid: cosine sizes in 5/4 as many steps as the grid has
/// rows, which is the ratio of 16 x 16 cells in 20 steps, and the default rho,
/// an eighth of the side.
#[divan::bench(args = SIDES, sample_size = 20, max_time = 8)]
fn growth(bencher: Bencher<'_, '_>, side: u32) {
    let grid = Grid::new(side, side).expect("a grid");
    let steps = side as usize * 5 / 4;
    let sizes = Shape::Cosine
        .group_sizes(grid.cells(), steps, FirstGroup::One)
        .expect("no more steps than cells");
    bench_orders(bencher, grid, sizes, LocalityAware::default_repulsion(grid));
}

fn bench_orders(bencher: Bencher<'_, '_>, grid: Grid, sizes: GroupSizes, repulsion: f64) {
    let problem = Problem::new(grid, sizes).expect("sizes that sum to the cells");
    let mut generator = LocalityAware::new(1.0, repulsion)
        .and_then(|method| method.generator(&problem))
        .expect("thresholds from 0");
    let mut cells = Vec::new();
    let mut index = 0;
    bencher.bench_local(|| {
        cells.clear();
        generator.generate(&mut OrderRng::new(0, index), &mut cells);
        index += 1;
        cells[0]
    });
}
