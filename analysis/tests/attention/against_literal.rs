//! Any grid, any order, either indexing: the formula as it reads.

use ndarray::Array2;
use orders_analysis::attention::{
    AttentionLocality, AttentionParams, AttentionScope, TokenIndexing,
};
use orders_core::{Cell, Grid, GroupSizes, Order, OrderRng, Problem};
use proptest::prelude::*;

fn order(sides: [u32; 3], rng: &mut OrderRng) -> Order {
    let grid = Grid::video(sides[0], sides[1], sides[2]).unwrap();
    let mut cells: Vec<Cell> = (0..grid.cells() as Cell).collect();
    rng.shuffle(&mut cells);
    let mut left = cells.len() as u32;
    let mut sizes = Vec::new();
    while left > 0 {
        sizes.push(1 + rng.below(left.min(4)));
        left -= sizes[sizes.len() - 1];
    }
    let problem = Problem::new(grid, GroupSizes::new(sizes).unwrap()).unwrap();
    Order::new(problem, cells).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn locality_is_as_defined(
        frames in prop_oneof![3 => Just(1_u32), 1 => 2_u32..4],
        height in 1_u32..5,
        width in 1_u32..5,
        prefix_tokens in 0_usize..3,
        within in prop_oneof![Just(1.0), 0.0..4.0],
        scope in prop_oneof![
            Just(AttentionScope::Causal), Just(AttentionScope::Groups), Just(AttentionScope::All)
        ],
        by_rank: bool,
        seed: u64,
    ) {
        let mut rng = OrderRng::new(seed, 0);
        let order = order([frames, height, width], &mut rng);
        let grid = order.grid();
        let cells = grid.cells();
        let rank = order.rank_from_cell();
        let step = order.step_from_cell();
        let sees = |query: usize, key: usize| match scope {
            AttentionScope::Causal => rank[key] <= rank[query],
            AttentionScope::Groups => step[key] <= step[query],
            AttentionScope::All => true,
        };

        // By cell, with the prefix first; then in the order of the rows.
        let tokens = prefix_tokens + cells;
        let mut by_cell = Array2::<f64>::zeros((tokens, tokens));
        for i in 0..tokens {
            for j in 0..tokens {
                let visible = match (i.checked_sub(prefix_tokens), j.checked_sub(prefix_tokens)) {
                    (Some(query), Some(key)) => sees(query, key),
                    (_, None) => true,
                    (None, Some(_)) => false,
                };
                if visible {
                    by_cell[[i, j]] = f64::from(1 + rng.below(100));
                }
            }
            let sum = by_cell.row(i).sum();
            by_cell.row_mut(i).mapv_inplace(|weight| weight / sum);
        }
        let token = |i: usize| match i.checked_sub(prefix_tokens) {
            Some(place) if by_rank => prefix_tokens + order.cell_from_rank()[place] as usize,
            _ => i,
        };
        let map = Array2::from_shape_fn((tokens, tokens), |(i, j)| by_cell[[token(i), token(j)]]);

        let params = AttentionParams { within, prefix_tokens, scope, ..Default::default() };
        let indexing = if by_rank { TokenIndexing::Rank } else { TokenIndexing::Cell };
        let locality = AttentionLocality::new(&order, indexing, params).unwrap();
        let found = locality.measure_map(0, 0, map.view()).unwrap().locality;

        let place = |cell: usize| {
            let frame = cell / (height * width) as usize;
            let rest = cell % (height * width) as usize;
            [frame, rest / width as usize, rest % width as usize].map(|k| k as i64)
        };
        let squared = |a: usize, b: usize| -> i64 {
            let (a, b) = (place(a), place(b));
            (0..3).map(|k| (a[k] - b[k]).pow(2)).sum()
        };
        let weight = |i: usize, j: usize| by_cell[[prefix_tokens + i, prefix_tokens + j]];
        let mut expected = Vec::new();
        for s in 0..100 {
            let mut values = Vec::new();
            for i in 0..cells {
                let at: Vec<usize> = (0..cells).filter(|&j| sees(i, j) && squared(i, j) == s).collect();
                if !at.is_empty() {
                    values.push(at.iter().map(|&j| weight(i, j)).sum::<f64>() / at.len() as f64);
                }
            }
            if !values.is_empty() {
                expected.push((s as u64, values.iter().sum::<f64>() / values.len() as f64, values.len() as u64));
            }
        }
        prop_assert_eq!(found.by_distance.len(), expected.len());
        for (at, (s, attention, queries)) in found.by_distance.iter().zip(expected) {
            prop_assert_eq!((at.squared_distance, at.queries), (s, queries));
            prop_assert!((at.attention - attention).abs() < 1e-12);
            prop_assert_eq!(at.distance, (s as f64).sqrt());
        }
        let pairs = || (0..cells).flat_map(|i| (0..cells).map(move |j| (i, j)));
        let near = pairs().filter(|&(i, j)| (squared(i, j) as f64).sqrt() <= within);
        let sum: f64 = near.map(|(i, j)| weight(i, j)).sum();
        prop_assert!((found.attention_within - sum / cells as f64).abs() < 1e-12);
        let sum: f64 = pairs().map(|(i, j)| weight(i, j)).sum();
        prop_assert!((found.prefix_attention - (1.0 - sum / cells as f64)).abs() < 1e-12);
    }
}
