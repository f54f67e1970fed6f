//! The methods that flags ask for, with their parameters.

use orders_core::catalogue::MethodEntry;
use orders_core::{Catalogue, Grid, Parameters};

use crate::args::OrdersShownArgs;
use crate::failure::{Failure, Result};
use crate::settings::method_and_parameters;

/// A method of the catalogue, with the parameters that flags give.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) parameters: Parameters,
}

/// The methods that are asked for one by one; lpd if nothing else is asked for.
pub(super) fn methods(catalogue: &Catalogue, args: &OrdersShownArgs) -> Result<Vec<Asked>> {
    #[cfg(feature = "model")]
    let has_schedulers = !args.scheduled.scheduler.is_empty();
    #[cfg(not(feature = "model"))]
    let has_schedulers = false;
    let is_default =
        args.method.is_empty() && args.files.is_empty() && !args.all_methods && !has_schedulers;
    let texts: Vec<&str> = match is_default {
        true => vec!["lpd"],
        false => args.method.iter().map(String::as_str).collect(),
    };
    let thresholds = &args.thresholds;
    let sets_some = !args.set.set.is_empty()
        || thresholds.proximity.is_some()
        || thresholds.repulsion.is_some();
    if texts.len() != 1 && sets_some {
        return Err(Failure::input(
            "--set, --proximity and --repulsion are for one --method; of several each has its own, as in --method lpd,repulsion=4",
        ));
    }
    let asked = texts.into_iter().map(|text| {
        let (entry, parameters) =
            method_and_parameters(catalogue, text, &args.set.set, Some(thresholds))?;
        Ok(Asked {
            name: entry.name().to_owned(),
            parameters,
        })
    });
    asked.collect()
}

/// All methods that can do a grid, with their defaults.
pub(super) fn all_methods(
    catalogue: &Catalogue,
    grid: Grid,
    notes: &mut Vec<String>,
) -> Vec<Asked> {
    let can_do = |entry: &&MethodEntry| grid.frames() == 1 || entry.capabilities().video;
    let (able, unable): (Vec<_>, Vec<_>) = catalogue.methods().iter().partition(can_do);
    if !unable.is_empty() {
        let names: Vec<&str> = unable.iter().map(|entry| entry.name()).collect();
        let names = names.join(", ");
        notes.push(format!("left out, since made for one frame: {names}"));
    }
    let asked = able.into_iter().map(|entry| Asked {
        name: entry.name().to_owned(),
        parameters: Parameters::new(),
    });
    asked.collect()
}
