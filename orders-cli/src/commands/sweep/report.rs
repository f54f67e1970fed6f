//! `sweep report`

use std::collections::BTreeSet;
use std::ffi::OsString;

use orders_analysis::experiment::{
    MeasureEntry, MeasureKind, Measures, PooledPoint, PooledResults, ResultsFolder,
};
use orders_pages::{Align, Column, Report, ReportTable};

use super::table::{table, words};
use super::{chosen, plot};
use crate::args::{self, Command, SweepCommand, SweepPlotArgs, SweepReportArgs};
use crate::experiment::ResultTable;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::settings;
use crate::shell;
use crate::single_file::SingleFile;

/// How many values of a setting are listed.
const MOST_VALUES: usize = 24;
/// How much of one.
const MOST_LETTERS: usize = 80;
/// From which ratio of the largest to the smallest value on an axis is logarithmic.
const LOG_FROM: f64 = 20.0;

pub(crate) fn run(args: &SweepReportArgs, measures: &Measures, printer: &Printer) -> Result<()> {
    if let Some(title) = &args.title {
        settings::line_of_text("--title", title)?;
    }
    let file = SingleFile::out(&args.out, "html", args.force)?;
    let (title, results) = chosen(&args.folder, &args.chosen.filter, measures)?;
    let folder = ResultsFolder::open(&args.folder)?;
    let table = table(&results, &args.chosen)?;
    let title = match (&args.title, title.is_empty()) {
        (Some(title), _) => title.clone(),
        (None, false) => title,
        (None, true) => output::file_name(&args.folder),
    };
    let report = Report {
        program: PROGRAM.to_owned(),
        command: command_of(args),
        settings: settings_of(&folder, &results)?,
        figures: figures(args, &title, &results, &table)?,
        tables: vec![shown(&table)],
        title,
    };
    file.write(report.to_html().as_bytes())?;
    printer.result(&args.out.display().to_string())?;
    Ok(())
}

/// The command that writes the page.
fn command_of(args: &SweepReportArgs) -> String {
    let mut words = vec!["sweep".to_owned(), "report".to_owned()];
    words.push(args.folder.display().to_string());
    if !args.chosen.measures.is_empty() {
        words.extend(["--measures".to_owned(), args.chosen.measures.join(",")]);
    }
    let wanted = args.chosen.filter.wanted.iter();
    words.extend(wanted.flat_map(|pair| ["--where".to_owned(), pair.clone()]));
    let against = args.chosen.against.iter();
    words.extend(against.flat_map(|pair| ["--against".to_owned(), pair.clone()]));
    words.extend(["--out".to_owned(), args.out.display().to_string()]);
    command_line(&words)
}

/// What was set, by name: where points differ, all that there is.
fn settings_of(folder: &ResultsFolder, results: &PooledResults) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for name in results.settings() {
        let values = results.values_of(&name).map_err(Failure::work)?;
        if !values.is_empty() {
            found.push((name, listed(&values)));
        }
    }
    let points = results.points();
    let orders: BTreeSet<usize> = points.map(PooledPoint::orders).filter(|&n| n > 0).collect();
    let trials = folder.plan().trials();
    let seeds: BTreeSet<u64> = trials.iter().map(|trial| trial.settings.seed).collect();
    let words = |numbers: Vec<String>| listed(&numbers);
    found.extend([
        (
            "orders of a point".to_owned(),
            words(orders.iter().map(usize::to_string).collect()),
        ),
        (
            "seeds".to_owned(),
            words(seeds.iter().map(u64::to_string).collect()),
        ),
        ("trials".to_owned(), trials.len().to_string()),
        (
            "digest of all settings".to_owned(),
            folder.plan().key().to_string(),
        ),
    ]);
    Ok(found)
}

fn listed(values: &[String]) -> String {
    let shortened = values.iter().take(MOST_VALUES).map(|value| {
        let short: String = value.chars().take(MOST_LETTERS).collect();
        match short.len() < value.len() {
            true => format!("{short}..."),
            false => short,
        }
    });
    let shortened: Vec<String> = shortened.collect();
    match values.len().checked_sub(MOST_VALUES) {
        None | Some(0) => shortened.join("; "),
        Some(more) => format!("{}; and {more} more", shortened.join("; ")),
    }
}

