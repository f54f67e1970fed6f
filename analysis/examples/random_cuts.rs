//! What sizes that are cut at random lose, by the information curve of a model: the mean
//! over ways to cut, beside the published sizes and the best ones.
//!
//! ```sh
//! orders-cli curve --model nano --tokens fashion/train.safetensors --limit 400 --method random --out random.json
//! cargo run --release -p orders-analysis --example random_cuts -- random.json
//! ```
//!
//! Randomised sizes are those of arXiv 2602.20126 in kind, not in their parameters: cut
//! points are drawn alike from all ranks, or the more often the earlier (as 1 / rank).

use std::error::Error;

use orders_analysis::information::{CutCosts, InformationCurve, OptimalSizes, SizesParams};
use orders_core::{GroupSizes, OrderRng};

const WAYS: u64 = 2000;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("a curve is needed")?;
    let curve: InformationCurve = serde_json::from_slice(&fs_err::read(path)?)?;
    let costs = curve.cut_costs_of_random_orders();
    let cells = costs.cells();
    println!("nats a cell, steps: published, best, cut alike, cut early");
    for steps in [8, 12, 20, 32, 64] {
        let published =
            GroupSizes::published(curve.grid(), steps).ok_or("no sizes are published")?;
        let (_, best) =
            OptimalSizes::new(&costs, steps, SizesParams::default())?.for_steps(steps)?;
        let all = [
            costs.total(&published),
            best,
            mean(&costs, steps, |_| 1.0),
            mean(&costs, steps, |rank| 1.0 / rank as f64),
        ];
        let words = all.map(|nats| format!("{:.4}", nats / cells as f64));
        println!("{steps}: {}", words.join(", "));
    }
    Ok(())
}

/// The mean cost of ways to cut, whose cut points are drawn by weights of their ranks.
fn mean(costs: &CutCosts, steps: usize, weight: impl Fn(usize) -> f64) -> f64 {
    let cells = costs.cells();
    let way = |index| {
        let mut rng = OrderRng::new(0, index);
        // The ranks of the largest keys are a draw without replacement (Efraimidis and
        // Spirakis 2006).
        let mut keys: Vec<(f64, usize)> = (1..cells)
            .map(|rank| (rng.uniform().powf(1.0 / weight(rank)), rank))
            .collect();
        keys.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut cuts: Vec<usize> = keys[..steps - 1].iter().map(|&(_, rank)| rank).collect();
        cuts.extend([0, cells]);
        cuts.sort_unstable();
        cuts.windows(2)
            .map(|cut| costs.cost(cut[0], cut[1]))
            .sum::<f64>()
    };
    (0..WAYS).map(way).sum::<f64>() / WAYS as f64
}
