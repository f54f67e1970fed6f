//! `plot`: what is in the pictures, where their orders come from, and what is
//! refused.

use orders_core::Catalogue;
use orders_figures::theme::{CONTEXT, KNOWN, NOT_YET, NOW, Rgb, step_colour};
use png::{ColorType, Decoder};

use crate::folder::Folder;
use crate::picture::mask;

/// What an SVG document says: the texts that are drawn.
fn texts(svg: &str) -> Vec<String> {
    let labels = svg.split("<g aria-label=\"").skip(1);
    labels
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

/// How many squares of this many pixels have a colour.
fn squares(svg: &str, [r, g, b]: Rgb, side: u32) -> usize {
    let fill = format!("fill=\"#{r:02x}{g:02x}{b:02x}\"");
    let square = format!("h{side}v{side}h-{side}z");
    svg.lines()
        .filter(|line| line.starts_with("<path ") && line.contains(&fill))
        .map(|line| line.matches(&square).count())
        .sum()
}

/// Width, height, and the comment in a PNG file.
fn png_of(file: &[u8]) -> (u32, u32, String) {
    let mut reader = Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, ColorType::Rgb);
    reader.finish().unwrap();
    let text = &reader.info().utf8_text;
    let comment = text.iter().find(|chunk| chunk.keyword == "Comment");
    let comment = comment.unwrap().get_text().unwrap();
    (info.width, info.height, comment)
}

fn svg(folder: &Folder, flags: &str) -> String {
    folder.done(&format!("plot {flags} --out picture.svg --force -q"));
    String::from_utf8(folder.read("picture.svg")).unwrap()
}

/// The cells of a document, without its words.
fn marks(svg: &str) -> Vec<&str> {
    let lines = svg.lines();
    lines
        .filter(|line| line.starts_with("<path ") && line.contains("crispEdges"))
        .collect()
}

#[test]
fn a_map_has_each_cell_in_the_colour_of_its_step() {
    let folder = Folder::new();
    folder
        .run("plot --grid 2x3 --group-sizes 1,2,3 --method raster --out map.svg")
        .is(0, "1 order, 449x239 px: map.svg\n", "");
    let svg = String::from_utf8(folder.read("map.svg")).unwrap();
    for (step, size) in [1, 2, 3].into_iter().enumerate() {
        assert_eq!(squares(&svg, step_colour(step, 3), 63), size, "{step}");
    }
    let texts = texts(&svg);
    for text in [
        "raster, 2x3, 3 steps",
        "order 0 of seed 0; colour and number: step of generation",
    ] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
    }
    // The numbers in the cells, each as often as there are cells of its step.
    let numbers = |number: &str| texts.iter().filter(|text| *text == number).count();
    assert!(numbers("2") >= 2 && numbers("3") >= 3);
}

#[test]
fn known_cells_are_shown_as_known() {
    let folder = Folder::new();
    folder.write("mask.png", mask(4, 4, |row, _| row < 2));
    let flags = "--grid 4x4 --known mask.png --steps 3 --method raster";
    let map = svg(&folder, flags);
    assert_eq!(squares(&map, KNOWN, 63), 8);
    let steps = svg(&folder, &format!("{flags} --show steps --steps-shown 2"));
    for (text, drawings) in [(&map, 1), (&steps, 1)] {
        assert_eq!(text.matches("known from the start").count(), drawings);
    }
    // Free cells of 1 step before, now and after: 1, 3 and 4 of the cosine shape.
    let sizes = folder.done("schedule --grid 4x4 --known mask.png --steps 3 -q");
    let sizes: Vec<usize> = sizes
        .trim()
        .split(',')
        .map(|s| s.parse().unwrap())
        .collect();
    let legend = 1;
    let count = |colour| {
        let sides = 10..64;
        sides
            .map(|side| squares(&steps, colour, side))
            .max()
            .unwrap()
    };
    assert_eq!(count(CONTEXT).max(legend), sizes[0]);
    assert_eq!(count(NOW).max(legend), sizes[1]);
    assert_eq!(count(NOT_YET).max(legend), sizes[2]);
}

