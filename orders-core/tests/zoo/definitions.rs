//! Orders with steps or shapes of their own, against their definitions.

use std::collections::BTreeMap;

use orders_core::methods::{
    Bayer, BinarySearch, Diagonal, Dus, Hierarchical, Hilbert, Morton, Random, RegionParallel,
    RowParallel, Snake, Spiral, SpiralCorner, SpiralDirection, Subsample,
};
use orders_core::{Cell, Grid, GroupSizes, KnownCells, OrderingMethod, Problem, generate_batch};

/// Every grid of up to 13 x 13 cells and some more, and some videos.
fn grids() -> impl Iterator<Item = Grid> {
    let small = (1..=13).flat_map(|height| (1..=13).map(move |width| (1, height, width)));
    let others = [
        (1, 1, 64),
        (1, 37, 2),
        (1, 16, 16),
        (1, 17, 33),
        (1, 24, 40),
    ];
    let videos = [
        (2, 1, 1),
        (9, 1, 1),
        (3, 4, 5),
        (4, 4, 4),
        (5, 3, 1),
        (7, 6, 9),
    ];
    let all = small.chain(others).chain(videos);
    all.map(|(frames, height, width)| Grid::video(frames, height, width).unwrap())
}

fn images() -> impl Iterator<Item = Grid> {
    grids().filter(|grid| grid.frames() == 1)
}

fn cells(method: &dyn OrderingMethod, grid: Grid) -> Vec<Cell> {
    let sizes = GroupSizes::new([grid.cells() as u32]).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    method.order(&problem, 0, 0).unwrap().into_cells()
}

/// The groups of a method in its own sizes.
fn groups(method: &dyn OrderingMethod, grid: Grid) -> Vec<Vec<Cell>> {
    let sizes = method.own_group_sizes(&KnownCells::none(grid)).unwrap();
    let problem = Problem::new(grid, sizes.expect("own sizes")).unwrap();
    let order = method.order(&problem, 0, 0).unwrap();
    order.groups().map(<[Cell]>::to_vec).collect()
}

/// Groups by definition: cells that go to the same step, in raster order.
fn by_step<K: Ord>(grid: Grid, step: impl Fn(u32, u32, u32) -> K) -> Vec<Vec<Cell>> {
    let mut groups: BTreeMap<K, Vec<Cell>> = BTreeMap::new();
    for frame in 0..grid.frames() {
        for row in 0..grid.height() {
            for column in 0..grid.width() {
                let cell = grid.cell_in_frame(frame, row, column);
                groups
                    .entry(step(frame, row, column))
                    .or_default()
                    .push(cell);
            }
        }
    }
    groups.into_values().collect()
}

/// Whether two cells differ by 1 in one of frame, row and column.
fn are_neighbours(grid: Grid, a: Cell, b: Cell) -> bool {
    grid.squared_distance(a, b) == 1
}

#[test]
fn snake_and_hilbert_go_from_neighbour_to_neighbour() {
    for grid in grids() {
        for method in [&Snake as &dyn OrderingMethod, &Hilbert] {
            let cells = cells(method, grid);
            assert_eq!(cells[0], 0);
            let mut pairs = cells.windows(2);
            assert!(
                pairs.all(|pair| are_neighbours(grid, pair[0], pair[1])),
                "{grid}"
            );
        }
    }
}

/// On a square of a power of two, each quarter, sixteenth, ... is left only
/// when it is done.
#[test]
fn hilbert_and_morton_finish_squares() {
    let grid = Grid::new(32, 32).unwrap();
    for method in [&Hilbert as &dyn OrderingMethod, &Morton] {
        let cells = cells(method, grid);
        for side in [2, 4, 8, 16] {
            for square in cells.chunks_exact((side * side) as usize) {
                let place = |cell: Cell| {
                    let (row, column) = grid.position_from_cell(cell);
                    (row / side, column / side)
                };
                assert!(square.iter().all(|&cell| place(cell) == place(square[0])));
            }
        }
    }
}

