//! Patterns, and what starts in several places at once.

use orders_core::Parameters;

use super::{ranks, steps, whole, with};

#[test]
fn bayer_ranks() {
    ranks(
        "bayer",
        &whole("6x8"),
        Parameters::new(),
        "
          0 24  6 30  2 26  8 32
         36 12 42 18 38 14 44 20
         10 34  4 28 11 35  5 29
         46 22 40 16 47 23 41 17
          3 27  9 33  1 25  7 31
         39 15 45 21 37 13 43 19
        ",
    );
}

#[test]
fn bayer_steps() {
    steps(
        "bayer",
        &whole("6x8"),
        Parameters::new(),
        "
          0  6  4  6  2  6  4  6
          6  5  6  5  6  5  6  5
          4  6  3  6  4  6  3  6
          6  5  6  5  6  5  6  5
          2  6  4  6  1  6  4  6
          6  5  6  5  6  5  6  5
        ",
    );
}

#[test]
fn diagonal() {
    steps(
        "diagonal",
        &whole("6x8"),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
          1  2  3  4  5  6  7  8
          2  3  4  5  6  7  8  9
          3  4  5  6  7  8  9 10
          4  5  6  7  8  9 10 11
          5  6  7  8  9 10 11 12
        ",
    );
}

#[test]
fn row_parallel() {
    steps(
        "row-parallel",
        &whole("6x8"),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
          3  4  5  6  7  8  9 10
          6  7  8  9 10 11 12 13
          9 10 11 12 13 14 15 16
         12 13 14 15 16 17 18 19
         15 16 17 18 19 20 21 22
        ",
    );
}

#[test]
fn row_parallel_of_window_1() {
    steps(
        "row-parallel",
        &whole("6x8"),
        with("window", 1.0),
        "
          0  1  2  3  4  5  6  7
          1  2  3  4  5  6  7  8
          2  3  4  5  6  7  8  9
          3  4  5  6  7  8  9 10
          4  5  6  7  8  9 10 11
          5  6  7  8  9 10 11 12
        ",
    );
}

#[test]
fn region_parallel_of_2x2() {
    steps(
        "region-parallel",
        &whole("6x8"),
        with("regions", 2.0),
        "
          0  4  5  6  1  4  5  6
          7  8  9 10  7  8  9 10
         11 12 13 14 11 12 13 14
          2  4  5  6  3  4  5  6
          7  8  9 10  7  8  9 10
         11 12 13 14 11 12 13 14
        ",
    );
}

#[test]
fn region_parallel_of_uneven_regions() {
    steps(
        "region-parallel",
        &whole("6x8"),
        with("regions", 3.0),
        "
          0  9  1  9 10  2  9 10
         11 12 11 12 13 11 12 13
          3  9  4  9 10  5  9 10
         11 12 11 12 13 11 12 13
          6  9  7  9 10  8  9 10
         11 12 11 12 13 11 12 13
        ",
    );
}

#[test]
fn binary_search() {
    steps(
        "binary-search",
        &whole("6x8"),
        Parameters::new(),
        "
         4  5  3  4  5  2  4  5
         3  4  5  1  4  5  3  4
         5  2  4  5  3  4  5  0
         4  5  3  4  5  2  4  5
         3  4  5  1  4  5  3  4
         5  2  4  5  3  5  4  5
        ",
    );
}

#[test]
fn dus() {
    steps(
        "dus",
        &whole("6x8"),
        Parameters::new(),
        "
         0  4  3  4  2  4  3  4
         1  4  3  4  2  4  3  4
         0  4  3  4  2  4  3  4
         1  4  3  4  2  4  3  4
         5  9  8  9  7  9  8  9
         6  9  8  9  7  9  8  9
        ",
    );
}

#[test]
fn dus_of_short_blocks() {
    steps(
        "dus",
        &whole("6x8"),
        with("block", 10.0),
        "
         0  2  1  2  1  0  1  2
         1  2  3  5  4  5  4  3
         4  5  4  5  6  8  7  8
         7  6  7  8  7  8  9 11
        10 11 10  9 10 11 10 11
        12 14 13 14 13 12 13 14
        ",
    );
}
