//! What chooses the cells of samples, from flags: orders, exactly or in parallel, or a rule.

use orders_core::catalogue::{Entry, EntryKind};
use orders_core::decoding::schedulers::{SchedulingRule, Task};
use orders_core::decoding::{DraftRule, Drafts, Window};
use orders_core::{Catalogue, Grid, KnownCells, Parameters};
use orders_model::lpd::{Chooser, SampleOrders, SampleRule};

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
            Self::Exact(orders, drafts) => vec![
                ("orders", orders.label()),
                ("decoding", drafts_in_words(*drafts)),
            ],
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
    let text = args.decoding.as_deref().unwrap_or("parallel");
    let refused = |why: String| Failure::input(format!("--decoding {text}: {why}"));
    let mut parts = text.split(',');
    match parts.next().unwrap_or_default() {
        "parallel" => {
            return match parts.next() {
                None => Ok(None),
                Some(_) => Err(refused("parallel decoding has no parameters".into())),
            };
        }
        "exact" => {}
        name => {
            return Err(refused(format!(
                "'{name}' is neither 'parallel' nor 'exact'"
            )));
        }
    }
    let mut drafts = Drafts {
        rule: DraftRule::Coupled,
        // Nearly as few passes as with all cells, at half the work: docs/src/exact.md.
        window: Window::Cells(grid.cells().div_ceil(4)),
    };
    let mut seen = Vec::new();
    for part in parts {
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| refused(format!("'{part}' has no '='; write KEY=VALUE")))?;
        // Both say how far drafts go.
        let what = if key == "ahead" { "window" } else { key };
        if seen.contains(&what) {
            return Err(refused(match what {
                "window" => "window and ahead, or one of them twice: give one".into(),
                what => format!("{what} is given twice"),
            }));
        }
        seen.push(what);
        let number = || value.parse::<usize>().ok();
        match key {
            "drafts" => {
                drafts.rule = DraftRule::named(value).ok_or_else(|| {
                    refused(format!(
                        "there are no drafts '{value}'; there are coupled, kept and renewed"
                    ))
                })?;
            }
            "window" => {
                drafts.window = match number().filter(|&cells| cells > 0) {
                    Some(cells) => Window::Cells(cells),
                    None if value == "all" => Window::Cells(grid.cells()),
                    None => {
                        return Err(refused(format!(
                            "window {value} is not a number of cells from 1, nor 'all'"
                        )));
                    }
                }
            }
            "ahead" => {
                drafts.window = number().map(Window::Groups).ok_or_else(|| {
                    refused(format!("ahead {value} is not a number of groups from 0"))
                })?;
            }
            _ => {
                return Err(refused(format!(
                    "there is no '{key}'; there are drafts, window and ahead"
                )));
            }
        }
    }
    Ok(Some(drafts))
}

/// Drafts as outputs and settings of trials state them.
pub(crate) fn drafts_in_words(drafts: Drafts) -> String {
    let rule = drafts.rule.name();
    match drafts.window {
        Window::Groups(ahead) => format!("exact,drafts={rule},ahead={ahead}"),
        Window::Cells(cells) => format!("exact,drafts={rule},window={cells}"),
        _ => format!("exact,drafts={rule}"),
    }
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
    let sizes = match (rule.needs_group_sizes(), sizes(of_sizes, known, None)?) {
        (true, Some(sizes)) => Some(sizes.sizes),
        (true, None) => {
            return Err(Failure::input(format!(
                "--scheduler {text} needs group sizes, which say how many cells a step reveals: --steps, or --group-sizes LIST"
            )));
        }
        (false, Some(_)) => {
            return Err(Failure::input(format!(
                "--scheduler {text} finds out itself how many cells a step reveals: --steps and --group-sizes say nothing"
            )));
        }
        (false, None) => None,
    };
    let task = match sizes {
        Some(sizes) => super::problem(known.clone(), &sizes, "--group-sizes")?.into(),
        None => Task::from(known.clone()),
    };
    Ok(Some(SampleRule::new(rule, task, seed)))
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
