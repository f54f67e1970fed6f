//! What figures show, as pixels and as SVG.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use orders_core::methods::{Random, Raster};
use orders_core::{Cell, FirstGroup, Grid, KnownCells, Order, OrderingMethod, Problem, Shape};
use orders_figures::theme::{BACKGROUND, CONTEXT, KNOWN, NOT_YET, NOW, step_colour};
use orders_figures::{
    AnimationOptions, Axis, Better, BoxPlot, Chart, Figure, FigureError, HeatMap, Panel,
    ScatterPoint, Series, SheetOptions, StepsShown, animation, box_plots, group_sizes_chart,
    heat_map, line_chart, order_map, scatter, sheet, small_multiples,
};

const HOSTILE: [&str; 4] = [
    "<script>&\"'\u{0}\u{7}]]>",
    "\u{1f600} \u{4e2d}\u{6587} \u{202e} \u{e000}",
    "a label that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on",
    "",
];

fn order(grid: Grid, known: &[Cell], steps: usize) -> Order {
    let known = KnownCells::new(grid, known.iter().copied()).unwrap();
    let steps = steps.min(known.free_count());
    let sizes = Shape::Cosine
        .group_sizes(known.free_count(), steps, FirstGroup::One)
        .unwrap();
    let problem = Problem::with_known(known, sizes).unwrap();
    Random::default().order(&problem, 0, 0).unwrap()
}

fn square() -> Order {
    order(Grid::new(8, 8).unwrap(), &[0, 1, 9], 6)
}

fn values() -> Vec<f64> {
    (0..30).map(|i| f64::from(i * 17 % 31) / 4.0).collect()
}

/// One figure of each kind, with a label everywhere that there is one.
fn every_kind(label: &str) -> Vec<(&'static str, Figure)> {
    let order = square();
    let panels = [Panel::new(label, &order), Panel::new("other", &order)];
    let options = SheetOptions {
        title: label.into(),
        subtitle: label.into(),
        steps: StepsShown::Spread(3),
        sizes: true,
        ..SheetOptions::default()
    };
    let sizes = order.group_sizes();
    let chart = Chart::new(label, Axis::log(label), Axis::linear(label)).with_subtitle(label);
    let series = Series::new(label, [(1.0, 2.0), (10.0, 3.0), (100.0, 1.0)]).with_band([
        (1.5, 2.5),
        (2.5, 3.5),
        (0.5, 1.5),
    ]);
    let points: Vec<_> = (1..20)
        .map(|i| ScatterPoint::new(label, f64::from(i), f64::from(i * 7 % 19)).in_group(label))
        .collect();
    let map = HeatMap {
        title: label.into(),
        subtitle: label.into(),
        x_label: label.into(),
        y_label: label.into(),
        value: Axis::linear(label),
        columns: vec![label.into(), "2".into()],
        rows: vec![label.into(), "b".into(), "c".into()],
        values: vec![Some(0.5), None, Some(1e9), Some(3.0), Some(-4.0), Some(5.0)],
        best: Some(Better::Higher),
    };
    let boxes = [BoxPlot::new(label, values()), BoxPlot::new("b", [1.0])];
    vec![
        ("order_map", order_map(&order, label, label).unwrap()),
        ("steps", small_multiples(&order, &[], label, label).unwrap()),
        ("sheet", sheet(&panels, &options).unwrap()),
        (
            "sizes",
            group_sizes_chart(&[(label, sizes)], label, label).unwrap(),
        ),
        ("lines", line_chart(&chart, &[series]).unwrap()),
        (
            "scatter",
            scatter(&chart, &points, Some((Better::Lower, Better::Higher))).unwrap(),
        ),
        ("heat_map", heat_map(&map).unwrap()),
        (
            "boxes",
            box_plots(label, label, &Axis::linear(label), &boxes).unwrap(),
        ),
    ]
}

