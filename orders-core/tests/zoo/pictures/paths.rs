//! Paths: each cell after the one before.

use orders_core::Parameters;

use super::{ranks, whole, with};

#[test]
fn raster() {
    ranks(
        "raster",
        &whole("6x8"),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
          8  9 10 11 12 13 14 15
         16 17 18 19 20 21 22 23
         24 25 26 27 28 29 30 31
         32 33 34 35 36 37 38 39
         40 41 42 43 44 45 46 47
        ",
    );
}

#[test]
fn snake() {
    ranks(
        "snake",
        &whole("6x8"),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
         15 14 13 12 11 10  9  8
         16 17 18 19 20 21 22 23
         31 30 29 28 27 26 25 24
         32 33 34 35 36 37 38 39
         47 46 45 44 43 42 41 40
        ",
    );
}

#[test]
fn spiral_in() {
    ranks(
        "spiral",
        &whole("6x8"),
        Parameters::new(),
        "
          0  1  2  3  4  5  6  7
         23 24 25 26 27 28 29  8
         22 39 40 41 42 43 30  9
         21 38 47 46 45 44 31 10
         20 37 36 35 34 33 32 11
         19 18 17 16 15 14 13 12
        ",
    );
}

#[test]
fn spiral_out() {
    ranks(
        "spiral",
        &whole("6x8"),
        with("direction", "out"),
        "
         47 46 45 44 43 42 41 40
         24 23 22 21 20 19 18 39
         25  8  7  6  5  4 17 38
         26  9  0  1  2  3 16 37
         27 10 11 12 13 14 15 36
         28 29 30 31 32 33 34 35
        ",
    );
}

#[test]
fn hilbert() {
    ranks(
        "hilbert",
        &whole("6x8"),
        Parameters::new(),
        "
          0  3  4  5 42 43 44 47
          1  2  7  6 41 40 45 46
         14 13  8  9 38 39 34 33
         15 12 11 10 37 36 35 32
         16 19 20 23 24 27 28 31
         17 18 21 22 25 26 29 30
        ",
    );
}

#[test]
fn hilbert_of_a_power_of_two() {
    ranks(
        "hilbert",
        &whole("8x8"),
        Parameters::new(),
        "
          0  3  4  5 58 59 60 63
          1  2  7  6 57 56 61 62
         14 13  8  9 54 55 50 49
         15 12 11 10 53 52 51 48
         16 17 30 31 32 33 46 47
         19 18 29 28 35 34 45 44
         20 23 24 27 36 39 40 43
         21 22 25 26 37 38 41 42
        ",
    );
}

#[test]
fn hilbert_to_the_opposite_corner() {
    ranks(
        "hilbert",
        &whole("6x9"),
        Parameters::new(),
        "
          0  1 22 23 24 27 28 31 32
          3  2 21 20 25 26 29 30 33
          4  5 18 19 42 41 38 37 34
          7  6 17 16 43 40 39 36 35
          8 11 12 15 44 47 48 51 52
          9 10 13 14 45 46 49 50 53
        ",
    );
}

#[test]
fn morton() {
    ranks(
        "morton",
        &whole("6x8"),
        Parameters::new(),
        "
          0  1  4  5 16 17 20 21
          2  3  6  7 18 19 22 23
          8  9 12 13 24 25 28 29
         10 11 14 15 26 27 30 31
         32 33 36 37 40 41 44 45
         34 35 38 39 42 43 46 47
        ",
    );
}

#[test]
fn spiral_released() {
    ranks(
        "spiral",
        &whole("6x8"),
        with("corner", "lower-right"),
        "
        12 11 10  9  8  7  6  5
        13 32 31 30 29 28 27  4
        14 33 44 43 42 41 26  3
        15 34 45 46 47 40 25  2
        16 35 36 37 38 39 24  1
        17 18 19 20 21 22 23  0
        ",
    );
}
