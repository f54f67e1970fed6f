//! Time of one LPD order on a topology, and of making topologies and bounds.

use divan::Bencher;
use orders_core::topology::{GraphLocalityAware, Topology};
use orders_core::{
    FirstGroup, Grid, GroupSizes, LocalityAware, OrderRng, OrderingMethod, Problem, Shape,
};

fn main() {
    divan::main();
}

/// The published sizes, as `lpd` has them in `benches/lpd.rs`: image side in
/// pixels and steps.
#[divan::bench(args = [(256, 20), (512, 48)], sample_size = 20)]
fn published(bencher: Bencher<'_, '_>, (pixels, steps): (u32, usize)) {
    let grid = Grid::for_image(pixels, 16).expect("a multiple of 16");
    let sizes = GroupSizes::published(grid, steps).expect("a published row");
    bench_orders(bencher, grid, 1.0, sizes);
}

/// Video, in cosine sizes of 64 steps: the grid, and how far a frame counts.
/// Fractions need numbers with twice the bits, and rounding.
#[divan::bench(args = [("8x16x16", 1.0), ("8x16x16", 1.5), ("16x16x16", 1.0)], sample_size = 10)]
fn video(bencher: Bencher<'_, '_>, (grid, frame_distance): (&str, f64)) {
    let grid: Grid = grid.parse().expect("a grid");
    let sizes = Shape::Cosine
        .group_sizes(grid.cells(), 64, FirstGroup::One)
        .expect("no more steps than cells");
    bench_orders(bencher, grid, frame_distance, sizes);
}

fn bench_orders(bencher: Bencher<'_, '_>, grid: Grid, frame_distance: f64, sizes: GroupSizes) {
    let problem = Problem::new(grid, sizes).expect("sizes that sum to the cells");
    let topology = Topology::lattice(grid, frame_distance).expect("a lattice");
    let mut generator =
        GraphLocalityAware::new(topology, 1.0, LocalityAware::default_repulsion(grid))
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
