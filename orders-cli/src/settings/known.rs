//! Known cells, from a file.

use std::path::Path;

use orders_core::files::Manifest;
use orders_core::{Cell, Grid, KnownCells, KnownCellsError};

use super::mask;
use crate::args::{GridArgs, KnownArgs};
use crate::bounded_file::read_bounded;
use crate::failure::{Failure, Result};

/// The longest file of known cells that is read.
const MAX_BYTES: u64 = 64 << 20;

/// A file of known cells that was read; which cells it means depends on the grid.
#[derive(Debug)]
pub(crate) struct KnownFile<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
}

impl<'a> KnownFile<'a> {
    /// Reads the file that flags name, if they do.
    pub(crate) fn read(args: &'a KnownArgs) -> Result<Option<Self>> {
        let Some(path) = args.known.as_deref() else {
            return Ok(None);
        };
        let bytes = read_bounded(
            path,
            "known cells",
            MAX_BYTES,
            format!("--known: {}", path.display()),
        )?;
        Ok(Some(Self { path, bytes }))
    }

    /// The cells of a grid, from a mask or a list. The first bytes say which it
    /// is.
    pub(crate) fn cells(&self, grid: Grid) -> Result<KnownCells> {
        let Self { path, bytes } = self;
        let shown = path.display();
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let known = if bytes.starts_with(mask::SIGNATURE) {
            KnownCells::from_mask(grid, mask::read(bytes, grid, path)?)
        } else if first == Some(&b'[') {
            let cells: Vec<Cell> = serde_json::from_slice(bytes).map_err(|error| {
                Failure::input(format!(
                    "{shown} is no JSON array of whole numbers: {error}"
                ))
            })?;
            let known = KnownCells::new(grid, cells.iter().copied());
            let is_mask = cells.len() == grid.cells() && cells.iter().all(|&cell| cell <= 1);
            if let Err(KnownCellsError::Repeated { .. }) = known
                && is_mask
            {
                return Err(Failure::input(format!(
                    "{shown} has a 0 or a 1 for each of the {} cells, which is a mask; a JSON array lists the known cells, and masks are PNG images",
                    grid.cells()
                )));
            }
            known
        } else {
            return Err(Failure::input(format!(
                "{shown} is neither a PNG image nor a JSON array of cells"
            )));
        };
        known.map_err(|error| Failure::input_at(shown, &error))
    }
}

/// The known cells of an order file on their grid: those of the flags, else
/// those of the manifest. `None` if there is no word of a grid.
pub(crate) fn known_of_file(
    grid_args: &GridArgs,
    known_file: Option<&KnownFile<'_>>,
    manifest: Option<&Manifest>,
    order_file: &Path,
) -> Result<Option<KnownCells>> {
    let given_grid = super::grid(grid_args)?;
    let stated = manifest.and_then(Manifest::known_cells);
    let Some(grid) = given_grid.or(stated.as_ref().map(KnownCells::grid)) else {
        return match known_file {
            None => Ok(None),
            Some(_) => Err(Failure::input(format!(
                "{}: --known needs --res or --grid as well, since no manifest names the grid",
                order_file.display()
            ))),
        };
    };
    if let Some(file) = known_file {
        return file.cells(grid).map(Some);
    }
    match stated {
        Some(stated) if stated.grid() == grid => Ok(Some(stated)),
        Some(stated) if stated.count() > 0 => Err(Failure::input(format!(
            "{}: its manifest has the known cells of a {} grid; for a {grid} grid, --known is needed as well",
            order_file.display(),
            stated.grid()
        ))),
        _ => Ok(Some(KnownCells::none(grid))),
    }
}

/// The cells of a grid that a file says are known, and a note about them; without a file,
/// none.
pub(super) fn known_on_grid(
    file: Option<&KnownFile<'_>>,
    grid: Grid,
) -> Result<(KnownCells, Option<String>)> {
    let Some(file) = file else {
        return Ok((KnownCells::none(grid), None));
    };
    let known = file.cells(grid)?;
    let note = note(&known);
    Ok((known, Some(note)))
}

/// What a user should know of known cells.
fn note(known: &KnownCells) -> String {
    let (count, cells) = (known.count(), known.grid().cells());
    let as_without = if count == 0 {
        ", so all is as without --known"
    } else {
        ""
    };
    let verb = if count == 1 { "is" } else { "are" };
    format!("{count} of {cells} cells {verb} known{as_without}")
}