#[test]
fn the_order_is_that_of_gen() {
    let folder = Folder::new();
    let task = "--grid 6x8 --steps 6 --seed 5";
    folder.done(&format!("gen {task} --num 4 --out orders.json -q"));
    folder.write("theirs.json", folder.read("orders.json"));
    let of_method = svg(&folder, &format!("{task} --index 3"));
    let of_file = svg(&folder, "orders.json --index 3");
    let foreign = svg(&folder, "theirs.json --grid 6x8 --steps 6 --index 3");
    assert_eq!(marks(&of_method), marks(&of_file));
    assert_eq!(marks(&of_method), marks(&foreign));
    assert_ne!(marks(&of_method), marks(&svg(&folder, "orders.json")));
    let has = |svg: &str, text: &str| texts(svg).iter().any(|found| found == text);
    let what = "lpd, 6x8, 6 steps, proximity 1, repulsion 1";
    assert!(has(&of_method, what) && has(&of_file, what));
    assert!(has(&foreign, "theirs.json, 6x8, 6 steps"));
    let numbers = "colour and number: step of generation";
    assert!(has(&of_method, &format!("order 3 of seed 5; {numbers}")));
    assert!(has(&of_file, &format!("order 3 of orders.json; {numbers}")));
}

#[test]
fn a_sheet_names_its_panels() {
    let folder = Folder::new();
    let task = "--grid 6x8 --steps 6";
    folder.done(&format!("gen {task} --num 1 --out mine.json -q"));
    fs_err::create_dir(folder.path("other")).unwrap();
    for name in ["mine.json", "mine.json.toml"] {
        folder.write(&format!("other/{name}"), folder.read(name));
    }
    for (flags, labels) in [
        ("--method lpd --method halton", vec!["lpd", "halton"]),
        (
            "--method lpd --method lpd,repulsion=3 --method lpd,repulsion=3,proximity=2",
            vec![
                "lpd, proximity 1, repulsion 1",
                "lpd, proximity 1, repulsion 3",
                "lpd, proximity 2, repulsion 3",
            ],
        ),
        (
            "--method halton --method halton,roll=true",
            vec!["halton, roll false", "halton, roll true"],
        ),
        (
            "mine.json --method raster --method lpd,repulsion=2",
            vec!["mine", "raster", "lpd"],
        ),
        (
            "mine.json other/mine.json",
            vec!["mine.json", "other/mine.json"],
        ),
        (
            "mine.json --method raster --label A --label B",
            vec!["A", "B"],
        ),
    ] {
        let svg = svg(&folder, &format!("{task} {flags} --show map,steps,sizes"));
        let texts = texts(&svg);
        let panels: Vec<&String> = texts
            .iter()
            .filter(|t| labels.contains(&t.as_str()))
            .collect();
        assert_eq!(panels, labels, "{flags}: {texts:?}");
        assert!(texts.iter().any(|text| text == "6x8, 6 steps"), "{texts:?}");
        for text in ["step 1 of 6: 1 cell", "context: generated before", "cells"] {
            assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
        }
    }
}

#[test]
fn all_methods_are_on_one_sheet() {
    let folder = Folder::new();
    let all = svg(&folder, "--grid 16x16 --steps 20 --all-methods");
    let texts = texts(&all);
    let catalogue = Catalogue::standard();
    let names = catalogue.names_of(|_| true);
    let found: Vec<&str> = texts
        .iter()
        .map(String::as_str)
        .filter(|text| names.contains(text))
        .collect();
    assert_eq!(found, names, "{texts:?}");
    // Those for one frame are left out of a video, and a note says so.
    folder
        .run("plot --grid 2x4x4 --shape uniform --steps 4 --all-methods --out video.png")
        .is(
            0,
            "17 orders, 1543x1818 px: video.png\n",
            "note: left out, since made for one frame: spiral\n",
        );
}

/// What methods order where flags say nothing is what the file has.
#[test]
fn methods_take_grid_known_cells_and_sizes_of_the_first_file() {
    let folder = Folder::new();
    folder.write("known.json", "[0,1,2,8,9]");
    folder.done("gen --grid 6x8 --known known.json --group-sizes 3,10,30 --num 2 --out a.npy -q");
    let line = "plot a.npy --method raster --method halton --out a.png --json";
    let report: serde_json::Value = serde_json::from_str(&folder.done(line)).unwrap();
    for order in report["orders"].as_array().unwrap() {
        assert_eq!(order["grid"], "6x8");
        assert_eq!(order["known_count"], 5);
        assert_eq!(order["group_sizes"], serde_json::json!([3, 10, 30]));
    }
    let line = "plot a.npy --method raster --group-sizes own --out b.png";
    let error = "--group-sizes own: method raster has no group sizes of its own; methods that have: diagonal, region-parallel, row-parallel, bayer, dus, binary-search";
    folder.refuses(2, line, error);
    let line = "plot a.npy --method diagonal --group-sizes own --out b.png --json";
    let report: serde_json::Value = serde_json::from_str(&folder.done(line)).unwrap();
    assert_eq!(report["orders"][0]["steps"], 3);
    assert_eq!(report["orders"][1]["steps"], 11);
}

