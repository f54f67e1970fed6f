//! LPD written straight from its rules, slowly, with plain vectors: what the
//! fast implementation is held against.

use std::f64::consts::FRAC_1_SQRT_2;

use orders_core::{Cell, Grid, OrderRng, Problem, TieKeys};

/// LPD's two thresholds.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    pub proximity: f64,
    pub repulsion: f64,
}

/// The parts of the method that can be replaced.
pub struct Parts {
    /// The score of a cell, given which cells are generated.
    pub score: Box<Score>,
    /// Whether a cell of some score is near.
    pub is_near: Box<dyn Fn(f64) -> bool>,
    /// Whether two cells may not be accepted in the same walk.
    pub repels: Box<dyn Fn(Cell, Cell) -> bool>,
    /// Fills a short group up to a size from a list, given the keys of cells.
    pub fill: Fill,
}

type Score = dyn Fn(&[bool], Cell) -> f64;
type Fill = fn(Grid, &mut Vec<Cell>, usize, Vec<Cell>, &dyn Fn(Cell) -> u64);

impl Parts {
    /// Those of LPD.
    pub fn new(grid: Grid, thresholds: Thresholds) -> Self {
        Self {
            score: Box::new(move |is_generated, cell| score(grid, is_generated, cell)),
            is_near: Box::new(move |score| score >= thresholds.proximity),
            repels: Box::new(move |a, b| repels(grid, thresholds.repulsion, a, b)),
            fill: farthest_points,
        }
    }
}

/// The order number `index` under `seed`, with the random decisions drawn as
/// the fast implementation draws them.
pub fn order(problem: &Problem, thresholds: Thresholds, seed: u64, index: u64) -> Vec<Cell> {
    let parts = Parts::new(problem.grid(), thresholds);
    order_of_parts(problem, &parts, seed, index)
}

/// The same with other parts.
pub fn order_of_parts(problem: &Problem, parts: &Parts, seed: u64, index: u64) -> Vec<Cell> {
    let mut rng = OrderRng::new(seed, index);
    steps(problem, parts, || {
        let keys = TieKeys::new(&mut rng);
        move |cell| keys.key(cell)
    })
}

/// An order with ties broken by keys, smallest first: `new_keys` gives those
/// of the next step.
pub fn order_with_keys<K: Fn(Cell) -> u64>(
    problem: &Problem,
    thresholds: Thresholds,
    new_keys: impl FnMut() -> K,
) -> Vec<Cell> {
    let parts = Parts::new(problem.grid(), thresholds);
    steps(problem, &parts, new_keys)
}

fn steps<K: Fn(Cell) -> u64>(
    problem: &Problem,
    parts: &Parts,
    mut new_keys: impl FnMut() -> K,
) -> Vec<Cell> {
    let grid = problem.grid();
    let mut context: Vec<Cell> = Vec::new();
    for &size in problem.group_sizes().as_slice() {
        let group = step(grid, parts, &context, size as usize, &new_keys());
        context.extend(group);
    }
    context
}

/// One step: the cells that come after `context`.
fn step(
    grid: Grid,
    parts: &Parts,
    context: &[Cell],
    size: usize,
    key: &dyn Fn(Cell) -> u64,
) -> Vec<Cell> {
    let mut is_generated = vec![false; grid.cells()];
    for &cell in context {
        is_generated[cell as usize] = true;
    }
    let mut free: Vec<(Cell, f64)> = (0..grid.cells() as Cell)
        .filter(|&cell| !is_generated[cell as usize])
        .map(|cell| (cell, (parts.score)(&is_generated, cell)))
        .collect();
    free.sort_by(|a, b| b.1.total_cmp(&a.1).then(key(a.0).cmp(&key(b.0))));
    let (near, far): (Vec<_>, Vec<_>) = free
        .into_iter()
        .partition(|&(_, score)| (parts.is_near)(score));
    let cells = |scored: Vec<(Cell, f64)>| scored.into_iter().map(|(cell, _)| cell);

    let mut group = Vec::new();
    let mut repelled = Vec::new();
    let mut rest = Vec::new();
    for cell in cells(near) {
        if group.len() == size {
            rest.push(cell);
        } else if group.iter().any(|&other| (parts.repels)(cell, other)) {
            repelled.push(cell);
        } else {
            group.push(cell);
        }
    }

    let list: Vec<Cell> = cells(far).chain(repelled).chain(rest).collect();
    if group.len() < size {
        (parts.fill)(grid, &mut group, size, list, key);
    }
    group
}