/// All texts of an SVG, which must be well-formed and free of fonts.
fn labels(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    for node in document.descendants() {
        assert!(!node.has_tag_name("text"), "text needs a font");
        assert!(!node.tag_name().name().contains("script"));
        if let Some(target) = node.attribute(("http://www.w3.org/1999/xlink", "href")) {
            let id = target.strip_prefix('#');
            let is_defined = document.descendants().any(|n| n.attribute("id") == id);
            assert!(
                is_defined || target.starts_with("data:image/png"),
                "{target}"
            );
        }
    }
    let all = document.descendants().filter(|n| n.has_tag_name("g"));
    all.filter_map(|n| n.attribute("aria-label").map(str::to_owned))
        .collect()
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn no_label_breaks_a_figure_or_reaches_its_border() {
    for label in HOSTILE {
        for (kind, figure) in every_kind(label) {
            labels(&figure.to_svg());
            let image = figure.to_image();
            let (width, height) = (image.width(), image.height());
            for x in 0..width {
                for y in [0, 4, height - 5, height - 1] {
                    assert_eq!(
                        image.pixel(x, y),
                        Some(BACKGROUND),
                        "{kind} {label:?} {x} {y}"
                    );
                }
            }
            for y in 0..height {
                for x in [0, 4, width - 5, width - 1] {
                    assert_eq!(
                        image.pixel(x, y),
                        Some(BACKGROUND),
                        "{kind} {label:?} {x} {y}"
                    );
                }
            }
        }
    }
}

#[test]
fn bytes_are_the_same_every_time_and_everywhere() {
    // Look at the pictures before you change a number here.
    let found: Vec<(&str, u64, u64)> = every_kind("label")
        .iter()
        .zip(every_kind("label"))
        .map(|((kind, figure), (_, again))| {
            assert_eq!(figure.to_png(), again.to_png(), "{kind}");
            assert_eq!(figure.to_svg(), again.to_svg(), "{kind}");
            let pixels = fnv1a(figure.to_image().rgb());
            (*kind, pixels, fnv1a(figure.to_svg().as_bytes()))
        })
        .collect();
    assert_eq!(found, PINNED, "{found:#018x?}");
}

const PINNED: [(&str, u64, u64); 8] = [
    ("order_map", 0xd7f9_fc92_8d63_2095, 0xffb3_f43e_88fc_5553),
    ("steps", 0x2d7b_ecaf_6525_b639, 0x0ffe_afe1_243f_c06a),
    ("sheet", 0x18dd_0de5_a1f8_89b5, 0x54f3_f188_7dab_7672),
    ("sizes", 0x3174_9ec4_f64b_d24f, 0xd431_964a_e177_448f),
    ("lines", 0x7b1b_f0a7_ce9e_9fdf, 0xea57_bfeb_a905_7175),
    ("scatter", 0x716b_c8cb_7808_3ce0, 0xfe50_af1f_c881_891a),
    ("heat_map", 0xdef5_c270_7c37_4d26, 0x39fb_edd5_42e8_0349),
    ("boxes", 0x4465_abbe_4291_5f90, 0x4246_1f90_695c_4817),
];

#[test]
fn svg_has_the_cells_of_each_step_in_its_colour() {
    let order = square();
    let svg = order_map(&order, "", "").unwrap().to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let squares = |colour: [u8; 3]| -> usize {
        let [r, g, b] = colour;
        let fill = format!("#{r:02x}{g:02x}{b:02x}");
        let paths = document.descendants().filter(|n| n.has_tag_name("path"));
        paths
            .filter(|n| n.attribute("fill") == Some(&fill))
            .map(|n| n.attribute("d").unwrap().matches("h63v63h-63z").count())
            .sum()
    };
    let sizes = order.group_sizes().as_slice();
    for (step, &size) in sizes.iter().enumerate() {
        let colour = step_colour(step, sizes.len());
        assert_eq!(squares(colour), size as usize, "step {step}");
    }
    assert_eq!(squares(KNOWN), 3);
    assert!(labels(&svg).contains(&"known from the start".to_owned()));
}

#[test]
fn captions_and_legends_say_what_is_shown() {
    let order = square();
    let sizes = order.group_sizes().as_slice();
    let svg = small_multiples(&order, &[1, 4, 6], "", "")
        .unwrap()
        .to_svg();
    let found = labels(&svg);
    for text in [
        "context: generated before",
        "generated in this step",
        "not yet generated",
        "known from the start",
        "step 1 of 6: 1 cell",
        &format!("step 4 of 6: {} cells", sizes[3]),
        &format!("step 6 of 6: {} cells", sizes[5]),
    ] {
        assert!(found.iter().any(|label| label == text), "{text}: {found:?}");
    }
    let error = small_multiples(&order, &[7], "", "").unwrap_err();
    assert_eq!(
        error.to_string(),
        "step 7 was asked for, but the order has steps 1 to 6"
    );
}

#[test]
fn every_grid_has_every_figure() {
    let grids = [
        "1x1",
        "1x97",
        "97x1",
        "40x3",
        "3x5x4",
        "40x2x2",
        "5000x2x2",
        "2x300x300",
    ];
    for grid in grids {
        let grid: Grid = grid.parse().unwrap();
        let order = order(grid, &[], 20);
        let panels = [Panel::new("a", &order), Panel::new("b", &order)];
        let options = SheetOptions {
            steps: StepsShown::Spread(6),
            sizes: true,
            ..SheetOptions::default()
        };
        for figure in [
            order_map(&order, "a", "b").unwrap(),
            small_multiples(&order, &[], "a", "b").unwrap(),
            sheet(&panels, &options).unwrap(),
            sheet(&panels, &SheetOptions::default()).unwrap(),
        ] {
            let found = labels(&figure.to_svg());
            assert_eq!(
                found.iter().any(|l| l == "frame 0"),
                grid.frames() > 1,
                "{grid}"
            );
            assert!(figure.to_image().height() > 60);
        }
        // Videos of 5000 frames are drawn in part, and sheets say so.
        let sheet = sheet(&panels, &options).unwrap().to_svg();
        let in_part = labels(&sheet).contains(&"not all cells are drawn".to_owned());
        assert_eq!(
            in_part,
            ["5000x2x2", "2x300x300", "40x2x2"].contains(&&*grid.to_string())
        );
        let moving = animation(&panels, &AnimationOptions::default()).unwrap();
        assert!(moving.frame(0).unwrap().to_image().width() > 200);
    }
}

#[test]
fn absurd_requests_are_refused_in_a_sentence() {
    let order = square();
    let panels = vec![Panel::new("a", &order); 65];
    let error = sheet(&panels, &SheetOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are 65 panels; a figure takes 1 to 64"
    );
    let huge = SheetOptions {
        steps: StepsShown::Spread(16),
        sizes: true,
        columns: Some(16),
        ..SheetOptions::default()
    };
    let error = sheet(&panels[..64], &huge).unwrap_err();
    assert!(matches!(error, FigureError::TooLarge { .. }), "{error}");
    let chart = Chart::new("", Axis::log("x"), Axis::linear("y"));
    let error = line_chart(&chart, &[Series::new("s", [(0.0, 1.0)])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "horizontal value 0 is 0, but on a logarithmic axis it must be from 1e-100 to 1e100"
    );
    for value in [f64::NAN, f64::INFINITY, -1e300] {
        let series = [Series::new("s", [(1.0, value)])];
        assert!(line_chart(&chart, &series).is_err());
    }
    let options = AnimationOptions {
        frames_per_second: 1000.0,
        ..AnimationOptions::default()
    };
    assert!(animation(&panels[..1], &options).is_err());
}

#[test]
fn axes_take_every_finite_range() {
    for values in [
        [0.0, 0.0],
        [1e15, 1e15 + 1.0],
        [-1e100, 1e100],
        [1e-100, 2e-100],
        [5.0, 5.1],
    ] {
        let linear = Chart::new("", Axis::linear("x"), Axis::linear("y"));
        let series = [Series::new("s", values.map(|v| (v, v)))];
        labels(&line_chart(&linear, &series).unwrap().to_svg());
        if values[0] > 0.0 {
            let log = Chart::new("", Axis::log("x"), Axis::log("y"));
            labels(&line_chart(&log, &series).unwrap().to_svg());
        }
    }
}

/// Frames as colours, with their delays in hundredths of a second.
type Frames = Vec<(Vec<u8>, u16)>;

fn gif_frames(file: &[u8]) -> Frames {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(file).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        let rgb = frame.buffer.chunks_exact(4).flat_map(|p| &p[..3]).copied();
        frames.push((rgb.collect(), frame.delay));
    }
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
    frames
}

fn apng_frames(file: &[u8]) -> Frames {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let control = *reader.info().animation_control().unwrap();
    assert_eq!(control.num_plays, 0);
    (0..control.num_frames)
        .map(|_| {
            let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut rgb).unwrap();
            let frame = reader.info().frame_control().unwrap();
            assert_eq!(frame.delay_den, 100);
            (rgb, frame.delay_num)
        })
        .collect()
}

