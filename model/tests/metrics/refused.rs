//! What is refused, and how it is said.

use ndarray::{Array2, array};
use orders_model::metrics::{
    Features, MetricsError, RunningStatistics, Statistics, frechet_distance, inception_score,
    manifold_measures, polynomial_mmd,
};

use crate::random::{features, uniform};

#[track_caller]
fn says<T: std::fmt::Debug>(result: Result<T, MetricsError>, message: &str) {
    assert_eq!(result.unwrap_err().to_string(), message);
}

#[test]
fn features_that_are_none() {
    says(
        Features::new(Array2::zeros((3, 0))),
        "the features have no dimensions; they need at least 1",
    );
    says(
        Features::new(array![[1.0, 2.0], [0.0, f32::NAN]]),
        "row 1, column 1 is NaN; it must be a finite number",
    );
    says(
        Statistics::of(&features(uniform(1, 3, 0))),
        "there are 1 images; at least 2 are needed",
    );
}

#[test]
fn sets_that_do_not_fit() {
    let (a, b) = (features(uniform(5, 3, 0)), features(uniform(5, 4, 0)));
    let message = "one set has 3 dimensions and the other 4; both must have the same";
    says(polynomial_mmd(&a, &b), message);
    says(manifold_measures(&a, &b, 1), message);
    let of = |set| Statistics::of(set).unwrap();
    says(frechet_distance(&of(&a), &of(&b)), message);
    says(RunningStatistics::new(3).unwrap().add(b.view()), message);
}

#[test]
fn parameters() {
    let set = features(uniform(5, 3, 0));
    for k in [0, 5] {
        says(
            manifold_measures(&set, &set, k),
            &format!(
                "neighbour {k} is asked for; it must be from 1 to 4, the images of the smaller set less one"
            ),
        );
    }
    for splits in [0, 6] {
        says(
            inception_score(&set, splits, Some(0)),
            &format!("{splits} splits are asked for; it must be from 1 to 5, the number of images"),
        );
    }
    says(
        polynomial_mmd(&features(uniform(2, 3, 0)), &set),
        "there are 2 images; at least 3 are needed",
    );
}

#[test]
fn statistics_that_are_none() {
    says(
        Statistics::new(array![0.0, 1.0], Array2::eye(3), None),
        "the covariance is 3 x 3 and the mean has 2 entries; all three must be the same",
    );
    says(
        Statistics::new(array![0.0, 1.0], array![[1.0, 0.5], [0.4, 1.0]], None),
        "entries (1, 0) and (0, 1) of the covariance differ; it must be symmetric",
    );
    says(
        Statistics::new(array![0.0, f64::INFINITY], Array2::eye(2), None),
        "row 0, column 1 is inf; it must be a finite number",
    );
    says(
        RunningStatistics::new(8193),
        "there are 8193 dimensions; statistics take at most 8192",
    );
    let far = |mean| Statistics::new(array![mean, 0.0], Array2::eye(2), None).unwrap();
    says(
        frechet_distance(&far(1e200), &far(0.0)),
        "means or covariances are so large that their distance is no finite number",
    );
    let indefinite = Statistics::new(array![0.0, 1.0], array![[1.0, 2.0], [2.0, 1.0]], None);
    let indefinite = indefinite.unwrap();
    let error = frechet_distance(&indefinite, &indefinite).unwrap_err();
    let MetricsError::NotACovariance { smallest, largest } = error else {
        panic!("{error}");
    };
    assert!((smallest + 1.0).abs() < 1e-12 && (largest - 3.0).abs() < 1e-12);
}
