//! What tables hold, and that both formats hold the same.

use std::io::Cursor;
use std::path::Path;

use orders_analysis::experiment::{
    ExperimentError, Plan, PooledResults, ResultsFolder, Shard, write_tables,
};
use orders_analysis::table::{Column, Table, Values};
use polars::prelude::{
    CsvReadOptions, DataFrame, NullValues, ParquetReader, PolarsResult, SchemaRef, SerReader,
};

use crate::{SMALL, measures, plan, run_into};

/// Runs a plan into a folder and makes its tables.
fn tables_into(path: &Path, plan: &Plan, shard: Shard) -> Result<(), ExperimentError> {
    run_into(path, plan, shard, 2)?;
    write_tables(&ResultsFolder::open(path)?, measures())
}

#[test]
fn each_shard_has_tables_of_its_own_trials() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    let rows = |number: usize| {
        let path = temporary.path().join(number.to_string());
        tables_into(&path, &plan, format!("{number}/3").parse().unwrap()).unwrap();
        let table = std::fs::read_to_string(path.join("trials.csv")).unwrap();
        table.lines().count() - 1
    };
    assert_eq!((1..=3).map(rows).sum::<usize>(), plan.trials().len());
}

#[test]
fn there_are_none_before_all_is_done() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = ResultsFolder::create(temporary.path(), &plan(SMALL), Shard::WHOLE, "test 1");
    let error = write_tables(&folder.unwrap(), measures()).unwrap_err();
    assert!(matches!(error, ExperimentError::Missing { .. }), "{error}");
    assert!(!temporary.path().join("trials.csv").exists());
}

#[test]
fn csv_and_parquet_hold_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    tables_into(temporary.path(), &plan, Shard::WHOLE).unwrap();
    let steps: usize = plan.trials().iter().map(|trial| trial.settings.steps).sum();
    for (name, rows) in [("trials", 12), ("steps", steps), ("orders", 12 * 12)] {
        let bytes = |ending: &str| std::fs::read(temporary.path().join(format!("{name}.{ending}")));
        let parquet = from_parquet(bytes("parquet").unwrap()).unwrap();
        let csv = from_csv(bytes("csv").unwrap(), parquet.schema().clone()).unwrap();
        assert!(csv.equals_missing(&parquet), "{name}");
        assert_eq!(parquet.height(), rows, "{name}");
    }
}

