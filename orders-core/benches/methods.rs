//! Time of one order of every method of the catalogue, on 32 x 32 cells in the
//! published 48 steps, made as one thread of a batch makes it.

use divan::Bencher;
use orders_core::{
    Catalogue, FirstGroup, Grid, GroupSizes, KnownCells, OrderRng, Parameters, Problem, Shape,
};

fn main() {
    divan::main();
}

fn names() -> Vec<String> {
    let catalogue = Catalogue::standard();
    let names = catalogue
        .methods()
        .iter()
        .map(|entry| entry.name().to_owned());
    names.collect()
}

fn problem() -> Problem {
    let grid = Grid::for_image(512, 16).expect("a multiple of 16");
    let sizes = GroupSizes::published(grid, 48).expect("a published row");
    Problem::new(grid, sizes).expect("sizes that sum to the cells")
}

/// The generator is reused, and every order has the next index; a sample is 100
/// of them, because orders differ in their work.
#[divan::bench(args = names(), sample_size = 100)]
fn order(bencher: Bencher<'_, '_>, name: &str) {
    bench_orders(bencher, name, &Parameters::new());
}

/// LPD with a part of the rows known (inpainting), in the published number of
/// steps; sizes are the cosine shape's.
#[divan::bench(args = [0, 8, 16, 24], sample_size = 100)]
fn known_rows(bencher: Bencher<'_, '_>, rows: u32) {
    let grid = Grid::new(32, 32).expect("a grid");
    let known = KnownCells::new(grid, 0..32 * rows).expect("some are free");
    let sizes = Shape::Cosine
        .group_sizes(known.free_count(), 48, FirstGroup::One)
        .expect("no more steps than cells");
    let problem = Problem::with_known(known, sizes).expect("sizes that fit");
    bench_problem(bencher, "lpd", &Parameters::new(), &problem);
}

/// The options that make Halton's order random.
#[divan::bench(args = ["roll", "scramble"], sample_size = 100)]
fn halton(bencher: Bencher<'_, '_>, option: &str) {
    let parameters = Parameters::from([(option.into(), true.into())]);
    bench_orders(bencher, "halton", &parameters);
}

fn bench_orders(bencher: Bencher<'_, '_>, name: &str, parameters: &Parameters) {
    bench_problem(bencher, name, parameters, &problem());
}

fn bench_problem(bencher: Bencher<'_, '_>, name: &str, parameters: &Parameters, problem: &Problem) {
    let mut generator = Catalogue::standard()
        .method(name, problem.grid(), parameters)
        .and_then(|method| method.generator(problem))
        .expect("a method with its defaults");
    let mut cells = Vec::new();
    let mut index = 0;
    bencher.bench_local(|| {
        cells.clear();
        generator.generate(&mut OrderRng::new(0, index), &mut cells);
        index += 1;
        cells[0]
    });
}

/// What a thread does once, before its first order.
#[divan::bench(args = names())]
fn generator(bencher: Bencher<'_, '_>, name: &str) {
    let problem = problem();
    let method = Catalogue::standard()
        .method(name, problem.grid(), &Parameters::new())
        .expect("a method with its defaults");
    bencher.bench_local(|| method.generator(&problem));
}
