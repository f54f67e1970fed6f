//! Problems and methods in a line.

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
    let plural = if steps == 1 { "" } else { "s" };
    match known.count() {
        0 => format!("{grid}, {steps} step{plural}"),
        count => format!("{grid}, {count} known, {steps} step{plural}"),
    }
}
