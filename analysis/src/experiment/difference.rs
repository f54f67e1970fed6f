//! Trials whose difference is a measure: parallel loss and learning error.

use std::collections::BTreeMap;

use orders_core::files::Digest;
use orders_core::{Catalogue, Grid, MethodError, Parameters};

use super::error::PlanError;
use super::trial::{TrialSettings, digest};

/// The measure that differences are taken of.
pub(super) const NATS: &str = "nats_per_cell";
/// What group sizes of one are called where they were not asked for.
pub(super) const ONE_BY_ONE: &str = "one by one";
/// How the same orders are decoded one cell at a time.
pub(super) const EXACT: &str = "exact";
/// The method whose orders one cell at a time learning errors are measured from.
pub(super) const RANDOM: &str = "random";

/// By what the one-by-one partner of a trial is known: everything but sizes, and what
/// else is measured. Of trials that are no partners, the key is another one if `as_is`.
/// Partners are decoded a group at a time.
pub(super) fn one_by_one_key(settings: &TrialSettings, as_is: bool) -> Digest {
    let is_one_by_one = settings.group_sizes.iter().all(|&size| size == 1)
        && !settings.group_sizes.is_empty()
        && settings.decoding.is_none();
    digest(&(
        is_one_by_one || !as_is,
        (
            &settings.method,
            &settings.orders_sha256,
            &settings.parameters,
        ),
        (&settings.grid, &settings.field, &settings.field_sha256),
        (&settings.model, settings.seed, settings.orders),
    ))
}

/// The parameters of random orders, all at their defaults.
pub(super) fn random_parameters(
    catalogue: &Catalogue,
) -> Result<BTreeMap<String, String>, PlanError> {
    let parameters = |catalogue: &Catalogue| -> Result<_, MethodError> {
        // They don't depend on the grid.
        let grid = Grid::new(1, 1).expect("a grid of one cell");
        let method = catalogue.method(RANDOM, grid, &Parameters::new())?;
        let parameters = method.parameters().into_iter();
        Ok(parameters
            .map(|(name, value)| (name, value.to_string()))
            .collect())
    };
    parameters(catalogue).map_err(|reason| PlanError::Baseline { reason })
}
