//! Whether a list of cells is a permutation.

use crate::grid::Cell;

/// The first thing that keeps a list of the right length from being a
/// permutation. Places count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The cell at this place is none.
    OutOfRange { place: usize },
    /// The cell at `place` stands at `first` already.
    Repeated { first: usize, place: usize },
}

/// The first fault of a list of cells `0..seen.len()`, of the same length. A
/// list without one has every cell once. O(N); what `seen` holds before does
/// not matter.
pub(crate) fn first_fault(cells: &[Cell], seen: &mut [bool]) -> Option<Fault> {
    debug_assert_eq!(cells.len(), seen.len());
    seen.fill(false);
    let place = cells.iter().position(|&cell| {
        let slot = seen.get_mut(cell as usize);
        slot.is_none_or(|seen| std::mem::replace(seen, true))
    })?;
    let cell = cells[place];
    Some(if (cell as usize) < seen.len() {
        let first = cells.iter().position(|&c| c == cell).unwrap_or(place);
        Fault::Repeated { first, place }
    } else {
        Fault::OutOfRange { place }
    })
}
