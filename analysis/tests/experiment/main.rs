//! Sweeps: what a file asks for, that results survive whatever happens, and
//! that they are what was measured.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod compared;
mod expansion;
mod folders;
mod judged;
mod measured;
mod pieces;
mod refused;
#[cfg(feature = "tables")]
mod tables;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use orders_analysis::experiment::{
    ExperimentError, Judge, Measures, Plan, Progress, ResultsFolder, Shard, Spec, Tools, run,
};
use orders_core::Catalogue;

/// Two methods in two schedules, with everything on.
const SMALL: &str = r#"
title = "small"
orders = 12
grids = ["6x6"]
steps = [4, 9]
sizes = ["cosine"]
seeds = [0, 5]

[[methods]]
name = "lpd"
set = { repulsion = [1, 2] }

[[methods]]
name = "halton"
label = "Halton"
"#;

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::standard);
    &CATALOGUE
}

fn measures() -> &'static Measures {
    static MEASURES: LazyLock<Measures> = LazyLock::new(Measures::standard);
    &MEASURES
}

fn tools<'a>(judges: &'a [&'a dyn Judge]) -> Tools<'a> {
    Tools {
        catalogue: catalogue(),
        measures: measures(),
        judges,
        listed: &[],
    }
}

fn plan(text: &str) -> Plan {
    let spec = Spec::read(text, catalogue(), measures()).unwrap();
    Plan::new(&spec, &tools(&[]), &|_, _| {}).unwrap()
}

/// Runs a plan into a folder.
fn run_into(
    path: &Path,
    plan: &Plan,
    shard: Shard,
    threads: usize,
) -> Result<Progress<'static>, ExperimentError> {
    let folder = ResultsFolder::create(path, plan, shard, "test 1")?;
    run(&folder, &tools(&[]), "test 1", threads, &|| false, &|_| {})
}

/// All files below a folder with their content.
fn content(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let inner = content(&entry.path()).into_iter();
            all.extend(inner.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            all.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    all
}