#[test]
fn curves_of_all_sizes_are_in_one_chart() {
    let folder = Folder::new();
    folder.write("a.json", "[[0,1,2,3,4,5]]");
    folder.done("gen --grid 2x3 --group-sizes 3,3 --num 1 --out b.json");
    let flags = "a.json --grid 2x3 --group-sizes 1,2,3 --show sizes --method raster";
    let alike = texts(&svg(&folder, flags));
    // One curve for sizes that are the same.
    assert!(alike.iter().any(|text| text == "a, raster"), "{alike:?}");
    let flags = "b.json --group-sizes own --show sizes --method row-parallel";
    let texts = texts(&svg(&folder, flags));
    for text in ["group size (cells)", "step", "b", "row-parallel", "2x3"] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
    }
}

#[test]
fn selected_steps_are_shown() {
    let folder = Folder::new();
    let task = "--res 256 --steps 20 --method raster";
    let one = svg(&folder, &format!("{task} --steps-shown 1,5,20"));
    let two = svg(
        &folder,
        &format!("{task} --method random --show steps --steps-shown 1,5,20"),
    );
    for (svg, panels) in [(one, 1), (two, 2)] {
        let texts = texts(&svg);
        let captions: Vec<&String> = texts.iter().filter(|t| t.starts_with("step ")).collect();
        let expected = [
            "step 1 of 20: 1 cell",
            "step 5 of 20: 7 cells",
            "step 20 of 20: 20 cells",
        ];
        assert_eq!(captions.len(), panels * expected.len(), "{captions:?}");
        assert!(
            captions
                .iter()
                .all(|text| expected.contains(&text.as_str()))
        );
    }
}

/// The same command gives the same bytes, and the file says how it was made,
/// as `--json` does.
#[test]
fn bytes_are_the_same_and_say_how_they_were_made() {
    let folder = Folder::new();
    let line = "plot --grid 8x8 --steps 5 --method lpd,repulsion=2 --method random --seed 9 --show map,sizes";
    let first = folder.done(&format!("{line} --out a.png --json -q"));
    folder.done(&format!("{line} --out b.png -q"));
    assert_eq!(folder.read("a.png"), folder.read("b.png"));
    folder.done(&format!("{line} --out a.svg -q"));
    folder.done(&format!("{line} --out b.svg -q"));
    assert_eq!(folder.read("a.svg"), folder.read("b.svg"));

    let report: serde_json::Value = serde_json::from_str(&first).unwrap();
    let (width, height, comment) = png_of(&folder.read("a.png"));
    assert_eq!(report["path"], "a.png");
    assert_eq!(
        (&report["width"], &report["height"]),
        (&width.into(), &height.into())
    );
    let comment: serde_json::Value = serde_json::from_str(&comment).unwrap();
    assert_eq!(comment["orders"], report["orders"]);
    let program = concat!("orders-cli ", env!("CARGO_PKG_VERSION"));
    assert_eq!(comment["program"], program);
    assert_eq!(
        report["orders"][0],
        serde_json::json!({
            "label": "lpd", "method": "lpd", "parameters": {"proximity": 1.0, "repulsion": 2.0},
            "seed": 9, "index": 0, "grid": "8x8", "known_count": 0, "steps": 5,
            "group_sizes": [1, 10, 15, 18, 20],
        })
    );
    let svg = String::from_utf8(folder.read("a.svg")).unwrap();
    assert!(
        svg.contains("<metadata>{&quot;orders&quot;:"),
        "{}",
        &svg[..400]
    );
    assert_eq!(folder.names(), ["a.png", "a.svg", "b.png", "b.svg"]);
}

