//! Points with seeds pooled, and comparisons order by order.

use orders_analysis::experiment::{
    MeasureEntry, PooledResults, ResultsError, ResultsFolder, Shard, compare,
};
use orders_analysis::statistics::{
    BootstrapParams, PermutationParams, holm, mean_interval, paired_test,
};

use crate::{SMALL, measures, plan, run_into};

fn view(text: &str) -> PooledResults {
    let temporary = tempfile::tempdir().unwrap();
    run_into(temporary.path(), &plan(text), Shard::WHOLE, 2).unwrap();
    let folder = ResultsFolder::open(temporary.path()).unwrap();
    let results = PooledResults::open(&folder, measures()).unwrap();
    // What is asked for is read while it is there.
    for measure in [DISCREPANCY, "proximity"] {
        let point = results.points().next().unwrap();
        let measure = results.measure(measure).unwrap();
        assert!(!results.values(point, measure).unwrap().is_empty());
    }
    results
}

fn label(label: &str) -> [(String, String); 1] {
    [("label".to_owned(), label.to_owned())]
}

const DISCREPANCY: &str = "discrepancy";

fn values(view: &PooledResults, point: usize, measure: &MeasureEntry) -> Vec<f64> {
    let point = view.points().nth(point).unwrap();
    let values = view.values(point, measure).unwrap();
    values.into_iter().flatten().collect()
}

#[test]
fn seeds_are_one_sample() {
    let view = view(SMALL);
    let names: Vec<String> = view
        .points()
        .map(|p| p.name(&view.varying().unwrap()))
        .collect();
    assert_eq!(
        names,
        [
            "lpd, repulsion 1, 4 steps",
            "lpd, repulsion 1, 9 steps",
            "lpd, repulsion 2, 4 steps",
            "lpd, repulsion 2, 9 steps",
            "Halton, 4 steps",
            "Halton, 9 steps"
        ]
    );
    let measure = view.measure(DISCREPANCY).unwrap();
    let pooled = values(&view, 0, measure);
    assert_eq!(pooled.len(), 24);
    let mean = mean_interval(&pooled, &BootstrapParams::default()).unwrap();
    assert_eq!(view.means(measure).unwrap()[0], Some(mean));
}

#[test]
fn points_are_chosen_by_their_settings() {
    let view = view(SMALL);
    let wanted = |pairs: &[(&str, &str)]| {
        let pairs = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        view.having(&pairs.collect::<Vec<_>>())
    };
    assert_eq!(wanted(&[("steps", "9")]).unwrap().points().len(), 3);
    let one = wanted(&[("steps", "9"), ("repulsion", "2")]).unwrap();
    assert_eq!(one.points().len(), 1);
    assert_eq!(one.varying().unwrap(), [""; 0]);
    assert_eq!(
        wanted(&[("steps", "10")]).unwrap_err().to_string(),
        "no point has steps 10; there are 4, 9"
    );
    assert!(matches!(
        wanted(&[("step", "9")]),
        Err(ResultsError::Setting { .. })
    ));
    assert!(matches!(
        view.measure("entropy"),
        Err(ResultsError::Measure { .. })
    ));
}

#[test]
fn comparisons_are_those_of_pairs() {
    let view = view(SMALL);
    let measures = [DISCREPANCY, "proximity"].map(|name| view.measure(name).unwrap());
    let compared = compare(&view, &measures, &label("Halton")).unwrap();
    let mut p_values = Vec::new();
    // lpd at repulsion 1 and 2 in 4 and 9 steps, against Halton in as many.
    for (point, partner) in [(0, 4), (1, 5), (2, 4), (3, 5)] {
        for (place, &measure) in measures.iter().enumerate() {
            let (a, b) = (
                values(&view, point, measure),
                values(&view, partner, measure),
            );
            let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
            let difference = mean_interval(&differences, &BootstrapParams::default()).unwrap();
            assert_eq!(compared[point][place].unwrap().difference, difference);
            p_values.push(
                paired_test(&a, &b, &PermutationParams::default())
                    .unwrap()
                    .p_value,
            );
        }
    }
    let adjusted = holm(&p_values).unwrap();
    let given: Vec<f64> = compared
        .iter()
        .flatten()
        .flatten()
        .filter_map(|c| c.p_value)
        .collect();
    assert_eq!(given, adjusted);
    assert_eq!(compared[4], [None, None]);
    assert_eq!(
        compare(&view, &measures, &label("lpd"))
            .unwrap_err()
            .to_string(),
        "'Halton, 4 steps' can be compared with 2 points; choose one by more settings, or with --where"
    );
    assert_eq!(
        compare(&view, &measures, &label("random"))
            .unwrap_err()
            .to_string(),
        "no point has label random; there are Halton, lpd"
    );
}

#[test]
fn two_methods_without_chance_are_not_tested() {
    let view = view(
        r#"
        orders = 20
        grids = ["6x6"]
        steps = [4]
        sizes = ["cosine"]
        [[methods]]
        name = "raster"
        [[methods]]
        name = "halton"
        "#,
    );
    let measure = view.measure(DISCREPANCY).unwrap();
    let compared = compare(&view, &[measure], &label("raster")).unwrap();
    let comparison = compared[1][0].unwrap();
    assert_eq!(comparison.p_value, None);
    let expected = values(&view, 1, measure)[0] - values(&view, 0, measure)[0];
    assert_eq!(comparison.difference.low, comparison.difference.high);
    assert!((comparison.difference.estimate - expected).abs() < 1e-12);
}