/// Compares two cells by the highest bit in which they differ; of frame, row
/// and column, the first that has it decides.
#[test]
fn morton_sorts_by_the_highest_different_bit() {
    for grid in grids() {
        let place = |cell: Cell| {
            let (row, column) = grid.position_from_cell(cell);
            [grid.frame_from_cell(cell), row, column]
        };
        for pair in cells(&Morton, grid).windows(2) {
            let (a, b) = (place(pair[0]), place(pair[1]));
            let highest = (0..3)
                .rev()
                .max_by_key(|&i| (a[i] ^ b[i]).checked_ilog2())
                .unwrap();
            assert!(a[highest] < b[highest], "{grid}: {a:?} {b:?}");
        }
    }
}

/// Even places before odd ones, row before column; each part by its halved
/// places in the same way, as VQGAN's program reshapes its indices.
#[test]
fn subsample_orders_parts_alike() {
    fn ordered(places: &[[u32; 3]], cells: &[Cell], out: &mut Vec<Cell>) {
        if let [cell] = cells {
            out.push(*cell);
            return;
        }
        for part in (0..8).map(|bits| [bits >> 2, bits >> 1 & 1, bits & 1]) {
            let pairs = places.iter().zip(cells);
            let of_part = pairs.filter(|(place, _)| place.map(|side| side % 2) == part);
            let (places, cells): (Vec<[u32; 3]>, Vec<Cell>) = of_part
                .map(|(place, cell)| (place.map(|side| side / 2), cell))
                .unzip();
            if !cells.is_empty() {
                ordered(&places, &cells, out);
            }
        }
    }
    for grid in grids() {
        let all: Vec<Cell> = (0..grid.cells() as Cell).collect();
        let place = |&cell: &Cell| {
            let (row, column) = grid.position_from_cell(cell);
            [grid.frame_from_cell(cell), row, column]
        };
        let places: Vec<[u32; 3]> = all.iter().map(place).collect();
        let mut expected = Vec::new();
        ordered(&places, &all, &mut expected);
        assert_eq!(cells(&Subsample, grid), expected, "{grid}");
    }
}

/// The middle of each list of cells that is left; then the lists on its sides.
#[test]
fn binary_search_takes_middles() {
    for grid in grids() {
        let all: Vec<Cell> = (0..grid.cells() as Cell).collect();
        let (mut lists, mut expected) = (vec![&all[..]], Vec::new());
        while !lists.is_empty() {
            let middles = lists.iter().map(|list| list[(list.len() - 1) / 2]);
            expected.push(middles.collect::<Vec<Cell>>());
            lists = lists
                .iter()
                .flat_map(|list| {
                    let middle = (list.len() - 1) / 2;
                    [&list[..middle], &list[middle + 1..]]
                })
                .filter(|list| !list.is_empty())
                .collect();
        }
        assert_eq!(expected.len() as u32, all.len().ilog2() + 1);
        assert_eq!(groups(&BinarySearch, grid), expected, "{grid}");
    }
}

/// The levels of a block, in the words of the definition.
fn dus_levels(block: u32, base: u32) -> Vec<Vec<u32>> {
    let mut left: Vec<u32> = (0..block).collect();
    let mut levels: Vec<Vec<u32>> = Vec::new();
    let mut stride = block / base;
    while stride > 0 {
        let (level, others) = left.into_iter().partition(|place| place % stride == 0);
        levels.push(level);
        left = others;
        stride /= base;
    }
    if !left.is_empty() {
        levels.push(left);
    }
    if let [.., before, last] = &mut levels[..]
        && last.len() < before.len()
    {
        before.append(last);
        before.sort_unstable();
    }
    levels.retain(|level| !level.is_empty());
    levels
}

