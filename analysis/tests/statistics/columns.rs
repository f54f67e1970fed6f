//! Many intervals at once are the same as one by one.

use ndarray::Array2;
use orders_analysis::statistics::{
    BootstrapParams, IntervalMethod, StatisticsError, mean_interval, mean_intervals,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn columns_are_as_one_by_one(
        rows in 2_usize..9,
        columns in 1_usize..140,
        seed in 0_u64..1000,
        is_bca: bool,
    ) {
        let params = BootstrapParams {
            resamples: 200,
            seed,
            method: if is_bca { IntervalMethod::Bca } else { IntervalMethod::Percentile },
            ..BootstrapParams::default()
        };
        // Some columns are constant, some have few values.
        let value = |(row, column): (usize, usize)| {
            let mixed = (row * 7919 + column * 104_729 + seed as usize * 31) % 97;
            match column % 5 {
                0 => 3.25,
                1 => (mixed % 2) as f64,
                _ => mixed as f64 / 9.0 - 4.0,
            }
        };
        let values = Array2::from_shape_fn((rows, columns), value);
        let together = mean_intervals(values.view(), &params).unwrap();
        prop_assert_eq!(together.len(), columns);
        for (column, interval) in values.columns().into_iter().zip(together) {
            match mean_interval(&column.to_vec(), &params) {
                Ok(expected) => prop_assert_eq!(interval, Some(expected)),
                Err(StatisticsError::NoBca { .. }) => prop_assert_eq!(interval, None),
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn wrong_columns_are_refused() {
    let params = BootstrapParams::default();
    let nan = ndarray::array![[1.0, 2.0], [3.0, f64::NAN]];
    assert!(matches!(
        mean_intervals(nan.view(), &params),
        Err(StatisticsError::NotFinite { index: 1, .. })
    ));
    let short = ndarray::array![[1.0, 2.0]];
    assert_eq!(
        mean_intervals(short.view(), &params),
        Err(StatisticsError::TooFew {
            count: 1,
            needed: 2
        })
    );
    assert_eq!(
        mean_intervals(Array2::zeros((5, 0)).view(), &params),
        Ok(vec![])
    );
}
