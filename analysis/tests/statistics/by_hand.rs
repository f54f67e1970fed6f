//! Cases small enough to enumerate, and what must hold whatever the data.

use orders_analysis::statistics::{
    Alternative, BootstrapParams, IntervalMethod, PermutationParams, Running, holm, interval,
    mean_interval, paired_test, quantiles,
};
use orders_core::OrderRng;
use proptest::prelude::*;

/// Of the 8 signs of (1, 2, 4), the sums are all odd numbers from -7 to 7.
#[test]
fn all_signs_of_three() {
    let p_value = |differences: &[f64], alternative| {
        let zeros = vec![0.0; differences.len()];
        let params = PermutationParams {
            alternative,
            ..Default::default()
        };
        paired_test(differences, &zeros, &params).unwrap().p_value
    };
    for (differences, sum) in [
        ([1.0, 2.0, 4.0], 7),
        ([-1.0, 2.0, 4.0], 5),
        ([1.0, -2.0, -4.0], -5),
    ] {
        let sums = [-7, -5, -3, -1, 1, 3, 5, 7_i32];
        let share = |passes: &dyn Fn(i32) -> bool| {
            sums.iter().filter(|&&sum| passes(sum)).count() as f64 / 8.0
        };
        assert_eq!(
            p_value(&differences, Alternative::Greater),
            share(&|s| s >= sum)
        );
        assert_eq!(
            p_value(&differences, Alternative::Less),
            share(&|s| s <= sum)
        );
        assert_eq!(
            p_value(&differences, Alternative::TwoSided),
            share(&|s| s.abs() >= sum.abs())
        );
    }
    assert_eq!(p_value(&[0.0, 0.0], Alternative::TwoSided), 1.0);
}

/// 0.1 + 0.2 + 0.3 depends on the order of its terms; the tie must not.
#[test]
fn rounding_does_not_break_ties() {
    let test = paired_test(
        &[0.1, 0.2, 0.3, -0.6],
        &[0.0; 4],
        &PermutationParams::default(),
    )
    .unwrap();
    assert_eq!(test.p_value, 1.0);
}

/// The p-value of random signs is never 0.
#[test]
fn the_smallest_p_value_is_one_in_all_permutations() {
    let params = PermutationParams {
        permutations: 199,
        ..Default::default()
    };
    let test = paired_test(&[1.0; 100], &[0.0; 100], &params).unwrap();
    assert_eq!(
        (test.p_value, test.permutations, test.exact),
        (1.0 / 200.0, 199, false)
    );
    assert_eq!((test.pairs, test.mean_difference), (100, 1.0));
}

/// More than one word of signs for each choice: sums of 130 signs have a standard
/// deviation of sqrt(130) = 11.4.
#[test]
fn many_pairs_use_many_words() {
    let mut first = vec![1.0; 130];
    first[..53].fill(-1.0);
    // The sum is 24. P(|sum| >= 24), exactly, from scipy.stats.binomtest(77, 130).
    let test = paired_test(&first, &[0.0; 130], &PermutationParams::default()).unwrap();
    assert!((test.p_value - 0.043_255).abs() < 0.003, "{}", test.p_value);
}

#[test]
fn equal_values_have_an_interval_of_no_width() {
    for method in [IntervalMethod::Bca, IntervalMethod::Percentile] {
        let params = BootstrapParams {
            method,
            ..Default::default()
        };
        let found = mean_interval(&[0.1; 7], &params).unwrap();
        assert_eq!((found.low, found.high), (found.estimate, found.estimate));
    }
}

/// Of two values, resamples have the means 0 (1 in 4), 1/2 (2 in 4) and 1.
#[test]
fn the_percentile_interval_of_two_values() {
    let interval = |alpha| {
        let params = BootstrapParams {
            alpha,
            method: IntervalMethod::Percentile,
            ..Default::default()
        };
        let found = mean_interval(&[0.0, 1.0], &params).unwrap();
        (found.low, found.high)
    };
    assert_eq!(interval(0.4), (0.0, 1.0));
    assert_eq!(interval(0.6), (0.5, 0.5));
}