#[test]
fn files_are_kept_unless_they_are_to_be_replaced() {
    let folder = Folder::new();
    folder.write("a.svg", "mine");
    let line = "plot --grid 4x4 --shape uniform --steps 4 --out";
    folder.refuses(
        2,
        &format!("{line} a.svg"),
        "a.svg exists already; --force replaces it",
    );
    folder.done(&format!("{line} a.svg --force"));
    assert!(folder.read("a.svg").starts_with(b"<svg"));
    fs_err::create_dir(folder.path("folder.svg")).unwrap();
    folder.refuses(2, &format!("{line} folder.svg"), "folder.svg is a folder");
    folder.refuses(2, &format!("{line} new.svg/"), "new.svg/ is a folder");
    folder.refuses(
        2,
        &format!("{line} missing/a.svg"),
        "missing/a.svg can't be created: there is no such file or folder",
    );
}

#[test]
fn wrong_input_is_refused() {
    let folder = Folder::new();
    folder.write("theirs.json", "[[0,1,2,3],[3,2,1,0]]");
    folder.write("twice.json", "[[0,1,2,2]]");
    folder.write("empty.json", "[]");
    folder.write("cut.json", "[[0,1");
    folder.write("mask.png", mask(4, 4, |_, _| true));
    let small = "--grid 2x2 --group-sizes 1,3";
    for (flags, error) in [
        (
            "",
            "a grid is needed: --res or --grid, or an order file with a manifest",
        ),
        (
            "--grid 2x2",
            "group sizes are needed: --steps, --shape or --group-sizes, or an order file with a manifest",
        ),
        (
            "theirs.json",
            "theirs.json: --res or --grid is needed, since no manifest names it",
        ),
        (
            "theirs.json --grid 2x2",
            "theirs.json: --steps or --group-sizes is needed, since no manifest names it",
        ),
        (
            "theirs.json --grid 2x3 --group-sizes 1,5",
            "theirs.json: order 0: the order has 4 entries, but there are 6 cells",
        ),
        (
            "theirs.json --grid 2x2 --group-sizes 1,2",
            "theirs.json: the group sizes sum to 3, but a 2x2 grid has 4 cells",
        ),
        (
            &format!("theirs.json {small} --index 2"),
            "--index 2: theirs.json has 2 orders, from 0 to 1",
        ),
        (
            &format!("twice.json {small}"),
            "twice.json: order 0: cell 2 comes twice: at entry 2 (step 2) and at entry 3 (step 2)",
        ),
        (&format!("empty.json {small}"), "empty.json holds no orders"),
        (
            &format!("cut.json {small}"),
            "cut.json can't be read as orders: the JSON ends in order 0, or before it, without the closing brackets",
        ),
        (
            &format!("missing.json {small}"),
            "failed to open file `missing.json`: No such file or directory",
        ),
        (
            &format!("{small} --method lpd,rho=1"),
            "--method lpd,rho=1: there is no lpd parameter 'rho'; there are proximity, repulsion, frame-distance",
        ),
        (
            &format!("{small} --method lpd,repulsion"),
            "--method lpd,repulsion: there is no '='; write KEY=VALUE",
        ),
        (
            &format!("{small} --method lpd,repulsion=x"),
            "--method lpd,repulsion=x: 'x' is not allowed; it takes a number from 0",
        ),
        (
            &format!("{small} --method lpd,repulsion=1 --set repulsion=2"),
            "--set repulsion=2: repulsion is set twice",
        ),
        (
            &format!("{small} --method lpd --method raster --repulsion 2"),
            "--set, --proximity and --repulsion are for one --method; of several each has its own, as in --method lpd,repulsion=4",
        ),
        (
            &format!("theirs.json {small} --set repulsion=2"),
            "--set, --proximity and --repulsion are for one --method; of several each has its own, as in --method lpd,repulsion=4",
        ),
        (
            &format!("{small} --label a --label b"),
            "--label is given 2 times, but 1 order is shown; each has one, or none has",
        ),
        (
            &format!("{small} --steps-shown 3"),
            "--steps-shown 3: lpd has steps 1 to 2",
        ),
        (
            &format!("{small} --steps-shown 0"),
            "invalid value '0' for '--steps-shown <LIST>': it takes a whole number from 1 to 4294967295",
        ),
        (
            &format!("{small} --columns 17"),
            "invalid value '17' for '--columns <N>': it takes a whole number from 1 to 16",
        ),
        (
            "--grid 4x4 --steps 3 --known mask.png",
            "mask.png: all 16 cells of the 4x4 grid are known; at least one must be free",
        ),
        (
            "--grid 2x4x4 --shape uniform --steps 3 --method spiral",
            "method spiral orders one frame, not a 2x4x4 grid; methods for video are lpd, proximity, farthest, raster, random, halton, snake, diagonal, region-parallel, row-parallel, hierarchical, bayer, dus, binary-search, subsample, hilbert, morton",
        ),
    ] {
        folder.refuses(2, &format!("plot --out new.svg {flags}"), error);
    }
    folder.refuses(
        2,
        &format!("plot {small} --out new.jpg"),
        "--out new.jpg ends in none of .svg, .pdf and .png",
    );
}

