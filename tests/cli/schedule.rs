//! `schedule`: group sizes as text and as JSON.

use crate::folder::Folder;

const COSINE_NOTE: &str =
    "note: no group sizes were published for 4x6 in 5 steps; these are the cosine shape's\n";

/// The sizes of the shapes are those closest to the formulas in least squares,
/// found by trying all lists of sizes.
#[test]
fn sizes_are_printed() {
    let folder = Folder::new();
    for (flags, sizes, note) in [
        (
            "--res 256 --steps 20",
            "1,2,4,5,7,8,10,11,12,14,15,16,17,18,18,19,19,20,20,20",
            "",
        ),
        ("--res 256 --steps 8", "1,15,24,32,40,45,49,50", ""),
        ("--grid 16x16 --steps 8", "1,15,24,32,40,45,49,50", ""),
        ("--grid 4x6 --steps 5", "1,3,5,7,8", COSINE_NOTE),
        ("--grid 4x6 --steps 5 -q", "1,3,5,7,8", ""),
        ("--grid 4x6 --steps 5 --shape cosine", "1,3,5,7,8", ""),
        ("--grid 4x6 --steps 5 --shape arccos", "1,4,4,5,10", ""),
        ("--grid 4x6 --steps 5 --shape linear", "1,3,5,7,8", ""),
        ("--grid 4x6 --steps 5 --shape power", "1,1,3,7,12", ""),
        ("--grid 4x6 --steps 5 --shape power:3", "1,1,3,7,12", ""),
        ("--grid 4x6 --steps 5 --shape power:2.5", "1,2,4,7,10", ""),
        ("--grid 4x6 --steps 5 --shape uniform", "1,5,6,6,6", ""),
        (
            "--grid 4x6 --steps 5 --shape uniform --first-group formula",
            "4,5,5,5,5",
            "",
        ),
        (
            "--grid 4x6 --steps 5 --shape linear --first-group one",
            "1,3,5,7,8",
            "",
        ),
        ("--grid 2x3 --shape one-by-one", "1,1,1,1,1,1", ""),
        ("--grid 2x3 --shape one-by-one --steps 6", "1,1,1,1,1,1", ""),
        ("--grid 2x3 --group-sizes 1,5", "1,5", ""),
        ("--grid 2x3 --group-sizes [3,2,1]", "3,2,1", ""),
        ("--grid 1x1 --group-sizes 1", "1", ""),
    ] {
        folder
            .run(&format!("schedule {flags}"))
            .is(0, &format!("{sizes}\n"), note);
        folder
            .run(&format!("schedule {flags} --json"))
            .is(0, &format!("[{sizes}]\n"), note);
        // What is printed is taken back, in both forms.
        let grid: Vec<&str> = flags.split_whitespace().take(2).collect();
        let grid = grid.join(" ");
        folder.write("sizes", format!("[{sizes}]"));
        for list in [sizes, "sizes"] {
            folder
                .run(&format!("schedule {grid} --group-sizes {list}"))
                .is(0, &format!("{sizes}\n"), "");
        }
    }
}

#[test]
fn every_published_row_is_printed() {
    let text = fs_err::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../orders-core/tests/reference/group_sizes_published.json"),
    )
    .unwrap();
    let published: serde_json::Value = serde_json::from_str(&text).unwrap();
    let folder = Folder::new();
    let mut rows = 0;
    for (pixels, steps_and_sizes) in published.as_object().unwrap() {
        for (steps, sizes) in steps_and_sizes.as_object().unwrap() {
            let pixels = pixels.trim_end_matches(" resolution");
            let steps = steps.trim_end_matches(" steps");
            let line = format!("schedule --res {pixels} --steps {steps} --json");
            folder.run(&line).is(0, &format!("{sizes}\n"), "");
            rows += 1;
        }
    }
    assert_eq!(rows, 23);
}

/// The sizes of published programs, and files with several lists.
#[test]
fn lists_of_others_are_taken() {
    let folder = Folder::new();
    let halton = folder.done("schedule --res 256 --steps 32 --shape released:halton");
    assert!(halton.starts_with("5,5,5,5,5,5,5,6,"), "{halton}");
    assert!(halton.ends_with(",14,17,41\n"), "{halton}");

    let lookup = r#"{"64 resolution": {"3 steps": [1, 5, 10], "4 steps": [1, 3, 5, 7]}}"#;
    folder.write("lookup.json", lookup);
    folder.write("lists.json", "[[1, 5, 10], [1, 3, 5, 7], [1, 8]]");
    for file in ["lookup.json", "lists.json"] {
        let line = format!("schedule --grid 4x4 --group-sizes {file}");
        let sizes = folder.done(&format!("{line} --steps 4"));
        assert_eq!(sizes, "1,3,5,7\n");
        folder.refuses(
            2,
            &line,
            &format!("{file}: several of the lists are for 16 cells, of 3, 4 steps; a number of steps must say which"),
        );
        folder.refuses(
            2,
            &format!("{line} --steps 5"),
            &format!(
                "{file}: none of the lists has 5 steps for 16 cells; there are lists of 3, 4 steps"
            ),
        );
    }
}
