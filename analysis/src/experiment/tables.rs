//! The results of a folder as tables.

use std::collections::BTreeSet;

use super::error::ExperimentError;
use super::folder::ResultsFolder;
use super::measure::{MeasureEntry, MeasureKind, Measures, SetValue};
use super::trial::{Estimate, Trial, TrialResult};
use crate::table::{Column, Table, TableError, Values};

/// Writes the tables of a folder whose trials are all done, as Parquet and as
/// CSV:
///
/// - `trials`: a row for each trial;
/// - `steps`: a row for each trial and step;
/// - `orders`: a row for each trial and order.
///
/// The first columns of each are the settings and the program that made the
/// result; then come the measures. Those of `trials` and `steps` are means over
/// orders, each with its standard deviation (`_sd`) and the ends of its 95 %
/// BCa interval (`_low`, `_high`).
///
/// # Errors
///
/// As [`ResultsFolder::results`]; [`ExperimentError::Table`] and what the system
/// refuses.
pub fn write_tables(folder: &ResultsFolder, measures: &Measures) -> Result<(), ExperimentError> {
    let results = folder.results()?;
    let tables = [
        ("trials", trials(&results, measures)),
        ("steps", steps(&results, measures)),
        ("orders", orders(&results, measures)),
    ];
    for (name, table) in tables {
        let failed = |source| ExperimentError::Table {
            table: name,
            source,
        };
        let table = table.map_err(failed)?;
        let csv = table.to_csv().map_err(failed)?;
        let parquet = table.to_parquet().map_err(failed)?;
        folder.write(format!("{name}.csv"), &csv)?;
        folder.write(format!("{name}.parquet"), &parquet)?;
    }
    Ok(())
}

type Results<'a> = [(&'a Trial, TrialResult)];

fn trials(results: &Results<'_>, all: &Measures) -> Result<Table, TableError> {
    let mut columns = settings(results, |_| 1);
    for measure in measures(results, all) {
        let name = measure.name();
        let rows = results.iter().map(|(_, result)| result);
        match measure.kind() {
            MeasureKind::Samples => {
                let rows: Vec<_> = rows
                    .map(|r| r.samples.get(name).copied().flatten())
                    .collect();
                columns.extend(set_values(name, &rows));
            }
            MeasureKind::Machine => {
                let rows = rows.map(|r| r.machine.get(name).copied().flatten());
                columns.push(Column::new(name, Values::Number(rows.collect())));
            }
            _ => columns.extend(estimates(
                measure,
                rows.map(|r| r.totals.get(name).copied()).collect(),
            )),
        }
    }
    Table::new(columns)
}

fn steps(results: &Results<'_>, all: &Measures) -> Result<Table, TableError> {
    let mut columns = settings(results, |result| result.settings.group_sizes.len());
    let sizes = || {
        results
            .iter()
            .flat_map(|(_, result)| &result.settings.group_sizes)
    };
    let steps = results
        .iter()
        .flat_map(|(_, r)| 1..=r.settings.group_sizes.len() as u64);
    columns.push(whole("step", steps));
    columns.push(whole("group_size", sizes().map(|&size| size.into())));
    for measure in measures(results, all)
        .into_iter()
        .filter(|m| m.is_of_steps())
    {
        let rows = results.iter().flat_map(|(_, result)| {
            let steps = result.steps.get(measure.name());
            (0..result.settings.group_sizes.len()).map(move |step| steps.map(|steps| steps[step]))
        });
        columns.extend(estimates(measure, rows.collect()));
    }
    Table::new(columns)
}

fn orders(results: &Results<'_>, all: &Measures) -> Result<Table, TableError> {
    let mut columns = settings(results, |result| result.settings.orders as usize);
    columns.push(whole(
        "order",
        results.iter().flat_map(|(_, r)| 0..r.settings.orders),
    ));
    for measure in measures(results, all).into_iter().filter(|m| m.is_paired()) {
        let values = results.iter().flat_map(|(_, result)| {
            let values = result.values(measure.name());
            (0..result.settings.orders as usize).map(move |i| values.and_then(|v| v[i]))
        });
        columns.push(Column::new(
            measure.name(),
            Values::Number(values.collect()),
        ));
    }
    Table::new(columns)
}

