//! Where orders are from, as a manifest says, held against some of them.

use orders_core::files::Manifest;
use orders_core::{Catalogue, Cell, OrderingMethod, Problem};

use crate::failure::with_sources;

/// The most orders that are made again.
const MOST: u64 = 16;
/// One of so many orders is made again, and at least one.
const ONE_OF: u64 = 64;

/// Method, parameters and seed of a manifest. Who they are false of would have to make the
/// same orders by chance, so a few tell.
pub(super) struct Origin {
    method: Box<dyn OrderingMethod>,
    problem: Problem,
    seed: u64,
    /// Orders of the file.
    count: u64,
    /// How many are made again.
    tried: u64,
}

impl Origin {
    /// What a manifest of this program says, where a method of the catalogue and all it
    /// depends on are named. What can't be made is a fault of the manifest.
    pub(super) fn of(manifest: &Manifest, catalogue: &Catalogue) -> Result<Option<Self>, String> {
        let is_ours = manifest.program.starts_with("orders-cli ");
        let entry = manifest.method.as_deref().map(|name| catalogue.entry(name));
        let (Some(Ok(entry)), Some(problem), true) = (entry, manifest.problem(), is_ours) else {
            return Ok(None);
        };
        let method = catalogue.method(entry.name(), problem.grid(), &manifest.parameters);
        let method = method.map_err(|error| format!("its manifest is wrong: {error}"))?;
        let seed = match (manifest.seed, method.is_random()) {
            (Some(seed), _) => seed,
            (None, false) => 0,
            (None, true) => return Ok(None),
        };
        Ok(Some(Self {
            method,
            problem,
            seed,
            count: manifest.count,
            tried: (manifest.count / ONE_OF).clamp(1, MOST),
        }))
    }

    /// Whether an order is one of those that are made again: the first, the last, and some
    /// between them.
    fn tries(&self, index: u64) -> bool {
        let (last, gaps) = (self.count.saturating_sub(1), self.tried - 1);
        match gaps {
            0 => index == 0,
            gaps => {
                let near = u128::from(index) * u128::from(gaps) / u128::from(last);
                [near, near + 1]
                    .iter()
                    .any(|place| place * u128::from(last) / u128::from(gaps) == u128::from(index))
            }
        }
    }

    /// Why an order of the file is not what the manifest says, if it isn't and is looked
    /// at.
    pub(super) fn fault(&self, index: u64, cells: &[Cell]) -> Option<String> {
        if !self.tries(index) {
            return None;
        }
        let name = self.method.name();
        let made = match self.method.order(&self.problem, self.seed, index) {
            Ok(made) => made,
            Err(error) => return Some(format!("its manifest is wrong: {}", with_sources(&error))),
        };
        let whose = match self.method.is_random() {
            true => format!("order {index} of {name} with seed {}", self.seed),
            false => format!("the order of {name}"),
        };
        (made.cell_from_rank() != cells)
            .then(|| format!("order {index} is not {whose}, as its manifest says"))
    }
}

#[cfg(test)]
mod tests {
    use orders_core::methods::Raster;
    use orders_core::{Grid, GroupSizes, Problem};

    use super::{MOST, Origin};

    #[test]
    fn first_and_last_are_among_those_that_are_tried() {
        let sizes = GroupSizes::new([4]).unwrap();
        let problem = Problem::new(Grid::new(2, 2).unwrap(), sizes).unwrap();
        for (count, tried) in [
            (1, 1),
            (63, 1),
            (128, 2),
            (1000, 15),
            (5000, MOST),
            (1024, MOST),
        ] {
            let origin = Origin {
                method: Box::new(Raster),
                problem: problem.clone(),
                seed: 0,
                count,
                tried,
            };
            let found: Vec<u64> = (0..count).filter(|&index| origin.tries(index)).collect();
            assert_eq!(found.len() as u64, tried, "{count}: {found:?}");
            assert_eq!(found[0], 0);
            assert!(
                tried == 1 || *found.last().unwrap() == count - 1,
                "{found:?}"
            );
        }
    }
}