#[test]
fn the_mean_is_a_statistic_like_any_other() {
    let values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
    for method in [IntervalMethod::Bca, IntervalMethod::Percentile] {
        let params = BootstrapParams {
            method,
            resamples: 500,
            ..Default::default()
        };
        let quick = mean_interval(&values, &params).unwrap();
        let general = interval(&values, &params, |sample| {
            sample.iter().sum::<f64>() / sample.len() as f64
        })
        .unwrap();
        for (a, b) in [(quick.low, general.low), (quick.high, general.high)] {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
    }
}

/// Pinned: the same seed, the same bits, for any number of threads.
#[test]
fn results_do_not_depend_on_threads() {
    let values: Vec<f64> = (0..50).map(|i| f64::from(i * i % 17)).collect();
    let zeros = vec![7.5; 50];
    let in_pool = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            (
                mean_interval(&values, &BootstrapParams::default()).unwrap(),
                paired_test(&values, &zeros, &PermutationParams::default()).unwrap(),
            )
        })
    };
    let alone = in_pool(1);
    assert_eq!(alone, in_pool(4));
    let other = BootstrapParams {
        seed: 1,
        ..Default::default()
    };
    assert_ne!(alone.0, mean_interval(&values, &other).unwrap());
}

proptest! {
    /// Holm's procedure as it was published: the smallest p-value is held
    /// against alpha / m, the next against alpha / (m - 1), and so on to the
    /// first that is not rejected.
    #[test]
    fn holm_rejects_step_by_step(
        p_values in proptest::collection::vec(0.0..=1.0_f64, 0..8),
        alpha in 0.001..0.999_f64,
    ) {
        let adjusted = holm(&p_values).unwrap();
        let mut left: Vec<usize> = (0..p_values.len()).collect();
        let mut rejected = vec![false; p_values.len()];
        while let Some(&smallest) = left.iter().min_by(|&&a, &&b| p_values[a].total_cmp(&p_values[b])) {
            if p_values[smallest] * left.len() as f64 > alpha {
                break;
            }
            rejected[smallest] = true;
            left.retain(|&test| test != smallest);
        }
        let found: Vec<bool> = adjusted.iter().map(|&p_value| p_value <= alpha).collect();
        prop_assert_eq!(found, rejected);
    }

    /// A stream has the moments of its list.
    #[test]
    fn running_values_are_those_of_the_list(
        values in proptest::collection::vec(-1e3..1e3_f64, 1..40),
    ) {
        let mut running = Running::default();
        values.iter().for_each(|&value| running.add(value));
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        prop_assert_eq!(running.count(), values.len() as u64);
        prop_assert!((running.mean().unwrap() - mean).abs() < 1e-10);
        prop_assert_eq!(running.sd().is_some(), values.len() > 1);
        if let Some(sd) = running.sd() {
            prop_assert!((sd - (squares / (values.len() - 1) as f64).sqrt()).abs() < 1e-9);
        }
        let ends = quantiles(&values, &[0.0, 1.0]).unwrap();
        prop_assert_eq!((running.min(), running.max()), (Some(ends[0]), Some(ends[1])));
    }

    /// Quantiles lie between the two values beside them, at the share of the way that is
    /// left (type 7 of Hyndman and Fan).
    #[test]
    fn quantiles_are_as_defined(
        values in proptest::collection::vec(-1e3..1e3_f64, 1..40),
        shares in proptest::collection::vec(0.0..=1.0_f64, 1..5),
    ) {
        let found = quantiles(&values, &shares).unwrap();
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        for (share, found) in shares.into_iter().zip(found) {
            let place = share * (sorted.len() - 1) as f64;
            let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
            let expected = below + (place - place.floor()) * (above - below);
            prop_assert!((found - expected).abs() <= 1e-9);
        }
    }

    /// Turning all differences around turns the sides of the test around.
    #[test]
    fn sides_are_symmetric(seed: u64, pairs in 1_usize..9) {
        let mut rng = OrderRng::new(seed, 0);
        let mut draw = || (0..pairs).map(|_| f64::from(rng.below(7))).collect::<Vec<f64>>();
        let (a, b) = (draw(), draw());
        let p_value = |a: &[f64], b: &[f64], alternative| {
            let params = PermutationParams { alternative, ..Default::default() };
            paired_test(a, b, &params).unwrap().p_value
        };
        let greater = p_value(&a, &b, Alternative::Greater);
        prop_assert_eq!(greater, p_value(&b, &a, Alternative::Less));
        let two_sided = p_value(&a, &b, Alternative::TwoSided);
        prop_assert_eq!(two_sided, p_value(&b, &a, Alternative::TwoSided));
        let less = p_value(&a, &b, Alternative::Less);
        prop_assert_eq!(two_sided, (2.0 * greater.min(less)).min(1.0));
    }
}
