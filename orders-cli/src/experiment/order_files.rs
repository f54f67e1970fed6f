//! Order files that are compared.

use std::path::{Path, PathBuf};

use orders_analysis::experiment::{ListedOrders, Spec};
use orders_core::files::{Digest, Manifest};
use orders_core::{Grid, GroupSizes, KnownCells};

use crate::digest::digest_of_file;
use crate::failure::{Failure, Result};
use crate::order_file::{manifest_beside, orders_for};
use crate::{output, settings};

/// An order file with what its manifest states.
pub(crate) struct OrderFile {
    pub(crate) path: PathBuf,
    /// Its name without the folder, which tables call it.
    pub(crate) name: String,
    grid: Grid,
    sha256: Digest,
    pub(crate) group_sizes: Option<GroupSizes>,
}

impl OrderFile {
    /// A file of orders of all cells of a grid. They are not looked at, but its manifest is.
    pub(crate) fn read(path: &Path, grid: Grid) -> Result<Self> {
        let shown = path.display();
        let sha256 = digest_of_file(path)?;
        let manifest = manifest_beside(path)?;
        if let Some(manifest) = &manifest {
            let beside = Manifest::path_for(path);
            if manifest.sha256 != sha256 {
                return Err(Failure::input(format!(
                    "{shown} is not the file that {} describes",
                    beside.display()
                )));
            }
            if let Some(stated) = manifest.grid.filter(|stated| *stated != grid) {
                return Err(Failure::input(format!(
                    "{shown} has orders of a {stated} grid; needed are orders of {grid} cells"
                )));
            }
            if manifest.known.is_some() {
                return Err(Failure::input(format!(
                    "{shown} has orders that leave out known cells; needed are orders of all cells"
                )));
            }
        }
        let sizes = manifest.and_then(|manifest| manifest.group_sizes);
        let sizes = sizes.map(GroupSizes::new).transpose();
        Ok(Self {
            path: path.into(),
            name: output::file_name(path),
            grid,
            sha256,
            group_sizes: sizes.map_err(|error| Failure::input_at(shown, &error))?,
        })
    }

    /// Its orders: for so many images or orders of a trial, as many, or one for all.
    pub(crate) fn listed(&self, count: u64) -> Result<ListedOrders> {
        // Which groups they are in says each trial for itself.
        let whole = GroupSizes::new(vec![self.grid.cells() as u32]).map_err(Failure::work)?;
        let known = KnownCells::none(self.grid);
        let problem = settings::problem(known, &whole, self.path.display())?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let orders = orders_for(&self.path, &problem, count)?;
        let rows = orders.iter().map(|order| order.cell_from_rank().to_vec());
        let file = (self.path.clone(), self.sha256.to_string());
        ListedOrders::new(&self.name, file, rows.collect(), self.group_sizes.clone())
            .ok_or_else(|| Failure::input(format!("{} holds no orders", self.path.display())))
    }
}

/// The orders of the files that a space names.
pub(crate) fn listed_orders(spec: &Spec) -> Result<Vec<ListedOrders>> {
    let listed = spec.order_files().map(|path| match spec.grids() {
        [grid] => OrderFile::read(path, *grid)?.listed(spec.orders),
        grids => Err(Failure::input(format!(
            "{} has orders of one grid, and grids lists {}",
            path.display(),
            grids.len()
        ))),
    });
    listed.collect()
}
