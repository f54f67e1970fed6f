//! The results of a folder as tables.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use orders_core::files::{Digest, OutputFile};
use polars::prelude::{
    Column as PolarsColumn, DataFrame, IdxCa, IdxSize, ParquetReader, SerReader,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::disk::{damaged, io, json, read_json, write};
use super::error::ExperimentError;
use super::folder::{ResultsFolder, TABLES};
use super::measure::{MeasureEntry, MeasureKind, Measures, SetValue};
use super::trial::{Estimate, FORMAT, Trial, TrialResult};
use crate::table::{Column, RowsWriter, TableError, Values};

/// Orders and steps whose rows are made at once.
const ROWS_AT_ONCE: usize = 1 << 18;
/// The most rows of a CSV file.
const MOST_CSV_ROWS: usize = 1_000_000;

/// A table of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Trials,
    Steps,
    Orders,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Trials, Self::Steps, Self::Orders];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Trials => "trials",
            Self::Steps => "steps",
            Self::Orders => "orders",
        }
    }

    /// Rows of a trial.
    fn rows(self, trial: &Trial) -> usize {
        match self {
            Self::Trials => 1,
            Self::Steps => trial.settings.group_sizes.len(),
            Self::Orders => trial.settings.orders as usize,
        }
    }

    fn failed(self) -> impl Fn(TableError) -> ExperimentError {
        move |source| ExperimentError::Table {
            table: self.name(),
            source,
        }
    }
}

/// What says of the tables of a folder that they are whole, and which results they hold.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    /// The digest of the plan.
    key: String,
    /// The digest of each Parquet file, in the order of [`Kind::ALL`].
    sha256: [String; 3],
}

/// Writes the tables of a folder whose trials are all done, as Parquet and, of up to a
/// million rows, as CSV:
///
/// - `trials`: a row for each trial;
/// - `steps`: a row for each trial and step;
/// - `orders`: a row for each trial and order.
///
/// The first columns of each are the settings and the program that made the
/// result; then come the measures. Those of `trials` and `steps` are means over
/// orders, each with its standard deviation (`_sd`) and the ends of its 95 %
/// BCa interval (`_low`, `_high`). Results are read and written some at a time: what is
/// held in memory does not grow with their number.
///
/// # Errors
///
/// As [`ResultsFolder::results`]; [`ExperimentError::Table`] and what the system
/// refuses.
pub fn write_tables(folder: &ResultsFolder, measures: &Measures) -> Result<(), ExperimentError> {
    folder.forget_tables()?;
    folder.check_complete()?;
    let trials: Vec<(usize, &Trial)> = folder.whole_trials().collect();
    let layout = Layout::new(&trials, measures);
    let path = |kind: Kind, ending| folder.path().join(format!("{}.{ending}", kind.name()));
    let mut outputs = Vec::new();
    for kind in Kind::ALL {
        outputs.push((kind, true, OutputFile::create(path(kind, "parquet"))?));
        let rows: usize = trials.iter().map(|(_, trial)| kind.rows(trial)).sum();
        if rows <= MOST_CSV_ROWS {
            outputs.push((kind, false, OutputFile::create(path(kind, "csv"))?));
        }
    }
    let mut writers = Vec::new();
    for (kind, is_parquet, output) in &mut outputs {
        let none = layout.frame(*kind, &[]).map_err(kind.failed())?;
        let writer = match is_parquet {
            true => RowsWriter::parquet(output, &none),
            false => RowsWriter::csv(output, &none),
        };
        writers.push((*kind, writer.map_err(kind.failed())?));
    }
    let mut rest = &trials[..];
    while !rest.is_empty() {
        let mut rows = 0;
        let next = rest.iter().position(|(_, trial)| {
            rows += Kind::Steps.rows(trial) + Kind::Orders.rows(trial);
            rows > ROWS_AT_ONCE
        });
        let (part, others) = rest.split_at(next.unwrap_or(rest.len()).max(1));
        rest = others;
        let read = part
            .par_iter()
            .map(|&place| Ok((place.1, folder.whole(place)?)));
        let results = read.collect::<Result<Vec<_>, ExperimentError>>()?;
        for kind in Kind::ALL {
            let frame = layout.frame(kind, &results).map_err(kind.failed())?;
            for (_, writer) in writers.iter_mut().filter(|(of, _)| *of == kind) {
                writer.write(&frame).map_err(kind.failed())?;
            }
        }
    }
    for (kind, writer) in writers {
        writer.finish().map_err(kind.failed())?;
    }
    let mut sha256 = Vec::new();
    for (_, is_parquet, output) in outputs {
        let finished = output.finish()?;
        if is_parquet {
            sha256.push(finished.sha256().to_string());
        }
        finished.persist(true)?;
    }
    let written = Written {
        format: FORMAT,
        key: folder.key().to_owned(),
        sha256: sha256.try_into().expect("a file of each kind"),
    };
    write(&folder.path().join(TABLES), &json(&written))
}

