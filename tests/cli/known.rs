//! `--known`: masks and lists, and what becomes of orders, sizes and files.

use orders_core::files::Format;
use orders_core::{
    Catalogue, Cell, FirstGroup, Grid, KnownCells, Parameters, Problem, Shape, generate_batch,
};
use png::{BitDepth, ColorType};

use crate::folder::Folder;
use crate::picture::{mask, png, png_with};

/// 16x16 cells with a hole of 10x8 in them: 176 are known, 80 free.
fn is_known(row: u32, column: u32) -> bool {
    !((3..13).contains(&row) && (4..12).contains(&column))
}

fn known_cells() -> KnownCells {
    let grid = Grid::new(16, 16).unwrap();
    let cells = (0..256).filter(|cell| is_known(cell / 16, cell % 16));
    KnownCells::new(grid, cells).unwrap()
}

const NOTES: &str = "note: 176 of 256 cells are known\nnote: group sizes are the cosine shape's for the free cells, the first group by formula too\n";

/// Numbers as a list of flags takes them.
fn listed(numbers: &[u32]) -> String {
    let words: Vec<String> = numbers.iter().map(u32::to_string).collect();
    words.join(",")
}

#[test]
fn from_mask_to_checked_files() {
    let folder = Folder::new();
    folder.write("mask.png", mask(16, 16, is_known));
    folder
        .run("gen --res 256 --known mask.png --steps 12 --num 50 --out in/")
        .is(
            0,
            "50 orders (lpd, 16x16, 176 known, 12 steps, proximity 1, repulsion 2, seed 0) in N s, N a second: in/res256_known176_steps12_repulsion2.json\n",
            NOTES,
        );
    let file = "in/res256_known176_steps12_repulsion2.json";
    assert_eq!(
        folder.names(),
        [
            "in/",
            file,
            &format!("{file}.png"),
            &format!("{file}.toml"),
            "mask.png"
        ]
    );

    let known = known_cells();
    let sizes = Shape::Cosine
        .group_sizes(80, 12, FirstGroup::Formula)
        .unwrap();
    let problem = Problem::with_known(known.clone(), sizes).unwrap();
    let method = Catalogue::standard()
        .method("lpd", known.grid(), &Parameters::new())
        .unwrap();
    let mut expected: Vec<Vec<Cell>> = Vec::new();
    generate_batch(method.as_ref(), &problem, 50, 0, |cells| {
        expected.push(cells.to_vec());
    })
    .unwrap();
    let rows = folder.orders(file);
    assert_eq!(rows, expected);
    for mut row in rows.clone() {
        row.sort_unstable();
        assert_eq!(row, known.free_cells().collect::<Vec<_>>());
    }
    let manifest = folder.manifest(file);
    assert_eq!((manifest.count, manifest.cells), (50, 80));
    assert_eq!(manifest.problem(), Some(problem));

    // It is replayed under the known cells, with nothing but its manifest.
    let verdict = |file: &str| {
        format!(
            "{file}: ok: 50 orders of 80 cells (176 of 256 known), all permutations of the free cells, all possible outcomes of LPD (proximity 1, repulsion 2, 12 steps), as its manifest says\n"
        )
    };
    folder
        .run(&format!("check {file}"))
        .is(0, &verdict(file), "");
    folder.run(&format!("check {file} --json")).is(
        0,
        &format!("{{\"path\":\"{file}\",\"ok\":true,\"count\":50,\"cells\":80,\"grid\":\"16x16\",\"known_count\":176,\"checked\":[\"all permutations of the free cells\",\"all possible outcomes of LPD (proximity 1, repulsion 2, 12 steps)\",\"as its manifest says\"],\"fault\":null}}\n"),
        "",
    );
    let text = folder.done(&format!("inspect {file}"));
    for line in [
        "cells     80",
        "rows      all are permutations",
        "grid      16x16",
        "known     176 of 256",
        "steps     12",
    ] {
        assert!(text.lines().any(|l| l == line), "no '{line}' in\n{text}");
    }
    let report = folder.done(&format!("inspect {file} --json"));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["known_count"], 176);
    assert_eq!(report["permutations"], true);
    let known_rows = report["manifest"]["known"].as_str().unwrap();
    assert_eq!(known_rows.lines().nth(3), Some("####........####"));
    for format in Format::ALL {
        let made = format!("made.{format}");
        folder.done(&format!("convert {file} {made}"));
        assert_eq!(folder.orders(&made), rows, "{format}");
        assert_eq!(folder.manifest(&made).known, manifest.known);
        folder
            .run(&format!("check {made}"))
            .is(0, &verdict(&made), "");
    }
}

