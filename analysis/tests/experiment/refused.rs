//! Files that ask for what can't be: one sentence, with the line or the point.

use orders_analysis::experiment::{Plan, Shard, Spec};

use crate::{catalogue, measures, plan, tools};

/// A file that is fine, line by line.
const FINE: &str = r#"grids = ["16x16"]
steps = [20]
[[methods]]
name = "lpd"
"#;

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = match Spec::read(text, catalogue(), measures()) {
        Err(error) => error.to_string(),
        Ok(spec) => Plan::new(&spec, &tools(&[]), &|_, _| {})
            .unwrap_err()
            .to_string(),
    };
    match expected.strip_suffix(' ') {
        // The sentence goes on in words that are another module's.
        Some(_) => assert!(
            error.starts_with(expected) && error.len() > expected.len(),
            "{error}"
        ),
        None => assert_eq!(error, expected, "{text}"),
    }
}

#[test]
fn the_line_is_named() {
    assert_eq!(plan(FINE).trials().len(), 1);
    let unknown = "unknown field `step`, expected one of `title`, `orders`, `measures`, `design`, `methods`, `grids`, `steps`, `sizes`, `decoding`, `fields`, `models`, `samples`, `clock`, `seeds`";
    refused(
        &FINE.replace("steps", "step"),
        &format!("line 2: {unknown}"),
    );
    for (line, replaced, by, expected) in [
        (
            4,
            "name",
            "nam",
            "unknown field `nam`, expected one of `name`, `file`, `label`, `set`, `sizes`, `decoding`",
        ),
        (
            4,
            "\"lpd\"",
            "\"lqd\"",
            "there is no method 'lqd'; did you mean 'lpd'? There are ",
        ),
        (
            1,
            "\"16x16\"",
            "\"16by16\"",
            "grids: '16by16' is not a grid; write HEIGHTxWIDTH in cells, for example 16x24, or FRAMESxHEIGHTxWIDTH",
        ),
        (
            1,
            "[\"16x16\"]",
            "[]",
            "grids is empty; at least one is needed",
        ),
        (1, "[\"16x16\"]", "[256]", "grids: 256 is no text in quotes"),
        (
            2,
            "20",
            "0",
            "steps: 0 is no whole number from 1 to 16777216",
        ),
        (
            2,
            "20",
            "20.5",
            "steps: 20.5 is no whole number from 1 to 16777216",
        ),
        (2, "20", "20, 32, 20", "steps lists 20 twice"),
        (
            5,
            "\"lpd\"",
            "\"lpd\"\nlabel = \"a\\u001b[31m\"",
            "the label \"a\\u{1b}[31m\" has a control character; it takes one line of text",
        ),
    ] {
        refused(
            &FINE.replacen(replaced, by, 1),
            &format!("line {line}: {expected}"),
        );
    }
    for (added, expected) in [
        (
            "orders = 0",
            "orders: 0 is no whole number from 1 to 100000",
        ),
        (
            "orders = \"many\"",
            "orders: \"many\" is no whole number from 1 to 100000",
        ),
        (
            "seeds = [-1]",
            "seeds: -1 is no whole number from 0 to 9223372036854775807",
        ),
        ("seeds = []", "seeds is empty; at least one is needed"),
        ("measures = []", "measures is empty; at least one is needed"),
        (
            "sizes = [\"cosin\"]",
            "sizes: there are no sizes 'cosin'; there are published, optimal, own, ",
        ),
        (
            "sizes = [\"power:-1\"]",
            "sizes: '-1' is not an exponent for power; it takes a number above 0",
        ),
        (
            "sizes = [[1, 0, 255]]",
            "sizes: the group of step 2 has size 0; every group needs at least one cell",
        ),
        (
            "sizes = [[1, -1]]",
            "sizes: [1, -1] is no list of whole numbers",
        ),
        (
            "measures = [\"fid\"]",
            "there is no measure 'fid'; there are nats_per_cell, ",
        ),
        ("fields = [\"exp\"]", "fields: 'exp' is no field; "),
        (
            "design = { kind = \"lhs\" }",
            "there is no design 'lhs'; there are grid, random, sobol",
        ),
        (
            "design = { kind = \"random\" }",
            "a random or Sobol design needs points as well",
        ),
        (
            "design = { kind = \"sobol\", points = 70000 }",
            "points: 70000 is no whole number from 1 to 65536",
        ),
        (
            "design = { kind = \"grid\", seed = 1 }",
            "a grid design takes every combination; points and seed are for random and sobol",
        ),
    ] {
        refused(
            &format!("# sweep\n{added}\n{FINE}"),
            &format!("line 2: {expected}"),
        );
    }
    for (set, expected) in [
        (
            "rho = 2",
            "there is no lpd parameter 'rho'; there are proximity, repulsion, frame-distance",
        ),
        (
            "repulsion = []",
            "repulsion is an empty list; at least one value is needed",
        ),
        ("repulsion = [1, 2, 1.0]", "repulsion lists 1 twice"),
        (
            "repulsion = \"two\"",
            "repulsion is two; it takes a number from 0",
        ),
        (
            "repulsion = [-1]",
            "repulsion is -1; it takes a number from 0",
        ),
        (
            "repulsion = [nan]",
            "repulsion is NaN; it takes a number from 0",
        ),
        (
            "repulsion = { from = 0, to = 2 }",
            "repulsion is a range, which random and sobol designs take; a grid design takes lists",
        ),
    ] {
        refused(
            &format!("{FINE}set = {{ {set} }}\n"),
            &format!("line 5: {expected}"),
        );
    }
    let drawn = format!(
        "{FINE}set = {{ repulsion = {{ from = 2, to = 1 }} }}\n[design]\nkind = \"random\"\npoints = 3\n"
    );
    refused(
        &drawn,
        "line 5: repulsion goes from 2 to 1; it must rise, and it takes a number from 0",
    );
    refused(
        "grids = [\n\"16x16\"\n",
        "line 2: unclosed array, expected `]`",
    );
}

