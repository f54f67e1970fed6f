//! What is measured of an order, to compare distributions.

use orders_core::{Cell, Problem};

use crate::literal::{self, Thresholds};

/// The features of an order, the same ones in the same places for every order
/// of a problem. For each step:
///
/// - the mean proximity score of its cells at the beginning of the step,
/// - the share of its cells that came from farthest-point sampling,
/// - of the Euclidean distances between any two of its cells the smallest and
///   the mean (not for groups of one cell),
///
/// and for each cell and each third of the order whether the cell is in it.
pub fn of_order(problem: &Problem, thresholds: Thresholds, cells: &[Cell]) -> Vec<f64> {
    let mut features = Vec::new();
    let mut is_generated = vec![false; cells.len()];
    for group in problem.group_sizes().groups(cells) {
        features.push(mean_score(problem, &is_generated, group));
        features.push(fill_share(problem, thresholds, &is_generated, group));
        if group.len() > 1 {
            let mut squared: Vec<u64> = Vec::new();
            for (index, &a) in group.iter().enumerate() {
                let others = &group[index + 1..];
                squared.extend(
                    others
                        .iter()
                        .map(|&b| problem.grid().squared_distance(a, b)),
                );
            }
            // Sorted, so that the sum does not depend on the order of cells.
            squared.sort_unstable();
            let distances = squared.iter().map(|&squared| (squared as f64).sqrt());
            features.push((squared[0] as f64).sqrt());
            features.push(distances.sum::<f64>() / squared.len() as f64);
        }
        for &cell in group {
            is_generated[cell as usize] = true;
        }
    }
    let thirds = features.len();
    features.resize(thirds + 3 * cells.len(), 0.0);
    for (rank, &cell) in cells.iter().enumerate() {
        features[thirds + 3 * cell as usize + 3 * rank / cells.len()] = 1.0;
    }
    features
}

fn mean_score(problem: &Problem, is_generated: &[bool], group: &[Cell]) -> f64 {
    // Whole numbers are summed, so that the order of cells does not matter.
    let (mut edges, mut diagonals) = (0, 0);
    for &cell in group {
        let counts = literal::generated_neighbours(problem.grid(), is_generated, cell);
        edges += counts.0;
        diagonals += counts.1;
    }
    (f64::from(edges) + f64::from(diagonals) / 2f64.sqrt()) / group.len() as f64
}

/// The share of the group that the walk did not accept: what comes after the
/// first cell that is far or repelled.
fn fill_share(
    problem: &Problem,
    thresholds: Thresholds,
    is_generated: &[bool],
    group: &[Cell],
) -> f64 {
    let grid = problem.grid();
    let is_accepted = |index: usize| {
        let cell = group[index];
        literal::score(grid, is_generated, cell) >= thresholds.proximity
            && !group[..index]
                .iter()
                .any(|&other| literal::repels(grid, thresholds.repulsion, cell, other))
    };
    let accepted = (0..group.len()).take_while(|&index| is_accepted(index));
    1.0 - accepted.count() as f64 / group.len() as f64
}
