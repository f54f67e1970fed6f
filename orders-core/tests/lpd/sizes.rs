//! How group sizes are chosen, and the sizes of published programs.

use std::collections::BTreeMap;

use orders_core::methods::{Diagonal, Raster};
use orders_core::sizes::{
    ReleasedSizes, ResolvedSizes, SizesChoice, SizesError, SizesRequest, group_sizes_from_json,
};
use orders_core::{FirstGroup, Grid, GroupSizes, KnownCells, OrderingMethod, Shape, ShapeError};

use crate::released::read_json;

#[test]
fn released_sizes_are_those_of_the_programs() {
    // {"halton": {"256": {"8": [20, ...], ...}, ...}, ..., "note": "..."}
    let programs: BTreeMap<String, serde_json::Value> = read_json("group_sizes_released.json");
    let mut compared = 0;
    for (name, program) in ReleasedSizes::ALL {
        let lists = &programs[name.strip_prefix("released:").unwrap()];
        for (cells, lists) in lists.as_object().unwrap() {
            for (steps, sizes) in lists.as_object().unwrap() {
                let ours = program.group_sizes(cells.parse().unwrap(), steps.parse().unwrap());
                let expected: Vec<u32> = serde_json::from_value(sizes.clone()).unwrap();
                assert_eq!(ours.unwrap().as_slice(), expected, "{name} {cells} {steps}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 20);
}

#[test]
fn released_sizes_fit_any_cells_and_steps() {
    for (name, program) in ReleasedSizes::ALL {
        for (cells, steps) in (1..=40).flat_map(|cells| (1..=cells).map(move |k| (cells, k))) {
            let sizes = program.group_sizes(cells, steps).unwrap();
            assert_eq!(sizes.cells(), cells, "{name}");
            let made = match (program, steps) {
                (ReleasedSizes::RandAr, 1) => 2.min(cells),
                _ => steps,
            };
            assert_eq!(sizes.steps(), made, "{name} {cells} {steps}");
        }
        let most = Grid::MAX_CELLS as usize;
        for steps in [1, 1000] {
            assert_eq!(program.group_sizes(most, steps).unwrap().cells(), most);
        }
        for (cells, steps) in [(16, 0), (16, 17), (0, 0)] {
            let refused = program.group_sizes(cells, steps).unwrap_err();
            assert_eq!(refused, ShapeError::Steps { steps, cells });
        }
        let cells = most + 1;
        let refused = program.group_sizes(cells, 4).unwrap_err();
        assert_eq!(refused, ShapeError::TooLarge { cells });
    }
}

fn choice(text: &str) -> SizesChoice {
    text.parse().unwrap()
}

fn whole(grid: &str) -> KnownCells {
    KnownCells::none(grid.parse().unwrap())
}

fn resolved(text: &str, grid: &str, steps: Option<usize>) -> ResolvedSizes {
    let known = whole(grid);
    choice(text)
        .resolve(&SizesRequest::new(&known, steps))
        .unwrap()
}

#[test]
fn choices_are_read_as_they_are_written() {
    for name in SizesChoice::names() {
        assert_eq!(choice(name).to_string(), name);
    }
    for (text, written) in [
        ("power:2.5", "power:2.5"),
        ("power:3", "power"),
        ("1,5,10", "1,5,10"),
        (" [1, 5,\n10] ", "1,5,10"),
    ] {
        assert_eq!(choice(text).to_string(), written);
    }
    assert_eq!(
        choice("released:mar"),
        SizesChoice::Released(ReleasedSizes::Mar)
    );
    assert_eq!(choice("arccos"), SizesChoice::Shape(Shape::Arccos));
}

#[test]
fn what_is_no_choice_is_refused() {
    let no_size = "is no size; write whole numbers with commas between them, for example 1,5,10";
    let names = SizesChoice::names().join(", ");
    for (text, error) in [
        (
            "",
            format!("there are no sizes ''; there are {names} and lists such as [1, 5, 10]"),
        ),
        (
            "cosin",
            format!("there are no sizes 'cosin'; there are {names} and lists such as [1, 5, 10]"),
        ),
        (
            "power:-1",
            "'-1' is not an exponent for power; it takes a number above 0".into(),
        ),
        ("1,,15", format!("'' {no_size}")),
        ("[]", format!("'' {no_size}")),
        ("1,99999999999", format!("'99999999999' {no_size}")),
        (
            "1,0,15",
            "the group of step 2 has size 0; every group needs at least one cell".into(),
        ),
    ] {
        assert_eq!(text.parse::<SizesChoice>().unwrap_err().to_string(), error);
    }
}

#[test]
fn usual_sizes_are_the_published_ones_or_cosine() {
    let published = resolved("usual", "16x16", Some(20));
    assert_eq!(published, resolved("published", "16x16", Some(20)));
    assert_eq!((published.label, published.note), (None, None));

    let made = resolved("usual", "4x6", Some(5));
    assert_eq!(made.sizes, resolved("cosine", "4x6", Some(5)).sizes);
    assert_eq!(made.label, None);
    assert_eq!(
        made.note.unwrap().to_string(),
        "no group sizes were published for 4x6 in 5 steps; these are the cosine shape's"
    );

    let known = KnownCells::new("16x16".parse().unwrap(), 0..56).unwrap();
    let mut request = SizesRequest::new(&known, Some(20));
    for (first_group, words) in [
        (None, "the first group by formula too"),
        (Some(FirstGroup::Formula), "the first group by formula too"),
        (Some(FirstGroup::One), "after a first group of one"),
    ] {
        request.first_group = first_group;
        let made = SizesChoice::Usual.resolve(&request).unwrap();
        let first = first_group.unwrap_or(FirstGroup::Formula);
        let cosine = Shape::Cosine.group_sizes(200, 20, first).unwrap();
        assert_eq!(made.sizes, cosine);
        let note = format!("group sizes are the cosine shape's for the free cells, {words}");
        assert_eq!(made.note.unwrap().to_string(), note);
    }
}

#[test]
fn choices_have_labels_for_file_names() {
    let labels = [
        ("power:2.5", "power2.5"),
        ("uniform", "uniform"),
        ("released:arpg-arccos", "released-arpg-arccos"),
        ("1,5,10", "custom"),
    ];
    for (text, label) in labels {
        assert_eq!(resolved(text, "4x4", Some(3)).label.unwrap(), label);
    }
    let released = resolved("released:randar", "4x4", Some(1));
    assert_eq!(released.sizes.as_slice(), [1, 15]);
    assert_eq!(
        released.note.unwrap().to_string(),
        "released:randar makes 2 steps where 1 is asked for"
    );
    assert_eq!(resolved("one-by-one", "4x4", None).sizes.steps(), 16);
}

#[test]
fn own_sizes_are_those_of_a_method() {
    let known = whole("3x4");
    let mut request = SizesRequest::new(&known, None);
    assert_eq!(
        SizesChoice::Own.resolve(&request).unwrap_err(),
        SizesError::MethodNeeded
    );
    let diagonal = Diagonal::default();
    request.method = Some(&diagonal);
    let own = SizesChoice::Own.resolve(&request).unwrap();
    assert_eq!(
        own.sizes,
        diagonal.own_group_sizes(&known).unwrap().unwrap()
    );
    assert_eq!(own.label.unwrap(), "own");
    request.method = Some(&Raster);
    assert_eq!(
        SizesChoice::Own.resolve(&request).unwrap_err().to_string(),
        "method raster has no group sizes of its own"
    );
}

#[test]
fn optimal_sizes_are_looked_for_elsewhere() {
    let known = whole("3x4");
    let request = SizesRequest::new(&known, Some(2));
    assert_eq!(
        SizesChoice::Optimal.resolve(&request).unwrap_err(),
        SizesError::NotSearched
    );
    let found = SizesChoice::Optimal.resolve_with(&request, |steps| {
        assert_eq!(steps, 2);
        GroupSizes::new([4, 8]).map_err(SizesError::from)
    });
    let found = found.unwrap();
    assert_eq!(found.sizes.as_slice(), [4, 8]);
    assert_eq!(found.label.unwrap(), "optimal");
}

#[test]
fn impossible_steps_are_refused() {
    for (text, grid, steps, error) in [
        (
            "published",
            "16x16",
            None,
            "'published' sizes need a number of steps",
        ),
        (
            "cosine",
            "16x16",
            None,
            "'cosine' sizes need a number of steps",
        ),
        (
            "optimal",
            "16x16",
            None,
            "'optimal' sizes need a number of steps",
        ),
        (
            "published",
            "16x16",
            Some(300),
            "no group sizes were published for 16x16 in 300 steps (there are lists of 8, 12, 16, 20, 24, 32, 64, 128, 256 steps); sizes by formula, such as 'cosine', take any",
        ),
        (
            "published",
            "4x4",
            Some(3),
            "no group sizes were published for 4x4 in 3 steps (none are for this grid); sizes by formula, such as 'cosine', take any",
        ),
        (
            "released:mar",
            "4x4",
            Some(17),
            "17 steps cannot share 16 cells; between 1 and 16 steps are possible",
        ),
    ] {
        let known = whole(grid);
        let refused = choice(text).resolve(&SizesRequest::new(&known, steps));
        assert_eq!(refused.unwrap_err().to_string(), error, "{text}");
    }
    let known = KnownCells::new("16x16".parse().unwrap(), [0]).unwrap();
    let refused = SizesChoice::Published.resolve(&SizesRequest::new(&known, Some(20)));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "no group sizes were published for 16x16 in 20 steps (lists are for whole grids, and 1 of the cells are known); sizes by formula, such as 'cosine', take any"
    );
}

#[test]
fn lists_are_read_from_json() {
    let lookup = r#"{"64 resolution": {"3 steps": [1, 5, 10], "4 steps": [1, 3, 5, 7]}}"#;
    let lists = "[[1, 5, 10], [1, 3, 5, 7], [1, 5, 10], [2, 5, 10], [3, 1]]";
    let read = |json: &str, cells, steps| match group_sizes_from_json(json.as_bytes(), cells, steps)
    {
        Ok(sizes) => format!("{sizes:?}"),
        Err(error) => error.to_string(),
    };
    for (json, cells, steps, expected) in [
        // One list is that list.
        ("[1, 15]", 9, None, "GroupSizes([1, 15])"),
        (lookup, 16, Some(4), "GroupSizes([1, 3, 5, 7])"),
        (lists, 16, Some(3), "GroupSizes([1, 5, 10])"),
        (lists, 4, None, "GroupSizes([3, 1])"),
        (
            lookup,
            16,
            None,
            "several of the lists are for 16 cells, of 3, 4 steps; a number of steps must say which",
        ),
        (
            "[[1, 3], [2, 2]]",
            4,
            Some(2),
            "several of the lists are for 4 cells, of 2 steps; a file with one of them is needed",
        ),
        (
            lookup,
            16,
            Some(5),
            "none of the lists has 5 steps for 16 cells; there are lists of 3, 4 steps",
        ),
        (lists, 15, Some(3), "none of the lists is for 15 cells"),
        (
            "[1,",
            16,
            None,
            "this is no JSON array of whole numbers: EOF while parsing a value at line 1 column 3",
        ),
        ("{\"sizes\": [16]}", 16, None, "GroupSizes([16])"),
        (
            "{\"2\": [6, 10], \"3\": [1, 5, 10]}",
            16,
            Some(2),
            "GroupSizes([6, 10])",
        ),
        (
            "{\"4x4\": [[6, 10], [1, 5, 10]]}",
            16,
            Some(3),
            "GroupSizes([1, 5, 10])",
        ),
        (
            "[[1, -2]]",
            16,
            None,
            "this is no JSON array of arrays of whole numbers: invalid value: integer `-2`, expected u32 at line 1 column 7",
        ),
        (
            "{\"a\": {\"b\": 3}}",
            16,
            None,
            "this is no JSON object such as {\"256 resolution\": {\"20 steps\": [1, 2, 4]}}: invalid type: integer `3`, expected a sequence",
        ),
        (
            "[[1, 0]]",
            16,
            None,
            "the group of step 2 has size 0; every group needs at least one cell",
        ),
    ] {
        assert_eq!(read(json, cells, steps), expected, "{json}");
    }
}
