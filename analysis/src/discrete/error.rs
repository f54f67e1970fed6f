//! What can be wrong with a discrete field and what is asked of it.

use orders_core::{Cell, Grid};

/// Why a discrete field can't be had, or can't answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum DiscreteError {
    /// A number of colours that no field has.
    #[error("a field of {colours} colours was asked for; from 2 to {most} are possible")]
    Colours { colours: u32, most: u32 },
    /// A coupling or a bias is too strong, or no number.
    #[error("the {what} of a field is {value}; it takes a number from -{most} to {most}")]
    Strength {
        what: &'static str,
        value: f64,
        most: f64,
    },
    /// A text that names no field.
    #[error(
        "'{text}' is no discrete field; write potts:COLOURS:COUPLING or ising:COUPLING, with \
         :bias=B behind it if one colour is favoured, such as potts:3:0.8"
    )]
    Text { text: String },
    /// The grid has several frames.
    #[error("a discrete field has one frame; {grid} has {}", grid.frames())]
    Video { grid: Grid },
    /// There are too many states of a row.
    #[error(
        "{colours} colours on a {grid} grid have {colours}^{side} states along its shorter side; \
         at most {most} are computed with"
    )]
    States {
        colours: u32,
        grid: Grid,
        side: u32,
        most: usize,
    },
    /// Cells times states take too much memory.
    #[error(
        "{colours} colours on a {grid} grid take {numbers} numbers ({colours}^{side} states for \
         each of its cells); at most {most} are computed with"
    )]
    Size {
        colours: u32,
        grid: Grid,
        side: u32,
        numbers: usize,
        most: usize,
    },
    /// There is not one entry for each cell.
    #[error("there are tokens for {found} cells; the {grid} grid has {}", grid.cells())]
    Length { found: usize, grid: Grid },
    /// A token that is no colour.
    #[error("cell {cell} has token {token}; the field has {colours} colours, from 0")]
    Token {
        cell: Cell,
        token: u32,
        colours: u32,
    },
    /// A cell that is not there, is settled, or comes twice in a group.
    #[error("cell {cell} of the group is {what}; a group has free cells, each once")]
    Group { cell: Cell, what: &'static str },
    /// A group of too many colourings.
    #[error(
        "a group of {cells} cells has {colours}^{cells} colourings; at most {most} are summed over"
    )]
    Colourings {
        cells: usize,
        colours: u32,
        most: usize,
    },
}
