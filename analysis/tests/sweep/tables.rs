//! What tables hold, and that both formats hold the same.

use orders_analysis::sweep::{Shard, SweepFolder};
use orders_analysis::table::{Kind, Table, Values};

use crate::{SMALL, plan, run_into};

#[test]
fn csv_and_parquet_hold_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    run_into(temporary.path(), &plan, Shard::WHOLE, 2).unwrap();
    let steps: usize = plan.trials().iter().map(|trial| trial.settings.steps).sum();
    for (name, rows) in [("trials", 12), ("steps", steps), ("orders", 12 * 12)] {
        let bytes = |ending: &str| std::fs::read(temporary.path().join(format!("{name}.{ending}")));
        let parquet = Table::from_parquet(bytes("parquet").unwrap()).unwrap();
        let kinds: Vec<(&str, Kind)> = parquet
            .columns()
            .iter()
            .map(|column| (column.name.as_str(), column.values.kind()))
            .collect();
        let csv = Table::from_csv(bytes("csv").unwrap(), &kinds).unwrap();
        assert_eq!(csv, parquet, "{name}");
        assert_eq!(parquet.rows(), rows, "{name}");
    }
}

#[test]
fn rows_are_what_the_trials_found() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    run_into(temporary.path(), &plan, Shard::WHOLE, 2).unwrap();
    let folder = SweepFolder::open(temporary.path()).unwrap();
    let results = folder.results().unwrap();
    let read = |name: &str| {
        Table::from_parquet(std::fs::read(temporary.path().join(name)).unwrap()).unwrap()
    };
    let numbers = |table: &Table, name: &str| match table.values(name) {
        Some(Values::Number(values)) => values.clone(),
        other => panic!("{name}: {other:?}"),
    };
    let texts = |table: &Table, name: &str| match table.values(name) {
        Some(Values::Text(values)) => values.clone(),
        other => panic!("{name}: {other:?}"),
    };
    let trials = read("trials.parquet");
    let totals = |value: fn(&orders_analysis::sweep::Estimate) -> Option<f64>| -> Vec<_> {
        let means = results
            .iter()
            .map(|(_, result)| value(&result.totals["discrepancy"]));
        means.collect()
    };
    assert_eq!(numbers(&trials, "discrepancy"), totals(|e| e.mean));
    assert_eq!(numbers(&trials, "discrepancy_sd"), totals(|e| e.sd));
    assert_eq!(numbers(&trials, "discrepancy_low"), totals(|e| e.low));
    assert_eq!(numbers(&trials, "discrepancy_high"), totals(|e| e.high));
    let repulsion: Vec<_> = [1.0, 2.0]
        .into_iter()
        .flat_map(|rho| [Some(rho); 4])
        .chain([None; 4])
        .collect();
    assert_eq!(numbers(&trials, "set_repulsion"), repulsion);
    assert_eq!(
        texts(&trials, "label")[8..],
        [const { "Halton" }; 4].map(|l| Some(l.to_owned()))
    );
    let sizes = results[0]
        .1
        .settings
        .group_sizes
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>();
    assert_eq!(texts(&trials, "group_sizes")[0], Some(sizes.join(" ")));
    assert!(
        texts(&trials, "program")
            .iter()
            .all(|p| p.as_deref() == Some("test 1"))
    );
    assert_eq!(texts(&trials, "field"), vec![None; 12]);

    let steps = read("steps.parquet");
    let expected: Vec<_> = results
        .iter()
        .flat_map(|(_, result)| &result.steps["nearest_context"])
        .map(|estimate| estimate.high)
        .collect();
    assert_eq!(numbers(&steps, "nearest_context_high"), expected);
    // Nothing is there before the first step.
    assert_eq!(expected[0], None);
    assert!(steps.values("proximity_over_steps").is_none());

    let orders = read("orders.parquet");
    let expected: Vec<_> = results
        .iter()
        .flat_map(|(_, result)| result.orders["proximity_over_steps"].clone())
        .collect();
    assert_eq!(numbers(&orders, "proximity_over_steps"), expected);
}

#[test]
fn awkward_values_come_back() {
    use orders_analysis::table::Column;
    let words = [
        "plain",
        "",
        "with, comma",
        "a \"quote\"",
        "two\nlines",
        "ü",
        "1.5",
    ];
    let numbers = [
        0.1 + 0.2,
        1e-300,
        f64::MAX,
        -0.0,
        f64::INFINITY,
        5e-324,
        1.0,
    ];
    let table = Table::new(vec![
        Column::new(
            "words",
            // In CSV an empty word is no value.
            Values::Text(
                words
                    .iter()
                    .map(|w| (!w.is_empty()).then(|| w.to_string()))
                    .collect(),
            ),
        ),
        Column::new("numbers", Values::Number(numbers.map(Some).to_vec())),
        Column::new(
            "whole",
            Values::Whole((0..7).map(|i| (i != 3).then_some(u64::MAX - i)).collect()),
        ),
    ])
    .unwrap();
    assert_eq!(
        Table::from_parquet(table.to_parquet().unwrap()).unwrap(),
        table
    );
    let kinds = [
        ("words", Kind::Text),
        ("numbers", Kind::Number),
        ("whole", Kind::Whole),
    ];
    assert_eq!(
        Table::from_csv(table.to_csv().unwrap(), &kinds).unwrap(),
        table
    );
    assert!(Table::from_parquet(b"PAR1 no".to_vec()).is_err());
    assert!(Table::new(vec![]).is_err());
}
