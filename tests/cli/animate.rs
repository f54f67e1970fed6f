//! `animate`: files that decode to the frames of their orders.

use std::io::Cursor;

use orders_core::{FirstGroup, Grid, OrderingMethod, Problem, Shape, methods};
use orders_figures::{AnimationOptions, Panel, animation};
use png::Decoder;

use crate::folder::Folder;

const TASK: &str = "--grid 4x6 --shape uniform --steps 4 --method raster --method halton";

/// The frames of an APNG file: each with its delay in hundredths of a second;
/// and its comment.
fn frames(file: &[u8]) -> (Vec<(Vec<u8>, u16)>, String) {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let control = *reader.info().animation_control().unwrap();
    assert_eq!(control.num_plays, 0, "loops for ever");
    let comment = reader.info().utf8_text[0].get_text().unwrap();
    let frames = (0..control.num_frames)
        .map(|_| {
            let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut rgb).unwrap();
            let frame = reader.info().frame_control().unwrap();
            (rgb, frame.delay_num * (100 / frame.delay_den))
        })
        .collect();
    (frames, comment)
}

#[test]
fn files_hold_the_frames_of_the_orders() {
    let folder = Folder::new();
    let flags = format!("{TASK} --fps 10 --pause 0.5");
    let report = folder.done(&format!("animate {flags} --out a.png --json"));
    folder.run(&format!("animate {flags} --out a.gif")).is(
        0,
        "2 orders, 5 frames of 458x312 px: a.gif\n",
        "",
    );
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let (found, comment) = frames(&folder.read("a.png"));
    assert_eq!(report["frames"], 5);
    let delays: Vec<u16> = found.iter().map(|frame| frame.1).collect();
    assert_eq!(delays, [10, 10, 10, 10, 50]);
    assert!(found.windows(2).all(|pair| pair[0].0 != pair[1].0));
    let said: serde_json::Value = serde_json::from_str(&comment).unwrap();
    assert_eq!(said["orders"], report["orders"]);

    // Byte for byte what the library makes of the same orders.
    let grid = Grid::new(4, 6).unwrap();
    let sizes = Shape::Uniform.group_sizes(24, 4, FirstGroup::One).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    let raster = methods::Raster.order(&problem, 0, 0).unwrap();
    let halton = methods::Halton::default().order(&problem, 0, 0).unwrap();
    let options = AnimationOptions {
        title: "4x6, 4 steps".into(),
        frames_per_second: 10.0,
        end_pause_seconds: 0.5,
        ..AnimationOptions::default()
    };
    let panels = [Panel::new("raster", &raster), Panel::new("halton", &halton)];
    let moving = animation(&panels, &options).unwrap().made_by(comment);
    assert_eq!(folder.read("a.gif"), moving.to_gif().unwrap());
    assert_eq!(folder.read("a.png"), moving.to_apng().unwrap());
    folder.done(&format!("animate {flags} --out a.apng"));
    assert_eq!(folder.read("a.apng"), folder.read("a.png"));
}

#[test]
fn many_steps_are_thinned() {
    let folder = Folder::new();
    folder.done("gen --grid 8x8 --shape one-by-one --num 1 --out a.json -q");
    folder.run("animate a.json --frames 10 --out a.gif").is(
        0,
        "1 order, 10 frames of 479x440 px: a.gif\n",
        "",
    );
}

#[test]
fn wrong_input_is_refused() {
    let folder = Folder::new();
    for (flags, error) in [
        (
            "--out a.svg",
            "--out a.svg ends in neither .gif, .png nor .apng",
        ),
        (
            "--out a.gif --fps 0",
            "the number of frames a second is 0, but it must be from 0.1 to 50",
        ),
        (
            "--out a.gif --fps x",
            "invalid value 'x' for '--fps <N>': it takes a number",
        ),
        (
            "--out a.gif --pause -1",
            "the pause at the end, in seconds, is -1, but it must be from 0 to 60",
        ),
        (
            "--out a.gif --frames 1",
            "invalid value '1' for '--frames <N>': it takes a whole number from 2 to 1024",
        ),
        (
            "--out missing/a.gif",
            "missing/a.gif can't be created: there is no such file or folder",
        ),
    ] {
        folder.refuses(2, &format!("animate {TASK} {flags}"), error);
    }
    folder.refuses(
        2,
        "animate --grid 4x4 --shape uniform --steps 2 --all-methods --method raster --out a.gif",
        "the argument '--all-methods' cannot be used with '--method <NAME[,KEY=VALUE]...>'",
    );
    let many = (1..=15).map(|batch| format!(" --method random,batch={batch}"));
    let many: String = many.collect();
    folder.refuses(
        2,
        &format!("animate {TASK}{many} --out a.gif"),
        "there are 17 panels; a figure takes 1 to 16",
    );
}
