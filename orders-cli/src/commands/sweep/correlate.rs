//! `sweep correlate`

use orders_analysis::experiment::{MeasureEntry, Measures, PooledResults};
use orders_analysis::statistics::{Interval, rank_correlation_interval};
use orders_analysis::table::TextTable;
use serde::Serialize;

use super::{at, chosen};
use crate::args::SweepCorrelateArgs;
use crate::failure::{Failure, Result};
use crate::printer::Printer;

/// The rank correlation of two measures over some points.
#[derive(Serialize)]
struct Row {
    /// The value that the points share of the setting of `--within`.
    within: Option<String>,
    first: String,
    second: String,
    points: usize,
    spearman: Option<Interval>,
}

pub(super) fn run(args: &SweepCorrelateArgs, measures: &Measures, printer: &Printer) -> Result<()> {
    let (_, results) = chosen(&args.folder, &args.filter, measures)?;
    let measure = |name: &String| results.measure(name.trim()).map_err(at("--measures"));
    let measures: Vec<&MeasureEntry> = args.measures.iter().map(measure).collect::<Result<_>>()?;
    if measures.len() < 2 {
        return Err(Failure::input("--measures takes two measures or more"));
    }
    let mut parts: Vec<(Option<String>, PooledResults)> = vec![(None, results.clone())];
    if let Some(setting) = &args.within {
        results.check_setting(setting).map_err(at("--within"))?;
        for value in results.values_of(setting).map_err(Failure::work)? {
            let wanted = [(setting.clone(), value.clone())];
            let part = results.having(&wanted).map_err(at("--within"))?;
            parts.push((Some(value), part));
        }
    }
    let mut rows = Vec::new();
    for (within, part) in &parts {
        let means = |measure: &&MeasureEntry| part.means(measure).map_err(at("--measures"));
        let means: Vec<_> = measures.iter().map(means).collect::<Result<_>>()?;
        for first in 0..measures.len() {
            for second in first + 1..measures.len() {
                let pair = [first, second].map(|place| (measures[place], &means[place][..]));
                rows.push(row(within.clone(), pair)?);
            }
        }
    }
    printer.report(args.json, &rows, || words(&rows, args.within.as_deref()))
}

/// A measure with its means.
type Means<'a> = (&'a MeasureEntry, &'a [Option<Interval>]);

fn row(within: Option<String>, [first, second]: [Means<'_>; 2]) -> Result<Row> {
    let pairs = first.1.iter().zip(second.1);
    let pairs = pairs.filter_map(|(a, b)| Some(((*a)?.estimate, (*b)?.estimate)));
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let spearman = match a.len() {
        0 | 1 => None,
        _ => rank_correlation_interval(&a, &b).map_err(Failure::work)?,
    };
    Ok(Row {
        within,
        first: first.0.name().to_owned(),
        second: second.0.name().to_owned(),
        points: a.len(),
        spearman,
    })
}

fn words(rows: &[Row], within: Option<&str>) -> String {
    let mut header = vec!["first", "second", "points", "Spearman's rank correlation"];
    header.splice(0..0, within);
    let mut table = TextTable::new(header);
    for row in rows {
        let spearman = row.spearman.map_or_else(String::new, |found| {
            let Interval {
                estimate,
                low,
                high,
            } = found;
            match low.is_nan() {
                true => format!("{estimate:.3}"),
                false => format!("{estimate:.3} [{low:.3}, {high:.3}]"),
            }
        });
        let mut cells = vec![
            row.first.clone(),
            row.second.clone(),
            row.points.to_string(),
            spearman,
        ];
        if within.is_some() {
            cells.insert(0, row.within.clone().unwrap_or_else(|| "all".into()));
        }
        table.push(cells);
    }
    table.markdown().trim_end().to_owned()
}