fn shown(table: &ResultTable) -> ReportTable {
    let settings = table.settings.len();
    let words = words(table);
    let is_number = |index: usize| {
        let texts = words.rows().iter().map(|row| row[index].as_str());
        let mut said = texts.filter(|text| !text.is_empty());
        index >= settings || said.all(|text| text.parse::<f64>().is_ok())
    };
    let columns = words.header().iter().enumerate();
    ReportTable {
        title: "Means".to_owned(),
        note: "Over the orders of each point, all seeds together, with 95 % intervals in brackets; of a model, image by image.".to_owned(),
        columns: columns
            .map(|(index, title)| match is_number(index) {
                true => Column::new(title, Align::Number),
                false => Column::new(title, Align::Text),
            })
            .collect(),
        rows: words.rows().to_vec(),
    }
}

/// A figure of each measure that differs, and of the first two against each other, each
/// with the command that draws it alone.
fn figures(
    args: &SweepReportArgs,
    title: &str,
    results: &PooledResults,
    table: &ResultTable,
) -> Result<Vec<(String, String)>> {
    let varies = |name: &str| table.settings.iter().any(|(known, _)| known == name);
    let mut wanted: Vec<Vec<String>> = Vec::new();
    let mut shown: Vec<&MeasureEntry> = Vec::new();
    let columns = table.columns.iter();
    // Differences are no measures.
    let measured = columns.filter_map(|column| Some((column, results.measure(&column.name).ok()?)));
    for (column, measure) in measured {
        let means = column.means.iter().flatten();
        let means: Vec<f64> = means.map(|mean| mean.estimate).collect();
        let is_same = means.iter().all(|mean| *mean == means[0]);
        if means.len() < 2 || is_same {
            continue;
        }
        let mut words = ["--y", measure.name()].map(str::to_owned).to_vec();
        match (varies("steps"), measure.kind()) {
            (true, _) => words.extend(["--kind", "line", "--log-x"].map(str::to_owned)),
            (false, MeasureKind::Orders(_)) => words.extend(["--kind", "box"].map(str::to_owned)),
            (false, _) => continue,
        }
        if is_wide(&means) {
            words.push("--log-y".to_owned());
        }
        shown.push(measure);
        wanted.push(words);
    }
    if let [first, second, ..] = shown[..] {
        let words = [
            "--kind",
            "scatter",
            "--x",
            first.name(),
            "--y",
            second.name(),
        ];
        wanted.push(words.map(str::to_owned).to_vec());
    }
    let filter: Vec<String> = {
        let wanted = args.chosen.filter.wanted.iter();
        wanted
            .flat_map(|pair| ["--where".to_owned(), pair.clone()])
            .collect()
    };
    let drawn = wanted.into_iter().map(|words| {
        let mut all = vec!["sweep".to_owned(), "plot".to_owned()];
        all.push(args.folder.display().to_string());
        all.extend(words);
        all.extend(filter.iter().cloned());
        all.extend(["--out", "figure.svg"].map(str::to_owned));
        let figure = plot::figure(&plot_args(&all)?, title, results)?;
        Ok((command_line(&all), figure.to_svg()))
    });
    drawn.collect()
}

/// Whether values are better shown on a logarithmic axis.
fn is_wide(values: &[f64]) -> bool {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    least > 0.0 && most > LOG_FROM * least
}

/// The arguments of a command line of `sweep plot`.
fn plot_args(words: &[String]) -> Result<SweepPlotArgs> {
    let line = std::iter::once("orders-cli").chain(words.iter().map(String::as_str));
    let line: Vec<OsString> = line.map(Into::into).collect();
    match args::parse(&line)?.command {
        Command::Sweep(args) => match args.command {
            Some(SweepCommand::Plot(args)) => Ok(args),
            _ => unreachable!("the second word is plot"),
        },
        _ => unreachable!("the first word is sweep"),
    }
}

/// A command line as a shell takes it.
fn command_line(words: &[String]) -> String {
    let quoted = words.iter().map(|text| shell::word(text));
    let words: Vec<String> = std::iter::once("orders-cli".to_owned())
        .chain(quoted)
        .collect();
    words.join(" ")
}
