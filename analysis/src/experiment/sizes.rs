//! Group sizes of trials.

use std::collections::HashMap;
use std::error::Error;

use orders_core::files::Digest;
use orders_core::sizes::{ResolvedSizes, SizesChoice, SizesError, SizesRequest};
use orders_core::{Cell, GroupSizes, KnownCells, OrderingMethod, Problem, generate_batch};
use toml::Value;

use super::error::PointError;
use super::space::Point;
use super::trial::digest;
use crate::information::{
    Covariance, InformationError, Loss, OptimalSizes, OrderSource, SizesParams, mean_cut_costs,
};

/// The sizes that a value of a sweep file asks for.
pub(super) fn sizes_choice(value: &Value) -> Result<SizesChoice, Box<dyn Error>> {
    match value {
        Value::String(text) => Ok(text.parse()?),
        Value::Array(values) => {
            let size = |value: &Value| match value {
                Value::Integer(size) => u32::try_from(*size).ok(),
                _ => None,
            };
            let sizes: Option<Vec<u32>> = values.iter().map(size).collect();
            let sizes = sizes.ok_or_else(|| format!("{value} is no list of whole numbers"))?;
            Ok(SizesChoice::Listed(GroupSizes::new(sizes)?))
        }
        other => Err(format!("{other} is neither a name nor a list of sizes").into()),
    }
}

/// The sizes of a point, whose method is given; a rule that needs some has none.
pub(super) fn sizes_of(
    point: &Point<'_>,
    method: Option<&dyn OrderingMethod>,
    optimal: &mut OptimalTables,
) -> Result<ResolvedSizes, PointError> {
    let known = KnownCells::none(point.grid);
    let request = SizesRequest {
        method,
        ..SizesRequest::new(&known, point.steps)
    };
    let find = |steps| match method {
        Some(method) => optimal.find(point, method, steps),
        None => Err(PointError::NoOrdersForOptimal),
    };
    let resolved = point.sizes.resolve_with(&request, find);
    resolved.map_err(|error| match error {
        PointError::Sizes(SizesError::StepsNeeded { choice }) => PointError::NoSteps { choice },
        error => error,
    })
}

/// How many orders of a random method the optimal sizes of a trial are found
/// from: those of indices 0 to this, of the seed [`optimal_seed`].
pub const OPTIMAL_ORDERS: u64 = 400;

/// The seed of the orders that the optimal sizes of a trial are found from, given
/// the trial's: others than those which are measured, since sizes that are fitted
/// to some orders cost less on these than on others. (The constant is "sweepopt"
/// in ASCII.)
pub fn optimal_seed(seed: u64) -> u64 {
    seed ^ 0x7377_6565_706f_7074
}

/// Optimal sizes for all steps of a space, by the orders and the field that they
/// are for.
///
/// Orders are made with the published sizes for the steps, or those of the cosine
/// shape where there are none, as `optimize sizes` makes them. So a method whose
/// orders don't depend on sizes has one table for all steps, one whose orders do
/// (LPD) has a table for each.
pub(super) struct OptimalTables {
    steps: Vec<usize>,
    tables: HashMap<Digest, HashMap<usize, GroupSizes>>,
}

impl OptimalTables {
    /// Tables for a space with these step counts.
    pub(super) fn new(steps: &[usize]) -> Self {
        Self {
            steps: steps.to_vec(),
            tables: HashMap::new(),
        }
    }

    /// The sizes for a point, whose method is given, in `steps` steps.
    pub(super) fn find(
        &mut self,
        point: &Point<'_>,
        method: &dyn OrderingMethod,
        steps: usize,
    ) -> Result<GroupSizes, PointError> {
        let Some(field) = point.field else {
            return Err(PointError::NoFieldForOptimal);
        };
        let known = KnownCells::none(point.grid);
        let usual = SizesChoice::Usual.resolve(&SizesRequest::new(&known, Some(steps)))?;
        let problem = Problem::new(point.grid, usual.sizes)?;
        let count = if method.is_random() {
            OPTIMAL_ORDERS
        } else {
            1
        };
        let mut orders: Vec<Vec<Cell>> = Vec::new();
        let seed = optimal_seed(point.seed);
        generate_batch(method, &problem, count, seed, |cells| {
            orders.push(cells.to_vec());
        })?;

        let key = digest(&(point.grid.to_string(), field.to_string(), &orders));
        if let Some(table) = self.tables.get(&key) {
            return found(table, steps);
        }
        let covariance = Covariance::of_field(field, point.grid)?;
        let orders = OrderSource::Listed(&orders);
        let costs = mean_cut_costs(
            orders,
            &problem,
            &covariance,
            Loss::TotalCorrelation,
            &|_| {},
        )?
        .rounded();
        let possible = self.steps.iter().copied();
        let possible = possible.filter(|&steps| steps <= problem.cells());
        let most = possible.clone().max().unwrap_or(steps);
        let optimal = OptimalSizes::new(&costs, most, SizesParams::default())?;
        let table = possible.map(|steps| optimal.for_steps(steps).map(|(sizes, _)| (steps, sizes)));
        let table = table.collect::<Result<_, InformationError>>()?;
        found(self.tables.entry(key).or_insert(table), steps)
    }
}

/// The steps of a point are among those of its space.
fn found(table: &HashMap<usize, GroupSizes>, steps: usize) -> Result<GroupSizes, PointError> {
    let sizes = table.get(&steps).cloned();
    sizes.ok_or(PointError::OtherSteps { steps })
}
