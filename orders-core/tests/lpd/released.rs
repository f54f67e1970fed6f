//! The files in `tests/reference`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use orders_core::{Cell, Grid, GroupSizes, Problem};

use crate::literal::Thresholds;

/// The orders of one released file, and what they were made with.
#[derive(Debug)]
pub struct Released {
    pub name: &'static str,
    pub problem: Problem,
    pub thresholds: Thresholds,
    pub orders: Vec<Vec<Cell>>,
}

impl Released {
    /// Reads the file of an image side in pixels, a number of steps, and two
    /// thresholds.
    fn read(name: &'static str, pixels: u32, steps: usize, proximity: f64, repulsion: f64) -> Self {
        let grid = Grid::for_image(pixels, 16).unwrap();
        let sizes = GroupSizes::published(grid, steps).expect("a published row");
        Self {
            name,
            problem: Problem::new(grid, sizes).unwrap(),
            thresholds: Thresholds {
                proximity,
                repulsion,
            },
            orders: read_json(&format!("orders/{name}.json")),
        }
    }

    pub fn res256_steps20_repulsion2() -> Self {
        Self::read("res256_steps20_proximity1_repulsion2", 256, 20, 1.0, 2.0)
    }

    pub fn res256_steps20_repulsion3() -> Self {
        Self::read("res256_steps20_proximity1_repulsion3", 256, 20, 1.0, 3.0)
    }

    pub fn res256_steps32_repulsion2() -> Self {
        Self::read("res256_steps32_proximity1_repulsion2", 256, 32, 1.0, 2.0)
    }

    pub fn res512_steps48_repulsion4() -> Self {
        Self::read("res512_steps48_proximity1_repulsion4", 512, 48, 1.0, 4.0)
    }

    /// Every released file.
    pub fn all() -> [Self; 4] {
        [
            Self::res256_steps20_repulsion2(),
            Self::res256_steps20_repulsion3(),
            Self::res256_steps32_repulsion2(),
            Self::res512_steps48_repulsion4(),
        ]
    }
}

/// The published group sizes as (grid, steps, sizes), smallest first.
pub fn published_group_sizes() -> Vec<(Grid, usize, Vec<u32>)> {
    // {"256 resolution": {"20 steps": [1, 2, ...], ...}, ...}
    let file: BTreeMap<String, BTreeMap<String, Vec<u32>>> =
        read_json("group_sizes_published.json");
    let number = |text: &str| -> usize {
        let digits = text.split(' ').next().unwrap();
        digits.parse().unwrap()
    };
    let mut rows = Vec::new();
    for (resolution, lists) in &file {
        let grid = Grid::for_image(number(resolution) as u32, 16).unwrap();
        for (steps, sizes) in lists {
            rows.push((grid, number(steps), sizes.clone()));
        }
    }
    rows.sort_by_key(|row| (row.0.cells(), row.1));
    rows
}

/// A file of `tests/reference`.
pub fn read_json<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}
