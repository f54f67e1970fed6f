//! What `fixtures.py` stored.

use orders_analysis::statistics::{
    Alternative, BootstrapParams, IntervalMethod, PermutationParams, Running, bca_from_resamples,
    holm, mean_interval, paired_test, percentile_from_resamples, quantiles,
};
use serde_json::Value;

fn fixtures(kind: &str) -> Vec<Value> {
    let mut all: Value = serde_json::from_str(include_str!("fixtures.json")).unwrap();
    let Value::Array(cases) = all[kind].take() else {
        panic!("no list of {kind}")
    };
    assert!(cases.len() >= 3, "{kind}");
    cases
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found}, not {expected}"
    );
}

/// From the same resamples, the same ends.
#[test]
fn ends_of_intervals() {
    for case in fixtures("intervals") {
        let name = case["name"].as_str().unwrap();
        let resampled = numbers(&case["resampled"]);
        let jackknife = numbers(&case["jackknife"]);
        let alpha = number(&case["alpha"]);
        let estimate = number(&case["estimate"]);
        let bca = bca_from_resamples(&resampled, estimate, &jackknife, alpha).unwrap();
        let percentile = percentile_from_resamples(&resampled, alpha).unwrap();
        for (found, expected) in [(bca, &case["bca"]), (percentile, &case["percentile"])] {
            assert_close(found.0, number(&expected[0]), 1e-12, name);
            assert_close(found.1, number(&expected[1]), 1e-12, name);
        }
    }
}

/// From other resamples, ends within what chance moves them. With 100,000, an
/// end at the 2.5 % quantile has a standard error of about 0.008 standard errors
/// of the mean.
#[test]
fn intervals_of_means() {
    for case in fixtures("mean_intervals") {
        for (method, name) in [
            (IntervalMethod::Bca, "BCa"),
            (IntervalMethod::Percentile, "percentile"),
        ] {
            let params = BootstrapParams {
                resamples: 100_000,
                method,
                ..Default::default()
            };
            let found = mean_interval(&numbers(&case["values"]), &params).unwrap();
            let tolerance = 0.04 * number(&case["error"]);
            assert_close(found.low, number(&case[name][0]), tolerance, name);
            assert_close(found.high, number(&case[name][1]), tolerance, name);
        }
    }
}

#[test]
fn paired_tests() {
    for case in fixtures("paired_tests") {
        let (first, second) = (numbers(&case["first"]), numbers(&case["second"]));
        for (alternative, name) in [
            (Alternative::TwoSided, "two-sided"),
            (Alternative::Greater, "greater"),
            (Alternative::Less, "less"),
        ] {
            let params = PermutationParams {
                alternative,
                ..Default::default()
            };
            let exact = paired_test(&first, &second, &params).unwrap();
            assert!(exact.exact);
            assert_eq!(exact.permutations, 1 << first.len());
            assert_close(exact.p_value, number(&case[name]), 1e-15, name);

            // Random signs come close: the standard error is at most 0.0016.
            let params = PermutationParams {
                exact_pairs: 0,
                permutations: 100_000,
                ..params
            };
            let random = paired_test(&first, &second, &params).unwrap();
            assert!(!random.exact);
            assert_close(random.p_value, exact.p_value, 0.0065, name);
        }
    }
}

#[test]
fn corrections() {
    for case in fixtures("corrections") {
        let found = holm(&numbers(&case["p_values"])).unwrap();
        for (found, expected) in found.into_iter().zip(numbers(&case["holm"])) {
            assert_close(found, expected, 1e-15, "Holm");
        }
    }
}

#[test]
fn summaries() {
    for case in fixtures("summaries") {
        let values = numbers(&case["values"]);
        let found = quantiles(&values, &numbers(&case["shares"])).unwrap();
        let expected = numbers(&case["quantiles"]);
        assert_eq!(found.len(), expected.len());
        for (&found, &expected) in found.iter().zip(&expected) {
            assert_close(found, expected, 1e-14, "quantile");
        }
        let mut running = Running::default();
        values.iter().for_each(|&value| running.add(value));
        assert_close(
            running.mean().unwrap(),
            number(&case["mean"]),
            1e-14,
            "mean",
        );
        assert_close(running.sd().unwrap(), number(&case["sd"]), 1e-14, "sd");
        let ends = (running.min().unwrap(), running.max().unwrap());
        assert_eq!(ends, (found[0], found[6]));
    }
}
