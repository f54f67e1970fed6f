//! How far LPD's orders are from the best that a search finds: 16x16, field `exp:5`,
//! published sizes.
//!
//! `cargo run --release -p orders-analysis --example search -- ROUNDS`

use std::error::Error;

use orders_analysis::information::{Covariance, OrderSearch, greedy_order, measure_batch};
use orders_analysis::statistics::{BootstrapParams, mean_interval};
use orders_core::{Catalogue, Grid, GroupSizes, Parameters, Problem};

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 300,
    };
    let grid = Grid::new(16, 16)?;
    let covariance = Covariance::of_field(&"exp:5".parse()?, grid)?;
    println!("steps  lpd mean (95 % interval)  best of 400 lpd  greedy  searched, 3 seeds");
    for steps in [8, 12, 16, 20, 32] {
        let sizes = GroupSizes::published(grid, steps).ok_or("no published sizes")?;
        let problem = Problem::new(grid, sizes)?;
        let lpd = Catalogue::standard().method("lpd", grid, &Parameters::new())?;
        let mut costs = Vec::new();
        measure_batch(lpd.as_ref(), &problem, &covariance, 400, 0, |_, order| {
            costs.push(order.total_correlation_nats);
        })?;
        let mean = mean_interval(&costs, &BootstrapParams::default())?;
        let best = costs.iter().copied().fold(f64::INFINITY, f64::min);
        let mut found = Vec::new();
        let mut at_start = f64::INFINITY;
        for seed in 0..3 {
            let start = greedy_order(&problem, &covariance, seed)?;
            let mut search = OrderSearch::new(&problem, &covariance, &start, seed, 0)?;
            at_start = at_start.min(search.best_nats());
            for _ in 0..rounds {
                search.round();
            }
            found.push(format!("{:.4}", search.best_nats()));
        }
        println!(
            "{steps:>5}  {:.4} ({:.4} to {:.4})  {best:.4}  {at_start:.4}  {}",
            mean.estimate,
            mean.low,
            mean.high,
            found.join(" ")
        );
    }
    Ok(())
}
