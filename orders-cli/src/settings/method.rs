//! Ordering methods and their parameters, from flags.

use orders_core::catalogue::{Entry, EntryKind, MethodEntry};
use orders_core::{Catalogue, Grid, OrderingMethod, Parameters};

use crate::args::ThresholdArgs;
use crate::failure::{Failure, Result};

/// What the catalogue knows of a method.
pub(crate) fn method_entry<'a>(catalogue: &'a Catalogue, name: &str) -> Result<&'a MethodEntry> {
    catalogue.entry(name).map_err(Failure::bad_input)
}

/// A method written as its name, with parameters behind commas, and what `--set` and the
/// flags of thresholds say of it.
pub(crate) fn method_and_parameters<'a>(
    catalogue: &'a Catalogue,
    text: &str,
    set: &[String],
    thresholds: Option<&ThresholdArgs>,
) -> Result<(&'a MethodEntry, Parameters)> {
    let mut parts = text.split(',');
    let entry = method_entry(catalogue, parts.next().unwrap_or_default())?;
    let behind_name: Vec<&str> = parts.collect();
    let parameters = parameters(entry, &behind_name, set, thresholds)?;
    Ok((entry, parameters))
}

/// A method of the catalogue, one that [`method_entry`] knows.
pub(crate) fn method_by_name(
    catalogue: &Catalogue,
    name: &str,
    parameters: &Parameters,
    grid: Grid,
) -> Result<Box<dyn OrderingMethod>> {
    catalogue
        .method(name, grid, parameters)
        .map_err(Failure::bad_input)
}

/// The parameters that flags give for a method: those written behind its name,
/// those of `--set`, and those that have flags of their own.
pub(crate) fn parameters(
    method: &MethodEntry,
    behind_name: &[&str],
    set: &[String],
    thresholds: Option<&ThresholdArgs>,
) -> Result<Parameters> {
    let by_flag = [
        (
            "proximity",
            thresholds.and_then(|thresholds| thresholds.proximity),
        ),
        (
            "repulsion",
            thresholds.and_then(|thresholds| thresholds.repulsion),
        ),
    ];
    let by_flag: Parameters = by_flag
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect();
    let start = format!("--method {},", method.name());
    let behind_name = behind_name.iter().map(|&text| (start.as_str(), text));
    let set = set.iter().map(|text| ("--set ", text.as_str()));
    let texts: Vec<(&str, &str)> = behind_name.chain(set).collect();
    let mut parameters = parameters_of_texts(method, texts.iter().copied())?;
    for (name, value) in by_flag {
        if parameters.contains_key(&name) {
            let mut texts = texts.iter();
            let said = texts.find(|(_, text)| text.starts_with(&format!("{name}=")));
            let (start, text) = said.copied().unwrap_or_default();
            return Err(Failure::Input(format!(
                "{start}{text}: --{name} sets it as well; give one of the two"
            )));
        }
        parameters.insert(name, value);
    }
    Ok(parameters)
}

/// Parameters of texts, KEY=VALUE each, with what stands before each on the command line.
pub(crate) fn parameters_of_texts<'a, K: EntryKind>(
    entry: &Entry<K>,
    texts: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Parameters> {
    let mut parameters = Parameters::new();
    for (start, text) in texts {
        let refused = |why: String| Failure::Input(format!("{start}{text}: {why}"));
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| refused("there is no '='; write KEY=VALUE".into()))?;
        let kind = entry
            .parameter(name)
            .map_err(|error| refused(error.to_string()))?
            .kind();
        let parsed = kind
            .parse(value)
            .ok_or_else(|| refused(format!("'{value}' is not allowed; it takes {kind}")))?;
        if parameters.insert(name.to_owned(), parsed).is_some() {
            return Err(refused(format!("{name} is set twice")));
        }
    }
    Ok(parameters)
}
