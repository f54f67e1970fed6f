//! The table of the guide's chapter on attention: maps that are made by formula,
//! so that it is known what comes out.

use std::error::Error;

use ndarray::Array2;
use orders_analysis::attention::{AttentionLocality, AttentionParams, TokenIndexing};
use orders_core::{Catalogue, Grid, GroupSizes, Order, Parameters, Problem};

fn main() -> Result<(), Box<dyn Error>> {
    let grid = Grid::for_image(256, 16)?;
    let sizes = GroupSizes::published(grid, 20).ok_or("no published sizes")?;
    let problem = Problem::new(grid, sizes)?;
    for name in ["raster", "random", "lpd"] {
        let method = Catalogue::standard().method(name, grid, &Parameters::new())?;
        let order = method.order(&problem, 0, 0)?;
        for (kernel, range) in [("uniform", f64::INFINITY), ("exp(-d/2)", 2.0)] {
            let params = AttentionParams::default();
            let locality = AttentionLocality::new(&order, TokenIndexing::Rank, params)?;
            let found = locality
                .measure_map(0, 0, map(&order, range).view())?
                .locality;
            print!("| {name} | {kernel} |");
            for squared_distance in [0, 1, 2, 4, 9, 25, 100] {
                let at = found
                    .by_distance
                    .iter()
                    .find(|at| at.squared_distance == squared_distance);
                let at = at.ok_or("a distance that is not on the grid")?;
                print!(" {:.4} |", at.attention);
            }
            println!(" {:.3} |", found.attention_within);
        }
    }
    Ok(())
}

/// Causal attention in the order of generation whose weights are
/// `exp(-distance / range)`, normalised.
fn map(order: &Order, range: f64) -> Array2<f64> {
    let (grid, cells) = (order.grid(), order.cell_from_rank());
    let mut map = Array2::zeros((cells.len(), cells.len()));
    for (i, mut row) in map.rows_mut().into_iter().enumerate() {
        for (j, weight) in row.iter_mut().enumerate().take(i + 1) {
            let distance = (grid.squared_distance(cells[i], cells[j]) as f64).sqrt();
            *weight = (-distance / range).exp();
        }
        let sum = row.sum();
        row.mapv_inplace(|weight| weight / sum);
    }
    map
}
