//! A program with a method and a measure of one's own: every command takes the method by
//! its name, and sweeps take the measure by its.
//!
//! ```text
//! cargo run --release -p orders-cli --example own_program -- methods columns
//! ```

use std::error::Error;
use std::process::ExitCode;

#[cfg(feature = "tables")]
use orders_analysis::experiment::{MeasureEntry, Measures};
use orders_core::catalogue::{Catalogue, MethodEntry, ParameterEntry};
use orders_core::{Cell, MethodError, OrderGenerator, OrderRng, OrderingMethod};
use orders_core::{Parameters, Problem};

/// Every n-th column first, then those beside them; each in random order.
struct Columns {
    every: u32,
}

impl OrderingMethod for Columns {
    fn name(&self) -> &str {
        "columns"
    }

    fn parameters(&self) -> Parameters {
        Parameters::from([("every".into(), f64::from(self.every).into())])
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let (grid, every) = (problem.grid(), self.every);
        let free: Vec<Cell> = problem.known().free_cells().collect();
        Ok(Box::new(move |rng: &mut OrderRng, out: &mut Vec<Cell>| {
            out.extend(&free);
            rng.shuffle(out);
            out.sort_by_key(|&cell| grid.position_from_cell(cell).1 % every);
        }))
    }
}

/// How many columns lie between a cell and the next, in the mean.
#[cfg(feature = "tables")]
fn jumps() -> MeasureEntry {
    MeasureEntry::of_orders("column_jump", "column jump", None, |order| {
        let grid = order.problem().grid();
        let column = |cell| f64::from(grid.position_from_cell(cell).1);
        let pairs = order.cells().windows(2);
        let count = pairs.len() as f64;
        let jumps = pairs.map(|pair| (column(pair[0]) - column(pair[1])).abs());
        (count > 0.0).then(|| jumps.sum::<f64>() / count)
    })
    .in_units_of("columns")
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let every = ParameterEntry::whole("every", "columns from one to the next", 1).or(4.0);
    let columns = MethodEntry::new("columns", "every n-th column first", |arguments| {
        let every = arguments.whole("every")?;
        Ok(Box::new(Columns { every }))
    })
    .with_parameter(every)
    .random()
    .for_video();
    let methods = Catalogue::standard().with(columns)?;
    #[cfg(feature = "tables")]
    let status = orders_cli::run_with_measures(methods, Measures::standard().with(jumps())?);
    #[cfg(not(feature = "tables"))]
    let status = orders_cli::run(methods);
    Ok(status)
}