/// The sum of 1 / distance over the generated cells among the 8 neighbours.
/// Edge and diagonal neighbours are counted first, so that sums of the same
/// terms are the same number.
pub fn score(grid: Grid, is_generated: &[bool], cell: Cell) -> f64 {
    let (edges, diagonals) = generated_neighbours(grid, is_generated, cell);
    f64::from(edges) + f64::from(diagonals) * FRAC_1_SQRT_2
}

/// The generated edge neighbours and diagonal neighbours.
pub fn generated_neighbours(grid: Grid, is_generated: &[bool], cell: Cell) -> (u32, u32) {
    let (row, column) = position(grid, cell);
    let (mut edges, mut diagonals) = (0, 0);
    for near_row in (row - 1).max(0)..=(row + 1).min(i64::from(grid.height()) - 1) {
        for near_column in (column - 1).max(0)..=(column + 1).min(i64::from(grid.width()) - 1) {
            let neighbour = near_row * i64::from(grid.width()) + near_column;
            if !is_generated[neighbour as usize] || neighbour == i64::from(cell) {
                continue;
            }
            if near_row == row || near_column == column {
                edges += 1;
            } else {
                diagonals += 1;
            }
        }
    }
    (edges, diagonals)
}

/// Whether two cells may not be accepted in the same walk.
pub fn repels(grid: Grid, repulsion_threshold: f64, a: Cell, b: Cell) -> bool {
    let ((a_row, a_column), (b_row, b_column)) = (position(grid, a), position(grid, b));
    (a_row - b_row).abs() as f64 <= repulsion_threshold
        && (a_column - b_column).abs() as f64 <= repulsion_threshold
}

/// Fills a short group by farthest-point sampling from a list.
fn farthest_points(
    grid: Grid,
    group: &mut Vec<Cell>,
    size: usize,
    mut list: Vec<Cell>,
    key: &dyn Fn(Cell) -> u64,
) {
    if list.len() <= size - group.len() {
        group.extend(list);
        return;
    }
    let mut nearest = vec![f64::INFINITY; grid.cells()];
    let mut seen = 0;
    while group.len() < size {
        for &cell in &group[seen..] {
            for &candidate in &list {
                let nearest = &mut nearest[candidate as usize];
                *nearest = nearest.min(distance(grid, cell, candidate));
            }
        }
        seen = group.len();
        let pick = if group.is_empty() {
            // Uniform at random: the one with the smallest key.
            (0..list.len()).min_by_key(|&i| key(list[i]))
        } else {
            // The first of the farthest. (`max_by` would give the last.)
            let distance = |i: usize| nearest[list[i] as usize];
            (0..list.len()).reduce(|a, b| if distance(b) > distance(a) { b } else { a })
        };
        group.push(list.remove(pick.expect("the list is longer than what is missing")));
    }
}

fn distance(grid: Grid, a: Cell, b: Cell) -> f64 {
    let ((a_row, a_column), (b_row, b_column)) = (position(grid, a), position(grid, b));
    (((a_row - b_row).pow(2) + (a_column - b_column).pow(2)) as f64).sqrt()
}

/// The row and the column of a cell.
pub fn position(grid: Grid, cell: Cell) -> (i64, i64) {
    let width = i64::from(grid.width());
    (i64::from(cell) / width, i64::from(cell) % width)
}
