//! Charts that show what they are drawn for: axes that end, names at ends of
//! lines, panels, best fields.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use orders_figures::theme::category;
use orders_figures::{
    Axis, Better, Chart, Difference, HeatMap, Series, differences, heat_map, line_chart,
    line_panels,
};

/// All texts.
fn labels(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let groups = document.descendants().filter(|n| n.has_tag_name("g"));
    groups
        .filter_map(|n| n.attribute("aria-label").map(str::to_owned))
        .collect()
}

fn has(svg: &str, text: &str) -> bool {
    labels(svg).iter().any(|label| label == text)
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Places of lines of a colour: all numbers of their paths, in turn x and y.
fn strokes(svg: &str, colour: [u8; 3]) -> Vec<(f64, f64)> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let paths = document.descendants().filter(|n| n.has_tag_name("path"));
    let own = paths.filter(|n| {
        n.attribute("stroke") == Some(&hex(colour)) && n.attribute("stroke-width") == Some("2")
    });
    own.flat_map(|n| {
        let data = n.attribute("d").unwrap().replace(['M', 'L'], " ");
        let numbers: Vec<f64> = data
            .split_whitespace()
            .map(|n| n.parse().unwrap())
            .collect();
        let points: Vec<_> = numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect();
        points
    })
    .collect()
}

fn flattened() -> Vec<Series> {
    let flat = |name: &str, y: f64| Series::new(name, [(1.0, y), (2.0, y + 0.2), (3.0, y)]);
    vec![
        flat("a", 1.0),
        flat("b", 1.5),
        flat("c", 2.0),
        Series::new("bad", [(1.0, 900.0), (2.0, 40.0), (3.0, 2.0)]),
    ]
}

fn chart(y: Axis) -> Chart {
    Chart::new("", Axis::linear("x"), y)
}

#[test]
fn a_line_that_flattens_the_rest_leaves_the_chart_and_says_so() {
    let whole = line_chart(&chart(Axis::linear("y")), &flattened()).unwrap();
    let clipped = line_chart(&chart(Axis::linear("y").clipped()), &flattened()).unwrap();
    let ended = line_chart(&chart(Axis::linear("y").ending_at(3.0)), &flattened()).unwrap();
    let rise = |svg: &str| {
        let heights: Vec<f64> = strokes(svg, category(0)).iter().map(|p| p.1).collect();
        heights.iter().fold(0.0, |a: f64, b| a.max(*b))
            - heights.iter().fold(f64::MAX, |a: f64, b| a.min(*b))
    };
    let whole = whole.to_svg();
    assert!(rise(&whole) < 2.0);
    assert!(has(&whole, "bad"));
    for figure in [clipped, ended] {
        let svg = figure.to_svg();
        assert!(rise(&svg) > 10.0, "{}", rise(&svg));
        assert!(has(&svg, "bad (up to 900)"), "{:?}", labels(&svg));
        // The line ends at the upper edge, and is seen below it.
        let bad = strokes(&svg, category(3));
        let top = bad.iter().map(|p| p.1).fold(f64::MAX, f64::min);
        let others = strokes(&svg, category(2));
        assert!(bad.len() >= 2 && others.iter().all(|p| p.1 > top));
        assert!(bad.iter().all(|p| p.1 > 0.0));
    }
}

#[test]
fn nothing_is_clipped_where_nothing_is_flattened() {
    let lines = &flattened()[..3];
    let plain = line_chart(&chart(Axis::linear("y")), lines).unwrap();
    let clipped = line_chart(&chart(Axis::linear("y").clipped()), lines).unwrap();
    assert_eq!(plain.to_svg(), clipped.to_svg());
}

#[test]
fn an_axis_ends_above_its_least_value() {
    for end in [1.0, 0.0, -5.0, f64::NAN, 1e300] {
        let y = Axis::linear("y").ending_at(end);
        let error = line_chart(&chart(y), &flattened()).unwrap_err().to_string();
        assert!(error.starts_with("the end of an axis is "), "{error}");
    }
    let y = Axis::log("y").ending_at(3.0);
    let svg = line_chart(&chart(y), &flattened()).unwrap().to_svg();
    assert!(has(&svg, "bad (up to 900)"));
}

