//! Time to measure one LPD order, and to make the tables for a problem.

use divan::Bencher;
use orders_analysis::geometry::{Geometry, GeometryParams};
use orders_core::{Catalogue, Cell, Grid, GroupSizes, Problem};

fn main() {
    divan::main();
}

/// Image side in pixels and steps.
const PUBLISHED: [(u32, usize); 2] = [(256, 20), (512, 48)];

fn problem((pixels, steps): (u32, usize)) -> (Problem, GeometryParams) {
    let grid = Grid::for_image(pixels, 16).expect("a multiple of 16");
    let sizes = GroupSizes::published(grid, steps).expect("a published row");
    let problem = Problem::new(grid, sizes).expect("sizes that sum to the cells");
    (problem, GeometryParams::for_grid(grid))
}

/// One order, with tables and buffers at hand.
#[divan::bench(args = PUBLISHED)]
fn measure(bencher: Bencher<'_, '_>, size: (u32, usize)) {
    let (problem, params) = problem(size);
    let mut geometry = Geometry::new(&problem, params).expect("parameters in range");
    let order: Vec<Cell> = Catalogue::standard()
        .method("lpd", problem.grid(), &Default::default())
        .and_then(|method| method.order(&problem, 0, 0))
        .expect("an order")
        .into_cells();
    bencher.bench_local(|| geometry.measure(&order));
}

#[divan::bench(args = PUBLISHED)]
fn tables(bencher: Bencher<'_, '_>, size: (u32, usize)) {
    let (problem, params) = problem(size);
    bencher.bench_local(|| Geometry::new(&problem, params));
}
