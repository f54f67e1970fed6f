//! What must hold whatever the features.

use ndarray::{Array1, Array2, array};
use orders_model::metrics::{
    Statistics, frechet_distance, inception_score, manifold_measures, polynomial_mmd,
};
use proptest::prelude::*;

use crate::random::{assert_close, features, uniform};

fn statistics(values: &Array2<f32>) -> Statistics {
    Statistics::of(&features(values.clone())).unwrap()
}

/// Statistics of features that are rotated by Givens rotations.
fn rotated(statistics: &Statistics, seed: u64) -> Statistics {
    let d = statistics.dimensions();
    let angles = uniform(d * d, 1, seed);
    let mut rotation = Array2::<f64>::eye(d);
    for (i, angle) in angles.iter().enumerate() {
        let (row, other) = (i / d, i % d);
        if row < other {
            let (sin, cos) = (f64::from(*angle) * 3.0).sin_cos();
            for column in 0..d {
                let (a, b) = (rotation[[row, column]], rotation[[other, column]]);
                rotation[[row, column]] = cos * a - sin * b;
                rotation[[other, column]] = sin * a + cos * b;
            }
        }
    }
    let mean = rotation.dot(&statistics.mean());
    let covariance = rotation.dot(&statistics.covariance()).dot(&rotation.t());
    Statistics::new(mean, covariance, None).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Also where there are fewer images than dimensions, so that covariances
    /// are singular.
    #[test]
    fn frechet(n in 2_usize..30, m in 2_usize..30, d in 1_usize..20, seed: u64) {
        let (a, b) = (uniform(n, d, seed), uniform(m, d, seed ^ 1) * 2.0 + 0.5);
        let (a, b) = (statistics(&a), statistics(&b));
        let distance = frechet_distance(&a, &b).unwrap();
        prop_assert!(distance.is_finite() && distance >= 0.0);
        assert_close(frechet_distance(&b, &a).unwrap(), distance, 1e-9);
        assert_close(frechet_distance(&a, &a).unwrap(), 0.0, 1e-11);
        let turned = frechet_distance(&rotated(&a, seed), &rotated(&b, seed)).unwrap();
        // Rounding moves the zero eigenvalues of singular covariances, and the
        // distance by the root of that.
        assert_close(turned, distance, 1e-5);
    }

    /// Diagonal covariances have a closed form.
    #[test]
    fn frechet_of_independent_features(d in 1_usize..12, seed: u64) {
        let numbers = uniform(4, d, seed).mapv(f64::from);
        let variance = |row: usize| numbers.row(row).mapv(|v| v.max(0.0));
        let (mean_a, mean_b) = (numbers.row(0).to_owned(), numbers.row(1).to_owned());
        let (var_a, var_b) = (variance(2), variance(3));
        let expected: f64 = (0..d)
            .map(|i| {
                (mean_a[i] - mean_b[i]).powi(2) + (var_a[i].sqrt() - var_b[i].sqrt()).powi(2)
            })
            .sum();
        let of = |mean: Array1<f64>, variance| {
            Statistics::new(mean, Array2::from_diag(&variance), None).unwrap()
        };
        let distance = frechet_distance(&of(mean_a, var_a), &of(mean_b, var_b)).unwrap();
        assert_close(distance, expected, 1e-11);
    }

    #[test]
    fn manifold_of_a_set_with_itself(n in 2_usize..50, d in 1_usize..9, k in 1_usize..6, seed: u64) {
        let set = features(uniform(n, d, seed));
        let k = k.min(n - 1);
        let found = manifold_measures(&set, &set, k).unwrap();
        prop_assert_eq!([found.precision, found.recall, found.coverage], [1.0; 3]);
        // Each ball has its centre and k neighbours.
        assert_close(found.density, (k + 1) as f64 / k as f64, 1e-12);
    }

    #[test]
    fn scores_lie_between_one_and_the_classes(n in 1_usize..40, classes in 1_usize..9, seed: u64) {
        let logits = features(uniform(n, classes, seed) * 30.0);
        let score = inception_score(&logits, 1, None).unwrap();
        prop_assert!(score.mean >= 1.0 - 1e-12 && score.mean <= classes as f64 + 1e-9);
        prop_assert_eq!(score.sd, 0.0);
    }
}

