//! Whether orders are orders, and a method's.

use numpy::PyReadonlyArray2;
use orders_core::KnownCells;
use orders_core::conformance::{Rule, Violation};
use orders_core::decoding::Trace;
use orders_core::files::{RowChecker, RowError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rayon::prelude::*;

use crate::catalogue::{catalogue, parameters};
use crate::error::{refused, told};
use crate::problem::{PyProblem, grid_of, sizes_of};
use crate::rows;
use crate::work::watched;

/// Refuses rows that are no orders of a problem.
#[pyfunction]
pub(crate) fn check_rows(problem: &PyProblem, cells: PyReadonlyArray2<'_, i64>) -> PyResult<()> {
    rows::checked(problem.problem(), &cells).map(|_| ())
}

/// Number of the order; the rule; step from 0, rank and cell, and the cell that should have
/// come before, where it has them; a sentence.
type Found = (
    u64,
    &'static str,
    Option<usize>,
    Option<usize>,
    Option<u64>,
    Option<u64>,
    String,
);

/// The first fault of each order that has one: whether it is a permutation of the free
/// cells, and whether the rules of a method, if there is one, allow it.
#[pyfunction]
#[pyo3(signature = (problem, cells, method, given, progress=None))]
pub(crate) fn violations(
    py: Python<'_>,
    problem: &PyProblem,
    cells: PyReadonlyArray2<'_, i64>,
    method: Option<&str>,
    given: &Bound<'_, PyDict>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Vec<Found>> {
    let problem = problem.problem();
    let rules = match method {
        None => None,
        Some(name) => {
            let catalogue = catalogue();
            let entry = catalogue.entry(name).map_err(|error| refused(&error))?;
            let parameters = parameters(entry, given)?;
            let rules = entry.replay(&parameters, problem);
            let rules = rules.map_err(|error| refused(&error))?.ok_or_else(|| {
                let having = catalogue.names_of(|can| can.replay).join(", ");
                told(format!(
                    "method {} has no rules to replay orders against; methods that have: {having}",
                    entry.name()
                ))
            })?;
            Some(rules)
        }
    };
    let rows = rows::copied(&cells)?;
    watched(py, progress, |watched| {
        let found = rows.par_iter().enumerate().map_init(
            || {
                let rules = rules.as_ref().map(|rules| rules.boxed());
                (RowChecker::with_known(problem.known()), rules)
            },
            |(checker, rules), (index, row)| {
                if watched.is_stopped() {
                    return None;
                }
                watched.add(1);
                let index = index as u64;
                if let Err(error) = checker.check(index, row) {
                    return Some(of_row(&error));
                }
                let rules = rules.as_mut()?;
                let sentence = rules.fault(row)?;
                Some(of_rules(index, rules.violation(row), sentence))
            },
        );
        Ok(found.flatten().collect())
    })
}

/// What is wrong with the record of a decoding loop: which cells were settled before the
/// first step and after each, and the tokens after each, if they are given.
#[pyfunction]
pub(crate) fn trace_violations(
    grid: Vec<i64>,
    settled: PyReadonlyArray2<'_, bool>,
    sizes: Option<Vec<i64>>,
    tokens: Option<PyReadonlyArray2<'_, i64>>,
) -> PyResult<Vec<String>> {
    let grid = grid_of(&grid)?;
    let masks = settled.as_array();
    let mut masks = masks.rows().into_iter().map(|row| row.to_vec());
    let before = masks.next().ok_or_else(|| told("there are no masks"))?;
    let known = KnownCells::from_mask(grid, before.clone()).map_err(|error| refused(&error))?;
    let mut trace = Trace::of_settled(std::iter::once(before).chain(masks));
    if let Some(tokens) = tokens {
        let rows = tokens.as_array();
        trace = trace.with_tokens(rows.rows().into_iter().map(|row| row.to_vec()));
    }
    let sizes = sizes.map(|sizes| sizes_of(&sizes)).transpose()?;
    let violations = trace.check(&known, sizes.as_ref());
    Ok(violations.iter().map(ToString::to_string).collect())
}

fn of_row(error: &RowError) -> Found {
    let sentence = error.to_string();
    match *error {
        RowError::OutOfRange {
            row, entry, cell, ..
        } => (
            row,
            "out of range",
            None,
            Some(entry),
            Some(cell.into()),
            None,
            sentence,
        ),
        RowError::Known { row, entry, cell } => (
            row,
            "known",
            None,
            Some(entry),
            Some(cell.into()),
            None,
            sentence,
        ),
        RowError::Repeated {
            row, cell, entry, ..
        } => (
            row,
            "repeated",
            None,
            Some(entry),
            Some(cell.into()),
            None,
            sentence,
        ),
        RowError::Length { row, .. } => (row, "length", None, None, None, None, sentence),
        _ => (0, "rows", None, None, None, None, sentence),
    }
}

fn of_rules(index: u64, violation: Option<Violation>, sentence: String) -> Found {
    let Some(Violation::Impossible {
        step,
        rank,
        cell,
        rule,
    }) = violation
    else {
        return (index, "rules", None, None, None, None, sentence);
    };
    let (name, before) = match rule {
        Rule::HighestScoreFirst { before, .. } => ("highest score first", before),
        Rule::NearBeforeFar { before, .. } => ("near before far", before),
        Rule::RepelledLast { before, .. } => ("repelled last", before),
        Rule::FarthestFirst { before, .. } => ("farthest first", before),
        Rule::FarBeforeRepelled { before, .. } => ("far before repelled", before),
        Rule::TiesByScore { before, .. } => ("ties by score", before),
        Rule::ListOrder { before, .. } => ("list order", before),
        _ => return (index, "rules", None, None, None, None, sentence),
    };
    (
        index,
        name,
        Some(step - 1),
        Some(rank),
        Some(cell.into()),
        Some(before.into()),
        sentence,
    )
}
