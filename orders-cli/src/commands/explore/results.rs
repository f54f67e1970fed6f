//! What a folder of results says of the orders of a page.

use std::collections::BTreeMap;
use std::path::Path;

use orders_analysis::experiment::{ExperimentError, ResultsFolder, TrialResult, TrialSettings};
use orders_core::{Catalogue, Cell, GroupSizes, Problem};
use orders_pages::{PageMeasure, Scope};

use super::Values;
use crate::failure::{Failure, Result};
use crate::settings::ShownOrder;

/// The measure that is looked for.
const NATS: &str = "nats_per_cell";

/// The results of a folder that a model has part in.
pub(super) struct JudgedOrders<'a> {
    path: &'a Path,
    results: Vec<TrialResult>,
}

impl<'a> JudgedOrders<'a> {
    /// Those that a folder has already. They have to be of one model.
    pub(super) fn read(path: &'a Path) -> Result<Self> {
        let failure = |error: ExperimentError| Failure::input_at("--results", &error);
        let folder = ResultsFolder::open(path).map_err(failure)?;
        let mut results: Vec<TrialResult> = Vec::new();
        for (_, trial) in folder.trials() {
            let is_asked = |name: &String| name == NATS;
            if trial.settings.model.is_some()
                && trial.settings.measures.iter().any(is_asked)
                && let Some(result) = folder.result(trial).map_err(failure)?
            {
                results.push(result);
            }
        }
        let shown = path.display();
        let Some(first) = results.first() else {
            return Err(Failure::input(format!(
                "--results {shown} has no likelihoods of a model; 'eval' measures them"
            )));
        };
        let is_other = |result: &&TrialResult| result.settings.model != first.settings.model;
        if results.iter().any(|result| is_other(&result)) {
            return Err(Failure::input(format!(
                "--results {shown} has results of several models; a page shows those of one"
            )));
        }
        Ok(Self { path, results })
    }

    /// Likelihood and parallel loss, and of each order its values of them; none where the
    /// folder does not have it.
    pub(super) fn of(
        &self,
        orders: &[ShownOrder],
        catalogue: &Catalogue,
    ) -> Result<[(PageMeasure, Vec<Values>); 2]> {
        let found: Vec<Option<&TrialResult>> =
            orders.iter().map(|shown| self.result_of(shown)).collect();
        if found.iter().all(Option::is_none) {
            return Err(Failure::input(format!(
                "--results {} has none of these orders: no result of the same method, parameters, grid and group sizes",
                self.path.display()
            )));
        }
        let nats = found.iter().map(|found| found.map_or_else(none, nats_of));
        let losses = orders.iter().zip(&found).map(|(shown, found)| {
            let one_by_one = found.and_then(|found| self.one_by_one(&found.settings));
            let (Some(found), Some(other)) = (found, one_by_one) else {
                return none();
            };
            let (steps, total) = loss_of(found, other);
            match is_the_same_one_by_one(shown, &found.settings, catalogue) {
                true => (steps, total),
                false => (Vec::new(), total),
            }
        });
        Ok([
            (
                measure(
                    NATS,
                    "negative log-likelihood",
                    "Of held-out images under the model, the cells of a step generated together; mean over cells and images.",
                ),
                nats.collect(),
            ),
            (
                measure(
                    "parallel_loss",
                    "parallel loss",
                    "Negative log-likelihood less that of the same method one cell at a time; of a step, of the same cells. A method that orders them otherwise one at a time, as LPD does, has no values of steps.",
                ),
                losses.collect(),
            ),
        ])
    }

    /// The result for an order; where there are several, that of its seed.
    fn result_of(&self, shown: &ShownOrder) -> Option<&TrialResult> {
        let (order, origin) = (&shown.order, &shown.origin);
        let parameters: BTreeMap<String, String> = origin
            .parameters
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let is_same = |settings: &TrialSettings| {
            let is_of_method = match &settings.orders_sha256 {
                Some(sha256) => origin.sha256.as_ref() == Some(sha256),
                None => {
                    origin.method.as_ref() == Some(&settings.method)
                        && settings.parameters == parameters
                }
            };
            is_of_method
                && settings.decoding.is_none()
                && settings.grid == order.grid().to_string()
                && settings.group_sizes == order.group_sizes().as_slice()
        };
        let same = self
            .results
            .iter()
            .filter(|result| is_same(&result.settings));
        same.min_by_key(|result| Some(result.settings.seed) != origin.seed)
    }

    /// The result of the same orders one cell at a time.
    fn one_by_one(&self, settings: &TrialSettings) -> Option<&TrialResult> {
        let mut results = self.results.iter();
        results.find(|other| settings.has_one_by_one_partner(&other.settings))
    }
}

fn measure(name: &str, title: &str, about: &str) -> PageMeasure {
    PageMeasure {
        name: name.to_owned(),
        title: title.to_owned(),
        unit: "nats/cell".to_owned(),
        about: about.to_owned(),
        scope: Scope::Steps,
    }
}

fn none() -> Values {
    (Vec::new(), None)
}

/// Whether the same cells come at the ranks of each step when the method is asked for one
/// cell at a time.
fn is_the_same_one_by_one(
    shown: &ShownOrder,
    settings: &TrialSettings,
    catalogue: &Catalogue,
) -> bool {
    if settings.orders_sha256.is_some() {
        return true;
    }
    let (order, origin) = (&shown.order, &shown.origin);
    let one_by_one = || {
        let known = order.known().clone();
        let sizes = GroupSizes::new(vec![1; known.free_count()]).ok()?;
        let problem = Problem::with_known(known, sizes).ok()?;
        let name = origin.method.as_ref()?;
        let method = catalogue
            .method(name, order.grid(), &origin.parameters)
            .ok()?;
        method.order(&problem, origin.seed?, origin.index).ok()
    };
    one_by_one().is_some_and(|other| {
        let groups = order.group_sizes().groups(other.cell_from_rank());
        let sorted = |group: &[Cell]| {
            let mut cells = group.to_vec();
            cells.sort_unstable();
            cells
        };
        groups.map(sorted).eq(order.groups().map(sorted))
    })
}

/// The means over the images, of each step and of whole images.
fn nats_of(result: &TrialResult) -> Values {
    let steps = result.steps.get(NATS).into_iter().flatten();
    let total = result.totals.get(NATS).and_then(|total| total.mean);
    (steps.map(|step| step.mean).collect(), total)
}

fn loss_of(result: &TrialResult, one_by_one: &TrialResult) -> Values {
    let ((together, total), (single, single_total)) = (nats_of(result), nats_of(one_by_one));
    let mut start = 0;
    let sizes = result.settings.group_sizes.iter();
    let steps = sizes.zip(together).map(|(&size, together)| {
        let ranks = start..start + size as usize;
        start = ranks.end;
        let alone: Option<f64> = single.get(ranks)?.iter().copied().sum();
        Some(together? - alone? / f64::from(size))
    });
    let total = total.zip(single_total);
    (steps.collect(), total.map(|(a, b)| a - b))
}
