//! The orders of samples: rows of a file, or a method's.

use std::ops::Range;
use std::path::Path;

use indicatif::ProgressBar;
use orders_core::{Catalogue, Grid, KnownCells, Order, OrderingMethod, Problem};
use orders_model::lpd::Batch;

use super::{KnownFile, method_by_name, method_entry, parameters, problem, sizes};
use crate::args::SampleOrdersArgs;
use crate::failure::Failure;
use crate::{interrupt, order_file};

/// Where the orders of samples come from, and what they order.
pub(crate) struct SampleOrders {
    pub(crate) problem: Problem,
    source: Source,
}

enum Source {
    /// The name of a file and its first orders: one for all samples, or one for each.
    File(String, Vec<Order>),
    /// A method and the seed of its orders.
    Method(Box<dyn OrderingMethod>, u64),
}

impl SampleOrders {
    /// Orders of `count` samples on a model's grid, as flags ask for them.
    pub(crate) fn new(
        catalogue: &Catalogue,
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
        let entry = method_entry(catalogue, &args.method.method)?;
        let parameters = parameters(entry, &[], &args.method.set, &args.method.thresholds)?;
        let method = method_by_name(catalogue, &args.method.method, &parameters, grid)?;
        let stated = manifest.and_then(|manifest| manifest.problem());
        let sizes = match sizes(&args.sizes, &known, Some((catalogue, method.as_ref())))? {
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
        match &args.orders {
            Some(path) => Self::of_file(path, problem, count),
            None => Ok(Self::of_method(method, problem, seed)),
        }
    }

    /// A method's orders of a seed.
    pub(crate) fn of_method(method: Box<dyn OrderingMethod>, problem: Problem, seed: u64) -> Self {
        Self {
            problem,
            source: Source::Method(method, seed),
        }
    }

    /// The orders of a file: sample i has row i, or each the only row.
    pub(crate) fn of_file(path: &Path, problem: Problem, count: usize) -> Result<Self, Failure> {
        let orders = order_file::first_orders(path, &problem, count)?;
        let found = orders.len();
        if found < count && found != 1 {
            return Err(Failure::input(format!(
                "{} has {found} orders, but there are {count} samples; a file with one order is for all of them",
                path.display()
            )));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            problem,
            source: Source::File(name.into_owned(), orders),
        })
    }

    /// The name of the method or the file.
    pub(crate) fn name(&self) -> &str {
        match &self.source {
            Source::File(name, _) => name,
            Source::Method(method, _) => method.name(),
        }
    }

    /// What outputs say of it.
    pub(crate) fn label(&self) -> String {
        match &self.source {
            Source::File(name, _) => name.clone(),
            Source::Method(method, seed) => format!("{} (seed {seed})", method.name()),
        }
    }

    /// Samples with their orders, and a label for each, as a model takes them.
    pub(crate) fn batch(
        &self,
        samples: Range<u64>,
        labels: &[Option<u32>],
    ) -> Result<Batch, Failure> {
        let orders = samples
            .map(|sample| match &self.source {
                Source::File(_, orders) => Ok(orders[sample as usize % orders.len()].clone()),
                Source::Method(method, seed) => method.order(&self.problem, *seed, sample),
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Failure::bad_input(&error))?;
        Batch::new(&orders, labels).map_err(|error| Failure::bad_input(&error))
    }

    /// Gives `work` all samples that have labels, `size` at a time, with their
    /// numbers.
    pub(crate) fn in_batches(
        &self,
        labels: &[Option<u32>],
        size: usize,
        progress: &ProgressBar,
        mut work: impl FnMut(Range<usize>, &Batch) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for first in (0..labels.len()).step_by(size) {
            interrupt::check()?;
            let samples = first..labels.len().min(first + size);
            let numbers = samples.start as u64..samples.end as u64;
            let batch = self.batch(numbers, &labels[samples.clone()])?;
            work(samples.clone(), &batch)?;
            progress.set_position(samples.end as u64);
        }
        progress.finish_and_clear();
        Ok(())
    }
}
