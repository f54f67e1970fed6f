//! Orders of a file, in the place of a method.

use std::sync::Arc;

use orders_core::{Cell, MethodError, OrderGenerator, OrderRng, OrderingMethod, Problem};

/// The orders of a file: order i is row i, and begins again behind the last; a single one
/// is for all.
#[derive(Clone, Debug)]
pub struct ListedOrders {
    name: String,
    sha256: String,
    rows: Arc<[Vec<Cell>]>,
}

impl ListedOrders {
    /// Orders, first generated first, of a file of this name and digest; `None` if there
    /// are none.
    pub fn new(
        name: impl Into<String>,
        sha256: impl Into<String>,
        rows: Vec<Vec<Cell>>,
    ) -> Option<Self> {
        (!rows.is_empty()).then(|| Self {
            name: name.into(),
            sha256: sha256.into(),
            rows: rows.into(),
        })
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

    fn generator(&self, _: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let rows = Arc::clone(&self.rows);
        Ok(Box::new(move |rng: &mut OrderRng, out: &mut Vec<Cell>| {
            out.extend(&rows[(rng.index() % rows.len() as u64) as usize]);
        }))
    }
}
