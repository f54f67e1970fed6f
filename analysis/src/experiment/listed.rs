//! Orders of a file, in the place of a method.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use orders_core::{
    Cell, GroupSizes, KnownCells, MethodError, OrderGenerator, OrderRng, OrderingMethod, Problem,
};

/// The orders of a file: order i is row i, and begins again behind the last; a single one
/// is for all.
#[derive(Clone, Debug)]
pub struct ListedOrders {
    name: String,
    path: PathBuf,
    sha256: String,
    rows: Arc<[Vec<Cell>]>,
    group_sizes: Option<GroupSizes>,
}

impl ListedOrders {
    /// Orders of all cells of one grid, first generated first, of a file of this path and
    /// digest, and the group sizes that belong to them; `None` if there are none. `name` is
    /// what it is called.
    pub fn new(
        name: impl Into<String>,
        (path, sha256): (impl Into<PathBuf>, impl Into<String>),
        rows: Vec<Vec<Cell>>,
        group_sizes: Option<GroupSizes>,
    ) -> Option<Self> {
        (!rows.is_empty()).then(|| Self {
            name: name.into(),
            path: path.into(),
            sha256: sha256.into(),
            rows: rows.into(),
            group_sizes,
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SHA-256 digest of the file.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

impl OrderingMethod for ListedOrders {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_random(&self) -> bool {
        self.rows.len() > 1
    }

    fn own_group_sizes(&self, known: &KnownCells) -> Result<Option<GroupSizes>, MethodError> {
        Ok(self.group_sizes.clone().filter(|_| known.count() == 0))
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        if let Some(row) = self.rows.iter().find(|row| row.len() != problem.cells()) {
            return Err(MethodError::Grid {
                method: self.name.clone(),
                grid: problem.grid(),
                reason: format!("its orders have {} cells", row.len()),
            });
        }
        let rows = Arc::clone(&self.rows);
        Ok(Box::new(move |rng: &mut OrderRng, out: &mut Vec<Cell>| {
            out.extend(&rows[(rng.index() % rows.len() as u64) as usize]);
        }))
    }
}