#[test]
fn animations_decode_to_their_frames() {
    let (long, grid) = (square(), Grid::new(4, 4).unwrap());
    let short = Raster.order(order(grid, &[], 3).problem(), 0, 0).unwrap();
    let panels = [Panel::new("long", &long), Panel::new("short", &short)];
    let options = AnimationOptions {
        frames_per_second: 8.0,
        end_pause_seconds: 1.5,
        ..AnimationOptions::default()
    };
    let moving = animation(&panels, &options).unwrap();
    assert_eq!(moving.frames(), 7);
    let gif = gif_frames(&moving.to_gif().unwrap());
    let apng = apng_frames(&moving.to_apng().unwrap());
    assert_eq!(moving.to_gif().unwrap(), moving.to_gif().unwrap());
    assert_eq!(gif, apng);
    // As for figures: look before you change these.
    let hashes = gif.iter().map(|frame| fnv1a(&frame.0));
    assert_eq!(
        hashes.fold(0, |a, b| a ^ b),
        0x8f15_9c9d_079e_59cb,
        "pixels"
    );
    let delays: Vec<u16> = gif.iter().map(|frame| frame.1).collect();
    assert_eq!(delays, [13, 13, 13, 13, 13, 13, 150]);
    for (index, (rgb, _)) in gif.iter().enumerate() {
        let figure = moving.frame(index).unwrap();
        let image = figure.to_image();
        // Colours of cells are exact; shades of text are near.
        for (pixel, expected) in rgb.chunks_exact(3).zip(image.rgb().chunks_exact(3)) {
            let is_role = [CONTEXT, NOW, NOT_YET, KNOWN].iter().any(|c| c == expected);
            let far = pixel
                .iter()
                .zip(expected)
                .map(|(a, b)| a.abs_diff(*b))
                .max();
            assert!(far.unwrap() <= if is_role { 0 } else { 12 });
        }
        let colours: BTreeSet<&[u8]> = rgb.chunks_exact(3).collect();
        assert!(colours.len() <= 36);
        let done = labels(&figure.to_svg()).contains(&"done after 3 steps".to_owned());
        assert_eq!(done, index >= 3);
    }
}

#[test]
fn very_many_steps_are_thinned() {
    let order = order(Grid::new(32, 32).unwrap(), &[], 1024);
    let options = AnimationOptions {
        most_frames: 20,
        ..AnimationOptions::default()
    };
    let moving = animation(&[Panel::new("all", &order)], &options).unwrap();
    assert_eq!(moving.frames(), 20);
    let caption = |frame: usize| labels(&moving.frame(frame).unwrap().to_svg());
    assert!(caption(0).contains(&"step 1 of 1024: 1 cell".to_owned()));
    assert!(caption(18).contains(&"step 1024 of 1024: 1 cell".to_owned()));
    assert!(caption(19).contains(&"done after 1024 steps".to_owned()));
}
