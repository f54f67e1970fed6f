//! Grids of several frames.

use orders_core::{Catalogue, Grid, Parameters, Problem};
use orders_core::{FirstGroup, Shape};

use crate::folder::Folder;

#[test]
fn frames_come_one_after_the_other() {
    let folder = Folder::new();
    folder
        .run("gen --grid 2x2x3 --group-sizes 1,5,6 --method raster --num 1 --out video/")
        .is(
            0,
            "1 order (raster, 2x2x3, 3 steps, seed 0) in N s, N a second: video/grid2x2x3_steps3_custom_raster.json\n",
            "",
        );
    let file = "video/grid2x2x3_steps3_custom_raster.json";
    let (picture, manifest) = (format!("{file}.png"), format!("{file}.toml"));
    assert_eq!(folder.names(), ["video/", file, &picture, &manifest]);
    assert!(folder.read(&picture).starts_with(b"\x89PNG"));
    assert_eq!(folder.read(file), b"[[0,1,2,3,4,5,6,7,8,9,10,11]]");
    assert_eq!(
        folder.manifest(file).grid,
        Some(Grid::video(2, 2, 3).unwrap())
    );
    folder.run(&format!("check {file}")).is(
        0,
        &format!("{file}: ok: 1 order of 12 cells, all permutations, as its manifest says\n"),
        "",
    );
    let text = folder.done(&format!("inspect {file}"));
    assert!(text.contains("\ngrid      2x2x3\n"), "{text}");
    folder.write("theirs.json", folder.read(file));
    folder.run("check theirs.json --grid 2x2x3").is(
        0,
        "theirs.json: ok: 1 order of 12 cells, all permutations\n",
        "",
    );
    let text = folder.done("inspect theirs.json --grid 2x2x3");
    assert!(
        text.ends_with("\nmanifest  none\ngrid      2x2x3\n"),
        "{text}"
    );
}

/// Published sizes are those of one frame.
#[test]
fn sizes_share_all_frames() {
    let folder = Folder::new();
    let sizes = Shape::Cosine
        .group_sizes(1024, 20, FirstGroup::One)
        .unwrap();
    let printed = folder.done("schedule --grid 4x16x16 --steps 20 --json -q");
    let printed: Vec<u32> = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed, sizes.as_slice());
}

/// A method that can't do frames says so in a sentence, and nothing else.
#[test]
fn methods_that_take_one_frame_say_so() {
    let grid = Grid::video(2, 4, 4).unwrap();
    let sizes = Shape::Cosine.group_sizes(32, 5, FirstGroup::One).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    for entry in Catalogue::standard().methods() {
        let folder = Folder::new();
        let line = format!(
            "gen --grid 2x4x4 --steps 5 --method {} --num 3 --out new/",
            entry.name()
        );
        let method = Catalogue::standard().method(entry.name(), grid, &Parameters::new());
        match method.and_then(|method| method.order(&problem, 0, 2)) {
            Ok(order) => {
                folder.done(&line);
                let names = folder.names();
                let file = names.iter().find(|name| name.ends_with(".json")).unwrap();
                assert_eq!(folder.orders(file)[2], order.cell_from_rank());
                folder.done(&format!("check {file}"));
            }
            Err(error) => folder.refuses(2, &line, &error.to_string()),
        }
    }
}
