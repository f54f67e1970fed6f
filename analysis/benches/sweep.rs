//! Sweeps: the principle ablation, as the program runs it.

use orders_analysis::experiment::{Measures, Plan, ResultsFolder, Shard, Spec, Tools, run};
use orders_analysis::statistics::{BootstrapParams, mean_interval, mean_intervals};
use orders_core::Catalogue;

fn main() {
    divan::main();
}

/// 8 trials of 100 orders at 16x16: random, proximity, farthest and lpd in 20 and
/// 32 steps, with all measures and intervals.
#[divan::bench(args = [1, 2], sample_count = 3, sample_size = 1)]
fn principles(threads: usize) {
    let (catalogue, measures) = (Catalogue::standard(), Measures::standard());
    let tools = Tools {
        catalogue: &catalogue,
        measures: &measures,
        judges: &[],
        listed: &[],
    };
    let file = include_str!("../../sweeps/principles.toml");
    let spec = Spec::read(file, &catalogue, &measures).expect("a sweep file");
    let plan = Plan::new(&spec, &tools, &|_, _| {}).expect("its trials");
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = ResultsFolder::create(temporary.path(), &plan, Shard::WHOLE, "bench");
    let folder = folder.expect("an empty folder");
    run(&folder, &tools, "bench", threads, &|| false, &|_| {}).expect("results");
}

/// 100 orders of 21 rows of 15 measures.
fn values() -> ndarray::Array2<f64> {
    ndarray::Array2::from_shape_fn((100, 315), |(row, column)| {
        ((row * 7919 + column * 104_729) % 997) as f64
    })
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn intervals_together() {
    let values = values();
    divan::black_box(mean_intervals(values.view(), &BootstrapParams::default()).expect("values"));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn intervals_one_by_one() {
    let values = values();
    for column in values.columns() {
        let column = column.to_vec();
        divan::black_box(mean_interval(&column, &BootstrapParams::default()).expect("values"));
    }
}