#[test]
fn dus_reveals_blocks_by_strides() {
    let lengths: Vec<usize> = dus_levels(32, 2).iter().map(Vec::len).collect();
    assert_eq!(lengths, [2, 2, 4, 8, 16]);
    for grid in grids() {
        let count = grid.cells() as Cell;
        for (block, base) in [
            (32, 2),
            (16, 4),
            (7, 2),
            (12, 3),
            (1, 2),
            (100, 2),
            (5, 9),
            (27, 5),
        ] {
            let levels = dus_levels(block, base);
            let expected: Vec<Vec<Cell>> = (0..count.div_ceil(block))
                .flat_map(|number| levels.iter().map(move |level| (number * block, level)))
                .map(|(start, level)| level.iter().map(|place| start + place).collect())
                .map(|group: Vec<Cell>| group.into_iter().filter(|&cell| cell < count).collect())
                .filter(|group: &Vec<Cell>| !group.is_empty())
                .collect();
            let method = Dus::new(block, base).unwrap();
            assert_eq!(groups(&method, grid), expected, "{grid} {block} {base}");
        }
    }
    assert!(Dus::new(0, 2).is_err());
    assert!(Dus::new((1 << 24) + 1, 2).is_err());
    assert!(Dus::new(32, 1).is_err());
}

/// A walker that turns right at the edge and at cells where it was.
#[test]
fn spiral_turns_right() {
    for grid in images() {
        let expected = walk(grid, (0, 0), (0, 1), |(down, right)| (right, -down));
        check_spiral(SpiralCorner::UpperLeft, grid, expected);
    }
}

/// VQGAN's program: one that turns left, from the lower right corner, upwards.
#[test]
fn released_spiral_turns_left() {
    for grid in images() {
        let corner = (i64::from(grid.height()) - 1, i64::from(grid.width()) - 1);
        let expected = walk(grid, corner, (-1, 0), |(down, right)| (-right, down));
        check_spiral(SpiralCorner::LowerRight, grid, expected);
    }
}

/// The cells of a walk that goes straight on, and where it can't, turns first.
fn walk(
    grid: Grid,
    start: (i64, i64),
    mut step: (i64, i64),
    turned: impl Fn((i64, i64)) -> (i64, i64),
) -> Vec<Cell> {
    let (height, width) = (i64::from(grid.height()), i64::from(grid.width()));
    let cell = |(row, column): (i64, i64)| (row * width + column) as Cell;
    let mut place = start;
    let mut cells = vec![cell(start)];
    while cells.len() < grid.cells() {
        let can_go = |(down, right): (i64, i64)| {
            let (row, column) = (place.0 + down, place.1 + right);
            let is_on_grid = (0..height).contains(&row) && (0..width).contains(&column);
            is_on_grid && !cells.contains(&cell((row, column)))
        };
        if !can_go(step) {
            step = turned(step);
        }
        assert!(can_go(step), "{grid}");
        place = (place.0 + step.0, place.1 + step.1);
        cells.push(cell(place));
    }
    cells
}

fn check_spiral(corner: SpiralCorner, grid: Grid, mut expected: Vec<Cell>) {
    let inwards = Spiral::new(SpiralDirection::In).at(corner);
    assert_eq!(cells(&inwards, grid), expected, "{grid}");
    expected.reverse();
    let outwards = Spiral::new(SpiralDirection::Out).at(corner);
    assert_eq!(cells(&outwards, grid), expected, "{grid}");
}

#[test]
fn diagonals() {
    for grid in grids() {
        let expected = by_step(grid, |frame, row, column| frame + row + column);
        let steps = grid.frames() + grid.height() + grid.width() - 2;
        assert_eq!(expected.len(), steps as usize);
        assert_eq!(groups(&Diagonal::default(), grid), expected, "{grid}");
    }
}

