//! The first orders of a file, and the problem that they solve.

use std::path::Path;

use orders_core::{Cell, Problem};

use super::{KnownFile, problem_of_file};
use crate::args::{GridArgs, KnownArgs, SizesArgs};
use crate::failure::Result;
use crate::order_file;

/// The most entries of all orders together: 512 MiB.
const MOST_ENTRIES: u64 = 1 << 27;

/// Orders of a file, not checked yet.
#[derive(Debug)]
pub(crate) struct OrderList {
    pub(crate) problem: Problem,
    pub(crate) orders: Vec<Vec<Cell>>,
    /// Whether the file has more.
    pub(crate) has_more: bool,
    /// What a user should know of the group sizes.
    pub(crate) note: Option<String>,
}

impl OrderList {
    /// At most `limit` orders of a file. Grid, known cells and sizes are those of the
    /// flags, else those of the manifest.
    pub(crate) fn read(
        path: &Path,
        grid: &GridArgs,
        known: &KnownArgs,
        sizes: &SizesArgs,
        limit: u64,
    ) -> Result<Self> {
        let manifest = order_file::own_manifest(path)?;
        let known_file = KnownFile::read(known)?;
        let (problem, note) =
            problem_of_file(path, manifest.as_ref(), grid, known_file.as_ref(), sizes)?;
        let limit = limit.min(MOST_ENTRIES / problem.cells() as u64);
        let mut orders: Vec<Vec<Cell>> = Vec::new();
        let read = order_file::read_while(path, |_, row| {
            let has_room = (orders.len() as u64) < limit;
            if has_room {
                orders.push(row.to_vec());
            }
            Ok(has_room)
        })?;
        Ok(Self {
            problem,
            orders,
            has_more: read.is_none(),
            note,
        })
    }
}
