//! What looks change, and that files of a figure agree with each other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use orders_core::methods::Random;
use orders_core::{FirstGroup, Grid, Order, OrderingMethod, Problem, Shape};
use orders_figures::{
    Axis, Better, BoxPlot, Chart, Difference, Figure, FigureError, HeatMap, Look, Panel,
    ScatterPoint, Series, SheetOptions, StepsShown, Theme, Tile, TileImage,
};
use resvg::{tiny_skia, usvg};

fn order() -> Order {
    let sizes = Shape::Cosine.group_sizes(256, 20, FirstGroup::One).unwrap();
    let problem = Problem::new(Grid::new(16, 16).unwrap(), sizes).unwrap();
    Random::default().order(&problem, 0, 0).unwrap()
}

fn chart() -> Chart {
    let chart = Chart::new("Loss", Axis::log("steps"), Axis::linear("loss (nats)"));
    chart.with_subtitle("bands: 95 % intervals")
}

fn series() -> Vec<Series> {
    let line = |name: &str, height: f64| {
        let points = [4.0, 16.0, 64.0].map(|x: f64| (x, height + 3.0 / x.sqrt()));
        let band = points.map(|(_, y)| (y - 0.1, y + 0.1));
        Series::new(name, points).with_band(band)
    };
    vec![line("lpd", 2.0), line("halton", 2.3), line("raster", 2.9)]
}

/// One figure of each kind without bitmaps.
fn every_kind(look: &Look) -> Result<Vec<(&'static str, Figure)>, FigureError> {
    let order = order();
    let panels = [Panel::new("random", &order), Panel::new("again", &order)];
    let options = SheetOptions {
        steps: StepsShown::Spread(3),
        sizes: true,
        columns: Some(1),
        ..SheetOptions::default()
    };
    let map = HeatMap {
        title: "Loss".into(),
        subtitle: String::new(),
        x_label: "repulsion (cells)".into(),
        y_label: "steps".into(),
        value: Axis::linear("nats"),
        columns: vec!["1".into(), "2".into()],
        rows: vec!["8".into(), "16".into()],
        values: vec![Some(1.0), Some(3.0), None, Some(2.0)],
        best: Some(Better::Lower),
    };
    let points = [1.0, 2.0, 3.0].map(|x| ScatterPoint::new("a", x, 4.0 - x));
    let boxes = [BoxPlot::new("a", [1.0, 2.0, 4.0]), BoxPlot::new("b", [2.0])];
    let rows = [Difference::new("lpd", -0.5, (-0.6, -0.4))];
    let front = Some((Better::Lower, Better::Lower));
    let sizes = [("random", order.group_sizes())];
    let charts = [("a".to_owned(), series()), ("b".to_owned(), series())];
    let nats = Axis::linear("nats");
    Ok(vec![
        ("order_map", look.order_map(&order, "random", "order 0")?),
        ("steps", look.small_multiples(&order, &[], "random", "")?),
        ("sheet", look.sheet(&panels, &options)?),
        ("sizes", look.group_sizes_chart(&sizes, "sizes", "")?),
        ("lines", look.line_chart(&chart(), &series())?),
        ("panels", look.line_panels(&chart(), &charts)?),
        ("scatter", look.scatter(&chart(), &points, front)?),
        ("heat_map", look.heat_map(&map)?),
        ("boxes", look.box_plots("boxes", "", &nats, &boxes)?),
        (
            "differences",
            look.differences("lpd", "", &nats, "random", &rows)?,
        ),
    ])
}

fn column(width: &str) -> Look {
    Look::new(Theme::Paper).with_width(width.parse().unwrap())
}

/// What resvg, which knows nothing of this crate, makes of the SVG.
#[test]
fn svg_and_png_show_the_same() {
    for look in [Look::default(), column("3.25in")] {
        for (kind, figure) in every_kind(&look).unwrap() {
            let ours = figure.to_image();
            let options = usvg::Options::default();
            let tree = usvg::Tree::from_str(&figure.to_svg(), &options).unwrap();
            let (width, height) = (ours.width(), ours.height());
            let mut theirs = tiny_skia::Pixmap::new(width, height).unwrap();
            let size = tree.size();
            let scale = usvg::Transform::from_scale(
                width as f32 / size.width(),
                height as f32 / size.height(),
            );
            resvg::render(&tree, scale, &mut theirs.as_mut());
            let (pixels, _) = theirs.data().as_chunks::<4>();
            let differing = ours.rgb().chunks_exact(3).zip(pixels).filter(|(a, b)| {
                let differences = a.iter().zip(*b).map(|(a, b)| a.abs_diff(*b));
                differences.max().unwrap() > 96
            });
            // Edges may round to another pixel.
            let share = differing.count() as f64 / f64::from(width * height);
            assert!(share < 0.005, "{kind}: {share}");
        }
    }
}