/// Labels are lines, and no two orders have one.
#[test]
fn labels_tell_orders_apart() {
    let folder = Folder::new();
    let small = "--grid 2x2 --group-sizes 1,3";
    for (flags, error) in [
        (
            "--method lpd --method lpd",
            "two orders are called 'lpd'; give each a --label of its own",
        ),
        (
            "--method lpd --method halton --label a --label a",
            "two orders are called 'a'; give each a --label of its own",
        ),
        (
            "--method lpd --label a\u{1b}b",
            "the label \"a\\u{1b}b\" has a control character; it takes one line of text",
        ),
        (
            "--method lpd --title a\u{7}b",
            "--title \"a\\u{7}b\" has a control character; it takes one line of text",
        ),
    ] {
        folder.refuses(2, &format!("plot {small} {flags} --out new.svg"), error);
    }
    folder.write("log.csv", "update,epoch,loss,held_out\n1,1,2,\n");
    for (flags, error) in [
        (
            "log.csv log.csv",
            "two tables are called 'log'; give each a --label of its own",
        ),
        (
            "log.csv --label a --label b",
            "--label is given 2 times, but 1 table is shown; each has one, or none has",
        ),
    ] {
        folder.refuses(2, &format!("plot {flags} --out new.svg"), error);
    }
    folder.done("plot log.csv log.csv --label a --label b --out two.svg");
}

/// What a scheduler reveals while the bundled model generates is drawn as orders are.
#[cfg(feature = "model")]
#[test]
fn schedulers_are_drawn() {
    let folder = Folder::new();
    let line = "--scheduler entropy-bound,budget=2 --scheduler confidence --steps 16 --index 3";
    let said = folder.done(&format!(
        "plot {line} --grid 16x16 --method halton --out orders.svg --json -q"
    ));
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let orders = said["orders"].as_array().unwrap();
    let name = |order: &serde_json::Value| order["method"].as_str().unwrap().to_owned();
    let names: Vec<String> = orders.iter().map(name).collect();
    assert_eq!(names, ["halton", "entropy-bound", "confidence"]);
    assert_eq!(orders[2]["steps"], 16);
    let found = orders[1]["group_sizes"].as_array().unwrap();
    let sizes: u64 = found.iter().map(|size| size.as_u64().unwrap()).sum();
    assert_eq!(sizes, 256);
    // The same steps as those that 'sample' records for the same sample.
    let sample = "sample --labels 0,1,2,3 --scheduler entropy-bound,budget=2 --tokens-out t.safetensors --json -q";
    folder.done(sample);
    let file = folder.read("t.safetensors");
    let file = safetensors::SafeTensors::deserialize(&file).unwrap();
    let steps = file.tensor("step").unwrap();
    let (steps, _) = steps.data().as_chunks();
    let last = steps[3 * 256..4 * 256]
        .iter()
        .map(|&word| i32::from_le_bytes(word))
        .max();
    assert_eq!(last.unwrap() + 1, found.len() as i32);
    folder.done(&format!("animate {line} --out orders.gif -q"));

    for (rest, error) in [
        (
            "--grid 8x8 --steps 6 --scheduler entropy-bound",
            "--scheduler: model nano (bundled) has a grid of 16x16, not of 8x8",
        ),
        (
            "--scheduler confidence",
            "--scheduler confidence needs group sizes, which say how many cells a step reveals: --steps, or --group-sizes LIST",
        ),
        (
            "--scheduler entropy-bound --class 10",
            "--class 10: model nano (bundled) has classes 0 to 9",
        ),
        (
            "--scheduler entropy-bound --model large",
            "--model: there is no bundled model 'large'; there are nano, nano-mixture",
        ),
    ] {
        folder.refuses(2, &format!("plot {rest} --out none.svg -q"), error);
    }
}

