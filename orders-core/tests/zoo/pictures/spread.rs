//! What is spread evenly, or at random.

use orders_core::Parameters;

use super::{ranks, steps, whole, with};

#[test]
fn halton() {
    ranks(
        "halton",
        &whole("6x8"),
        Parameters::new(),
        "
         31 38 22  3 15 18 28  7
         17 11  9 47 29  1 40 36
         26  5 44 37 20 33 13 24
          8 19  0 32 39 23  4 16
          2 43 41 12 35 10 46 30
         25 34 14 27  6 45 21 42
        ",
    );
}

#[test]
fn halton_rolled() {
    ranks(
        "halton",
        &whole("6x8"),
        with("roll", true),
        "
         37 20 33 13 24 26  5 44
         32 39 23  4 16  8 19  0
         12 35 10 46 30  2 43 41
         27  6 45 21 42 25 34 14
          3 15 18 28  7 31 38 22
         47 29  1 40 36 17 11  9
        ",
    );
}

#[test]
fn halton_scrambled() {
    ranks(
        "halton",
        &whole("6x8"),
        with("scramble", true),
        "
         11 21 32 15 24 27  7 40
         42 34  3 47  9 43 22  1
          5 38 17 19 44 13 41 30
         28 45  8 12  0 33 16 25
          2 23 46 35 29  4 37 10
         31 14 26  6 39 18 20 36
        ",
    );
}

#[test]
fn hierarchical() {
    ranks(
        "hierarchical",
        &whole("6x8"),
        Parameters::new(),
        "
          4 30  1 13  2 25  5 15
         39 23 21 31 17 28 27 34
          8 32  0 38  3 46 11 42
         16 12 35 47 24 20 37 26
          7 41  6 36  9 40 10 44
         45 43 19 33 18 29 14 22
        ",
    );
}

#[test]
fn random() {
    ranks(
        "random",
        &whole("6x8"),
        Parameters::new(),
        "
         15 19 40  4 28 12 10 39
          0  6 17 23 22 27 35 31
          5 16  1 24 44 13 43 41
         30  8 25 29 33 34 42 47
          2 46 38 18 11  9 21 20
         14 26 32 37 36  7 45  3
        ",
    );
}

#[test]
fn lpd() {
    steps(
        "lpd",
        &whole("6x8"),
        Parameters::new(),
        "
          4  5  4  5  5  4  5  3
          5  5  5  4  5  5  5  4
          5  4  3  2  3  4  5  5
          3  2  1  0  1  2  3  4
          5  4  3  2  3  4  5  5
          4  4  5  4  5  5  5  4
        ",
    );
}

#[test]
fn proximity() {
    steps(
        "proximity",
        &whole("6x8"),
        Parameters::new(),
        "
          4  5  5  4  5  5  5  4
          5  5  4  3  4  5  5  5
          5  4  2  1  3  4  5  5
          4  3  1  0  2  4  5  5
          4  3  2  2  3  4  5  5
          5  4  3  3  4  5  5  4
        ",
    );
}

#[test]
fn farthest() {
    steps(
        "farthest",
        &whole("6x8"),
        Parameters::new(),
        "
          1  2  3  5  4  5  3  2
          3  5  4  5  5  5  4  5
          4  5  5  3  5  4  5  5
          5  5  4  0  4  4  5  4
          5  4  2  5  5  4  5  3
          3  4  5  4  3  1  4  2
        ",
    );
}

#[test]
fn halton_rotated() {
    ranks(
        "halton",
        &whole("6x8"),
        with("rotate", true),
        "
        14 21  5 34 46  1 11 38
         0 42 40 30 12 32 23 19
         9 36 27 20  3 16 44  7
        39  2 31 15 22  6 35 47
        33 26 24 43 18 41 29 13
         8 17 45 10 37 28  4 25
        ",
    );
}

#[test]
fn subsample() {
    ranks(
        "subsample",
        &whole("6x8"),
        Parameters::new(),
        "
         0 12  4 16  1 13  5 17
        24 36 28 40 25 37 29 41
         8 20 10 22  9 21 11 23
        32 44 34 46 33 45 35 47
         2 14  6 18  3 15  7 19
        26 38 30 42 27 39 31 43
        ",
    );
}

#[test]
fn random_in_batches() {
    ranks(
        "random",
        &whole("6x8"),
        with("batch", 4.0),
        "
        15 19 40  4 28 12 10 39
         0  6 17 23 22 27 35 31
         5 16  1 24 44 13 43 41
        30  8 25 29 33 34 42 47
         2 46 38 18 11  9 21 20
        14 26 32 37 36  7 45  3
        ",
    );
}