/// All measures of some results, in the order of the catalogue.
fn measures<'a>(results: &Results<'_>, all: &'a Measures) -> Vec<&'a MeasureEntry> {
    let names: BTreeSet<&str> = results
        .iter()
        .flat_map(|(trial, _)| trial.settings.measures.iter().map(String::as_str))
        .collect();
    let all = all.entries().iter();
    all.filter(|measure| names.contains(measure.name()))
        .collect()
}

/// The columns of the settings, each of whose values comes `times` times.
fn settings(results: &Results<'_>, times: impl Fn(&TrialResult) -> usize + Copy) -> Vec<Column> {
    let text = |name: &str, value: &dyn Fn(&Trial, &TrialResult) -> Option<String>| {
        let values = results
            .iter()
            .flat_map(|(trial, result)| std::iter::repeat_n(value(trial, result), times(result)));
        Column::new(name, Values::Text(values.collect()))
    };
    let number = |name: &str, value: &dyn Fn(&TrialResult) -> u64| {
        let values = results
            .iter()
            .flat_map(|(_, result)| std::iter::repeat_n(value(result), times(result)));
        whole(name, values)
    };
    let mut columns = vec![
        text("trial", &|_, result| Some(result.key[..12].to_owned())),
        text("label", &|trial, _| Some(trial.label.clone())),
        text("method", &|_, result| Some(result.settings.method.clone())),
    ];
    let parameters = results
        .iter()
        .flat_map(|(_, r)| r.settings.parameters.keys());
    for name in parameters.collect::<BTreeSet<_>>() {
        let value = |result: &TrialResult| result.settings.parameters.get(name).cloned();
        let texts = || results.iter().filter_map(|(_, result)| value(result));
        let column = format!("set_{}", name.replace('-', "_"));
        columns.push(if texts().all(|text| text.parse::<f64>().is_ok()) {
            let values = results.iter().flat_map(|(_, result)| {
                let number = value(result).and_then(|text| text.parse().ok());
                std::iter::repeat_n(number, times(result))
            });
            Column::new(column, Values::Number(values.collect()))
        } else {
            text(&column, &|_, result| value(result))
        });
    }
    columns.extend([
        text("grid", &|_, result| Some(result.settings.grid.clone())),
        number("steps", &|result| result.settings.steps as u64),
        text("sizes", &|_, result| Some(result.settings.sizes.clone())),
        text("group_sizes", &|_, result| {
            let sizes: Vec<String> = result
                .settings
                .group_sizes
                .iter()
                .map(u32::to_string)
                .collect();
            Some(sizes.join(" "))
        }),
        text("field", &|_, result| result.settings.field.clone()),
        text("model", &|_, result| {
            let model = result.settings.model.as_ref();
            model.map(|model| model.name.clone())
        }),
        number("seed", &|result| result.settings.seed),
        number("orders", &|result| result.settings.orders),
        text("program", &|_, result| Some(result.program.clone())),
    ]);
    columns
}

fn whole(name: &str, values: impl Iterator<Item = u64>) -> Column {
    Column::new(name, Values::Whole(values.map(Some).collect()))
}

/// The two columns of a measure of sets.
fn set_values(name: &str, rows: &[Option<SetValue>]) -> [Column; 2] {
    let values = rows.iter().map(|row| row.map(|row| row.value));
    let errors = rows
        .iter()
        .map(|row| row.and_then(|row| row.standard_error));
    [
        Column::new(name, Values::Number(values.collect())),
        Column::new(
            format!("{name}_standard_error"),
            Values::Number(errors.collect()),
        ),
    ]
}

/// The four columns of a measure.
fn estimates(measure: &MeasureEntry, rows: Vec<Option<Estimate>>) -> [Column; 4] {
    let column = |suffix: &str, value: fn(&Estimate) -> Option<f64>| {
        let values = rows.iter().map(|row| row.as_ref().and_then(value));
        let name = format!("{}{suffix}", measure.name());
        Column::new(name, Values::Number(values.collect()))
    };
    [
        column("", |estimate| estimate.mean),
        column("_sd", |estimate| estimate.sd),
        column("_low", |estimate| estimate.low),
        column("_high", |estimate| estimate.high),
    ]
}
