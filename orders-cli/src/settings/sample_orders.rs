//! The orders of samples, from flags: rows of a file, or a method's.

use std::path::Path;

use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, OrderingMethod, Problem};
use orders_model::lpd::SampleOrders;

use super::chooser::{CellChoice, drafts, rule};
use super::{KnownFile, method_and_parameters, method_by_name, problem, sizes};
use crate::args::{MethodArgs, SampleOrdersArgs, SizesArgs};
use crate::failure::{Failure, Result};
use crate::hub::located;
use crate::{order_file, output};

/// What chooses the cells of `count` samples on a model's grid, as flags ask for it.
pub(crate) fn cell_choice(
    catalogue: &Catalogue,
    args: &SampleOrdersArgs,
    grid: Grid,
    count: usize,
    seed: u64,
) -> Result<CellChoice> {
    let named = args.orders.as_deref();
    let named = named.map(|path| located(path, "--orders")).transpose()?;
    let manifest = match &named {
        Some(path) => order_file::own_manifest(path)?,
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
    if let Some(rule) = rule(catalogue, &args.decoding, &args.sizes, &known, seed)? {
        return Ok(CellChoice::Rule(rule));
    }
    let drafts = drafts(&args.decoding, grid)?;
    let method = named_method(catalogue, &args.method, grid)?;
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
    let orders = file_or_method(named.as_deref(), method, problem, (count, seed))?;
    Ok(CellChoice::of_orders(orders, drafts))
}

/// The orders of all cells for `count` samples, where group sizes say only how a method
/// makes them: one cell at a time, if flags name none.
pub(crate) fn orders_of_all_cells(
    catalogue: &Catalogue,
    (named, method, of_sizes): (Option<&Path>, &MethodArgs, &SizesArgs),
    grid: Grid,
    count: usize,
    seed: u64,
) -> Result<SampleOrders> {
    let (known, method) = (
        KnownCells::none(grid),
        named_method(catalogue, method, grid)?,
    );
    let sizes = match sizes(of_sizes, &known, Some((catalogue, method.as_ref())))? {
        Some(sizes) => sizes.sizes,
        None => GroupSizes::new(vec![1; grid.cells()]).map_err(Failure::work)?,
    };
    let problem = problem(known, &sizes, "--group-sizes")?;
    let named = named.map(|path| located(path, "--orders")).transpose()?;
    file_or_method(named.as_deref(), method, problem, (count, seed))
}

/// The orders of a file, if one is named, else those of a method.
fn file_or_method(
    named: Option<&Path>,
    method: Box<dyn OrderingMethod>,
    problem: Problem,
    (count, seed): (usize, u64),
) -> Result<SampleOrders> {
    match named {
        Some(path) => sample_orders_of_file(path, &problem, count),
        None => Ok(SampleOrders::of_method(method, problem, seed)),
    }
}

/// The method that flags name.
fn named_method(
    catalogue: &Catalogue,
    args: &MethodArgs,
    grid: Grid,
) -> Result<Box<dyn OrderingMethod>> {
    let (set, thresholds) = (&args.set.set, Some(&args.thresholds));
    let (entry, parameters) = method_and_parameters(catalogue, &args.method, set, thresholds)?;
    method_by_name(catalogue, entry.name(), &parameters, grid)
}

/// The orders of a file: sample i has row i, or each the only row.
fn sample_orders_of_file(path: &Path, problem: &Problem, count: usize) -> Result<SampleOrders> {
    SampleOrders::listed(
        output::file_name(path),
        order_file::orders_for(path, problem, count)?,
    )
    .map_err(|error| Failure::input_at(path.display(), &error))
}