/// The Parquet files of a folder's results, which are written first if they are not there.
#[derive(Debug)]
pub(super) struct Tables {
    folder: PathBuf,
    written: Written,
    /// Which files are what was written.
    is_checked: [AtomicBool; 3],
}

impl Tables {
    pub(super) fn of(folder: &ResultsFolder, measures: &Measures) -> Result<Self, ExperimentError> {
        folder.check_complete()?;
        let path = folder.path().join(TABLES);
        let read = || read_json::<Written>(&path, 1 << 12);
        let is_current = path.is_file() && {
            let written = read()?;
            let is_there = |kind: Kind| {
                let table = format!("{}.parquet", kind.name());
                folder.path().join(table).exists()
            };
            written.format == FORMAT
                && written.key == folder.key()
                && Kind::ALL.into_iter().all(is_there)
        };
        if !is_current {
            write_tables(folder, measures)?;
        }
        Ok(Self {
            folder: folder.path().to_owned(),
            written: read()?,
            is_checked: Default::default(),
        })
    }

    /// A table, or only some columns of it.
    pub(super) fn read(
        &self,
        kind: Kind,
        columns: Option<Vec<String>>,
    ) -> Result<DataFrame, ExperimentError> {
        let path = self.folder.join(format!("{}.parquet", kind.name()));
        let open = || fs_err::File::open(&path).map_err(io(&path, "read"));
        let is_checked = &self.is_checked[kind as usize];
        if !is_checked.load(Ordering::Relaxed) {
            let (digest, _) = Digest::of(open()?).map_err(io(&path, "read"))?;
            if digest.to_string() != self.written.sha256[kind as usize] {
                let reason =
                    format!("it is not what {TABLES} says; without that, tables are made anew");
                return Err(damaged(&path, reason));
            }
            is_checked.store(true, Ordering::Relaxed);
        }
        let reader = ParquetReader::new(open()?.into_file()).with_columns(columns);
        let frame = reader.finish().map_err(TableError::from);
        frame.map_err(kind.failed())
    }
}

/// The column of how tokens come about, where some are decoded exactly.
pub(super) const DECODING: &str = "decoding";

type Results<'a> = [(&'a Trial, TrialResult)];

/// The name of a parameter's column.
pub(super) fn column_of(parameter: &str) -> String {
    format!("set_{}", parameter.replace('-', "_"))
}

/// The columns that the trials of a folder have.
struct Layout<'a> {
    /// Names of parameters, and whether all their values are numbers.
    parameters: Vec<(&'a str, bool)>,
    /// Whether there are orders of files.
    has_files: bool,
    /// Whether some are decoded exactly.
    has_decodings: bool,
    measures: Vec<&'a MeasureEntry>,
}

