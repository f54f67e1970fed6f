//! Orders of videos: scores by hand, what the distance of frames does, and
//! first orders pinned.

use orders_core::topology::{GraphLocalityAware, Topology};
use orders_core::{Catalogue, Cell, Grid, GroupSizes, Order, OrderingMethod, Parameters, Problem};

fn video(frame_distance: f64) -> (Topology, Grid) {
    let grid = Grid::video(3, 3, 3).unwrap();
    (Topology::lattice(grid, frame_distance).unwrap(), grid)
}

/// The cell in the middle has 26 neighbours: 8 in its frame, 9 in each of the
/// others.
#[test]
fn weights_by_hand() {
    for (frame_distance, straight, edge, corner) in [
        (1.0, 1.0, 0.5f64.sqrt(), (1.0 / 3.0f64).sqrt()),
        // Squared lengths 4, 5 and 6.
        (2.0, 0.5, 0.2f64.sqrt(), (1.0 / 6.0f64).sqrt()),
        // 1/4, 5/4, 9/4.
        (0.5, 2.0, 0.8f64.sqrt(), 2.0 / 3.0),
    ] {
        let (topology, grid) = video(frame_distance);
        let middle = grid.cell_in_frame(1, 1, 1);
        let weights: Vec<f64> = topology
            .neighbours(middle)
            .map(|(_, weight)| weight)
            .collect();
        let other_frame = [
            corner, edge, corner, edge, straight, edge, corner, edge, corner,
        ];
        let diagonal = 0.5f64.sqrt();
        let own_frame = [diagonal, 1.0, diagonal, 1.0, 1.0, diagonal, 1.0, diagonal];
        let expected = [&other_frame[..], &own_frame, &other_frame].concat();
        assert_eq!(weights.len(), expected.len());
        for (weight, expected) in weights.iter().zip(&expected) {
            // 9/4 is whole nowhere: its root is rounded once more.
            assert!((weight - expected).abs() < 1e-9, "{weight} {expected}");
        }
    }
}

/// Which cells are near next to a first cell in the middle, at tau 1.
#[test]
fn the_distance_of_frames_decides_which_cells_are_near() {
    let grid = Grid::video(3, 3, 3).unwrap();
    let sizes = GroupSizes::new([1, 1, 25]).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    for (frame_distance, others_are_second) in [(2.0, false), (1.0, true), (0.5, true)] {
        let topology = Topology::lattice(grid, frame_distance).unwrap();
        let method = GraphLocalityAware::new(topology.clone(), 1.0, 0.0).unwrap();
        let mut is_in_other_frame = false;
        for index in 0..200 {
            let order = method.order(&problem, 0, index).unwrap();
            let [first, second] = *order.cell_from_rank().first_chunk().unwrap();
            // Always a neighbour of the highest weight.
            let weight = |(_, weight): (Cell, f64)| weight;
            let best = topology.neighbours(first).map(weight).fold(0.0, f64::max);
            assert!(
                topology
                    .neighbours(first)
                    .any(|edge| edge == (second, best))
            );
            is_in_other_frame |= grid.frame_from_cell(first) != grid.frame_from_cell(second);
        }
        assert_eq!(is_in_other_frame, others_are_second, "{frame_distance}");
    }
}

/// The frame distance counts in repulsion: at rho 2, frames 2 cells apart repel
/// each other and frames 3 cells apart do not.
#[test]
fn the_distance_of_frames_decides_which_cells_repel() {
    for (frame_distance, repels) in [(0.5, true), (2.0, true), (3.0, false)] {
        let (topology, _) = video(frame_distance);
        assert_eq!(topology.repels(4, 9 + 4, 2.0), repels);
        assert!(topology.repels(0, 8, 2.0));
    }
    // 3 * 0.1 is not 0.3 in floating point numbers; the distance is.
    let grid = Grid::video(4, 1, 2).unwrap();
    let topology = Topology::lattice(grid, 0.1).unwrap();
    assert!(topology.repels(0, 6, 0.3));
    assert!(!topology.repels(0, 6, 0.29));
}

/// Very far apart, frames have nothing to do with each other: the farthest
/// points of a first group of one cell a frame are one in each frame.
#[test]
fn frames_far_apart_are_apart() {
    let grid = Grid::video(6, 3, 3).unwrap();
    let sizes = GroupSizes::new([6, 48]).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    let far = Topology::lattice(grid, Topology::LARGEST_FRAME_DISTANCE).unwrap();
    for index in 0..20 {
        let method = GraphLocalityAware::farthest_points(far.clone());
        let order = method.order(&problem, 0, index).unwrap();
        let group = order.groups().next().unwrap();
        let mut frames: Vec<u32> = group.iter().map(|&c| grid.frame_from_cell(c)).collect();
        frames.sort_unstable();
        assert_eq!(frames, [0, 1, 2, 3, 4, 5]);
    }
}

fn by_name(name: &str, parameters: &Parameters) -> Order {
    let grid = Grid::video(3, 4, 5).unwrap();
    let sizes = GroupSizes::new([1, 4, 10, 18, 27]).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    let method = Catalogue::standard()
        .method(name, grid, parameters)
        .unwrap();
    method.order(&problem, 0, 0).unwrap()
}

/// The steps of the cells, frame beside frame.
fn picture(order: &Order) -> String {
    let grid = order.grid();
    let steps = order.step_from_cell();
    let mut text = String::new();
    for row in 0..grid.height() {
        for frame in 0..grid.frames() {
            text.push_str(if frame > 0 { " | " } else { "" });
            for column in 0..grid.width() {
                let step = steps[grid.cell_in_frame(frame, row, column) as usize];
                text.push_str(&step.map_or(".".into(), |step| (step + 1).to_string()));
            }
        }
        text.push('\n');
    }
    text
}

#[test]
fn a_small_video_is_pinned() {
    let order = by_name("lpd", &Parameters::from([("repulsion".into(), 1.0.into())]));
    let expected = "\
35453 | 54345 | 35453
54245 | 54145 | 54245
55545 | 43434 | 55555
54343 | 25552 | 54345
";
    assert_eq!(picture(&order), expected);
}

#[test]
fn first_orders_are_pinned() {
    let far = Parameters::from([("frame-distance".into(), 1.5.into())]);
    let first = |name: &str, parameters: &Parameters| -> [Cell; 15] {
        *by_name(name, parameters)
            .cell_from_rank()
            .first_chunk()
            .unwrap()
    };
    let actual = [
        first("lpd", &Parameters::new()),
        first("lpd", &far),
        first("proximity", &far),
        first("farthest", &far),
    ];
    let expected = [
        [27, 7, 47, 39, 35, 33, 31, 22, 4, 0, 44, 40, 57, 17, 19],
        [27, 26, 28, 15, 57, 32, 52, 22, 7, 42, 10, 30, 29, 19, 59],
        [27, 26, 32, 22, 28, 47, 7, 23, 21, 33, 31, 8, 6, 12, 2],
        [27, 45, 19, 44, 15, 34, 0, 55, 42, 16, 3, 58, 26, 18, 40],
    ];
    assert_eq!(actual, expected);
}
