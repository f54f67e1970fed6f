//! LPD on a hexagonal grid: makes an order and shows the step of every cell.

use std::error::Error;

use orders_core::topology::{GraphLocalityAware, Norm, StepBounds};
use orders_core::topology::{Topology, conflict_graph};
use orders_core::{Cell, FirstGroup, Grid, OrderingMethod, Problem, Shape};

const ROWS: u32 = 9;
const COLUMNS: u32 = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let topology = hexagonal(ROWS, COLUMNS)?;

    // Node i is cell i. As the grid has the right shape, cells have rows.
    let grid = Grid::new(ROWS, COLUMNS)?;
    let sizes = Shape::Cosine.group_sizes(grid.cells(), 16, FirstGroup::One)?;
    let problem = Problem::new(grid, sizes)?;

    // Near: at least one neighbour is generated. Repelled: neighbours, and those
    // behind them.
    let (proximity, repulsion) = (1.0, 2.0);
    let method = GraphLocalityAware::new(topology.clone(), proximity, repulsion)?;
    let order = method.order(&problem, 0, 0)?;

    let steps = order.step_from_cell();
    for (row, steps) in steps.chunks(COLUMNS as usize).enumerate() {
        let steps: String = steps
            .iter()
            .map(|step| step.map_or("   .".into(), |step| format!("{:4}", step + 1)))
            .collect();
        println!("{}{steps}", if row % 2 == 1 { "  " } else { "" });
    }

    let bounds = StepBounds::new(&conflict_graph(&topology, repulsion)?);
    println!(
        "without a repulsion violation: at least {} steps, {} are enough",
        bounds.at_least(),
        bounds.at_most()
    );
    Ok(())
}

/// Rows of nodes at distance 1, every other one moved by half of it, and edges
/// between all neighbours.
fn hexagonal(rows: u32, columns: u32) -> Result<Topology, Box<dyn Error>> {
    let row_distance = 0.75f64.sqrt();
    let mut places = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let x = f64::from(column) + 0.5 * f64::from(row % 2);
            places.push([x, f64::from(row) * row_distance]);
        }
    }
    let mut edges = Vec::new();
    for (a, [ax, ay]) in places.iter().enumerate() {
        for (b, [bx, by]) in places.iter().enumerate().skip(a + 1) {
            if (ax - bx).powi(2) + (ay - by).powi(2) < 1.5 {
                edges.push((a as Cell, b as Cell));
            }
        }
    }
    Ok(Topology::from_coordinates(
        &places,
        &edges,
        Norm::Euclidean,
    )?)
}
