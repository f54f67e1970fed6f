//! Fast paths against the definitions. Sizes go over the edges of tiles.

use ndarray::s;
use orders_model::metrics::{
    RunningStatistics, Statistics, inception_score, manifold_measures, polynomial_mmd,
};
use proptest::prelude::*;

use crate::literal;
use crate::random::{assert_close, features, uniform, whole};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn statistics(count in 2_usize..40, dimensions in 1_usize..20, shift in -1e3_f32..1e3, seed: u64) {
        let set = features(uniform(count, dimensions, seed) + shift);
        let found = Statistics::of(&set).unwrap();
        let (mean, covariance) = literal::statistics(&set);
        for (found, expected) in found.mean().iter().zip(&mean) {
            assert_close(*found, *expected, 1e-12);
        }
        for (found, expected) in found.covariance().iter().zip(&covariance) {
            assert_close(*found, *expected, 1e-9);
        }
    }

    #[test]
    fn mmd(n in 3_usize..24, m in 3_usize..24, dimensions in 1_usize..12, seed: u64) {
        let a = features(uniform(n, dimensions, seed));
        let b = features(uniform(m, dimensions, seed ^ 1) * 1.3);
        let found = polynomial_mmd(&a, &b).unwrap();
        let (squared, error) = literal::mmd(&a, &b);
        assert_close(found.squared, squared, 1e-11);
        assert_close(found.standard_error, error, 1e-11);
    }

    /// Whole numbers, so that both ways decide ties alike.
    #[test]
    fn manifold(n in 2_usize..40, m in 2_usize..40, dimensions in 1_usize..5, most in 1_u32..8, seed: u64, k in 1_usize..40) {
        let k = 1 + k % (n.min(m) - 1).max(1);
        let a = features(whole(n, dimensions, most, seed));
        let b = features(whole(m, dimensions, most, seed ^ 1));
        let found = manifold_measures(&a, &b, k.min(n.min(m) - 1)).unwrap();
        let k = found.neighbours;
        let found = [found.precision, found.recall, found.density, found.coverage];
        prop_assert_eq!(found, literal::manifold(&a, &b, k));
    }

    #[test]
    fn score(count in 1_usize..60, classes in 1_usize..12, splits in 1_usize..12, spread in 0.1_f32..9.0, seed: u64) {
        let splits = splits.min(count);
        let logits = features(uniform(count, classes, seed) * spread);
        let found = inception_score(&logits, splits, None).unwrap();
        let (mean, sd) = literal::inception_score(&logits, splits);
        assert_close(found.mean, mean, 1e-11);
        assert_close(found.sd, sd, 1e-7);
    }
}

/// More rows than a block has, more dimensions than a tile.
#[test]
fn statistics_over_the_edges_of_blocks() {
    let set = features(uniform(1100, 150, 3));
    let (mean, covariance) = literal::statistics(&set);
    let found = Statistics::of(&set).unwrap();
    assert_eq!(found.count(), Some(1100));
    for (found, expected) in found.mean().iter().zip(&mean) {
        assert_close(*found, *expected, 1e-13);
    }
    for (found, expected) in found.covariance().iter().zip(&covariance) {
        assert_close(*found, *expected, 1e-13);
    }
}

/// To the last bit.
#[test]
fn parts_make_no_difference() {
    let values = uniform(1300, 7, 5);
    let expected = Statistics::of(&features(values.clone())).unwrap();
    for part in [1, 3, 511, 512, 513, 1299] {
        let mut running = RunningStatistics::new(7).unwrap();
        for first in (0..1300).step_by(part) {
            let last = (first + part).min(1300);
            running.add(values.slice(s![first..last, ..])).unwrap();
        }
        assert!(running.finish().unwrap() == expected, "parts of {part}");
    }
}

#[test]
fn mmd_over_the_edges_of_tiles() {
    let a = features(uniform(130, 3, 7));
    let b = features(uniform(515, 3, 8) * 0.9);
    let literal = |a, b| {
        // The standard error would take a while.
        let (squared, _) = literal::mmd(a, b);
        squared
    };
    let small = features(a.view().slice(s![..20, ..]).to_owned());
    assert_close(
        polynomial_mmd(&small, &a).unwrap().squared,
        literal(&small, &a),
        1e-12,
    );
    let found = polynomial_mmd(&a, &b).unwrap();
    let swapped = polynomial_mmd(&b, &a).unwrap();
    assert_close(found.squared, swapped.squared, 1e-13);
    assert_close(found.standard_error, swapped.standard_error, 1e-13);
}

#[test]
fn manifold_over_the_edges_of_tiles() {
    let a = features(whole(200, 4, 20, 1));
    let b = features(whole(530, 4, 18, 2));
    for k in [1, 3, 5, 199] {
        for (real, generated) in [(&a, &b), (&b, &a)] {
            let found = manifold_measures(real, generated, k).unwrap();
            let found = [found.precision, found.recall, found.density, found.coverage];
            assert_eq!(found, literal::manifold(real, generated, k));
        }
    }
}
