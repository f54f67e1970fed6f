//! The orders of samples: rows of a file, or a method's.

use std::path::Path;

use orders_core::{Grid, KnownCells, Order, OrderingMethod, Problem};

use super::{KnownFile, method_by_name, method_entry, parameters, problem, sizes};
use crate::args::SampleOrdersArgs;
use crate::failure::Failure;
use crate::order_file;

/// Where the orders of samples come from, and what they order.
pub(crate) struct SampleOrders {
    pub(crate) problem: Problem,
    source: Source,
    /// What outputs say of it.
    pub(crate) label: String,
}

enum Source {
    Rows(Vec<Vec<u32>>),
    Method(Box<dyn OrderingMethod>, u64),
}

impl SampleOrders {
    /// Orders of `count` samples on a model's grid, as flags ask for them.
    pub(crate) fn new(
        args: &SampleOrdersArgs,
        grid: Grid,
        count: usize,
        seed: u64,
    ) -> Result<Self, Failure> {
        let manifest = match &args.orders {
            Some(path) => order_file::manifest_beside(path)?,
            None => None,
        };
        let known = match KnownFile::read(&args.known)? {
            Some(file) => file.cells(grid)?,
            None => match manifest
                .as_ref()
                .and_then(|manifest| manifest.known_cells())
            {
                Some(known) if known.grid() == grid => known,
                _ => KnownCells::none(grid),
            },
        };
        let entry = method_entry(&args.method.method)?;
        let parameters = parameters(entry, &[], &args.method.set, &args.method.thresholds)?;
        let method = method_by_name(&args.method.method, &parameters, grid)?;
        let stated = manifest.and_then(|manifest| manifest.problem());
        let sizes = match sizes(&args.sizes, &known, Some(method.as_ref()))? {
            Some(sizes) => sizes.sizes,
            None => match stated {
                Some(stated) => stated.group_sizes().clone(),
                None => {
                    return Err(Failure::input(
                        "group sizes are needed: --steps, or --group-sizes LIST",
                    ));
                }
            },
        };
        let problem = problem(known, &sizes, "--group-sizes")?;
        let (source, label) = match &args.orders {
            Some(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (Source::Rows(rows(path, count)?), name.into_owned())
            }
            None => {
                let label = format!("{} (seed {seed})", method.name());
                (Source::Method(method, seed), label)
            }
        };
        Ok(Self {
            problem,
            source,
            label,
        })
    }

    /// The order of a sample.
    pub(crate) fn order(&self, sample: usize) -> Result<Order, Failure> {
        match &self.source {
            Source::Rows(rows) => {
                Order::new(self.problem.clone(), rows[sample].clone()).map_err(|error| {
                    Failure::input_at(format!("{}, row {sample}", self.label), &error)
                })
            }
            Source::Method(method, seed) => method
                .order(&self.problem, *seed, sample as u64)
                .map_err(|error| Failure::bad_input(&error)),
        }
    }
}

/// The first rows of an order file.
fn rows(path: &Path, count: usize) -> Result<Vec<Vec<u32>>, Failure> {
    let rows = order_file::first_rows(path, count)?;
    if rows.len() < count {
        return Err(Failure::input(format!(
            "{} has {} orders, but there are {count} samples",
            path.display(),
            rows.len()
        )));
    }
    Ok(rows)
}
