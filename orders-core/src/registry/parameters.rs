//! The parameters of the methods, and what they are where nobody says.

use super::ParameterEntry;
use crate::grid::Grid;
use crate::parameter::ParameterKind;
use crate::topology::Topology;

/// LPD's proximity threshold tau where none is given, as published.
pub const DEFAULT_PROXIMITY: f64 = 1.0;

/// LPD's repulsion threshold rho where none is given: an eighth of the grid's
/// side, rounded, where the side of a grid that is no square is the square root
/// of its cells (of one frame's, for video).
///
/// That gives the published values, 2 for 16 x 16 cells (256 px) and 4 for
/// 32 x 32 (512 px), and the same distance in the image, an eighth of it, for
/// all other grids.
///
/// ```
/// use orders_core::{Grid, registry};
///
/// assert_eq!(registry::default_repulsion(Grid::new(16, 16)?), 2.0);
/// assert_eq!(registry::default_repulsion(Grid::new(32, 32)?), 4.0);
/// assert_eq!(registry::default_repulsion(Grid::new(16, 64)?), 4.0);
/// # Ok::<(), orders_core::GridError>(())
/// ```
pub fn default_repulsion(grid: Grid) -> f64 {
    ((grid.frame_cells() as f64).sqrt() / 8.0).round()
}

pub(super) const PROXIMITY: ParameterEntry = ParameterEntry {
    name: "proximity",
    summary: "proximity threshold tau: cells with at least this score are near",
    kind: ParameterKind::NumberFrom(0.0),
    default: "1",
};

pub(super) const REPULSION: ParameterEntry = ParameterEntry {
    name: "repulsion",
    summary: "repulsion threshold rho: cells this close are not generated together",
    kind: ParameterKind::NumberFrom(0.0),
    default: "2 at 16x16, 4 at 32x32, else an eighth of the grid's side",
};

/// Regions a side of PAR where nothing is given: 4 as published, or as many as
/// the shorter side of the grid has cells, if that is less.
///
/// ```
/// use orders_core::{Grid, registry};
///
/// assert_eq!(registry::default_regions(Grid::new(16, 16)?), 4);
/// assert_eq!(registry::default_regions(Grid::new(3, 40)?), 3);
/// # Ok::<(), orders_core::GridError>(())
/// ```
pub fn default_regions(grid: Grid) -> u32 {
    grid.height().min(grid.width()).min(4)
}

/// ZipAR's window where none is given: a third of the width, rounded up. The
/// released programs have 8 cells for rows of 24, and 16 for rows of 48.
///
/// ```
/// use orders_core::{Grid, registry};
///
/// assert_eq!(registry::default_window(Grid::new(24, 24)?), 8);
/// assert_eq!(registry::default_window(Grid::new(16, 16)?), 6);
/// # Ok::<(), orders_core::GridError>(())
/// ```
pub fn default_window(grid: Grid) -> u32 {
    grid.width().div_ceil(3)
}

pub(super) const REGIONS: ParameterEntry = ParameterEntry {
    name: "regions",
    summary: "regions in each direction, M: M x M in all",
    kind: ParameterKind::WholeFrom(1),
    default: "4, or the shorter side if that is less",
};

pub(super) const WINDOW: ParameterEntry = ParameterEntry {
    name: "window",
    summary: "cells that the row above has when a row starts",
    kind: ParameterKind::WholeFrom(1),
    default: "a third of the width, rounded up",
};

pub(super) const ROLL: ParameterEntry = ParameterEntry {
    name: "roll",
    summary: "shift each order cyclically by random numbers of rows and columns",
    kind: ParameterKind::Flag,
    default: "false",
};

pub(super) const SCRAMBLE: ParameterEntry = ParameterEntry {
    name: "scramble",
    summary: "permute the digits of each order's points at random",
    kind: ParameterKind::Flag,
    default: "false",
};

pub(super) const DIRECTION: ParameterEntry = ParameterEntry {
    name: "direction",
    summary: "to the middle or from the middle",
    kind: ParameterKind::OneOf(&["in", "out"]),
    default: "in",
};

pub(super) const FRAME_DISTANCE: ParameterEntry = ParameterEntry {
    name: "frame-distance",
    summary: "how many cells a frame counts in all distances (video only)",
    kind: ParameterKind::NumberBetween(
        Topology::SMALLEST_FRAME_DISTANCE,
        Topology::LARGEST_FRAME_DISTANCE,
    ),
    default: "1",
};