impl<'a> Layout<'a> {
    fn new(trials: &[(usize, &'a Trial)], all: &'a Measures) -> Self {
        let settings = || trials.iter().map(|(_, trial)| &trial.settings);
        let is_number = |name: &str| {
            let mut texts = settings().filter_map(|settings| settings.parameters.get(name));
            texts.all(|text| text.parse::<f64>().is_ok())
        };
        let parameters: BTreeSet<&str> = settings()
            .flat_map(|settings| settings.parameters.keys().map(String::as_str))
            .collect();
        let measured: BTreeSet<&str> = settings()
            .flat_map(|settings| settings.measures.iter().map(String::as_str))
            .collect();
        let entries = all.entries().iter();
        Self {
            parameters: parameters
                .into_iter()
                .map(|name| (name, is_number(name)))
                .collect(),
            has_files: settings().any(|settings| settings.orders_sha256.is_some()),
            has_decodings: settings().any(|settings| settings.decoding.is_some()),
            measures: entries
                .filter(|entry| measured.contains(entry.name()))
                .collect(),
        }
    }

    /// The rows of some results.
    fn frame(&self, kind: Kind, results: &Results<'_>) -> Result<DataFrame, TableError> {
        let columns = self.settings(results).into_iter();
        let columns: Vec<PolarsColumn> = columns.map(|column| column.to_polars()).collect();
        let settings = DataFrame::new(results.len(), columns)?;
        let rows = results.iter().zip(0..).flat_map(|((trial, _), place)| {
            std::iter::repeat_n(place as IdxSize, kind.rows(trial))
        });
        let rows: Vec<IdxSize> = rows.collect();
        let frame = settings.take(&IdxCa::from_vec("row".into(), rows))?;
        let measured = match kind {
            Kind::Trials => self.of_trials(results),
            Kind::Steps => self.of_steps(results),
            Kind::Orders => self.of_orders(results),
        };
        let measured: Vec<PolarsColumn> = measured.iter().map(Column::to_polars).collect();
        Ok(frame.hstack(&measured)?)
    }

    fn of_trials(&self, results: &Results<'_>) -> Vec<Column> {
        let mut columns = Vec::new();
        for measure in &self.measures {
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
        columns
    }

    fn of_steps(&self, results: &Results<'_>) -> Vec<Column> {
        let sizes = results
            .iter()
            .flat_map(|(trial, _)| &trial.settings.group_sizes);
        let steps = results
            .iter()
            .flat_map(|(trial, _)| 1..=trial.settings.group_sizes.len() as u64);
        let mut columns = vec![
            whole("step", steps),
            whole("group_size", sizes.map(|&size| size.into())),
        ];
        for measure in self.measures.iter().filter(|m| m.is_of_steps()) {
            let rows = results.iter().flat_map(|(trial, result)| {
                let steps = result.steps.get(measure.name());
                let count = trial.settings.group_sizes.len();
                (0..count).map(move |step| steps.map(|steps| steps[step]))
            });
            columns.extend(estimates(measure, rows.collect()));
        }
        columns
    }

    fn of_orders(&self, results: &Results<'_>) -> Vec<Column> {
        let orders = results
            .iter()
            .flat_map(|(trial, _)| 0..trial.settings.orders);
        let mut columns = vec![whole("order", orders)];
        for measure in self.measures.iter().filter(|m| m.is_paired()) {
            let values = results.iter().flat_map(|(trial, result)| {
                let values = result.values(measure.name());
                (0..trial.settings.orders as usize).map(move |i| values.and_then(|v| v[i]))
            });
            columns.push(Column::new(
                measure.name(),
                Values::Number(values.collect()),
            ));
        }
        columns
    }

    /// The columns of the settings, a row for each trial.
    fn settings(&self, results: &Results<'_>) -> Vec<Column> {
        let text = |name: &str, value: &dyn Fn(&Trial) -> Option<String>| {
            let values = results.iter().map(|(trial, _)| value(trial));
            Column::new(name, Values::Text(values.collect()))
        };
        let number = |name: &str, value: fn(&Trial) -> u64| {
            whole(name, results.iter().map(|(trial, _)| value(trial)))
        };
        let keys = results.iter().map(|(_, r)| Some(r.key[..12].to_owned()));
        let programs = results.iter().map(|(_, r)| Some(r.program.clone()));
        let mut columns = vec![
            Column::new("trial", Values::Text(keys.collect())),
            text("label", &|trial| Some(trial.label.clone())),
            text("method", &|trial| Some(trial.settings.method.clone())),
        ];
        if self.has_files {
            let digest = |trial: &Trial| trial.settings.orders_sha256.clone();
            columns.push(text("orders_sha256", &digest));
        }
        for &(name, is_number) in &self.parameters {
            let value = |trial: &Trial| trial.settings.parameters.get(name).cloned();
            let column = column_of(name);
            columns.push(match is_number {
                true => {
                    let values = results.iter().map(|(trial, _)| value(trial)?.parse().ok());
                    Column::new(column, Values::Number(values.collect()))
                }
                false => text(&column, &value),
            });
        }
        let sizes = |trial: &Trial| {
            let sizes = trial.settings.group_sizes.iter();
            let sizes: Vec<String> = sizes.map(u32::to_string).collect();
            Some(sizes.join(" "))
        };
        let model = |trial: &Trial| Some(trial.settings.model.as_ref()?.name.clone());
        columns.extend([
            text("grid", &|trial| Some(trial.settings.grid.clone())),
            number("steps", |trial| trial.settings.steps as u64),
            text("sizes", &|trial| Some(trial.settings.sizes.clone())),
            text("group_sizes", &sizes),
        ]);
        if self.has_decodings {
            let decoding = |trial: &Trial| trial.settings.decoding.clone();
            columns.push(text(DECODING, &decoding));
        }
        columns.extend([
            text("field", &|trial| trial.settings.field.clone()),
            text("model", &model),
            number("seed", |trial| trial.settings.seed),
            number("orders", |trial| trial.settings.orders),
            Column::new("program", Values::Text(programs.collect())),
        ]);
        columns
    }
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
