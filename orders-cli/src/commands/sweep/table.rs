//! `sweep table`

use orders_analysis::experiment::{Better, MeasureEntry, Measures, PooledResults};
use orders_analysis::table::{TextTable, Values};

use super::compared::Compared;
use super::{at, chosen, varying};
use crate::args::{ChosenMeasuresArgs, SweepTableArgs, TableFormat};
use crate::experiment::{ResultColumn, ResultTable};
use crate::failure::{Failure, Result};
use crate::printer::Printer;

/// Decimals of numbers below 10, for people.
const DIGITS: usize = 3;

pub(crate) fn run(args: &SweepTableArgs, measures: &Measures, printer: &Printer) -> Result<()> {
    if args.explain && !matches!(args.format, TableFormat::Markdown) {
        return Err(Failure::input("--explain is for --format markdown alone"));
    }
    let (_, results) = chosen(&args.folder, &args.chosen.filter, measures)?;
    let mut table = table(&results, &args.chosen)?;
    if let Some(name) = &args.sort {
        let measure = results.measure(name).map_err(at("--sort"))?;
        let mut columns = table.columns.iter_mut();
        let column = columns.find(|column| column.name == *name);
        let column = column.ok_or_else(|| {
            Failure::input(format!(
                "--sort {name}: it is not among those of --measures"
            ))
        })?;
        column.better = Some(measure.better().unwrap_or(Better::Low));
        table.sort(Some(name), |_| 0);
    }
    let text = match args.format {
        TableFormat::Csv => {
            let bytes = table.table(None).and_then(|table| table.to_csv());
            String::from_utf8(bytes.map_err(Failure::work)?).map_err(Failure::work)?
        }
        TableFormat::Markdown => words(&table).markdown(),
        TableFormat::Latex => words(&table).latex(),
    };
    printer.result(text.trim_end())?;
    if args.explain {
        let columns = table.columns.iter();
        let measures = columns.filter_map(|column| results.measure(&column.name).ok());
        printer.explanations(measures.map(MeasureEntry::explanation))?;
    }
    Ok(())
}

/// The settings that tell points apart, and the measures that flags ask for, compared with
/// what they say.
pub(super) fn table(results: &PooledResults, args: &ChosenMeasuresArgs) -> Result<ResultTable> {
    let measure = |name: &String| results.measure(name.trim()).map_err(at("--measures"));
    let measures = match args.measures.is_empty() {
        true => results.measures(),
        false => args.measures.iter().map(measure).collect::<Result<_>>()?,
    };
    let compared = Compared::new(results, &measures, &args.against)?;
    let names = match varying(results)? {
        names if names.is_empty() => vec!["label".to_owned()],
        names => names,
    };
    let settings = names.into_iter().map(|name| {
        let values = results.points().map(|point| point.setting(&name));
        let values = Values::Text(values.collect());
        (name, values)
    });
    let settings = settings.collect();
    let mut columns = Vec::new();
    for (place, &measure) in measures.iter().enumerate() {
        columns.push(ResultColumn::of_measure(results, measure).map_err(Failure::work)?);
        if let Some(compared) = &compared {
            let found: Vec<_> = compared.rows.iter().map(|row| row[place]).collect();
            let with = &compared.with;
            columns.push(ResultColumn::of_comparisons(measure, with, &found));
        }
    }
    Ok(ResultTable { settings, columns })
}

/// The table for people.
pub(super) fn words(table: &ResultTable) -> TextTable {
    table.words(DIGITS, &|_, _| false)
}