/// The order of raster shows which cells are free.
#[track_caller]
fn frees(folder: &Folder, grid: &str, file: &str, free: &[Cell]) {
    folder.done(&format!(
        "gen --grid {grid} --known {file} --group-sizes {} --method raster --num 1 --out a.npy --force",
        free.len()
    ));
    assert_eq!(folder.orders("a.npy"), [free], "{file}");
}

#[test]
fn masks_of_all_kinds_are_read() {
    let folder = Folder::new();
    // 2x3 cells of which the first and the last are known.
    let free = [1, 2, 3, 4];
    let (l, d) = (200, 60);
    let deep = |levels: [u16; 6]| levels.map(u16::to_be_bytes).concat();
    let rgb = |light: [u8; 3], dark: [u8; 3]| [light, dark, dark, dark, dark, light].concat();
    let rgba = |light: [u8; 4], dark: [u8; 4]| [light, dark, dark, dark, dark, light].concat();
    let eight = BitDepth::Eight;
    for (name, file) in [
        (
            "grey",
            png(3, 2, ColorType::Grayscale, eight, &[l, d, d, d, d, l]),
        ),
        (
            "middle",
            png(
                3,
                2,
                ColorType::Grayscale,
                eight,
                &[128, 127, 0, 1, 127, 255],
            ),
        ),
        (
            "one-bit",
            png(
                3,
                2,
                ColorType::Grayscale,
                BitDepth::One,
                &[0b1000_0000, 0b0010_0000],
            ),
        ),
        (
            "sixteen-bit",
            png(
                3,
                2,
                ColorType::Grayscale,
                BitDepth::Sixteen,
                &deep([0x8000, 0x7fff, 0, 255, 0x7f00, 0xffff]),
            ),
        ),
        (
            "grey-and-alpha",
            png(
                3,
                2,
                ColorType::GrayscaleAlpha,
                eight,
                &[255, 128, 255, 127, 255, 0, 127, 255, 200, 100, 128, 255],
            ),
        ),
        (
            "colour",
            png(
                3,
                2,
                ColorType::Rgb,
                eight,
                &rgb([255, 255, 0], [255, 0, 0]),
            ),
        ),
        (
            "colour-and-alpha",
            png(
                3,
                2,
                ColorType::Rgba,
                eight,
                &rgba([255, 255, 255, 255], [255, 255, 255, 0]),
            ),
        ),
        (
            "palette",
            png_with(
                3,
                2,
                ColorType::Indexed,
                eight,
                &[0, 0, 90, 240, 240, 240],
                &[1, 0, 0, 0, 0, 1],
            ),
        ),
        ("list", b" [5, 0]\n".to_vec()),
    ] {
        folder.write(name, file);
        frees(&folder, "2x3", name, &free);
    }

    // In seven passes, with 255 at the upper left and the lower right.
    let interlaced = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x02\x00\x00\x00\x02\x08\x00\x00\x00\x01 \xdabn\x00\x00\x00\x12IDATx\x01\x01\x07\x00\xf8\xff\x00\xff\x00\x00\x00\x00\xff\x07\x00\x01\xffU6\xba\xc7\x00\x00\x00\x00IEND\xaeB`\x82";
    folder.write("interlaced", interlaced);
    frees(&folder, "2x2", "interlaced", &[1, 2]);
}

/// At pixel resolution, a cell is known only if all its pixels are.
#[test]
fn a_mask_may_have_pixels() {
    let folder = Folder::new();
    let dark = [(0, 9), (4, 4)];
    folder.write("pixels", mask(15, 10, |y, x| !dark.contains(&(y, x))));
    frees(&folder, "2x3", "pixels", &[0, 1]);
    folder.write("pixels", mask(15, 10, |y, _| y > 4));
    frees(&folder, "2x3", "pixels", &[0, 1, 2]);
}

#[test]
fn frames_of_a_mask_stand_below_each_other() {
    let folder = Folder::new();
    // Of three frames of 2x2 cells, the first is known, and a cell of the last.
    folder.write("frames", mask(2, 6, |y, x| y < 2 || (y, x) == (5, 0)));
    frees(&folder, "3x2x2", "frames", &[4, 5, 6, 7, 8, 9, 11]);
    folder.write("frames", mask(8, 24, |y, x| y < 8 || (y >= 20 && x < 4)));
    frees(&folder, "3x2x2", "frames", &[4, 5, 6, 7, 8, 9, 11]);
    assert_eq!(
        folder.manifest("a.npy").known.unwrap(),
        "##\n##\n..\n..\n..\n#.\n"
    );
}

#[test]
fn sizes_share_the_free_cells() {
    let folder = Folder::new();
    folder.write("mask.png", mask(16, 16, is_known));
    let sizes = |shape: Shape, steps, first| {
        let sizes = shape.group_sizes(80, steps, first).unwrap();
        listed(sizes.as_slice())
    };
    let (one, formula) = (FirstGroup::One, FirstGroup::Formula);
    let known = "note: 176 of 256 cells are known\n";
    let first_of_one = format!(
        "{known}note: group sizes are the cosine shape's for the free cells, after a first group of one\n"
    );
    for (flags, expected, notes) in [
        // 8 steps are published for the whole grid.
        ("--steps 8", sizes(Shape::Cosine, 8, formula), NOTES),
        ("--steps 2", sizes(Shape::Cosine, 2, formula), NOTES),
        (
            "--steps 2 --first-group one",
            sizes(Shape::Cosine, 2, one),
            &first_of_one,
        ),
        (
            "--steps 2 --first-group formula",
            sizes(Shape::Cosine, 2, formula),
            NOTES,
        ),
        (
            "--steps 7 --shape uniform",
            sizes(Shape::Uniform, 7, formula),
            known,
        ),
        (
            "--steps 7 --shape uniform --first-group one",
            sizes(Shape::Uniform, 7, one),
            known,
        ),
        ("--shape one-by-one", listed(&[1; 80]), known),
        ("--group-sizes 30,50", "30,50".into(), known),
    ] {
        let line = format!("schedule --res 256 --known mask.png {flags}");
        folder.run(&line).is(0, &format!("{expected}\n"), notes);
        let line = format!("{line} --json -q");
        folder.run(&line).is(0, &format!("[{expected}]\n"), "");
    }
    assert_ne!(
        sizes(Shape::Cosine, 2, one),
        sizes(Shape::Cosine, 2, formula)
    );
}

#[test]
fn nothing_known_is_as_without() {
    let folder = Folder::new();
    folder.write("black.png", mask(16, 16, |_, _| false));
    folder.write("none.json", "[]");
    let note = "note: 0 of 256 cells are known, so all is as without --known\n";
    for file in ["black.png", "none.json"] {
        folder
            .run(&format!("schedule --res 256 --steps 8 --known {file}"))
            .is(0, "1,15,24,32,40,45,49,50\n", note);
    }
    folder.done("gen --res 256 --steps 8 --num 3 --out without/");
    folder.done("gen --res 256 --steps 8 --num 3 --out with/ --known none.json");
    let name = "res256_steps8_repulsion2.json";
    for end in ["", ".toml", ".png"] {
        assert_eq!(
            folder.read(&format!("with/{name}{end}")),
            folder.read(&format!("without/{name}{end}"))
        );
    }
    let one = "note: 1 of 256 cells is known\n";
    folder.write("one.json", "[7]");
    let line = "schedule --res 256 --known one.json --group-sizes 255";
    folder.run(line).is(0, "255\n", one);
}

/// Rows of few cells, but with numbers that 16 bits don't hold.
#[test]
fn free_cells_keep_their_numbers() {
    let folder = Folder::new();
    let known: Vec<Cell> = (0..65_789).collect();
    folder.write("known.json", serde_json::to_string(&known).unwrap());
    for format in Format::ALL {
        folder.done(&format!(
            "gen --grid 257x256 --known known.json --group-sizes 3 --method raster --num 1 --out a.{format}"
        ));
        assert_eq!(
            folder.orders(&format!("a.{format}")),
            [[65_789, 65_790, 65_791]]
        );
        folder.done(&format!("check a.{format}"));
        folder.done(&format!("convert a.{format} b-{format}.npy"));
        assert_eq!(
            folder.orders(&format!("b-{format}.npy")),
            [[65_789, 65_790, 65_791]]
        );
    }
}

#[test]
fn files_of_other_programs() {
    let folder = Folder::new();
    folder.write("mask.png", mask(16, 16, is_known));
    folder.done("gen --res 256 --known mask.png --steps 12 --num 20 --out ours.json");
    folder.write("theirs.json", folder.read("ours.json"));
    let given = "--res 256 --known mask.png";

    folder.run(&format!("check theirs.json {given}")).is(
        0,
        "theirs.json: ok: 20 orders of 80 cells (176 of 256 known), all permutations of the free cells\n",
        "",
    );
    folder
        .run(&format!("check theirs.json {given} --method lpd --steps 12 -q"))
        .is(
            0,
            "theirs.json: ok: 20 orders of 80 cells (176 of 256 known), all permutations of the free cells, all possible outcomes of LPD (proximity 1, repulsion 2, 12 steps)\n",
            "",
        );
    let text = folder.done(&format!("inspect theirs.json {given}"));
    assert!(
        text.contains("\nrows      all are permutations\n")
            && text.ends_with("\nmanifest  none\ngrid      16x16\nknown     176 of 256\n"),
        "{text}"
    );
    folder.done(&format!("convert theirs.json new.npy {given}"));
    assert_eq!(folder.orders("new.npy"), folder.orders("theirs.json"));
    let manifest = folder.manifest("new.npy");
    assert_eq!(manifest.known_cells(), Some(known_cells()));
    assert_eq!(manifest.group_sizes, None);

    // Without word of the known cells, they are no permutations.
    let text = folder.done("inspect theirs.json");
    assert!(text.contains("\nrows      not all are perm"), "{text}");
    let outcome = folder.run("check theirs.json");
    assert_eq!(outcome.status, 1, "{outcome}");
    folder.refuses(
        2,
        "convert theirs.json other.npy --res 256",
        "theirs.json: order 0 has 80 entries, but there are 256 cells",
    );
}

#[test]
fn other_known_cells_are_not_these() {
    let folder = Folder::new();
    folder.write("mask.png", mask(16, 16, is_known));
    // The same hole, one row further down.
    folder.write("moved.png", mask(16, 16, |y, x| is_known(y.max(1) - 1, x)));
    // As many free cells, and other ones as known.
    folder.done("gen --res 256 --known mask.png --steps 12 --num 20 --out a.npy");
    let outcome = folder.run("check a.npy --known moved.png");
    assert_eq!(outcome.status, 1, "{outcome}");
    assert!(
        outcome
            .stdout
            .contains(", which is known and not to be generated"),
        "{outcome}"
    );
    // The same row in another place is no outcome of LPD.
    let outcome = folder.run("check a.npy --group-sizes 40,40");
    assert_eq!(outcome.status, 1, "{outcome}");
    assert!(outcome.stdout.contains(" is impossible: "), "{outcome}");
    folder.write("more.json", "[0]");
    folder.run("check a.npy --known more.json --rows-only").is(
        1,
        "a.npy: no: order 0 has 80 entries, but there are 255 free cells\n",
        "",
    );
    for command in ["check a.npy", "inspect a.npy", "convert a.npy b.npy"] {
        folder.refuses(
            2,
            &format!("{command} --grid 8x32"),
            "a.npy: its manifest has the known cells of a 16x16 grid; for a 8x32 grid, --known is needed as well",
        );
    }
    folder.write("theirs.json", "[[0,1]]");
    for command in [
        "check theirs.json",
        "inspect theirs.json",
        "convert theirs.json b.npy",
    ] {
        folder.refuses(
            2,
            &format!("{command} --known mask.png"),
            "theirs.json: --known needs --res or --grid as well, since no manifest names the grid",
        );
    }
}

#[test]
fn files_of_known_cells_that_are_none() {
    let folder = Folder::new();
    let good = mask(4, 4, |y, _| y < 2);
    folder.write("small.png", mask(4, 3, |_, _| false));
    folder.write("oblong.png", mask(8, 4, |_, _| false));
    folder.write("uneven.png", mask(6, 6, |_, _| false));
    folder.write("white.png", mask(4, 4, |_, _| true));
    folder.write("cut.png", &good[..good.len() - 20]);
    folder.write("without-end.png", &good[..good.len() - 12]);
    folder.write("signature.png", &good[..8]);
    let mut flipped = good.clone();
    flipped[45] ^= 0xff;
    folder.write("flipped.png", flipped);
    // Its header says 2^26 + 2^13 pixels; there is nothing behind it.
    folder.write("huge.png", &mask(8196, 8196, |_, _| false)[..80]);
    folder.write("photo.jpg", b"\xff\xd8\xff\xe0 and so on");
    folder.write("text", "0, 1, 2");
    folder.write("object.json", "{\"known\": [0]}");
    folder.write("empty", "");
    folder.write("cut.json", "[0,");
    folder.write("rows.json", "[[0, 1]]");
    folder.write("negative.json", "[-1]");
    folder.write("fraction.json", "[0.5]");
    folder.write("outside.json", "[0, 16]");
    folder.write("all.json", "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]");
    fs_err::create_dir(folder.path("folder")).unwrap();
    let size = "a mask of a 4x4 grid is 4 wide and 4 high, or the same whole multiple of both";
    let neither = "is neither a PNG image nor a JSON array of cells";
    let numbers = "is no JSON array of whole numbers";
    let all = "all 16 cells of the 4x4 grid are known; at least one must be free";
    for (file, error) in [
        (
            "small.png",
            format!("small.png is 4 pixels wide and 3 high; {size}"),
        ),
        (
            "oblong.png",
            format!("oblong.png is 8 pixels wide and 4 high; {size}"),
        ),
        (
            "uneven.png",
            format!("uneven.png is 6 pixels wide and 6 high; {size}"),
        ),
        (
            "huge.png",
            "huge.png is 8196 pixels wide and 8196 high; a mask has at most 67108864 pixels".into(),
        ),
        ("white.png", format!("white.png: {all}")),
        ("all.json", format!("all.json: {all}")),
        (
            "cut.png",
            "cut.png can't be read as a PNG image: it ends too early".into(),
        ),
        (
            "without-end.png",
            "without-end.png can't be read as a PNG image: it ends too early".into(),
        ),
        (
            "signature.png",
            "signature.png can't be read as a PNG image: it ends too early".into(),
        ),
        (
            "flipped.png",
            "flipped.png can't be read as a PNG image: it is damaged".into(),
        ),
        ("photo.jpg", format!("photo.jpg {neither}")),
        ("text", format!("text {neither}")),
        ("object.json", format!("object.json {neither}")),
        ("empty", format!("empty {neither}")),
        (
            "cut.json",
            format!("cut.json {numbers}: EOF while parsing a value at line 1 column 3"),
        ),
        (
            "rows.json",
            format!("rows.json {numbers}: invalid type: sequence, expected u32 at line 1 column 1"),
        ),
        (
            "negative.json",
            format!("negative.json {numbers}: invalid value: integer `-1`, expected u32 at line 1 column 3"),
        ),
        (
            "fraction.json",
            format!("fraction.json {numbers}: invalid type: floating point `0.5`, expected u32 at line 1 column 4"),
        ),
        (
            "outside.json",
            "outside.json: known cell 16 (entry 1) is not on the 4x4 grid, whose cells go from 0 to 15".into(),
        ),
        (
            "missing.png",
            "--known: missing.png can't be read: there is no such file or folder".into(),
        ),
        ("folder", "--known: folder can't be read: is a directory".into()),
    ] {
        for command in ["gen --num 1 --out new/ --steps 4", "schedule --steps 4"] {
            folder.refuses(2, &format!("{command} --grid 4x4 --known {file}"), &error);
        }
        folder.write("a.json", "[[0,1]]");
        folder.refuses(2, &format!("check a.json --grid 4x4 --known {file}"), &error);
    }
    // Frames are counted in.
    folder.refuses(
        2,
        "schedule --grid 2x4x4 --steps 4 --known small.png",
        "small.png is 4 pixels wide and 3 high; a mask of a 2x4x4 grid is 4 wide and 8 high (2 frames below each other), or the same whole multiple of both",
    );
}

#[test]
fn sizes_that_do_not_fit_the_free_cells() {
    let folder = Folder::new();
    folder.write("half.json", "[0,1,2,3,4,5,6,7]");
    for (flags, error) in [
        (
            "--group-sizes 1,15",
            "--group-sizes: the group sizes sum to 16, but 8 of the 16 cells of the 4x4 grid are free",
        ),
        (
            "--steps 9",
            "--steps: 9 steps cannot share 8 cells; between 1 and 8 steps are possible",
        ),
        (
            "--group-sizes 8 --first-group one",
            "the argument '--group-sizes <LIST|FILE>' cannot be used with '--first-group <SIZE>'",
        ),
    ] {
        let known = "--grid 4x4 --known half.json";
        folder.refuses(2, &format!("schedule {known} {flags}"), error);
        folder.refuses(2, &format!("gen {known} --out new/ {flags}"), error);
    }
}

/// The manifest would have no room for them, which is said before any order is
/// made.
#[test]
fn more_known_cells_than_a_manifest_holds() {
    let folder = Folder::new();
    folder.write("one.json", "[0]");
    let large = "--grid 2048x2048 --known one.json --steps 9";
    let error = "known cells and group sizes would take 4196352 and 71 bytes of the manifest, which has at most 4194304";
    folder.refuses(2, &format!("gen {large} --num 1 --out new/"), error);
    folder.done(&format!("schedule {large}"));
}

/// A 1 is as good as black to a mask of grey levels, and cell 1 to a list: what has nothing
/// else in it is not taken for known cells that nobody meant.
#[test]
fn zeros_and_ones_are_no_mask() {
    let folder = Folder::new();
    let known: Vec<bool> = known_cells().mask().to_vec();
    let grey: Vec<u8> = known.iter().map(|&known| known.into()).collect();
    let deep: Vec<u8> = grey.iter().flat_map(|&grey| [0, grey]).collect();
    let rgb: Vec<u8> = grey.iter().flat_map(|&grey| [grey; 3]).collect();
    let (eight, sixteen) = (BitDepth::Eight, BitDepth::Sixteen);
    let no_light = "has pixels that are not black, but none that is light; known cells have a grey level of 128 or more in a mask, 255 rather than 1";
    for (name, file) in [
        ("grey.png", png(16, 16, ColorType::Grayscale, eight, &grey)),
        (
            "deep.png",
            png(16, 16, ColorType::Grayscale, sixteen, &deep),
        ),
        ("rgb.png", png(16, 16, ColorType::Rgb, eight, &rgb)),
        (
            "palette.png",
            png_with(
                16,
                16,
                ColorType::Indexed,
                eight,
                &[0, 0, 0, 127, 127, 127],
                &grey,
            ),
        ),
    ] {
        folder.write(name, file);
        folder.refuses(
            2,
            &format!("schedule --res 256 --steps 8 --known {name}"),
            &format!("{name} {no_light}"),
        );
    }
    folder.write("list.json", serde_json::to_string(&grey).unwrap());
    folder.refuses(
        2,
        "schedule --res 256 --steps 8 --known list.json",
        "list.json has a 0 or a 1 for each of the 256 cells, which is a mask; a JSON array lists the known cells, and masks are PNG images",
    );
    folder.write("twice.json", "[0, 0, 1, 1, 2]");
    folder.refuses(
        2,
        "schedule --res 256 --steps 8 --known twice.json",
        "twice.json: known cell 0 (entry 1) is listed twice; a list has each cell once",
    );
}
