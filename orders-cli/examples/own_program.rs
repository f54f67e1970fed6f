//! A program with a method of one's own: every command takes it by name.
//!
//! ```text
//! cargo run --release -p orders-cli --example own_program -- methods columns
//! ```

use std::process::ExitCode;

use orders_core::catalogue::{Catalogue, CatalogueError, MethodEntry, ParameterEntry};
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

fn main() -> Result<ExitCode, CatalogueError> {
    let every = ParameterEntry::whole("every", "columns from one to the next", 1).or(4.0);
    let columns = MethodEntry::new("columns", "every n-th column first", |arguments| {
        let every = arguments.whole("every")?;
        Ok(Box::new(Columns { every }))
    })
    .with_parameter(every)
    .random()
    .for_video();
    Ok(orders_cli::run(Catalogue::standard().with(columns)?))
}
