//! What is no field, and what can't be asked of one.

use orders_analysis::discrete::{FieldDecoder, PottsField, PottsParams};
use orders_core::Grid;
use orders_core::decoding::Decoder;

fn refusal(grid: Grid, text: &str) -> String {
    let field = text
        .parse()
        .and_then(|params| PottsField::new(grid, params));
    field.unwrap_err().to_string()
}

#[test]
fn what_is_no_field() {
    let grid = Grid::new(4, 4).unwrap();
    for text in [
        "",
        "potts",
        "potts:3",
        "potts:3:x",
        "potts:x:1",
        "potts:-2:1",
        "ising",
        "ising:1:2",
        "potts:3:1:bias",
        "potts:3:1:bias=",
        "exp:5",
        "potts:2.5:1",
        "potts:3:1:bias=1:bias=1",
    ] {
        let words = refusal(grid, text);
        assert!(
            words.starts_with(&format!("'{text}' is no discrete field; write ")),
            "{words}"
        );
    }
    for (text, words) in [
        (
            "potts:1:1",
            "a field of 1 colours was asked for; from 2 to 256 are possible",
        ),
        (
            "potts:300:1",
            "a field of 300 colours was asked for; from 2 to 256 are possible",
        ),
        (
            "potts:3:10.5",
            "the coupling of a field is 10.5; it takes a number from -10 to 10",
        ),
        (
            "ising:NaN",
            "the coupling of a field is NaN; it takes a number from -10 to 10",
        ),
        (
            "ising:1:bias=inf",
            "the bias of a field is inf; it takes a number from -10 to 10",
        ),
    ] {
        assert_eq!(refusal(grid, text), words);
    }
}

#[test]
fn grids_that_are_too_large() {
    let ising = "ising:0.4";
    assert_eq!(
        refusal(Grid::new(17, 20).unwrap(), ising),
        "2 colours on a 17x20 grid have 2^17 states along its shorter side; at most 65536 are \
         computed with"
    );
    assert_eq!(
        refusal(Grid::new(4096, 4096).unwrap(), ising),
        "2 colours on a 4096x4096 grid have 2^4096 states along its shorter side; at most 65536 \
         are computed with"
    );
    assert_eq!(
        refusal(Grid::new(5, 64).unwrap(), "potts:16:0.4"),
        "16 colours on a 5x64 grid have 16^5 states along its shorter side; at most 65536 are \
         computed with"
    );
    assert_eq!(
        refusal(Grid::new(16, 17).unwrap(), ising),
        "2 colours on a 16x17 grid take 17825792 numbers (2^16 states for each of its cells); \
         at most 16777216 are computed with"
    );
    assert_eq!(
        refusal(Grid::video(2, 4, 4).unwrap(), ising),
        "a discrete field has one frame; 2x4x4 has 2"
    );
}

#[test]
fn questions_that_have_no_answer() {
    let grid = Grid::new(2, 3).unwrap();
    let field = PottsField::new(grid, PottsParams::new(3, 1.0).unwrap()).unwrap();
    let words = |result: Result<f64, orders_analysis::discrete::DiscreteError>| {
        result.unwrap_err().to_string()
    };
    assert_eq!(
        words(field.log_probability(&[0; 5])),
        "there are tokens for 5 cells; the 2x3 grid has 6"
    );
    assert_eq!(
        words(field.entropy(&[None, None, Some(3), None, None, None])),
        "cell 2 has token 3; the field has 3 colours, from 0"
    );
    let settled = [None, Some(1), None, None, None, None];
    for (group, what) in [
        (&[0, 6][..], "cell 6 of the group is not in the grid"),
        (&[0, 1], "cell 1 of the group is settled"),
        (&[0, 2, 0], "cell 0 of the group is there twice"),
    ] {
        let found = words(field.total_correlation(&settled, group));
        assert_eq!(found, format!("{what}; a group has free cells, each once"));
    }
    let large = Grid::new(3, 3).unwrap();
    let large = PottsField::new(large, PottsParams::new(3, 1.0).unwrap()).unwrap();
    let group: Vec<u32> = (0..8).collect();
    assert_eq!(
        words(large.total_correlation(&[None; 9], &group)),
        "a group of 8 cells has 3^8 colourings; at most 4096 are summed over"
    );
    assert_eq!(large.total_correlation(&[None; 9], &[]).unwrap(), 0.0);

    let mut decoder = FieldDecoder::new(&field, 1);
    decoder.commit(0, &[(4, 2)]).unwrap();
    for (commit, words) in [
        (
            (4, 2),
            "cell 4 of the group is settled; a group has free cells, each once",
        ),
        (
            (6, 0),
            "cell 6 of the group is not in the grid; a group has free cells, each once",
        ),
        (
            (0, 7),
            "cell 0 has token 7; the field has 3 colours, from 0",
        ),
    ] {
        let error = decoder.commit(0, &[commit]).unwrap_err();
        assert_eq!(error.to_string(), words);
    }
}
