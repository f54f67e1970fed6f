//! Writes the order map of an LPD order: `order_map PATH [GRID [STEPS]]`, for
//! example `order_map map.png 32x32 48`.

use std::env;
use std::error::Error;

use orders_core::{FirstGroup, Grid, GroupSizes, LocalityAware, OrderingMethod, Problem, Shape};
use orders_figures::{order_map, order_map_subtitle};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("give the path of the PNG to write")?;
    let grid: Grid = arguments.next().as_deref().unwrap_or("32x32").parse()?;
    let steps: usize = arguments.next().as_deref().unwrap_or("48").parse()?;

    let sizes = match GroupSizes::published(grid, steps) {
        Some(sizes) => sizes,
        None => Shape::Cosine.group_sizes(grid.cells(), steps, FirstGroup::One)?,
    };
    let order = LocalityAware::new(1.0, 4.0)?.order(&Problem::new(grid, sizes)?, 0, 0)?;
    let title = format!("lpd, {grid}, {steps} steps, repulsion 4");
    let subtitle = order_map_subtitle(&order, "order 0 of seed 0");
    std::fs::write(path, order_map(&order, &title, &subtitle)?.to_png())?;
    Ok(())
}
