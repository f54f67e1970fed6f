//! A Hilbert curve through any rectangle.

use super::fixed::{Fixed, FixedOrder};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::MethodError;

/// Along a Hilbert curve (1891), which stays in one part of the grid until it
/// is done there. On a square whose side is a power of two it is that curve,
/// from the upper left to the upper right corner; on all other rectangles one
/// that is cut like it, into parts as square as can be.
///
/// Each cell is an edge neighbour of the one before it, on every grid. The
/// curve starts in the upper left corner and goes along the longer side to the
/// next corner; where no path of neighbours can end there (a longer side that
/// is odd and a shorter one that is even: the path would have to begin and end
/// on the same colour of a checkerboard, with as many cells of both), to the
/// opposite corner.
///
/// Video goes back along the same curve in odd frames (counted from 0), so
/// neighbours stay neighbours from frame to frame.
///
/// Not random: every order is the same. O(N).
///
/// ```
/// use orders_core::methods::Hilbert;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(4, 4)?, GroupSizes::new([16])?)?;
/// let order = Hilbert.order(&problem, 0, 0)?;
/// let expected = [0, 1, 5, 4, 8, 12, 13, 9, 10, 14, 15, 11, 7, 6, 2, 3];
/// assert_eq!(order.cell_from_rank(), expected);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Hilbert;

impl Fixed for Hilbert {
    const NAME: &str = "hilbert";

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        Ok(FixedOrder::there_and_back(
            known,
            &first_frame(known.grid()),
        ))
    }
}

/// The curve through the first frame.
fn first_frame(grid: Grid) -> Vec<Cell> {
    let (height, width) = (i64::from(grid.height()), i64::from(grid.width()));
    let row = Side {
        step: 1,
        length: width,
    };
    let column = Side {
        step: width,
        length: height,
    };
    let (along, across) = if width >= height {
        (row, column)
    } else {
        (column, row)
    };
    let mut cells = Vec::with_capacity(grid.frame_cells());
    let odd_by_even = along.length % 2 == 1 && across.length % 2 == 0;
    if odd_by_even {
        to_opposite_corner(0, along, across, &mut cells);
    } else {
        to_next_corner(0, along, across, &mut cells);
    }
    cells
}

/// A side of a rectangle, as seen from one of its corners: how far it goes, and
/// what a step along it adds to a cell.
#[derive(Clone, Copy)]
struct Side {
    step: i64,
    length: i64,
}

impl Side {
    /// The first cells of the side, and the others.
    fn cut(self, length: i64) -> (Self, Self) {
        let with_length = |length| Self { length, ..self };
        (with_length(length), with_length(self.length - length))
    }

    /// What leads from the corner to the place `index`.
    fn to(self, index: i64) -> i64 {
        self.step * index
    }

    /// The same side from its other end.
    fn reversed(self) -> Self {
        Self {
            step: -self.step,
            ..self
        }
    }
}

/// The even number closest to half a length; the larger one, if two are.
fn even_half(length: i64) -> i64 {
    (length + 2) / 4 * 2
}

/// Appends a path from the corner `start` through a rectangle to the corner at
/// the end of `along`.
///
/// There is one, and this finds it, if `across` is 1 long, or `along` is even,
/// or both are odd and `along` at least 3 long. All calls below keep to that.
fn to_next_corner(start: i64, along: Side, across: Side, cells: &mut Vec<Cell>) {
    let (length, breadth) = (along.length, across.length);
    if breadth == 1 {
        cells.extend((0..length).map(|index| (start + along.to(index)) as Cell));
    } else if length * length > 2 * breadth * breadth {
        // Halves are closer to squares than the whole. The first is even; the
        // second as odd as the whole, and at least 3 long if it is odd, since
        // then the breadth is at least 3 and the length at least 5.
        let (first, second) = along.cut(even_half(length));
        to_next_corner(start, first, across, cells);
        to_next_corner(start + along.to(first.length), second, across, cells);
    } else {
        // Hilbert's way: out, along, and back. Out and back go an even length,
        // or are lines (the along side is 2 long then); what lies between keeps
        // the parity of both sides, or is even along.
        let out_length = if length == 2 {
            breadth / 2
        } else {
            even_half(breadth)
        };
        let (out, beyond) = across.cut(out_length);
        let (left, right) = along.cut(length / 2);
        to_next_corner(start, out, left, cells);
        to_next_corner(start + across.to(out.length), along, beyond, cells);
        let last = start + along.to(length - 1);
        let back_start = last + across.to(out.length - 1);
        to_next_corner(back_start, out.reversed(), right.reversed(), cells);
    }
}

/// Appends a path from the corner `start` through a rectangle to the opposite
/// corner. One of its sides is odd and the other even.
fn to_opposite_corner(start: i64, a: Side, b: Side, cells: &mut Vec<Cell>) {
    let (long, short) = if a.length >= b.length { (a, b) } else { (b, a) };
    if short.length == 1 {
        return to_next_corner(start, long, short, cells);
    }
    // An even part first, so that the rest is odd by even again.
    let (first, second) = long.cut(even_half(long.length));
    to_next_corner(start, first, short, cells);
    to_opposite_corner(start + long.to(first.length), second, short, cells);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hilbert's curve by its usual rule for the bits of a distance.
    fn position_on_the_curve(side: u32, mut distance: u32) -> (u32, u32) {
        let (mut x, mut y) = (0, 0);
        let mut size = 1;
        while size < side {
            let right = (distance / 2) & 1;
            let down = (distance ^ right) & 1;
            if down == 0 {
                if right == 1 {
                    (x, y) = (size - 1 - x, size - 1 - y);
                }
                (x, y) = (y, x);
            }
            x += size * right;
            y += size * down;
            distance /= 4;
            size *= 2;
        }
        (x, y)
    }

    #[test]
    fn squares_of_powers_of_two_have_hilberts_curve() {
        for side in [1, 2, 4, 8, 16, 32, 64] {
            let grid = Grid::new(side, side).unwrap();
            let curve = (0..side * side).map(|distance| {
                let (column, row) = position_on_the_curve(side, distance);
                grid.cell_from_position(row, column)
            });
            assert!(first_frame(grid).into_iter().eq(curve), "{side}");
        }
    }

    /// Every rectangle, whatever its parities.
    #[test]
    fn all_cells_once_and_every_step_to_an_edge_neighbour() {
        for height in 1..=40 {
            for width in 1..=40 {
                let grid = Grid::new(height, width).unwrap();
                let cells = first_frame(grid);
                let mut sorted = cells.clone();
                sorted.sort_unstable();
                assert!(sorted.into_iter().eq(0..height * width), "{grid}");
                for pair in cells.windows(2) {
                    assert_eq!(grid.squared_distance(pair[0], pair[1]), 1, "{grid}");
                }
            }
        }
    }
}
