//! Information curves: on a field that knows the truth, and against sums written down.

use std::collections::BTreeMap;

use orders_analysis::discrete::{FieldDecoder, PottsField, PottsParams};
use orders_analysis::information::{CurveSums, InformationCurve, OptimalSizes, SizesParams};
use orders_core::decoding::{DecodeError, score_prefixes};
use orders_core::methods::{Halton, Random};
use orders_core::{Cell, Grid, GroupSizes, Order, OrderRng, OrderingMethod, Problem};

fn field() -> PottsField {
    let params = PottsParams::new(3, 0.9).unwrap().with_bias(0.4).unwrap();
    PottsField::new(Grid::new(3, 4).unwrap(), params).unwrap()
}

fn images(field: &PottsField, count: u64) -> Vec<Vec<u32>> {
    let free = vec![None; field.grid().cells()];
    let image = |index| field.sample(&free, &mut OrderRng::new(3, index)).unwrap();
    (0..count).map(image).collect()
}

fn one_by_one(grid: Grid) -> Problem {
    Problem::new(grid, GroupSizes::new(vec![1; grid.cells()]).unwrap()).unwrap()
}

fn curve_of(field: &PottsField, orders: &[Order], images: &[Vec<u32>]) -> InformationCurve {
    let mut sums = CurveSums::new(field.grid());
    for (orders, images) in orders.chunks(4).zip(images.chunks(4)) {
        let token = |sample: usize, cell: Cell| images[sample][cell as usize];
        let mut decoder = FieldDecoder::new(field, images.len());
        score_prefixes(&mut decoder, orders, &token, &mut |row| {
            sums.add(&orders[row.sample], row);
        })
        .unwrap();
    }
    sums.mean(BTreeMap::new()).unwrap()
}

/// What cells of an image have, in nats, given others.
fn nats(field: &PottsField, image: &[u32], given: &[Cell], cell: Cell) -> f64 {
    let mut settled = vec![None; image.len()];
    for &other in given {
        settled[other as usize] = Some(image[other as usize]);
    }
    let without = field.log_probability_of(&settled).unwrap();
    settled[cell as usize] = Some(image[cell as usize]);
    without - field.log_probability_of(&settled).unwrap()
}

