//! A sweep of 100,000 trials of 100 orders: how long it takes to plan it, to write its
//! tables and to read the means of a measure. The results are made up, since to measure them
//! takes half an hour.
//!
//!     cargo bench -p orders-analysis --features tables --bench tables -- FOLDER

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use orders_analysis::experiment::{
    Estimate, Measures, Plan, PooledResults, ResultsFolder, Shard, Spec, Tools, TrialResult,
    run_trial, write_tables,
};
use orders_analysis::statistics::Running;
use orders_core::{Catalogue, OrderRng};

const SPACE: &str = r#"
title = "Many trials"
orders = 100
grids = ["4x4", "5x5", "6x6", "7x7", "8x8"]
steps = [4, 5, 6, 7, 8, 9, 10, 11]
sizes = ["cosine", "arccos", "linear", "uniform"]
measures = ["nearest_context", "smallest_pair", "discrepancy"]
[[methods]]
name = "lpd"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = std::env::args().skip(1).find(|arg| !arg.starts_with("--")) else {
        // 'cargo bench' runs all benches, and this one leaves a gigabyte behind.
        println!("tables: give a new folder");
        return Ok(());
    };
    let path = PathBuf::from(path);
    let thresholds = |from: f64| {
        let values = (0..25).map(|place| format!("{}", from * f64::from(place)));
        values.collect::<Vec<_>>().join(", ")
    };
    let space = format!(
        "{SPACE}set = {{ repulsion = [{}], proximity = [{}] }}\n",
        thresholds(0.25),
        thresholds(0.125)
    );
    let (catalogue, measures) = (Catalogue::standard(), Measures::standard());
    let tools = Tools {
        catalogue: &catalogue,
        measures: &measures,
        judges: &[],
        listed: &[],
    };
    let start = Instant::now();
    let spec = Spec::read(&space, &catalogue, &measures)?;
    let plan = Plan::new(&spec, &tools, &|_, _| {})?;
    let trials = plan.trials();
    println!("planned: {} trials, {:.1?}", trials.len(), start.elapsed());

    let folder = ResultsFolder::create(path, &plan, Shard::WHOLE, "bench")?;
    let first = run_trial(&trials[0].settings, &tools, "bench", &|| false)?;
    for (index, trial) in trials.iter().enumerate() {
        let mut rng = OrderRng::new(0, index as u64);
        let mut result = TrialResult {
            key: trial.settings.key().to_string(),
            settings: trial.settings.clone(),
            ..first.clone()
        };
        for (name, values) in &mut result.orders {
            let mut running = Running::default();
            for value in values.iter_mut() {
                *value = Some(rng.uniform());
                value.iter().for_each(|&value| running.add(value));
            }
            let (mean, sd) = (running.mean(), running.sd());
            let end = |sign: f64| Some(mean? + sign * 0.196 * sd?);
            let estimate = Estimate {
                count: running.count(),
                mean,
                sd,
                low: end(-1.0),
                high: end(1.0),
            };
            result.totals.insert(name.clone(), estimate);
            if let Some(steps) = result.steps.get_mut(name) {
                *steps = vec![estimate; trial.settings.steps];
            }
        }
        folder.keep(trial, &result)?;
    }

    let start = Instant::now();
    write_tables(&folder, &measures)?;
    println!("tables written: {:.1?}", start.elapsed());
    let start = Instant::now();
    let results = PooledResults::open(&folder, &measures)?;
    let means = results.means(results.measure("discrepancy")?)?;
    println!("means of {} points: {:.1?}", means.len(), start.elapsed());
    Ok(())
}
