//! Orders as Python has them: a row of cells for each.

use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use orders_core::files::RowChecker;
use orders_core::{Cell, Order, Problem};
use pyo3::prelude::*;

use crate::error::{refused, told};

/// The rows of an array of shape (orders, cells), copied, so that nobody changes them under
/// way.
pub(crate) fn copied(rows: &PyReadonlyArray2<'_, i64>) -> PyResult<Vec<Vec<Cell>>> {
    let rows = rows.as_array();
    let copied = rows.rows().into_iter().enumerate();
    let copied = copied.map(|(order, row)| {
        let cells = row.iter().enumerate().map(|(entry, &cell)| {
            Cell::try_from(cell).map_err(|_| {
                told(format!(
                    "entry {entry} of order {order} is {cell}, which is no cell"
                ))
            })
        });
        cells.collect::<PyResult<Vec<Cell>>>()
    });
    copied.collect()
}

/// The same, each checked to be an order of the problem.
pub(crate) fn checked(
    problem: &Problem,
    rows: &PyReadonlyArray2<'_, i64>,
) -> PyResult<Vec<Vec<Cell>>> {
    if rows.shape()[1] != problem.cells() {
        let (cells, free) = (rows.shape()[1], problem.cells());
        return Err(told(format!(
            "the orders have {cells} entries each, but there are {free} cells to be generated"
        )));
    }
    let copied = copied(rows)?;
    let mut checker = RowChecker::with_known(problem.known());
    for (index, row) in (0..).zip(&copied) {
        checker.check(index, row).map_err(|error| refused(&error))?;
    }
    Ok(copied)
}

/// One order, checked.
pub(crate) fn order(problem: &Problem, rows: &PyReadonlyArray2<'_, i64>) -> PyResult<Order> {
    let mut rows = checked(problem, rows)?;
    let row = rows.pop().ok_or_else(|| told("there are no orders"))?;
    Order::new(problem.clone(), row).map_err(|error| refused(&error))
}