/// Every mean is that of the field's own conditional probabilities, every cost of a cut
/// what those lose, and a curve comes back from its file as it was.
#[test]
fn curves_are_means_of_conditional_probabilities() {
    let field = field();
    let (grid, images) = (field.grid(), images(&field, 6));
    let problem = one_by_one(grid);
    let order = |index| Random::default().order(&problem, 5, index).unwrap();
    let orders: Vec<Order> = (0..6).map(order).collect();
    let curve = curve_of(&field, &orders, &images);
    assert_eq!((curve.images(), curve.grid()), (6, grid));
    let cells = grid.cells();
    let slow = |settled: usize, rank: usize| -> f64 {
        let of_images = orders.iter().zip(&images).map(|(order, image)| {
            let ranks = order.cell_from_rank();
            nats(&field, image, &ranks[..settled], ranks[rank])
        });
        of_images.sum::<f64>() / 6.0
    };
    for settled in 0..cells {
        let mean = (settled..cells)
            .map(|rank| slow(settled, rank))
            .sum::<f64>();
        let mean = mean / (cells - settled) as f64;
        assert!((curve.mean_nats(settled) - mean).abs() < 1e-6);
        for rank in settled..cells {
            let found = curve.nats(settled)[rank - settled];
            assert!(
                (found - slow(settled, rank)).abs() < 1e-6,
                "{settled} {rank}"
            );
        }
    }
    let costs = curve.cut_costs();
    for sizes in [vec![12], vec![1, 11], vec![2, 3, 7], vec![1; 12]] {
        let sizes = GroupSizes::new(sizes).unwrap();
        let mut start = 0;
        let mut lost = 0.0;
        for &size in sizes.as_slice() {
            let group = start..start + size as usize;
            lost += group
                .clone()
                .map(|rank| slow(start, rank) - slow(rank, rank))
                .sum::<f64>();
            start = group.end;
        }
        assert!((costs.total(&sizes) - lost).abs() < 1e-5);
    }
    let joint = images
        .iter()
        .map(|image| -field.log_probability(image).unwrap())
        .sum::<f64>();
    assert!((curve.one_by_one() - joint / 6.0).abs() < 1e-5);

    let json = serde_json::to_string(&curve).unwrap();
    assert_eq!(
        serde_json::from_str::<InformationCurve>(&json).unwrap(),
        curve
    );
    let refused = [
        (r#""images":6"#, r#""images":0"#, "no images"),
        ("information-curve 1", "curve", "format"),
        ("3x4", "4x4", "12 rows of 16 cells"),
    ];
    for (part, other, message) in refused {
        let error = serde_json::from_str::<InformationCurve>(&json.replace(part, other));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

/// The pairs of the order that a curve is of: of a group of two the loss is that of the
/// curve itself, if no other pair lies as they do in as full a grid.
#[test]
fn pairs_lose_what_they_have_in_common() {
    let grid = Grid::new(1, 2).unwrap();
    let params = PottsParams::new(2, 0.8).unwrap();
    let field = PottsField::new(grid, params).unwrap();
    let images = images(&field, 5);
    let order = Halton::default().order(&one_by_one(grid), 0, 0).unwrap();
    let curve = curve_of(&field, &vec![order.clone(); 5], &images);
    let both = GroupSizes::new([2]).unwrap();
    let problem = Problem::new(grid, both.clone()).unwrap();
    let together = Order::new(problem, order.cell_from_rank().to_vec()).unwrap();
    let losses = curve
        .pair_losses(together.problem(), together.cell_from_rank())
        .unwrap();
    assert_eq!(losses.len(), 1);
    assert!((losses[0] - curve.cut_costs().total(&both)).abs() < 1e-9);
    assert!(
        curve
            .pair_losses(order.problem(), order.cell_from_rank())
            .unwrap()
            .iter()
            .all(|&loss| loss == 0.0)
    );
    let other = Halton::default()
        .order(&one_by_one(Grid::new(2, 2).unwrap()), 0, 0)
        .unwrap();
    curve
        .pair_losses(other.problem(), other.cell_from_rank())
        .unwrap_err();
    curve.pair_losses(order.problem(), &[0, 0]).unwrap_err();
}

/// On a field, what pairs predict of other orders is near what these lose: farthest points
/// little, neighbours much.
#[test]
fn pairs_of_random_orders_tell_orders_apart() {
    let field = field();
    let grid = field.grid();
    let images = images(&field, 400);
    let problem = one_by_one(grid);
    let order = |index| Random::default().order(&problem, 1, index).unwrap();
    let orders: Vec<Order> = (0..400).map(order).collect();
    let curve = curve_of(&field, &orders, &images);
    let apart: [Cell; 12] = [0, 7, 9, 2, 5, 10, 3, 8, 1, 4, 6, 11];
    let beside: [Cell; 12] = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 10, 11];
    let predicted = |cells: [Cell; 12]| -> f64 {
        let problem = Problem::new(grid, GroupSizes::new([4, 4, 4]).unwrap()).unwrap();
        let order = Order::new(problem, cells.to_vec()).unwrap();
        curve
            .pair_losses(order.problem(), order.cell_from_rank())
            .unwrap()
            .iter()
            .sum()
    };
    let true_loss = |cells: [Cell; 12]| -> f64 {
        // The mean over images of the total correlation given what they settled.
        let of_image = |image: &Vec<u32>| -> f64 {
            let mut settled = vec![None; 12];
            cells
                .chunks(4)
                .map(|group| {
                    let lost = field.total_correlation(&settled, group).unwrap();
                    for &cell in group {
                        settled[cell as usize] = Some(image[cell as usize]);
                    }
                    lost
                })
                .sum()
        };
        images.iter().map(of_image).sum::<f64>() / 400.0
    };
    for cells in [apart, beside] {
        let (predicted, lost) = (predicted(cells), true_loss(cells));
        assert!(
            (0.5..2.0).contains(&(predicted / lost)),
            "{predicted} {lost}"
        );
    }
    assert!(predicted(beside) > 2.0 * predicted(apart));
    // The best sizes of a curve cost no more than any.
    let optimal = OptimalSizes::new(&curve.cut_costs(), 3, SizesParams::default()).unwrap();
    let (_, cost) = optimal.for_steps(3).unwrap();
    assert!(
        cost <= curve
            .cut_costs()
            .total(&GroupSizes::new([4, 4, 4]).unwrap())
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let field = field();
    let order = Halton::default()
        .order(&one_by_one(field.grid()), 0, 0)
        .unwrap();
    let refuse = |orders: &[Order], token: u32| {
        let mut decoder = FieldDecoder::new(&field, 1);
        score_prefixes(&mut decoder, orders, &|_, _| token, &mut |_| {}).unwrap_err()
    };
    assert!(matches!(
        refuse(&[order.clone(), order.clone()], 0),
        DecodeError::Count {
            found: 2,
            samples: 1,
            ..
        }
    ));
    assert!(matches!(
        refuse(&[order], 3),
        DecodeError::Token {
            token: 3,
            vocabulary: 3,
            ..
        }
    ));
    let other = Halton::default()
        .order(&one_by_one(Grid::new(2, 2).unwrap()), 0, 0)
        .unwrap();
    assert!(matches!(refuse(&[other], 0), DecodeError::Grid { .. }));
    CurveSums::new(field.grid())
        .mean(BTreeMap::new())
        .unwrap_err();
}

/// Of random orders, costs of the means over all cells are near those of the cells, and
/// exactly what they are defined as.
#[test]
fn costs_of_random_orders_are_means_over_the_cells_that_are_left() {
    let field = field();
    let images = images(&field, 60);
    let problem = one_by_one(field.grid());
    let order = |index| Random::default().order(&problem, 2, index).unwrap();
    let orders: Vec<Order> = (0..60).map(order).collect();
    let curve = curve_of(&field, &orders, &images);
    let (of_cells, pooled) = (curve.cut_costs(), curve.cut_costs_of_random_orders());
    let told = |rank: usize| -> f64 {
        let left = (rank + 1..12)
            .map(|other| curve.nats(rank)[other - rank] - curve.nats(rank + 1)[other - rank - 1]);
        left.sum::<f64>() / (11 - rank) as f64
    };
    for (start, end) in [(0, 1), (0, 3), (2, 7), (0, 12), (10, 12)] {
        let slow: f64 = (start..end).flat_map(|rank| (start..rank).map(told)).sum();
        assert!((pooled.cost(start, end) - slow).abs() < 1e-9);
    }
    let sizes = GroupSizes::new([2, 4, 6]).unwrap();
    let ratio = pooled.total(&sizes) / of_cells.total(&sizes);
    assert!((0.7..1.4).contains(&ratio), "{ratio}");
}
