//! Grids of several frames.

use orders_core::Parameters;

use super::{ranks, steps, whole, with};

#[test]
fn video_snake() {
    ranks(
        "snake",
        &whole("3x3x4"),
        Parameters::new(),
        "
          0  1  2  3
          7  6  5  4
          8  9 10 11

         23 22 21 20
         16 17 18 19
         15 14 13 12

         24 25 26 27
         31 30 29 28
         32 33 34 35
        ",
    );
}

#[test]
fn video_hilbert() {
    ranks(
        "hilbert",
        &whole("3x3x4"),
        Parameters::new(),
        "
          0  1 10 11
          3  2  9  8
          4  5  6  7

         23 22 13 12
         20 21 14 15
         19 18 17 16

         24 25 34 35
         27 26 33 32
         28 29 30 31
        ",
    );
}

#[test]
fn video_morton() {
    ranks(
        "morton",
        &whole("3x3x4"),
        Parameters::new(),
        "
          0  1  8  9
          2  3 10 11
         16 17 20 21

          4  5 12 13
          6  7 14 15
         18 19 22 23

         24 25 28 29
         26 27 30 31
         32 33 34 35
        ",
    );
}

#[test]
fn video_halton() {
    ranks(
        "halton",
        &whole("3x3x4"),
        Parameters::new(),
        "
         26  9 15 33
          5  0 21  4
         31 14 10 25

         11 22  1  7
         18 27 19 16
          2 35  6 32

         17  3 24 30
          8 34 28 13
         29 12 23 20
        ",
    );
}

#[test]
fn video_hierarchical() {
    ranks(
        "hierarchical",
        &whole("3x3x4"),
        Parameters::new(),
        "
          4 18  1 12
         27 13 17 22
          2 14  5 26

          8 15  0 34
         21 24 25 35
          3 29 11 28

          7 19  6 32
         33 23 16 31
          9 30 10 20
        ",
    );
}

#[test]
fn video_diagonal() {
    steps(
        "diagonal",
        &whole("3x3x4"),
        Parameters::new(),
        "
          0  1  2  3
          1  2  3  4
          2  3  4  5

          1  2  3  4
          2  3  4  5
          3  4  5  6

          2  3  4  5
          3  4  5  6
          4  5  6  7
        ",
    );
}

#[test]
fn video_row_parallel() {
    steps(
        "row-parallel",
        &whole("3x3x4"),
        Parameters::new(),
        "
          0  1  2  3
          2  3  4  5
          4  5  6  7

          6  7  8  9
          8  9 10 11
         10 11 12 13

         12 13 14 15
         14 15 16 17
         16 17 18 19
        ",
    );
}

#[test]
fn video_region_parallel() {
    steps(
        "region-parallel",
        &whole("3x3x4"),
        with("regions", 2.0),
        "
          0  4  1  4
          2  4  3  4
          5  6  5  6

          7  8  7  8
          7  8  7  8
          9 10  9 10

         11 12 11 12
         11 12 11 12
         13 14 13 14
        ",
    );
}

#[test]
fn video_bayer() {
    steps(
        "bayer",
        &whole("3x3x4"),
        Parameters::new(),
        "
          0  6  3  6
          6  4  6  4
          3  6  1  6

          6  5  6  5
          5  6  5  6
          6  5  6  5

          3  6  2  6
          6  4  6  4
          2  6  3  6
        ",
    );
}

#[test]
fn video_diagonal_delayed() {
    steps(
        "diagonal",
        &whole("3x3x4"),
        with("delay", 3.0),
        "
         0  1  2  3
         1  2  3  4
         2  3  4  5

         3  4  5  6
         4  5  6  7
         5  6  7  8

         6  7  8  9
         7  8  9 10
         8  9 10 11
        ",
    );
}

#[test]
fn video_subsample() {
    ranks(
        "subsample",
        &whole("3x3x4"),
        Parameters::new(),
        "
         0  8  1  9
        16 20 17 21
         2 10  3 11

        24 28 25 29
        32 34 33 35
        26 30 27 31

         4 12  5 13
        18 22 19 23
         6 14  7 15
        ",
    );
}

#[test]
fn video_binary_search() {
    steps(
        "binary-search",
        &whole("3x3x4"),
        Parameters::new(),
        "
         4  3  4  2
         4  3  4  5
         1  4  3  4

         2  4  3  4
         5  0  4  3
         4  2  4  3

         4  5  1  4
         3  4  5  2
         4  3  4  5
        ",
    );
}

#[test]
fn video_dus() {
    steps(
        "dus",
        &whole("3x3x4"),
        with("block", 16.0),
        "
         0  3  2  3
         1  3  2  3
         0  3  2  3

         1  3  2  3
         4  7  6  7
         5  7  6  7

         4  7  6  7
         5  7  6  7
         8 10  9 10
        ",
    );
}