#[test]
fn figures_are_as_wide_as_asked() {
    for (width, pixels, svg, points) in [
        ("3.25in", 975, r#"width="3.25in""#, "234"),
        ("8.255cm", 975, r#"width="3.25in""#, "234"),
        ("468pt", 1950, r#"width="6.5in""#, "468"),
        ("700px", 700, r#"width="700""#, "525"),
    ] {
        for theme in [Theme::Screen, Theme::Paper] {
            let look = Look::new(theme).with_width(width.parse().unwrap());
            for (kind, figure) in every_kind(&look).unwrap() {
                assert_eq!(figure.width(), pixels, "{kind} {width}");
                assert_eq!(figure.to_image().width(), pixels, "{kind} {width}");
                assert!(figure.to_svg().contains(svg), "{kind} {width}");
                let pdf = figure.to_pdf();
                let pdf = String::from_utf8_lossy(&pdf);
                let page = format!("/MediaBox [0 0 {points}");
                assert!(pdf.contains(&page), "{kind} {width}");
            }
        }
    }
}

#[test]
fn what_has_no_room_says_how_much_it_needs() {
    let look = column("1in").with_font_size(16.0).unwrap();
    let rows = [Difference::new("a long name", 0.5, (0.25, 0.75))];
    let axis = Axis::linear("nats");
    let error = look
        .differences("", "", &axis, "random", &rows)
        .unwrap_err();
    let FigureError::Narrow { needed, .. } = error else {
        panic!("{error}");
    };
    let text = error.to_string();
    assert!(
        text.starts_with("the figure needs to be ") && text.ends_with("but 1.00 in are given"),
        "{text}"
    );
    // What the sentence says suffices.
    let look = column(&format!("{needed:.2}in"))
        .with_font_size(16.0)
        .unwrap();
    look.differences("", "", &axis, "random", &rows).unwrap();
    let charts = column("1in").with_font_size(36.0).unwrap();
    let error = charts.line_chart(&chart(), &series()).unwrap_err();
    assert!(matches!(error, FigureError::Narrow { .. }), "{error}");
}

#[test]
fn papers_have_no_titles_unless_asked() {
    let has_title = |look: &Look| {
        let svg = look.line_chart(&chart(), &series()).unwrap().to_svg();
        svg.contains(r#"<g aria-label="Loss">"#)
    };
    assert!(has_title(&Look::default()));
    assert!(!has_title(&column("3.25in")));
    assert!(has_title(&column("3.25in").with_titles(true)));
}

#[test]
fn letters_have_the_size_that_is_asked_for() {
    let height = |points: f64| {
        let look = column("6in").with_font_size(points).unwrap();
        let svg = look.line_chart(&chart(), &series()).unwrap().to_svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let root = document.root_element();
        let view: f64 = root
            .attribute("viewBox")
            .unwrap()
            .split(' ')
            .nth(2)
            .unwrap()
            .parse()
            .unwrap();
        // Ticks are 12 px of the drawing, which is 6 inches wide.
        12.0 * 6.0 * 72.0 / view
    };
    for points in [4.0, 8.0, 10.5, 24.0] {
        let found = height(points);
        assert!((found - points).abs() < 0.02 * points, "{points}: {found}");
    }
    for points in [3.9, 36.1, f64::NAN, -8.0] {
        assert!(Look::default().with_font_size(points).is_err());
    }
}

#[test]
fn pdf_is_the_same_every_time_and_says_how_it_was_made() {
    for ((kind, figure), (_, again)) in every_kind(&column("3.25in"))
        .unwrap()
        .into_iter()
        .zip(every_kind(&column("3.25in")).unwrap())
    {
        let pdf = figure.made_by("seed 7").to_pdf();
        assert_eq!(pdf, again.made_by("seed 7").to_pdf(), "{kind}");
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/Comment (seed 7)"), "{kind}");
        assert!(text.contains("/FontFile2"), "{kind}");
        assert!(!text.contains("/CreationDate"), "{kind}");
    }
}

#[test]
fn images_go_into_every_kind_of_file() {
    let image = TileImage {
        width: 2,
        height: 1,
        rgb: vec![255, 0, 0, 0, 0, 255],
    };
    let tile = Tile {
        images: vec![image],
        caption: "red, blue".into(),
    };
    for look in [Look::default(), column("2in")] {
        let figure = look
            .image_sheet(std::slice::from_ref(&tile), "", "")
            .unwrap();
        let image = figure.to_image();
        let colours = [[255, 0, 0], [0, 0, 255]].map(|colour: [u8; 3]| {
            let pixels = image.rgb().chunks_exact(3);
            pixels.filter(|pixel| **pixel == colour).count()
        });
        assert!(
            colours[0] > 1000 && colours[0].abs_diff(colours[1]) < 200,
            "{colours:?}"
        );
        assert!(figure.to_svg().contains("data:image/png"));
        let pdf = figure.to_pdf();
        assert!(String::from_utf8_lossy(&pdf).contains("/Subtype /Image"));
    }
}