/// A table of `eval`: four methods near each other, and one far off.
fn table_of_eval() -> String {
    let mut table = "method,steps,nats_per_cell,nats_per_cell_low,nats_per_cell_high\n".to_owned();
    for (method, level) in [
        ("lpd", 1.0),
        ("halton", 1.05),
        ("random", 1.1),
        ("raster", 30.0),
    ] {
        for steps in [8, 16, 32] {
            let mean = level + 0.5 / f64::from(steps);
            table += &format!("{method},{steps},{mean},{},{}\n", mean - 0.01, mean + 0.01);
        }
    }
    table
}

#[test]
fn a_line_that_flattens_the_rest_can_leave_the_chart() {
    let folder = Folder::new();
    folder.write("table.csv", table_of_eval());
    for flags in ["table.csv --clip", "table.csv --y-max 1.5"] {
        let texts = texts(&svg(&folder, flags));
        let named = texts.iter().any(|text| text == "raster (up to 30.1)");
        assert!(named, "{flags}: {texts:?}");
    }
    let whole = texts(&svg(&folder, "table.csv"));
    assert!(whole.iter().any(|text| text == "raster"), "{whole:?}");
    for (flags, error) in [
        (
            "table.csv --y-max 0.5",
            "the end of an axis is 0.5, but it must be above the least value that is shown",
        ),
        (
            "--res 256 --steps 20 --clip",
            "--clip is taken with tables (.csv): pictures of orders have no lines that could leave an axis",
        ),
        (
            "--res 256 --steps 20 --y-max 3",
            "--y-max is taken with tables (.csv): pictures of orders have no lines that could leave an axis",
        ),
    ] {
        folder.refuses(2, &format!("plot {flags} --out new.svg"), error);
    }
}

#[test]
fn pictures_have_the_width_and_the_letters_of_a_paper() {
    let folder = Folder::new();
    folder.write("table.csv", table_of_eval());
    let paper = "--theme paper --width 3.25in --font-size 8";
    for what in ["table.csv", "--res 256 --steps 20"] {
        folder.done(&format!("plot {what} {paper} --out a.pdf --force"));
        let pdf = folder.read("a.pdf");
        assert!(pdf.starts_with(b"%PDF-"));
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/MediaBox [0 0 234 "), "{what}");
        assert!(
            text.contains("/FontFile2") && text.contains("/Comment"),
            "{what}"
        );
        folder.done(&format!("plot {what} {paper} --out b.pdf --force"));
        assert!(folder.read("b.pdf") == pdf, "{what}");
        folder.done(&format!("plot {what} {paper} --out a.png --force"));
        assert_eq!(png_of(&folder.read("a.png")).0, 975, "{what}");
        assert!(svg(&folder, &format!("{what} {paper}")).contains(r#"width="3.25in""#));
    }
    let titled = svg(&folder, &format!("table.csv {paper} --title Losses"));
    assert!(texts(&titled).iter().any(|text| text == "Losses"));
}

#[test]
fn looks_that_cannot_be_are_refused() {
    let folder = Folder::new();
    let width = |value: &str| format!("invalid value '{value}' for '--width <LENGTH>': ");
    let range = "it takes a width from 1in to 40in (2.54cm to 101.6cm, 96px to 3840px)";
    let unit = "it takes a number with a unit (in, cm, mm, pt or px), as in 3.25in";
    for (flags, error) in [
        ("--width 0in", width("0in") + range),
        ("--width -3in", width("-3in") + range),
        ("--width 41in", width("41in") + range),
        ("--width 3", width("3") + unit),
        ("--width 3furlongs", width("3furlongs") + unit),
        (
            "--font-size 3",
            "--font-size: the size of letters, in points, is 3, but it must be from 4 to 36".into(),
        ),
        (
            "--font-size nan",
            "--font-size: the size of letters, in points, is NaN, but it must be from 4 to 36"
                .into(),
        ),
        (
            "--font-size big",
            "invalid value 'big' for '--font-size <POINTS>': it takes a number".into(),
        ),
    ] {
        let line = format!("plot --grid 4x4 --steps 4 --out new.svg {flags}");
        folder.refuses(2, &line, &error);
    }
}
