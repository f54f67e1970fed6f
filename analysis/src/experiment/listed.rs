//! Orders of a file, in the place of a method.

use std::path::{Path, PathBuf};

use orders_core::methods::Listed;
use orders_core::{
    Cell, GroupSizes, KnownCells, MethodError, OrderGenerator, OrderingMethod, Problem,
};

/// The orders of a file: order i is row i, and begins again behind the last; a single one
/// is for all.
#[derive(Clone, Debug)]
pub struct ListedOrders {
    path: PathBuf,
    sha256: String,
    orders: Listed,
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
        Some(Self {
            path: path.into(),
            sha256: sha256.into(),
            orders: Listed::new(name, rows, group_sizes)?,
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
        self.orders.name()
    }

    fn is_random(&self) -> bool {
        self.orders.is_random()
    }

    fn own_group_sizes(&self, known: &KnownCells) -> Result<Option<GroupSizes>, MethodError> {
        self.orders.own_group_sizes(known)
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        self.orders.generator(problem)
    }
}
