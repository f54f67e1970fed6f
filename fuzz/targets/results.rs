//! The files of a folder of results: what it holds, and a result.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use orders_analysis::experiment::{Measures, Plan, ResultsFolder, Shard, Spec, Tools};
use orders_core::Catalogue;
use orders_fuzz::{file, folder, read};

/// The sweep of `seeds/results`, which the program ran.
const SWEEP: &str = include_str!("../seeds/results/sweep.toml");

/// A folder without results, and where that of its only trial would be.
static FOLDER: LazyLock<(ResultsFolder, PathBuf)> = LazyLock::new(|| {
    let (catalogue, measures) = (Catalogue::standard(), Measures::standard());
    let spec = Spec::read(SWEEP, &catalogue, &measures).expect("the sweep is as it should be");
    let tools = Tools {
        catalogue: &catalogue,
        measures: &measures,
        judges: &[],
        listed: &[],
    };
    let plan = Plan::new(&spec, &tools, &|_, _| {}).expect("it has a plan");
    let path = folder().join("results");
    let folder = ResultsFolder::create(&path, &plan, Shard::WHOLE, "fuzz");
    let folder = folder.expect("the temporary folder can be written");
    let trials = path.join("trials");
    fs::create_dir_all(&trials).expect("the temporary folder can be written");
    let key = plan.trials()[0].settings.key();
    (folder, trials.join(format!("{key}.json")))
});

fuzz_target!(|bytes: &[u8]| {
    let (folder, place) = &*FOLDER;
    fs::write(place, bytes).expect("the temporary folder can be written");
    read(folder.result(&folder.plan().trials()[0]));

    let manifest = file("sweep.json", bytes);
    let parent = manifest.parent().expect("it is in a folder");
    if let Some(folder) = read(ResultsFolder::open(parent)) {
        for trial in folder.plan().trials() {
            read(folder.result(trial));
        }
    }
});
