//! Input that can be no data.

use orders_analysis::statistics::{
    BootstrapParams, IntervalMethod, PermutationParams, StatisticsError, bca_from_resamples, holm,
    interval, mean_interval, paired_test, quantiles,
};

const BOTH: [IntervalMethod; 2] = [IntervalMethod::Bca, IntervalMethod::Percentile];

#[test]
fn values_that_are_no_numbers() {
    let infinite = StatisticsError::NotFinite {
        index: 1,
        value: f64::INFINITY,
    };
    let values = [1.0, f64::INFINITY];
    assert_eq!(quantiles(&values, &[0.5]).unwrap_err(), infinite);
    assert_eq!(
        mean_interval(&values, &BootstrapParams::default()).unwrap_err(),
        infinite
    );
    assert_eq!(
        paired_test(&[0.0, 0.0], &values, &Default::default()).unwrap_err(),
        infinite
    );
    // Each is finite, and the difference is not.
    let huge = paired_test(&[f64::MAX], &[-f64::MAX], &Default::default()).unwrap_err();
    assert_eq!(
        huge,
        StatisticsError::NotFinite {
            index: 0,
            value: f64::INFINITY
        }
    );
    let error = mean_interval(&[0.0, f64::NAN], &BootstrapParams::default()).unwrap_err();
    assert!(
        matches!(error, StatisticsError::NotFinite { index: 1, .. }),
        "{error}"
    );
}

#[test]
fn too_few_values() {
    let too_few = |count, needed| StatisticsError::TooFew { count, needed };
    assert_eq!(quantiles(&[], &[0.5]).unwrap_err(), too_few(0, 1));
    assert_eq!(
        mean_interval(&[1.0], &BootstrapParams::default()).unwrap_err(),
        too_few(1, 2)
    );
    assert_eq!(
        paired_test(&[], &[], &Default::default()).unwrap_err(),
        too_few(0, 1)
    );
    assert_eq!(
        paired_test(&[1.0], &[1.0, 2.0], &Default::default()).unwrap_err(),
        StatisticsError::Lengths {
            first: 1,
            second: 2
        }
    );
    assert_eq!(holm(&[]).unwrap(), [0.0; 0]);
}

#[test]
fn parameters_out_of_range() {
    for alpha in [0.0, 1.0, -0.1, 2.0, f64::NAN] {
        for method in BOTH {
            let params = BootstrapParams {
                alpha,
                method,
                ..Default::default()
            };
            let error = mean_interval(&[1.0, 2.0], &params).unwrap_err();
            assert!(matches!(error, StatisticsError::Alpha { .. }), "{error}");
        }
    }
    for count in [0, 1, 100_000_001, u32::MAX] {
        let params = BootstrapParams {
            resamples: count,
            ..Default::default()
        };
        let error = mean_interval(&[1.0, 2.0], &params).unwrap_err();
        assert!(
            matches!(error, StatisticsError::Resamples { needed: 2, .. }),
            "{error}"
        );
    }
    let params = PermutationParams {
        permutations: 0,
        ..Default::default()
    };
    let error = paired_test(&[1.0], &[2.0], &params).unwrap_err();
    assert!(
        matches!(error, StatisticsError::Resamples { needed: 1, .. }),
        "{error}"
    );
    let params = PermutationParams {
        exact_pairs: 31,
        ..Default::default()
    };
    assert_eq!(
        paired_test(&[1.0], &[2.0], &params).unwrap_err(),
        StatisticsError::Enumeration {
            pairs: 31,
            limit: 30
        }
    );
    for share in [-0.1, 1.1, f64::NAN] {
        let error = quantiles(&[1.0], &[0.5, share]).unwrap_err();
        assert!(matches!(error, StatisticsError::Share { .. }), "{error}");
    }
    for p_value in [-0.1, 1.1, f64::NAN] {
        let error = holm(&[0.5, p_value]).unwrap_err();
        assert!(
            matches!(error, StatisticsError::PValue { index: 1, .. }),
            "{error}"
        );
    }
}

#[test]
fn intervals_that_are_not_defined() {
    let error = bca_from_resamples(&[1.0, 2.0], 0.0, &[1.0, 2.0], 0.05).unwrap_err();
    assert!(matches!(error, StatisticsError::NoBca { .. }), "{error}");
    let error = bca_from_resamples(&[1.0, 2.0], 1.5, &[1.0, 1.0], 0.05).unwrap_err();
    assert!(matches!(error, StatisticsError::NoBca { .. }), "{error}");
    for method in BOTH {
        let params = BootstrapParams {
            method,
            ..Default::default()
        };
        let error = interval(&[1.0, 2.0], &params, |_| f64::NAN).unwrap_err();
        assert!(
            matches!(error, StatisticsError::Statistic { .. }),
            "{error}"
        );
    }
}

/// Sums and differences that leave the range of f64 are no reason to panic.
#[test]
fn huge_values_do_no_harm() {
    let values = [-f64::MAX, f64::MAX, f64::MAX, f64::MIN_POSITIVE];
    let cuts = quantiles(&values, &[0.0, 0.25, 0.5, 1.0]).unwrap();
    assert_eq!((cuts[0], cuts[3]), (-f64::MAX, f64::MAX));
    for method in BOTH {
        let params = BootstrapParams {
            method,
            ..Default::default()
        };
        assert!(mean_interval(&values, &params).is_err());
    }
}
