//! Problems, methods, numbers and lists in words.

use indicatif::HumanCount;
use orders_core::{Grid, KnownCells, ParameterValue, Parameters};

/// Whether a parameter is in names and titles: flags that are off go without
/// saying.
pub(crate) fn is_said(value: &ParameterValue) -> bool {
    value.flag() != Some(false)
}

/// Method, grid, known cells, steps and parameters.
pub(crate) fn task(
    method: &str,
    known: &KnownCells,
    steps: usize,
    parameters: &Parameters,
) -> String {
    let problem = problem(known, steps);
    let mut text = format!("{method}, {problem}");
    for (name, value) in parameters.iter().filter(|(_, value)| is_said(value)) {
        text.push_str(&format!(", {name} {value}"));
    }
    text
}

/// Grid, known cells and steps.
pub(crate) fn problem(known: &KnownCells, steps: usize) -> String {
    let grid: Grid = known.grid();
    let plural = plural(steps as u64);
    match known.count() {
        0 => format!("{grid}, {steps} step{plural}"),
        count => format!("{grid}, {count} known, {steps} step{plural}"),
    }
}

/// The ending of a noun of which there are so many.
pub(crate) fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// How many there are of something, as in `2,000 orders`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", HumanCount(count), plural(count))
}

/// Numbers with commas between them, as `--group-sizes` takes them.
pub(crate) fn commas(numbers: &[impl ToString]) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    words.join(",")
}

/// A line for each name and value, the values below each other.
pub(crate) fn aligned<N: AsRef<str>>(lines: &[(N, String)], width: usize) -> String {
    // What a file says is no line more.
    let line = |(name, value): &(N, String)| {
        format!("{:<width$} {}", name.as_ref(), value.replace('\n', "\\n"))
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A number of seconds as people say it.
#[cfg(feature = "tables")]
pub(crate) fn duration(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{:.1} h", seconds as f64 / 3600.0),
    }
}
