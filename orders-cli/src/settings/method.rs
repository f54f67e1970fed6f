//! Ordering methods and their parameters, from flags.

use orders_core::registry::{self, MethodEntry};
use orders_core::{Grid, OrderingMethod, Parameters};

use crate::args::{SetArgs, ThresholdArgs};
use crate::failure::Failure;
use crate::names;

/// What the registry knows of a method.
pub(crate) fn method_entry(name: &str) -> Result<&'static MethodEntry, Failure> {
    let mut entries = registry::methods().iter();
    entries.find(|entry| entry.name == name).ok_or_else(|| {
        let known: Vec<&str> = registry::methods().iter().map(|entry| entry.name).collect();
        Failure::input(names::unknown("method", name, &known))
    })
}

/// A method written as its name, with parameters behind commas, and what other flags
/// say of it.
pub(crate) fn method_and_parameters(
    text: &str,
    set: &SetArgs,
    thresholds: &ThresholdArgs,
) -> Result<(&'static MethodEntry, Parameters), Failure> {
    let mut parts = text.split(',');
    let entry = method_entry(parts.next().unwrap_or_default())?;
    let behind_name: Vec<&str> = parts.collect();
    let parameters = parameters(entry, &behind_name, set, thresholds)?;
    Ok((entry, parameters))
}

/// A method of the registry, one that [`method_entry`] knows.
pub(crate) fn method_by_name(
    name: &str,
    parameters: &Parameters,
    grid: Grid,
) -> Result<Box<dyn OrderingMethod>, Failure> {
    registry::method(name, grid, parameters).map_err(|error| Failure::bad_input(&error))
}

/// The parameters that flags give for a method: those written behind its name,
/// those of `--set`, and those that have flags of their own.
pub(crate) fn parameters(
    method: &MethodEntry,
    behind_name: &[&str],
    set: &SetArgs,
    thresholds: &ThresholdArgs,
) -> Result<Parameters, Failure> {
    let by_flag = [
        ("proximity", thresholds.proximity),
        ("repulsion", thresholds.repulsion),
    ];
    let by_flag: Parameters = by_flag
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect();
    let mut parameters = by_flag.clone();
    let start = format!("--method {},", method.name);
    let behind_name = behind_name.iter().map(|&text| (start.as_str(), text));
    let set = set.set.iter().map(|text| ("--set ", text.as_str()));
    for (start, text) in behind_name.chain(set) {
        let refused = |why: String| Failure::Input(format!("{start}{text}: {why}"));
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| refused("there is no '='; write KEY=VALUE".into()))?;
        let mut entries = method.parameters.iter();
        let entry = entries.find(|entry| entry.name == name);
        let entry = entry.ok_or_else(|| refused(no_parameter(method, name)))?;
        let parsed = entry
            .kind
            .parse(value)
            .ok_or_else(|| refused(format!("'{value}' is not allowed; it takes {}", entry.kind)))?;
        if by_flag.contains_key(name) {
            return Err(refused(format!(
                "--{name} sets it as well; give one of the two"
            )));
        }
        if parameters.insert(name.to_owned(), parsed).is_some() {
            return Err(refused(format!("{name} is set twice")));
        }
    }
    Ok(parameters)
}

/// Words for a parameter that a method doesn't have.
fn no_parameter(method: &MethodEntry, name: &str) -> String {
    if method.parameters.is_empty() {
        return format!("method {} has no parameters", method.name);
    }
    let known: Vec<&str> = method.parameters.iter().map(|entry| entry.name).collect();
    names::unknown(&format!("{} parameter", method.name), name, &known)
}