/// Tables and --against tell methods apart by their labels.
#[test]
fn labels_are_given_once() {
    let text = format!("{FINE}label = \"a\"\n[[methods]]\nname = \"raster\"\nlabel = \"a\"\n");
    let reason = "two [[methods]] are called 'a'; give each a label of its own";
    refused(&text, &format!("line 5: {reason}"));
    // The method's name is a label as well.
    let text = format!("{FINE}[[methods]]\nname = \"raster\"\nlabel = \"lpd\"\n");
    refused(
        &text,
        &format!("line 7: {}", reason.replace("'a'", "'lpd'")),
    );
    // Parts of a space that has more than one rectangle have no labels.
    let text = format!("{FINE}[[methods]]\nname = \"lpd\"\nset = {{ repulsion = 3 }}\n");
    assert_eq!(plan(&text).trials().len(), 2);
}

#[test]
fn the_point_is_named() {
    let two = FINE.replace("20", "20, 300");
    refused(
        &two,
        "point 2 (lpd, 16x16, 300 steps, published sizes, seed 0): no group sizes were published for 16x16 in 300 steps (there are lists of 8, 12, 16, 20, 24, 32, 64, 128, 256 steps); sizes by formula, such as 'cosine', take any",
    );
    refused(
        &format!("sizes = [\"cosine\"]\n{two}"),
        "point 2 (lpd, 16x16, 300 steps, cosine sizes, seed 0): 300 steps cannot share 256 cells; between 1 and 256 steps are possible",
    );
    refused(
        &format!("sizes = [[1, 200]]\n{FINE}"),
        "point 1 (lpd, 16x16, 1,200 sizes, seed 0): the group sizes sum to 201, but a 16x16 grid has 256 cells",
    );
    refused(
        &format!("sizes = [\"own\"]\n{FINE}"),
        "point 1 (lpd, 16x16, own sizes, seed 0): method lpd has no group sizes of its own",
    );
    refused(
        &FINE.replace("steps = [20]\n", ""),
        "point 1 (lpd, 16x16, published sizes, seed 0): 'published' sizes need steps, and the file lists none",
    );
    refused(
        &format!("sizes = [\"optimal\"]\n{FINE}"),
        "point 1 (lpd, 16x16, 20 steps, optimal sizes, seed 0): 'optimal' sizes are those of a field, and the file lists none",
    );
    refused(
        &format!("sizes = [\"optimal\"]\nfields = [\"exp:5\"]\n{two}"),
        "point 2 (lpd, 16x16, 300 steps, optimal sizes, exp:5, seed 0): 300 steps cannot share 256 cells; between 1 and 256 steps are possible",
    );
    refused(
        &format!("sizes = [\"optimal\"]\nfields = [\"exp:5\"]\n{FINE}")
            .replace("steps = [20]\n", ""),
        "point 1 (lpd, 16x16, optimal sizes, exp:5, seed 0): 'optimal' sizes need steps, and the file lists none",
    );
    refused(
        &format!("measures = [\"total_correlation_nats\"]\n{FINE}"),
        "point 1 (lpd, 16x16, 20 steps, published sizes, seed 0): measure total_correlation_nats needs a field, and the file lists none",
    );
    refused(
        &format!("fields = [\"se:5:shrink=0\"]\n{FINE}"),
        "point 1 (lpd, 16x16, 20 steps, published sizes, se:5:shrink=0, seed 0): ",
    );
    refused(
        &format!("{FINE}set = {{ frame-distance = 2 }}\n"),
        "point 1 (lpd, frame-distance 2, 16x16, 20 steps, published sizes, seed 0): frame-distance of method lpd is 2; it takes a value on grids of several frames only, and 16x16 is one frame",
    );
    refused(
        "grids = [\"4x16x16\"]\nsteps = [20]\nsizes = [\"cosine\"]\n[[methods]]\nname = \"spiral\"\n",
        "point 1 (spiral, 4x16x16, 20 steps, cosine sizes, seed 0): method spiral orders one frame, not a 4x16x16 grid; methods for video are lpd, proximity, farthest, raster, random, halton, snake, diagonal, region-parallel, row-parallel, hierarchical, bayer, dus, binary-search, subsample, hilbert, morton",
    );
    refused(
        &format!("orders = 100000\nsizes = [\"one-by-one\"]\n{FINE}"),
        "point 1 (lpd, 16x16, one-by-one sizes, seed 0): 100000 orders of 256 steps are too many for a trial; steps times orders may be 8388608",
    );
    refused(
        &format!("{FINE}[[methods]]\nname = \"lpd\"\nset = {{ repulsion = 2 }}\n"),
        "points 1 and 2 are the same (lpd, proximity 1, repulsion 2, 16x16, 20 steps, published sizes, seed 0); list each once",
    );
}

#[test]
fn spaces_are_bounded_before_they_are_made() {
    let seeds: Vec<String> = (0..400).map(|seed| seed.to_string()).collect();
    let seeds = seeds.join(", ");
    let text = format!(
        "seeds = [{seeds}]\n{FINE}set = {{ repulsion = [{seeds}], proximity = [{seeds}] }}\n"
    );
    refused(
        &text,
        "there are more than 100000 combinations; list fewer values, or take a random or Sobol design",
    );
}

#[test]
fn shards_are_parts() {
    for text in [
        "0/3", "4/3", "1/0", "1", "a/b", "1/3/2", "-1/3", "1/100001", "",
    ] {
        let error = text.parse::<Shard>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "'{text}' is no shard; write i/n with i from 1 to n and n at most 100000, for example 1/4"
            )
        );
    }
}