/// The diagonals of frames that are stacked, as DiagD has them; and with the
/// longest delay that leaves no step empty, frame after frame.
#[test]
fn delayed_diagonals() {
    for grid in grids() {
        let height = grid.height();
        let stacked = by_step(grid, |frame, row, column| frame * height + row + column);
        let diagd = Diagonal::delayed(height).unwrap();
        assert_eq!(groups(&diagd, grid), stacked, "{grid}");
        assert_eq!(groups(&RowParallel::new(1).unwrap(), grid), stacked);

        let frame_by_frame = by_step(grid, |frame, row, column| (frame, row + column));
        for delay in [height + grid.width() - 1, u32::MAX] {
            let delayed = Diagonal::delayed(delay).unwrap();
            assert_eq!(groups(&delayed, grid), frame_by_frame, "{grid}");
        }
    }
    assert!(Diagonal::delayed(0).is_err());
}

/// Row by row: a row starts when the one above has as many cells as the window,
/// and has one more cell in every step.
#[test]
fn row_parallel_waits_for_the_window() {
    for grid in grids() {
        let (rows, width) = (grid.frames() * grid.height(), grid.width());
        for window in [1, 2, 3, 7, width, width + 1, u32::MAX] {
            let mut lengths = vec![0; rows as usize];
            let mut expected = Vec::new();
            while lengths[rows as usize - 1] < width {
                let before = lengths.clone();
                let mut group = Vec::new();
                for row in 0..rows as usize {
                    let may_start = row == 0 || before[row - 1] >= window.min(width);
                    if may_start && before[row] < width {
                        group.push(row as u32 * width + before[row]);
                        lengths[row] += 1;
                    }
                }
                expected.push(group);
            }
            let steps = width + (rows - 1) * window.min(width);
            assert_eq!(expected.len(), steps as usize);
            let method = RowParallel::new(window).unwrap();
            assert_eq!(groups(&method, grid), expected, "{grid} {window}");
        }
    }
    assert!(RowParallel::new(0).is_err());
}

/// Region by region, from the cuts.
#[test]
fn region_parallel_takes_the_same_place_everywhere() {
    for grid in grids() {
        let most = grid.height().min(grid.width());
        for regions in 1..=most {
            let cut = |side: u32, part: u32| part * side / regions;
            let part = |side: u32, place: u32| {
                let parts = 0..regions;
                parts.rev().find(|&part| cut(side, part) <= place).unwrap()
            };
            let expected = by_step(grid, |frame, row, column| {
                let (a, b) = (part(grid.height(), row), part(grid.width(), column));
                let (row, column) = (row - cut(grid.height(), a), column - cut(grid.width(), b));
                let is_first = (frame, row, column) == (0, 0, 0);
                let turn = if is_first { a * regions + b } else { 0 };
                (frame, row, column, turn)
            });
            let places = grid.height().div_ceil(regions) * grid.width().div_ceil(regions);
            let steps = regions * regions - 1 + grid.frames() * places;
            assert_eq!(expected.len(), steps as usize);
            let method = RegionParallel::new(regions).unwrap();
            assert_eq!(groups(&method, grid), expected, "{grid} {regions}");
        }
        let method = RegionParallel::new(most + 1).unwrap();
        assert!(method.own_group_sizes(&KnownCells::none(grid)).is_err());
    }
}

/// PAR was published with 147 steps for 24 x 24 cells.
#[test]
fn region_parallel_has_the_published_steps() {
    let method = RegionParallel::new(2).unwrap();
    assert_eq!(groups(&method, Grid::new(24, 24).unwrap()).len(), 147);
}

#[test]
fn hierarchical_has_even_rows_and_columns_first() {
    for grid in grids() {
        let is_coarse = |&cell: &Cell| {
            let (row, column) = grid.position_from_cell(cell);
            row % 2 == 0 && column % 2 == 0
        };
        let cells = cells(&Hierarchical, grid);
        let coarse = cells.iter().filter(|&cell| is_coarse(cell)).count();
        assert!(cells[..coarse].iter().all(is_coarse), "{grid}");
    }
}

