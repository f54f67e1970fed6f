//! What each method looks like on a small grid, to be checked by eye.
//!
//! Ranks count from 0: the cell with 0 is generated first. Where a method has
//! steps of its own, the picture shows these. Known cells are dots, frames are
//! a line apart.

mod known;
mod paths;
mod patterns;
mod spread;
mod video;

use orders_core::Catalogue;
use orders_core::{Grid, GroupSizes, KnownCells, Order, ParameterValue, Parameters, Problem};

/// A number for each cell, in the grid's shape.
fn picture(grid: Grid, numbers: &[Option<u32>]) -> String {
    let digits = (grid.cells() - 1).to_string().len();
    let mut text = String::new();
    for (frame, numbers) in numbers.chunks(grid.frame_cells()).enumerate() {
        if frame > 0 {
            text.push('\n');
        }
        for row in numbers.chunks(grid.width() as usize) {
            let words: Vec<String> = row
                .iter()
                .map(|number| number.map_or(".".into(), |number| number.to_string()))
                .map(|word| format!("{word:>digits$}"))
                .collect();
            text += &words.join(" ");
            text.push('\n');
        }
    }
    text
}

/// The first order of seed 0, with the method's own sizes if it has some.
fn order(name: &str, known: &KnownCells, parameters: Parameters) -> Order {
    let method = Catalogue::standard()
        .method(name, known.grid(), &parameters)
        .unwrap();
    let own = method.own_group_sizes(known).unwrap();
    // Where sizes don't matter, any will do; these are for LPD on 6 x 8 cells.
    let sizes = own.unwrap_or_else(|| match known.free_count() {
        48 => GroupSizes::new([1, 2, 4, 7, 14, 20]).unwrap(),
        count => GroupSizes::new([count as u32]).unwrap(),
    });
    let problem = Problem::with_known(known.clone(), sizes).unwrap();
    method.order(&problem, 0, 0).unwrap()
}

/// Compares line by line, without the indentation.
#[track_caller]
fn check(actual: &str, expected: &str) {
    let lines = |text: &str| -> Vec<String> {
        text.trim()
            .lines()
            .map(|line| line.trim().to_owned())
            .collect()
    };
    assert_eq!(lines(actual), lines(expected), "\n{actual}");
}

fn whole(grid: &str) -> KnownCells {
    KnownCells::none(grid.parse().unwrap())
}

fn with<V: Into<ParameterValue>>(name: &str, value: V) -> Parameters {
    Parameters::from([(name.into(), value.into())])
}

#[track_caller]
fn ranks(name: &str, known: &KnownCells, parameters: Parameters, expected: &str) {
    let order = order(name, known, parameters);
    check(&picture(order.grid(), &order.rank_from_cell()), expected);
}

#[track_caller]
fn steps(name: &str, known: &KnownCells, parameters: Parameters, expected: &str) {
    let order = order(name, known, parameters);
    check(&picture(order.grid(), &order.step_from_cell()), expected);
}

/// A hole of 2 x 4 cells that are free, and the first row: all else is known.
fn hole() -> KnownCells {
    let grid = Grid::new(6, 8).unwrap();
    let is_free =
        |row: u32, column: u32| row == 0 || (2..4).contains(&row) && (2..6).contains(&column);
    let cells = (0..48).filter(|cell| !is_free(cell / 8, cell % 8));
    KnownCells::new(grid, cells).unwrap()
}
