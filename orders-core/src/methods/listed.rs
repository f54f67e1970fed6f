//! Orders that are given, in the place of a method.

use std::sync::Arc;

use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::method::{MethodError, OrderGenerator, OrderingMethod};
use crate::problem::Problem;
use crate::random::OrderRng;

/// Orders of a list: order i is row i, and begins again behind the last; a single one is
/// for all.
#[derive(Clone, Debug)]
pub struct Listed {
    name: String,
    rows: Arc<[Vec<Cell>]>,
    group_sizes: Option<GroupSizes>,
}

impl Listed {
    /// Orders of all cells of one grid, first generated first, and the group sizes that
    /// belong to them; `None` if there are no orders. `name` is what they are called.
    pub fn new(
        name: impl Into<String>,
        rows: Vec<Vec<Cell>>,
        group_sizes: Option<GroupSizes>,
    ) -> Option<Self> {
        (!rows.is_empty()).then(|| Self {
            name: name.into(),
            rows: rows.into(),
            group_sizes,
        })
    }
}

impl OrderingMethod for Listed {
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
