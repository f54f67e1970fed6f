//! What is no field, no covariance and no order of either.

use ndarray::{Array2, array};
use orders_analysis::information::{
    Covariance, CovarianceError, Field, FieldError, Information, InformationError, Loss,
    OrderSource, mean_cut_costs,
};
use orders_core::methods::Random;
use orders_core::{Grid, GroupSizes, OrderError, Problem};

#[test]
fn texts_that_name_no_field() {
    let error = |text: &str| text.parse::<Field>().unwrap_err();
    for text in [
        "",
        "exp",
        "gauss:3",
        "exp:3:4",
        "exp:3:shrink=0.1:x",
        "5",
        "photo",
        "photos:3",
        "photos:stationary",
        "exp:shrink=0.1",
    ] {
        assert!(matches!(error(text), FieldError::Unknown { .. }), "{text}");
    }
    for text in [
        "exp:",
        "exp:five",
        "power:2,9",
        "exp:3:shrink=",
        "exp:3:shrink=x",
    ] {
        assert!(matches!(error(text), FieldError::Number { .. }), "{text}");
    }
    for text in ["exp:0", "se:-1", "matern32:inf", "matern52:NaN"] {
        assert!(matches!(error(text), FieldError::Range { .. }), "{text}");
    }
    for text in ["power:-1", "power:10.5", "power:NaN"] {
        assert!(matches!(error(text), FieldError::Exponent { .. }), "{text}");
    }
    for text in ["exp:3:shrink=-0.1", "exp:3:shrink=1.5", "exp:3:shrink=NaN"] {
        assert!(
            matches!(error(text), FieldError::Shrinkage { .. }),
            "{text}"
        );
    }
}

#[test]
fn texts_come_back() {
    for text in [
        "exp:5",
        "matern32:2.5",
        "matern52:7:shrink=0.1",
        "se:4:shrink=0",
        "se:4:shrink=0.000001",
        "power:2.9",
        "photos",
        "photos:shrink=0.5",
    ] {
        assert_eq!(text.parse::<Field>().unwrap().to_string(), text);
    }
}

#[test]
fn matrices_that_are_no_covariance() {
    let grid = Grid::new(1, 2).unwrap();
    let error = |matrix: Array2<f64>| Covariance::new(grid, matrix.view()).unwrap_err();
    assert!(matches!(
        error(Array2::eye(3)),
        CovarianceError::Shape {
            rows: 3,
            columns: 3,
            cells: 2,
            ..
        }
    ));
    assert!(matches!(
        error(array![[1.0, f64::NAN], [0.0, 1.0]]),
        CovarianceError::NotFinite {
            row: 0,
            column: 1,
            ..
        }
    ));
    assert!(matches!(
        error(array![[1.0, 0.5], [0.4, 1.0]]),
        CovarianceError::NotSymmetric {
            row: 1,
            column: 0,
            ..
        }
    ));
    assert!(matches!(
        error(array![[1.0, 0.0], [0.0, 0.0]]),
        CovarianceError::Variance {
            cell: 1,
            value: 0.0
        }
    ));
    assert!(matches!(
        Covariance::with_shrinkage(grid, Array2::eye(2).view(), 1.1),
        Err(CovarianceError::Shrinkage { value: 1.1 })
    ));
    let large = Grid::new(100, 100).unwrap();
    assert!(matches!(
        Covariance::of_field(&"exp:5".parse().unwrap(), large),
        Err(CovarianceError::TooLarge { cells: 10_000, .. })
    ));
}

/// How far off a matrix is, and what it takes.
#[test]
fn indefinite_matrices_get_an_offer() {
    let grid = Grid::new(1, 2).unwrap();
    // Eigenvalues 1 - 1.5 and 1 + 1.5.
    let matrix = array![[1.0, 1.5], [1.5, 1.0]];
    let error = Covariance::new(grid, matrix.view()).unwrap_err();
    let CovarianceError::NotPositiveDefinite {
        cell,
        eigenvalue,
        shrinkage,
        ..
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(cell, Some(1));
    assert!((eigenvalue + 0.5).abs() < 1e-12);
    assert!(Covariance::with_shrinkage(grid, matrix.view(), shrinkage).is_ok());

    // Of rank one, but for rounding.
    let matrix = array![[1.0, 1.0], [1.0, 1.0]];
    let error = Covariance::new(grid, matrix.view()).unwrap_err();
    let CovarianceError::NotPositiveDefinite { shrinkage, .. } = error else {
        panic!("{error}");
    };
    assert!(shrinkage < 1e-9);
    assert!(Covariance::with_shrinkage(grid, matrix.view(), shrinkage).is_ok());

    // A field that is too smooth for its formula.
    let grid = Grid::new(16, 16).unwrap();
    let field: Field = "se:4:shrink=0".parse().unwrap();
    let error = Covariance::of_field(&field, grid).unwrap_err();
    let CovarianceError::NotPositiveDefinite { shrinkage, .. } = error else {
        panic!("{error}");
    };
    let field = field.with_shrinkage(shrinkage).unwrap();
    assert!(Covariance::of_field(&field, grid).is_ok(), "{shrinkage}");
}

#[test]
fn orders_of_something_else() {
    let grid = Grid::new(2, 2).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([1, 3]).unwrap()).unwrap();
    let field: Field = "exp:5".parse().unwrap();
    let other = Covariance::of_field(&field, Grid::new(1, 4).unwrap()).unwrap();
    assert!(matches!(
        Information::new(&problem, &other),
        Err(InformationError::Grid { .. })
    ));
    let covariance = Covariance::of_field(&field, grid).unwrap();
    let mut information = Information::new(&problem, &covariance).unwrap();
    assert!(matches!(
        information.measure(&[0, 1, 1, 2]),
        Err(InformationError::Order(OrderError::Repeated { .. }))
    ));
    assert!(matches!(
        information.cut_costs(&[0, 1, 2], Loss::Refusals),
        Err(InformationError::Order(OrderError::Length { .. }))
    ));
    assert_eq!(
        mean_cut_costs(
            OrderSource::Method {
                method: &Random::default(),
                count: 0,
                seed: 0
            },
            &problem,
            &covariance,
            Loss::TotalCorrelation,
            &|_| {}
        ),
        Err(InformationError::NoOrders)
    );
}
