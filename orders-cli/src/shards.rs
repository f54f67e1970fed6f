//! Shards of a work, which are run one by one.

use std::path::{Path, PathBuf};

use orders_core::files::read_at_most;

use crate::description::commas;

/// The most of them: more than the arrays of most Slurm installations have.
pub(crate) const MOST_SHARDS: usize = 100_000;
/// The longest script that is read.
const MOST_SCRIPT_BYTES: u64 = 1 << 26;

/// How shards that are missing are run again, in words that stand behind others; beside the
/// scripts of a job there is a line for it.
pub(crate) fn again(shards: &[usize], count: usize, places: &[PathBuf]) -> String {
    let all = commas(shards);
    let mut words = format!("; to be run again: --shard i/{count} with i = {all}");
    let scripts = places.iter().filter_map(|place| place.parent());
    let mut scripts = scripts.map(|folder| folder.join("array.sh"));
    if let Some(script) = scripts.find(|script| script.is_file()) {
        let step = step(&script);
        let mut first: Vec<usize> = shards
            .iter()
            .map(|shard| (shard - 1) / step * step + 1)
            .collect();
        first.dedup();
        let (first, script) = (commas(&first), script.display());
        words.push_str(&format!(", or sbatch --array={first} {script}"));
    }
    words
}

/// How many shards each job of an array runs, as its script says.
fn step(script: &Path) -> usize {
    let text = read_at_most(script, MOST_SCRIPT_BYTES).ok().flatten();
    let text = text.and_then(|text| String::from_utf8(text).ok());
    let step = text.as_deref().and_then(|text| {
        let line = text
            .lines()
            .find(|line| line.starts_with("#SBATCH --array="))?;
        let (_, step) = line.split_once(':')?;
        step.split('%').next()?.parse().ok()
    });
    step.unwrap_or(1).max(1)
}
