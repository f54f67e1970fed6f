//! Grids with known cells.

use orders_core::Parameters;

use super::{hole, ranks, steps};

#[test]
fn known_snake() {
    ranks(
        "snake",
        &hole(),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
          .  .  .  .  .  .  .  .
          .  .  8  9 10 11  .  .
          .  . 15 14 13 12  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_spiral() {
    ranks(
        "spiral",
        &hole(),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
          .  .  .  .  .  .  .  .
          .  .  8  9 10 11  .  .
          .  . 15 14 13 12  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_hilbert() {
    ranks(
        "hilbert",
        &hole(),
        Parameters::new(),
        "
          0  1  2  3 12 13 14 15
          .  .  .  .  .  .  .  .
          .  .  4  5 10 11  .  .
          .  .  7  6  9  8  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_halton() {
    ranks(
        "halton",
        &hole(),
        Parameters::new(),
        "
          9 13  6  1  3  4  8  2
          .  .  .  .  .  .  .  .
          .  . 15 12  5 11  .  .
          .  .  0 10 14  7  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_diagonal() {
    steps(
        "diagonal",
        &hole(),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
          .  .  .  .  .  .  .  .
          .  .  4  5  6  7  .  .
          .  .  5  6  7  8  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_row_parallel() {
    steps(
        "row-parallel",
        &hole(),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
          .  .  .  .  .  .  .  .
          .  .  8  9 10 11  .  .
          .  . 11 12 13 14  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_region_parallel() {
    steps(
        "region-parallel",
        &hole(),
        Parameters::new(),
        "
          0  6  1  6  2  6  3  6
          .  .  .  .  .  .  .  .
          .  .  7  8  7  8  .  .
          .  .  4  6  5  6  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_bayer() {
    steps(
        "bayer",
        &hole(),
        Parameters::new(),
        "
          0  5  3  5  1  5  3  5
          .  .  .  .  .  .  .  .
          .  .  2  5  3  5  .  .
          .  .  5  4  5  4  .  .
          .  .  .  .  .  .  .  .
          .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_subsample() {
    ranks(
        "subsample",
        &hole(),
        Parameters::new(),
        "
         0  6  2  8  1  7  3  9
         .  .  .  .  .  .  .  .
         .  .  5 11  4 10  .  .
         .  . 13 15 12 14  .  .
         .  .  .  .  .  .  .  .
         .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_binary_search() {
    steps(
        "binary-search",
        &hole(),
        Parameters::new(),
        "
         2  3  1  2  3  0  2  3
         .  .  .  .  .  .  .  .
         .  .  2  3  1  2  .  .
         .  .  1  2  3  0  .  .
         .  .  .  .  .  .  .  .
         .  .  .  .  .  .  .  .
        ",
    );
}

#[test]
fn known_dus() {
    steps(
        "dus",
        &hole(),
        Parameters::new(),
        "
         0  3  2  3  1  3  2  3
         .  .  .  .  .  .  .  .
         .  .  2  3  1  3  .  .
         .  .  2  3  1  3  .  .
         .  .  .  .  .  .  .  .
         .  .  .  .  .  .  .  .
        ",
    );
}