#[test]
fn names_stand_at_the_ends_of_lines_and_apart() {
    let lines: Vec<Series> = ["a", "b", "c", "d", "e"]
        .iter()
        .zip([2.0, 2.001, 2.002, 2.003, 5.0])
        .map(|(&name, end)| Series::new(name, [(1.0, 1.0), (2.0, end)]))
        .collect();
    let svg = line_chart(&chart(Axis::linear("y")), &lines)
        .unwrap()
        .to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let mut places: Vec<(f64, f64)> = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let label = document
            .descendants()
            .find(|n| n.has_tag_name("g") && n.attribute("aria-label") == Some(name))
            .unwrap();
        let glyph = label.first_element_child().unwrap();
        let place = |side: &str| glyph.attribute(side).unwrap().parse::<f64>().unwrap();
        // In units of the font, 2048 to 12 px.
        places.push((place("x") * 12.0 / 2048.0, place("y") * 12.0 / 2048.0));
    }
    let right = strokes(&svg, category(0))
        .iter()
        .map(|p| p.0)
        .fold(0.0, f64::max);
    assert!(places.iter().all(|place| place.0 > right));
    places.sort_by(|a, b| a.1.total_cmp(&b.1));
    for pair in places.windows(2) {
        assert!(pair[1].1 - pair[0].1 >= 14.0, "{places:?}");
    }
    // A name that would take over a quarter of the width goes above the chart.
    let long = Series::new("n".repeat(60), [(1.0, 1.0), (2.0, 2.0)]);
    let svg = line_chart(&chart(Axis::linear("y")), &[long, lines[0].clone()]).unwrap();
    let image = svg.to_image();
    assert!(
        strokes(&svg.to_svg(), category(1))
            .iter()
            .any(|p| p.0 > f64::from(image.width()) * 0.9)
    );
}

#[test]
fn panels_share_axes_and_looks() {
    let line = |name: &str, y: f64| Series::new(name, [(1.0, y), (2.0, y)]);
    let panels = [
        ("first".to_owned(), vec![line("a", 1.0), line("b", 2.0)]),
        ("second".to_owned(), vec![line("b", 9.0)]),
    ];
    let svg = line_panels(&chart(Axis::linear("y")), &panels)
        .unwrap()
        .to_svg();
    assert!(has(&svg, "first") && has(&svg, "second"));
    let b = strokes(&svg, category(1));
    // Legend, both panels: three lines of two points.
    assert_eq!(b.len(), 6, "{b:?}");
    let ten = labels(&svg).iter().filter(|label| *label == "8").count();
    assert_eq!(ten, 2, "both axes go as far");
    assert!(line_panels(&chart(Axis::linear("y")), &[]).is_err());
}

#[test]
fn the_best_field_is_named() {
    let map = |best| HeatMap {
        title: String::new(),
        subtitle: String::new(),
        x_label: "repulsion threshold (cells)".into(),
        y_label: "steps".into(),
        value: Axis::linear("nats"),
        columns: vec!["1".into(), "2".into()],
        rows: vec!["8".into(), "16".into()],
        values: vec![Some(4.0), None, Some(1.5), Some(9.0)],
        best,
    };
    for (best, text) in [
        (
            Better::Lower,
            "best: 1.5 at repulsion threshold 1, steps 16",
        ),
        (Better::Higher, "best: 9 at repulsion threshold 2, steps 16"),
    ] {
        let svg = heat_map(&map(Some(best))).unwrap().to_svg();
        assert!(has(&svg, text), "{:?}", labels(&svg));
    }
    let svg = heat_map(&map(None)).unwrap().to_svg();
    assert!(!labels(&svg).iter().any(|label| label.starts_with("best")));
}

#[test]
fn differences_have_numbers_and_tell_clear_ones_from_others() {
    let rows = [
        Difference::new("lpd", -0.31, (-0.38, -0.26)),
        Difference::new("halton", 0.02, (-0.05, 0.07)),
    ];
    let axis = Axis::linear("nats");
    let svg = differences("", "", &axis, "random", &rows)
        .unwrap()
        .to_svg();
    for text in [
        "random",
        "lpd",
        "\u{2212}0.31 [\u{2212}0.38, \u{2212}0.26]",
        "+0.02 [\u{2212}0.05, 0.07]",
    ] {
        assert!(has(&svg, text), "{text}: {:?}", labels(&svg));
    }
    // A point each, and the hole of the ring.
    let document = roxmltree::Document::parse(&svg).unwrap();
    let circles = document.descendants().filter(|n| n.has_tag_name("circle"));
    assert_eq!(circles.count(), 3);
    let outside = [Difference::new("a", 1.0, (2.0, 3.0))];
    let error = differences("", "", &axis, "b", &outside).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the difference of 'a' is 1, but it must be in its interval"
    );
    assert!(differences("", "", &axis, "b", &[]).is_err());
}
