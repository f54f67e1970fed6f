//! Sweeps: a declared space of methods, steps, sizes and fields.

use std::path::PathBuf;

use orders_analysis::experiment::{
    self, Estimate, Measures, Plan, ResultsFolder, Shard, Spec, Tools, TrialResult,
};
use orders_core::files::FolderLock;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::catalogue::catalogue;
use crate::error::{refused, refused_at, told};
use crate::work::{interrupted, watched};

/// Runs a sweep, or what is left of it, and gives its results as columns: settings, and of
/// each measure its mean over the orders with the ends of its 95 % interval.
#[pyfunction]
#[pyo3(signature = (text, place, out, is_json, progress=None))]
pub(crate) fn sweep<'py>(
    py: Python<'py>,
    text: &str,
    place: &str,
    out: PathBuf,
    is_json: bool,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let text = match is_json {
        true => toml_of_json(text)?,
        false => text.to_owned(),
    };
    let (catalogue, measures) = (catalogue(), Measures::standard());
    let results = watched(py, progress, |watched| {
        let spec = Spec::read(&text, &catalogue, &measures);
        let spec = spec.map_err(|error| refused_at(place, &error))?;
        if !spec.models.is_empty() {
            return Err(told(format!(
                "{place}: models: sweeps with LPD models are run by 'orders-cli sweep' of a full build; models of your own are compared by orders.evaluate"
            )));
        }
        let tools = Tools {
            catalogue: &catalogue,
            measures: &measures,
            judges: &[],
            listed: &[],
        };
        let plan = Plan::new(&spec, &tools, &|_, _| {});
        let plan = plan.map_err(|error| refused_at(place, &error))?;
        let folder = ResultsFolder::create(&out, &plan, Shard::WHOLE, orders_cli::PROGRAM);
        let folder = folder.map_err(|error| refused(&error))?;
        let holder = format!("process {}", std::process::id());
        let _lock = FolderLock::take(&out, &holder).map_err(|error| refused(&error))?;
        let threads = rayon::current_num_threads();
        let stop = || watched.is_stopped();
        let tell = |progress: experiment::Progress<'_>| watched.set(progress.finished as u64);
        let done = experiment::run(&folder, &tools, orders_cli::PROGRAM, threads, &stop, &tell);
        if !done.map_err(|error| refused(&error))?.is_complete() {
            return Err(interrupted());
        }
        let results = folder.results().map_err(|error| refused(&error))?;
        let results = results.into_iter();
        Ok(results
            .map(|(trial, result)| (trial.label.clone(), result))
            .collect::<Vec<_>>())
    })?;
    columns(py, &results)
}

fn toml_of_json(json: &str) -> PyResult<String> {
    let value: serde_json::Value = serde_json::from_str(json).map_err(|error| refused(&error))?;
    toml::to_string(&value).map_err(|error| refused(&error))
}

fn columns<'py>(
    py: Python<'py>,
    results: &[(String, TrialResult)],
) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let settings = || results.iter().map(|(_, result)| &result.settings);
    let labels: Vec<&str> = results.iter().map(|(label, _)| label.as_str()).collect();
    columns.set_item("label", labels)?;
    columns.set_item("method", settings().map(|s| &s.method).collect::<Vec<_>>())?;
    columns.set_item("grid", settings().map(|s| &s.grid).collect::<Vec<_>>())?;
    columns.set_item("steps", settings().map(|s| s.steps).collect::<Vec<_>>())?;
    columns.set_item("sizes", settings().map(|s| &s.sizes).collect::<Vec<_>>())?;
    columns.set_item("field", settings().map(|s| &s.field).collect::<Vec<_>>())?;
    columns.set_item("seed", settings().map(|s| s.seed).collect::<Vec<_>>())?;
    columns.set_item("orders", settings().map(|s| s.orders).collect::<Vec<_>>())?;
    let mut parameters: Vec<&String> = settings().flat_map(|s| s.parameters.keys()).collect();
    parameters.sort_unstable();
    parameters.dedup();
    for name in parameters {
        let values: Vec<Option<&String>> = settings().map(|s| s.parameters.get(name)).collect();
        columns.set_item(name, values)?;
    }
    let mut measures: Vec<&String> = results
        .iter()
        .flat_map(|(_, result)| result.totals.keys())
        .collect();
    measures.sort_unstable();
    measures.dedup();
    for name in measures {
        let column = |ending: &str, value: &dyn Fn(&Estimate) -> Option<f64>| {
            let of = |(_, result): &(String, TrialResult)| result.totals.get(name).and_then(value);
            let values: Vec<Option<f64>> = results.iter().map(of).collect();
            columns.set_item(format!("{name}{ending}"), values)
        };
        column("", &|estimate| estimate.mean)?;
        column("_low", &|estimate| estimate.low)?;
        column("_high", &|estimate| estimate.high)?;
    }
    Ok(columns)
}