/// A set against the same distribution: over many pairs of sets the mean is 0
/// within its error, which the jackknife's standard error predicts from a pair
/// of different distributions.
#[test]
fn mmd_is_unbiased_and_its_error_is_right() {
    let pairs = 400;
    let estimates = |spread: f32| -> Vec<(f64, f64)> {
        (0..pairs)
            .map(|pair| {
                let a = features(uniform(24, 4, 2 * pair));
                let b = features(uniform(30, 4, 2 * pair + 1) * spread);
                let mmd = polynomial_mmd(&a, &b).unwrap();
                (mmd.squared, mmd.standard_error)
            })
            .collect()
    };
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / pairs as f64;
    let same = estimates(1.0);
    let centre = mean(&mut same.iter().map(|e| e.0));
    let spread = mean(&mut same.iter().map(|e| (e.0 - centre).powi(2))).sqrt();
    assert!(
        centre.abs() < 4.0 * spread / (pairs as f64).sqrt(),
        "{centre}"
    );

    let different = estimates(2.0);
    let centre = mean(&mut different.iter().map(|e| e.0));
    let spread = mean(&mut different.iter().map(|e| (e.0 - centre).powi(2))).sqrt();
    let predicted = mean(&mut different.iter().map(|e| e.1));
    assert!(
        (0.8..1.25).contains(&(predicted / spread)),
        "{predicted} predicted, {spread} found"
    );
}

/// Fewer images than dimensions, one of which does not vary at all.
#[test]
fn singular_covariances() {
    let a = statistics(&array![[1.0, 0.0, 0.0], [3.0, 0.0, 0.0]]);
    let b = statistics(&array![[0.0, 1.0, 0.0], [0.0, 5.0, 0.0]]);
    // Variances 2 along x and 8 along y, which share nothing; means (2, 0) and
    // (0, 3).
    assert_close(frechet_distance(&a, &b).unwrap(), 13.0 + 2.0 + 8.0, 1e-12);
    let still = statistics(&array![[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]);
    assert_close(frechet_distance(&still, &still).unwrap(), 0.0, 1e-15);
    assert_close(frechet_distance(&still, &a).unwrap(), 3.0 + 2.0, 1e-12);
}

/// Every image sure of its class, all classes alike.
#[test]
fn the_largest_score_is_the_number_of_classes() {
    let logits = Array2::from_shape_fn(
        (50, 5),
        |(i, class)| {
            if i % 5 == class { 200.0 } else { -200.0 }
        },
    );
    let score = inception_score(&features(logits), 2, None).unwrap();
    assert_close(score.mean, 5.0, 1e-12);
    assert_close(score.sd, 0.0, 1e-12);
}

/// Images of a class stand together, as they do in folders.
#[test]
fn splits_are_of_images_in_random_order() {
    let classes = 10;
    let logits =
        Array2::from_shape_fn(
            (200, classes),
            |(i, class)| {
                if i / 20 == class { 200.0 } else { -200.0 }
            },
        );
    let logits = features(logits);
    let score = |splits, seed| inception_score(&logits, splits, seed).unwrap();
    // Each split has one class.
    assert_close(score(10, None).mean, 1.0, 1e-12);
    assert_close(score(1, None).mean, 10.0, 1e-12);
    for seed in 0..5 {
        let found = score(10, Some(seed));
        assert!((6.0..9.0).contains(&found.mean), "{found:?}");
        assert_eq!(found, score(10, Some(seed)));
        assert_eq!(found.seed, Some(seed));
        // One split has all images, in any order.
        assert_close(score(1, Some(seed)).mean, 10.0, 1e-12);
    }
    assert_ne!(score(10, Some(0)).mean, score(10, Some(1)).mean);
}

#[test]
fn far_apart_sets_share_nothing() {
    let a = features(uniform(40, 3, 1));
    let b = features(uniform(40, 3, 2) + 100.0);
    let found = manifold_measures(&a, &b, 3).unwrap();
    let found = [found.precision, found.recall, found.density, found.coverage];
    assert_eq!(found, [0.0; 4]);
}

#[test]
fn results_do_not_depend_on_threads() {
    let a = features(uniform(700, 140, 1));
    let b = features(uniform(600, 140, 2) * 1.1);
    let results = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let statistics = Statistics::of(&a).unwrap();
            let other = Statistics::of(&b).unwrap();
            (
                polynomial_mmd(&a, &b).unwrap(),
                manifold_measures(&a, &b, 5).unwrap(),
                frechet_distance(&statistics, &other).unwrap(),
                statistics,
            )
        })
    };
    let expected = results(1);
    for threads in [2, 3, 7] {
        assert!(results(threads) == expected, "{threads} threads");
    }
}