#[test]
fn rows_are_what_the_trials_found() {
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(SMALL);
    tables_into(temporary.path(), &plan, Shard::WHOLE).unwrap();
    let folder = ResultsFolder::open(temporary.path()).unwrap();
    let results = folder.results().unwrap();
    let read =
        |name: &str| from_parquet(std::fs::read(temporary.path().join(name)).unwrap()).unwrap();
    let numbers = |table: &DataFrame, name: &str| -> Vec<Option<f64>> {
        let column = table.column(name).unwrap().as_materialized_series();
        column.f64().unwrap().iter().collect()
    };
    let texts = |table: &DataFrame, name: &str| -> Vec<Option<String>> {
        let column = table.column(name).unwrap().as_materialized_series();
        let values = column.str().unwrap().iter();
        values.map(|value| value.map(str::to_owned)).collect()
    };
    let trials = read("trials.parquet");
    let totals = |value: fn(&orders_analysis::experiment::Estimate) -> Option<f64>| -> Vec<_> {
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
    assert!(steps.column("proximity_over_steps").is_err());

    let orders = read("orders.parquet");
    let expected: Vec<_> = results
        .iter()
        .flat_map(|(_, result)| result.orders["proximity_over_steps"].clone())
        .collect();
    assert_eq!(numbers(&orders, "proximity_over_steps"), expected);
}

/// Tables that are gone are made again, and damaged ones are told.
#[test]
fn tables_are_those_of_the_results() {
    let temporary = tempfile::tempdir().unwrap();
    let at = |name: &str| temporary.path().join(name);
    tables_into(temporary.path(), &plan(SMALL), Shard::WHOLE).unwrap();
    let folder = ResultsFolder::open(temporary.path()).unwrap();
    let whole = std::fs::read(at("trials.parquet")).unwrap();
    let means = |folder: &ResultsFolder| {
        let results = PooledResults::open(folder, measures())?;
        let measure = results.measure("discrepancy").unwrap();
        Ok::<_, ExperimentError>(results.means(measure).unwrap())
    };
    let expected = means(&folder).unwrap();

    std::fs::write(at("trials.parquet"), &whole[..whole.len() - 1]).unwrap();
    let error = means(&folder).unwrap_err().to_string();
    assert!(
        error.ends_with("it is not what tables.json says; without that, tables are made anew"),
        "{error}"
    );
    std::fs::write(at("tables.json"), "{}").unwrap();
    let error = means(&folder).unwrap_err();
    assert!(matches!(error, ExperimentError::Damaged { .. }), "{error}");
    std::fs::remove_file(at("tables.json")).unwrap();
    assert_eq!(means(&folder).unwrap(), expected);
    assert!(std::fs::read(at("trials.parquet")).unwrap() == whole);

    std::fs::remove_file(at("orders.parquet")).unwrap();
    assert_eq!(means(&folder).unwrap(), expected);
    assert!(at("orders.parquet").exists());

    let trial = std::fs::read_dir(at("trials")).unwrap().next();
    std::fs::remove_file(trial.unwrap().unwrap().path()).unwrap();
    let error = means(&folder).unwrap_err();
    assert!(
        matches!(error, ExperimentError::Missing { missing: 1, .. }),
        "{error}"
    );
    run_into(temporary.path(), &plan(SMALL), Shard::WHOLE, 2).unwrap();
    assert!(!at("tables.json").exists());
    assert_eq!(means(&folder).unwrap(), expected);
}

#[test]
fn awkward_values_come_back() {
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
    // In CSV an empty word is no value.
    let words = words.map(|word| (!word.is_empty()).then(|| word.to_owned()));
    let whole: Vec<_> = (0..7).map(|i| (i != 3).then_some(u64::MAX - i)).collect();
    let table = Table::new(vec![
        Column::new("words", Values::Text(words.to_vec())),
        Column::new("numbers", Values::Number(numbers.map(Some).to_vec())),
        Column::new("whole", Values::Whole(whole.clone())),
    ])
    .unwrap();
    let parquet = from_parquet(table.to_parquet().unwrap()).unwrap();
    let csv = from_csv(table.to_csv().unwrap(), parquet.schema().clone()).unwrap();
    for read in [parquet, csv] {
        let column = |name: &str| read.column(name).unwrap().as_materialized_series().clone();
        let texts: Vec<_> = column("words")
            .str()
            .unwrap()
            .iter()
            .map(|t| t.map(str::to_owned))
            .collect();
        assert_eq!(texts, words);
        assert_eq!(
            column("numbers").f64().unwrap().iter().collect::<Vec<_>>(),
            numbers.map(Some)
        );
        assert_eq!(
            column("whole").u64().unwrap().iter().collect::<Vec<_>>(),
            whole
        );
    }
    assert!(Table::new(vec![]).is_err());
}

fn from_parquet(bytes: Vec<u8>) -> PolarsResult<DataFrame> {
    ParquetReader::new(Cursor::new(bytes)).finish()
}

fn from_csv(bytes: Vec<u8>, schema: SchemaRef) -> PolarsResult<DataFrame> {
    let options = CsvReadOptions::default()
        .with_has_header(true)
        .with_schema(Some(schema))
        .map_parse_options(|options| {
            options.with_null_values(Some(NullValues::AllColumnsSingle("".into())))
        });
    options
        .into_reader_with_file_handle(Cursor::new(bytes))
        .finish()
}