/// Each part of a hierarchical order is uniform: of the coarse cells of 3 x 3,
/// all 24 orders, and of the others each is first as often.
#[test]
fn hierarchical_parts_are_uniform() {
    let grid = Grid::new(3, 3).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([4, 5]).unwrap()).unwrap();
    let (mut coarse, mut first_fine) = (BTreeMap::new(), BTreeMap::new());
    for index in 0..24_000 {
        let cells = Hierarchical.order(&problem, 0, index).unwrap().into_cells();
        *coarse.entry(cells[..4].to_vec()).or_insert(0) += 1;
        *first_fine.entry(cells[4]).or_insert(0) += 1;
    }
    // 23 degrees of freedom: below 64 in all but about 1 of 100,000 seeds; 4:
    // below 31 in all but 1 of 300,000.
    let chi = |counts: Vec<u32>, expected: f64| -> f64 {
        let term = |count: u32| (f64::from(count) - expected).powi(2) / expected;
        counts.into_iter().map(term).sum()
    };
    assert_eq!((coarse.len(), first_fine.len()), (24, 5));
    assert!(chi(coarse.into_values().collect(), 1000.0) < 64.0);
    assert!(chi(first_fine.into_values().collect(), 4800.0) < 31.0);
}

#[test]
fn bayer_groups_have_no_neighbours() {
    for grid in grids() {
        let groups = groups(&Bayer, grid);
        let longest = grid.frames().max(grid.height()).max(grid.width());
        let levels = longest.next_power_of_two().ilog2() as usize;
        let a_level = if grid.frames() == 1 { 2 } else { 3 };
        assert!(groups.len() <= 1 + a_level * levels, "{grid}");
        for group in groups {
            let mut is_in_group = vec![false; grid.cells()];
            for &cell in &group {
                is_in_group[cell as usize] = true;
            }
            for &a in &group {
                let near = (0..grid.cells() as Cell).filter(|&b| are_neighbours(grid, a, b));
                assert!(!near.into_iter().any(|b| is_in_group[b as usize]), "{grid}");
            }
        }
    }
}

/// On a square of a power of two: the cells so far again, between themselves.
#[test]
fn bayer_doubles() {
    for side in [1, 2, 4, 8, 16, 32] {
        let grid = Grid::new(side, side).unwrap();
        let mut expected = vec![vec![0]];
        let mut so_far: Vec<(u32, u32)> = vec![(0, 0)];
        let mut half = side / 2;
        while half > 0 {
            for (rows, columns) in [(half, half), (0, half)] {
                let shifted: Vec<(u32, u32)> = so_far
                    .iter()
                    .map(|&(row, column)| (row ^ rows, column ^ columns))
                    .collect();
                let cell = |&(row, column): &(u32, u32)| grid.cell_from_position(row, column);
                expected.push(shifted.iter().map(cell).collect());
                so_far.extend(shifted);
            }
            half /= 2;
        }
        assert_eq!(groups(&Bayer, grid), expected, "{grid}");
    }
    // Bayer's matrix of 4 x 4.
    let ranks = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
    let grid = Grid::new(4, 4).unwrap();
    for (rank, cell) in cells(&Bayer, grid).into_iter().enumerate() {
        assert_eq!(ranks[cell as usize], rank);
    }
    let cube = Grid::video(4, 4, 4).unwrap();
    let sizes: Vec<usize> = groups(&Bayer, cube).iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 1, 2, 4, 8, 16, 32]);
}

/// Each batch has the order that its number has without batches.
#[test]
fn batches_share_a_random_order() {
    let problem = Problem::new(Grid::new(3, 4).unwrap(), GroupSizes::new([12]).unwrap()).unwrap();
    for batch in [1, 2, 7, u32::MAX] {
        let shared = Random::in_batches_of(batch).unwrap();
        let mut made = Vec::new();
        generate_batch(&shared, &problem, 30, 5, |cells| made.push(cells.to_vec())).unwrap();
        for (index, cells) in (0..).zip(&made) {
            let one = Random::default().order(&problem, 5, index / u64::from(batch));
            assert_eq!(one.unwrap().cell_from_rank(), cells, "{batch} {index}");
        }
    }
    assert!(Random::in_batches_of(0).is_err());
}
