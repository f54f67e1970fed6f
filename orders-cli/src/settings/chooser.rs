//! What chooses the cells of samples, from flags: orders, exactly or in parallel, or a rule.

use orders_core::catalogue::{Entry, EntryKind};
use orders_core::decoding::Drafts;
use orders_core::decoding::schedulers::{SampleRule, SchedulingRule, Task};
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, Parameters};
use orders_model::lpd::{Chooser, SampleOrders};

use super::method::parameters_of_texts;
use super::sizes;
use crate::args::{DecodingArgs, SizesArgs};
use crate::failure::{Failure, Result};

/// What chooses cells.
pub(crate) enum CellChoice {
    Orders(SampleOrders),
    Exact(SampleOrders, Drafts),
    Rule(SampleRule),
}

impl CellChoice {
    /// Orders, decoded exactly if there are drafts.
    pub(crate) fn of_orders(orders: SampleOrders, drafts: Option<Drafts>) -> Self {
        match drafts {
            None => Self::Orders(orders),
            Some(drafts) => Self::Exact(orders, drafts),
        }
    }

    pub(crate) fn chooser(&self) -> Chooser<'_> {
        match self {
            Self::Orders(orders) => Chooser::Orders(orders),
            Self::Exact(orders, drafts) => Chooser::Exact(orders, *drafts),
            Self::Rule(rule) => Chooser::Rule(rule),
        }
    }

    /// What outputs say of how tokens come about, by key.
    pub(crate) fn about(&self) -> Vec<(&'static str, String)> {
        let sizes = |sizes: &[u32]| ("group_sizes", crate::description::commas(sizes));
        match self {
            Self::Orders(orders) => vec![
                ("orders", orders.label()),
                sizes(orders.problem().group_sizes().as_slice()),
            ],
            Self::Exact(orders, drafts) => {
                vec![("orders", orders.label()), ("decoding", drafts.to_string())]
            }
            Self::Rule(rule) => {
                let mut about = vec![("scheduler", Chooser::Rule(rule).label())];
                let of_rule = rule.task().group_sizes();
                about.extend(of_rule.map(|of_rule| sizes(of_rule.as_slice())));
                about
            }
        }
    }
}

/// The drafts of exact decoding, if flags ask for it: `--decoding exact`, and behind it
/// what differs from the default.
pub(crate) fn drafts(args: &DecodingArgs, grid: Grid) -> Result<Option<Drafts>> {
    drafts_of_text(args.decoding.as_deref().unwrap_or("parallel"), grid)
}

/// The drafts of a value of `--decoding`; none of parallel decoding.
pub(crate) fn drafts_of_text(text: &str, grid: Grid) -> Result<Option<Drafts>> {
    let drafts = Drafts::of_text(text, grid);
    drafts.map_err(|error| Failure::input(format!("--decoding {error}")))
}

/// The scheduler that flags ask for, if they do, for the free cells of a grid.
pub(crate) fn rule(
    catalogue: &Catalogue,
    args: &DecodingArgs,
    of_sizes: &SizesArgs,
    known: &KnownCells,
    seed: u64,
) -> Result<Option<SampleRule>> {
    let Some(text) = &args.scheduler else {
        return Ok(None);
    };
    let rule = rule_of_text(catalogue, text, known.grid())?;
    let sizes = sizes(of_sizes, known, None)?.map(|sizes| sizes.sizes);
    if sizes.is_some() && !rule.needs_group_sizes() {
        return Err(Failure::input(format!(
            "--scheduler {text} finds out itself how many cells a step reveals: --steps and --group-sizes say nothing"
        )));
    }
    sample_rule(rule, text, sizes, known, seed).map(Some)
}

/// A scheduler that a text asks for, for the free cells of a grid, in groups of given sizes
/// if it needs some.
pub(crate) fn sample_rule(
    rule: Box<dyn SchedulingRule>,
    text: &str,
    sizes: Option<GroupSizes>,
    known: &KnownCells,
    seed: u64,
) -> Result<SampleRule> {
    let task = match (rule.needs_group_sizes(), sizes) {
        (true, Some(sizes)) => super::problem(known.clone(), &sizes, "--group-sizes")?.into(),
        (true, None) => {
            return Err(Failure::input(format!(
                "--scheduler {text} needs group sizes, which say how many cells a step reveals: --steps, or --group-sizes LIST"
            )));
        }
        (false, _) => Task::from(known.clone()),
    };
    Ok(SampleRule::new(rule, task, seed))
}

/// A scheduler with the parameters behind its name, as in `entropy-bound,budget=0.2`.
pub(crate) fn rule_of_text(
    catalogue: &Catalogue,
    text: &str,
    grid: Grid,
) -> Result<Box<dyn SchedulingRule>> {
    let mut parts = text.split(',');
    let name = parts.next().unwrap_or_default();
    let behind_name: Vec<&str> = parts.collect();
    let parameters = match (catalogue.scheduler_entry(name), catalogue.entry(name)) {
        (Some(entry), _) => behind(entry, &behind_name)?,
        (None, Ok(entry)) => behind(entry, &behind_name)?,
        (None, Err(_)) => Parameters::new(),
    };
    let rule = catalogue.scheduler(name, grid, &parameters);
    rule.map_err(|error| Failure::input_at("--scheduler", &error))
}

fn behind<K: EntryKind>(entry: &Entry<K>, texts: &[&str]) -> Result<Parameters> {
    let start = format!("--scheduler {},", entry.name());
    parameters_of_texts(entry, texts.iter().map(|&text| (start.as_str(), text)))
}
