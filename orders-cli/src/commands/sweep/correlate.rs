//! `sweep correlate`

use orders_analysis::experiment::{MeasureEntry, Measures, PooledPoint, PooledResults};
use orders_analysis::statistics::{Interval, rank_correlation_interval};
use orders_analysis::table::TextTable;
use serde::Serialize;

use super::chosen;
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
    let measure = |name: &String| {
        let found = results.measure(name.trim());
        found.map_err(|error| Failure::input_at("--measures", &error))
    };
    let measures: Vec<&MeasureEntry> = args.measures.iter().map(measure).collect::<Result<_>>()?;
    if measures.len() < 2 {
        return Err(Failure::input("--measures takes two measures or more"));
    }
    let mut parts: Vec<(Option<String>, Vec<&PooledPoint>)> =
        vec![(None, results.points().iter().collect())];
    if let Some(setting) = &args.within {
        results
            .check_setting(setting)
            .map_err(|error| Failure::input_at("--within", &error))?;
        parts.extend(by_setting(&results, setting));
    }
    let mut rows = Vec::new();
    for (within, points) in &parts {
        for (place, first) in measures.iter().enumerate() {
            for second in &measures[place + 1..] {
                rows.push(row(&results, within.clone(), points, (first, second))?);
            }
        }
    }
    printer.report(args.json, &rows, || words(&rows, args.within.as_deref()))
}

/// The points of each value of a setting, in the order in which the values come.
fn by_setting<'a>(
    results: &'a PooledResults,
    setting: &str,
) -> Vec<(Option<String>, Vec<&'a PooledPoint>)> {
    let mut parts: Vec<(Option<String>, Vec<&PooledPoint>)> = Vec::new();
    for point in results.points() {
        let Some(value) = point.setting(setting) else {
            continue;
        };
        match parts
            .iter_mut()
            .find(|(known, _)| known.as_ref() == Some(&value))
        {
            Some((_, points)) => points.push(point),
            None => parts.push((Some(value), vec![point])),
        }
    }
    parts
}

fn row(
    results: &PooledResults,
    within: Option<String>,
    points: &[&PooledPoint],
    (first, second): (&MeasureEntry, &MeasureEntry),
) -> Result<Row> {
    let mean = |point, measure| -> Result<Option<f64>> {
        let mean = results.mean(point, measure).map_err(Failure::work)?;
        Ok(mean.map(|mean| mean.estimate))
    };
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for point in points {
        if let (Some(x), Some(y)) = (mean(point, first)?, mean(point, second)?) {
            a.push(x);
            b.push(y);
        }
    }
    let spearman = match a.len() {
        0 | 1 => None,
        _ => rank_correlation_interval(&a, &b).map_err(Failure::work)?,
    };
    Ok(Row {
        within,
        first: first.name().to_owned(),
        second: second.name().to_owned(),
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
