//! Maps that a pencil can measure, and one with a closed form.

use ndarray::{Array2, array};
use orders_analysis::attention::{
    AttentionLocality, AttentionParams, AttentionReport, AttentionScope, Locality, TokenIndexing,
};
use orders_core::{Grid, GroupSizes, Order, Problem};

fn classes(locality: &Locality) -> Vec<(u64, f64, u64)> {
    let by_distance = locality.by_distance.iter();
    by_distance
        .map(|at| (at.squared_distance, at.attention, at.queries))
        .collect()
}

/// ```text
/// 0 1
/// 2 3
/// ```
#[test]
fn two_by_two() {
    let map = array![
        [1.0, 0.0, 0.0, 0.0],
        [0.5, 0.5, 0.0, 0.0],
        [0.25, 0.25, 0.5, 0.0],
        [0.125, 0.25, 0.5, 0.125]
    ];
    let params = AttentionParams {
        within: 1.0,
        ..Default::default()
    };
    let grid = Grid::new(2, 2).unwrap();
    let locality = AttentionLocality::raster(grid, params).unwrap();
    let found = locality.measure_map(3, 1, map.view()).unwrap();
    assert_eq!((found.layer, found.head), (3, 1));
    assert_eq!(
        classes(&found.locality),
        [
            (0, (1.0 + 0.5 + 0.5 + 0.125) / 4.0, 4),
            // 1 sees 0; 2 sees 0; 3 sees 1 and 2.
            (1, (0.5 + 0.25 + (0.25 + 0.5) / 2.0) / 3.0, 3),
            // 2 sees 1, 3 sees 0.
            (2, (0.25 + 0.125) / 2.0, 2),
        ]
    );
    assert_eq!(
        found.locality.attention_within,
        (1.0 + 1.0 + 0.75 + 0.875) / 4.0
    );
    assert_eq!(found.locality.prefix_attention, 0.0);
}

/// ```text
/// 0 1 2
/// 3 4 5
/// ```
/// in two groups, 4 and 1, then the others: both of a group see each other.
#[test]
fn two_by_three_in_groups() {
    let grid = Grid::new(2, 3).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([2, 4]).unwrap()).unwrap();
    let order = Order::new(problem, vec![4, 1, 0, 2, 3, 5]).unwrap();
    let params = AttentionParams {
        scope: AttentionScope::Groups,
        within: 1.5,
        ..Default::default()
    };
    let locality = AttentionLocality::new(&order, TokenIndexing::Rank, params).unwrap();
    let mut map = Array2::from_elem((6, 6), 0.0);
    // 4 attends to 1, and 1 to itself.
    map[[0, 1]] = 1.0;
    map[[1, 1]] = 1.0;
    // 0 to 4 (across) and to 2 (two to the right), the rest to 1.
    map[[2, 0]] = 0.5;
    map[[2, 3]] = 0.5;
    for row in 3..6 {
        map[[row, 1]] = 1.0;
    }
    let found = locality.measure_map(0, 0, map.view()).unwrap().locality;
    assert_eq!(
        classes(&found),
        [
            (0, 1.0 / 6.0, 6),
            // 4 sees 1 alone; 2 sees 1 and 5; 0, 3, 5 give nothing at distance 1.
            (1, (1.0 + 1.0 / 2.0) / 6.0, 6),
            // 0 and 2 see 4; 3 and 5 see 1; 4 and 1 see none.
            (2, (0.5 + 0.0 + 1.0 + 1.0) / 4.0, 4),
            (4, 0.5 / 4.0, 4),
            (5, 0.0, 4),
        ]
    );
    // Within 1.5 lies all but the half of 0 that goes to 2.
    assert_eq!(found.attention_within, 5.5 / 6.0);
}

/// In a row of n cells from left to right, query i gives 1 / (i + 1) to each cell
/// up to itself. Those from s on have one cell at distance s, so PTA_s is the mean
/// of 1 / (i + 1) over i = s..n.
#[test]
fn uniform_causal_attention_in_a_row() {
    let n = 40;
    let map = Array2::from_shape_fn(
        (n, n),
        |(i, j)| if j <= i { 1.0 / (i + 1) as f32 } else { 0.0 },
    );
    let grid = Grid::new(1, n as u32).unwrap();
    let locality = AttentionLocality::raster(grid, AttentionParams::default()).unwrap();
    let found = locality.measure_map(0, 0, map.view()).unwrap().locality;
    assert_eq!(found.by_distance.len(), n);
    for (s, at) in found.by_distance.iter().enumerate() {
        let sum: f64 = (s..n).map(|i| 1.0 / (i + 1) as f64).sum();
        assert_eq!((at.distance, at.queries), (s as f64, (n - s) as u64));
        assert!((at.attention - sum / (n - s) as f64).abs() < 1e-8);
    }
    let within: f64 = (0..n)
        .map(|i| 4.0_f64.min((i + 1) as f64) / (i + 1) as f64)
        .sum();
    assert!((found.attention_within - within / n as f64).abs() < 1e-7);
}

/// All cells get the same: so does each distance, whatever the grid.
#[test]
fn uniform_full_attention_is_the_same_at_all_distances() {
    let grid = Grid::video(2, 3, 4).unwrap();
    let params = AttentionParams {
        scope: AttentionScope::All,
        within: f64::INFINITY,
        ..Default::default()
    };
    let locality = AttentionLocality::raster(grid, params).unwrap();
    let found = locality
        .measure_map(0, 0, Array2::from_elem((24, 24), 1.0 / 24.0).view())
        .unwrap();
    for at in &found.locality.by_distance {
        assert!((at.attention - 1.0 / 24.0).abs() < 1e-15);
    }
    assert!((found.locality.attention_within - 1.0).abs() < 1e-12);
}

/// A class token takes part of the weight and is no cell.
#[test]
fn prefix_tokens_are_apart() {
    let map = array![[1.0, 0.0, 0.0], [0.75, 0.25, 0.0], [0.25, 0.25, 0.5]];
    let params = AttentionParams {
        prefix_tokens: 1,
        ..Default::default()
    };
    let locality = AttentionLocality::raster(Grid::new(1, 2).unwrap(), params).unwrap();
    assert_eq!(locality.tokens(), 3);
    let found = locality.measure_map(0, 0, map.view()).unwrap().locality;
    assert_eq!(classes(&found), [(0, 0.375, 2), (1, 0.25, 1)]);
    assert_eq!((found.prefix_attention, found.attention_within), (0.5, 0.5));
}

#[test]
fn means_are_over_heads() {
    let near = array![[1.0, 0.0], [1.0, 0.0]];
    let far = array![[1.0, 0.0], [0.0, 1.0]];
    let locality =
        AttentionLocality::raster(Grid::new(1, 2).unwrap(), AttentionParams::default()).unwrap();
    let measure =
        |layer, head, map: &Array2<f64>| locality.measure_map(layer, head, map.view()).unwrap();
    let heads = vec![
        measure(1, 0, &near),
        measure(0, 0, &far),
        measure(1, 1, &far),
    ];
    let report = AttentionReport::from_heads(heads).unwrap();
    let at_one: Vec<(usize, f64)> = report
        .layers
        .iter()
        .map(|layer| (layer.layer, layer.locality.by_distance[1].attention))
        .collect();
    assert_eq!(at_one, [(0, 0.0), (1, 0.5)]);
    assert!((report.overall.by_distance[1].attention - 1.0 / 3.0).abs() < 1e-15);

    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["heads"][0]["layer"], 1);
    assert_eq!(json["layers"][1]["by_distance"][1]["attention"], 0.5);
}
