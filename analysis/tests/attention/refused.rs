//! Maps that are no attention.

use ndarray::{Array2, Array4, array};
use orders_analysis::attention::{
    AttentionError, AttentionLocality, AttentionParams, AttentionReport, AttentionScope,
    TokenIndexing,
};
use orders_core::{Grid, GroupSizes, KnownCells, Order, Problem};

fn grid() -> Grid {
    Grid::new(1, 2).unwrap()
}

fn measure(map: Array2<f64>, params: AttentionParams) -> Result<(), AttentionError> {
    AttentionLocality::raster(grid(), params)?
        .measure_map(4, 7, map.view())
        .map(|_| ())
}

#[test]
fn rows_that_do_not_sum_to_one() {
    let params = AttentionParams::default();
    assert!(measure(array![[1.0, 0.0], [0.5, 0.5009]], params).is_ok());
    let error = measure(array![[1.0, 0.0], [0.5, 0.502]], params).unwrap_err();
    assert_eq!(
        error,
        AttentionError::RowSum {
            layer: 4,
            head: 7,
            row: 1,
            sum: 1.002,
            tolerance: 1e-3
        }
    );
    assert_eq!(
        error.to_string(),
        "layer 4, head 7, row 1 sums to 1.002; rows sum to 1 within 0.001"
    );
    // Logits, not weights.
    assert!(measure(array![[0.0, 0.0], [0.5, 0.5]], params).is_err());
    let loose = AttentionParams {
        row_sum_tolerance: 0.01,
        ..params
    };
    assert!(measure(array![[1.0, 0.0], [0.5, 0.502]], loose).is_ok());
}

#[test]
fn weights_that_are_none() {
    for value in [f64::NAN, -1e-9, f64::INFINITY] {
        let error =
            measure(array![[1.0, 0.0], [value, 1.0]], AttentionParams::default()).unwrap_err();
        assert!(
            matches!(
                error,
                AttentionError::Weight {
                    layer: 4,
                    head: 7,
                    row: 1,
                    column: 0,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn attention_to_what_is_not_there_yet() {
    let map = array![[0.75, 0.25], [0.5, 0.5]];
    let error = measure(map.clone(), AttentionParams::default()).unwrap_err();
    assert_eq!(
        error,
        AttentionError::Invisible {
            layer: 4,
            head: 7,
            row: 0,
            column: 1
        }
    );
    let all = AttentionParams {
        scope: AttentionScope::All,
        ..Default::default()
    };
    assert!(measure(map.clone(), all).is_ok());

    // The other order may.
    let problem = Problem::new(grid(), GroupSizes::new([1, 1]).unwrap()).unwrap();
    let order = Order::new(problem, vec![1, 0]).unwrap();
    let map = array![[0.75, 0.25], [0.0, 1.0]];
    for (indexing, allowed) in [(TokenIndexing::Cell, true), (TokenIndexing::Rank, false)] {
        let locality =
            AttentionLocality::new(&order, indexing, AttentionParams::default()).unwrap();
        assert_eq!(locality.measure_map(0, 0, map.view()).is_ok(), allowed);
    }
}

#[test]
fn sizes_that_do_not_fit() {
    let error = measure(Array2::eye(3), AttentionParams::default()).unwrap_err();
    assert_eq!(
        error,
        AttentionError::MapShape {
            rows: 3,
            columns: 3,
            tokens: 2
        }
    );
    let locality = AttentionLocality::raster(grid(), AttentionParams::default()).unwrap();
    let none = Array4::<f32>::zeros((0, 3, 2, 2));
    assert_eq!(
        locality.measure_array(none.view()),
        Err(AttentionError::NoHeads)
    );

    // A class token that is not there.
    let huge = AttentionParams {
        prefix_tokens: usize::MAX,
        ..Default::default()
    };
    assert!(measure(Array2::eye(2), huge).is_err());
}

#[test]
fn parameters_and_orders_that_do_not_fit() {
    for within in [f64::NAN, -1.0] {
        let params = AttentionParams {
            within,
            ..Default::default()
        };
        let error = AttentionLocality::raster(grid(), params).unwrap_err();
        assert!(matches!(error, AttentionError::Within { .. }), "{error}");
    }
    for row_sum_tolerance in [f64::NAN, -1.0, f64::INFINITY] {
        let params = AttentionParams {
            row_sum_tolerance,
            ..Default::default()
        };
        let error = AttentionLocality::raster(grid(), params).unwrap_err();
        assert!(matches!(error, AttentionError::Tolerance { .. }), "{error}");
    }
    let known = KnownCells::new(grid(), [0]).unwrap();
    let problem = Problem::with_known(known, GroupSizes::new([1]).unwrap()).unwrap();
    let order = Order::new(problem, vec![1]).unwrap();
    let error = AttentionLocality::new(&order, TokenIndexing::Cell, AttentionParams::default())
        .unwrap_err();
    assert_eq!(error, AttentionError::KnownCells { count: 1 });
}

#[test]
fn heads_of_different_grids_have_no_mean() {
    let measure = |width: u32, layer| {
        let grid = Grid::new(1, width).unwrap();
        let locality = AttentionLocality::raster(grid, AttentionParams::default()).unwrap();
        locality
            .measure_map(layer, 5, Array2::<f64>::eye(width as usize).view())
            .unwrap()
    };
    let error = AttentionReport::from_heads(vec![measure(2, 0), measure(3, 1)]).unwrap_err();
    assert_eq!(error, AttentionError::MixedHeads { layer: 1, head: 5 });
    assert_eq!(
        AttentionReport::from_heads(Vec::new()),
        Err(AttentionError::NoHeads)
    );
}
