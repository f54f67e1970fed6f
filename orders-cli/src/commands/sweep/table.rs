//! `sweep table`

use orders_analysis::experiment::{Comparison, MeasureEntry, Measures, PooledResults};
use orders_analysis::statistics::Interval;
use orders_analysis::table::{Column, Table, TextTable, Values};

use super::compared::Compared;
use super::{at, chosen, varying};
use crate::args::{ChosenMeasuresArgs, SweepTableArgs, TableFormat};
use crate::failure::{Failure, Result};
use crate::printer::Printer;

pub(crate) fn run(args: &SweepTableArgs, measures: &Measures, printer: &Printer) -> Result<()> {
    let (_, results) = chosen(&args.folder, &args.chosen.filter, measures)?;
    let compared = ComparedMeasures::new(&results, &args.chosen)?;
    let text = match args.format {
        TableFormat::Csv => compared.csv(&results)?,
        TableFormat::Markdown => compared.words(&results).markdown(),
        TableFormat::Latex => compared.words(&results).latex(),
    };
    printer.result(text.trim_end())?;
    Ok(())
}

/// A table of results: the settings that tell points apart, and measures.
pub(super) struct ComparedMeasures<'a> {
    pub(super) settings: Vec<String>,
    measured: Vec<Measured<'a>>,
}

impl<'a> ComparedMeasures<'a> {
    /// The measures that flags ask for, compared with what they say.
    pub(super) fn new(results: &'a PooledResults, args: &ChosenMeasuresArgs) -> Result<Self> {
        let measure = |name: &String| results.measure(name.trim()).map_err(at("--measures"));
        let measures = match args.measures.is_empty() {
            true => results.measures(),
            false => args.measures.iter().map(measure).collect::<Result<_>>()?,
        };
        let compared = Compared::new(results, &measures, &args.against)?;
        let settings = match varying(results)? {
            settings if settings.is_empty() => vec!["label".to_owned()],
            settings => settings,
        };
        let mut measured = Vec::new();
        for (place, &measure) in measures.iter().enumerate() {
            let found = compared.as_ref().map(|compared| {
                let rows = compared.rows.iter().map(|row| row[place]);
                (compared.with.clone(), rows.collect())
            });
            measured.push(Measured {
                measure,
                means: results.means(measure).map_err(Failure::work)?,
                compared: found,
            });
        }
        Ok(Self { settings, measured })
    }

    pub(super) fn measures(&self) -> impl Iterator<Item = &'a MeasureEntry> {
        self.measured.iter().map(|measured| measured.measure)
    }

    /// All digits, for programs.
    fn csv(&self, results: &PooledResults) -> Result<String> {
        csv(results, &self.settings, &self.measured)
    }

    /// The digits that count, for people.
    pub(super) fn words(&self, results: &PooledResults) -> TextTable {
        words(results, &self.settings, &self.measured)
    }
}

/// What is said of a measure, a row for each point.
struct Measured<'a> {
    measure: &'a MeasureEntry,
    means: Vec<Option<Interval>>,
    /// With which points, in words, and how they differ.
    compared: Option<(String, Vec<Option<Comparison>>)>,
}

fn csv(results: &PooledResults, settings: &[String], measures: &[Measured<'_>]) -> Result<String> {
    let mut columns = Vec::new();
    for name in settings {
        let values = results.points().map(|point| point.setting(name)).collect();
        columns.push(Column::new(name, Values::Text(values)));
    }
    for Measured {
        measure,
        means,
        compared,
    } in measures
    {
        let name = measure.name();
        columns.extend(ends(name, means));
        if let Some((_, compared)) = compared {
            let differences: Vec<_> = compared.iter().map(|c| Some((*c)?.difference)).collect();
            columns.extend(ends(&format!("{name}_difference"), &differences));
            let p_values = compared.iter().map(|c| (*c)?.p_value);
            columns.push(Column::new(
                format!("{name}_p"),
                Values::Number(p_values.collect()),
            ));
        }
    }
    let table = Table::new(columns).map_err(Failure::work)?;
    let bytes = table.to_csv().map_err(Failure::work)?;
    String::from_utf8(bytes).map_err(Failure::work)
}

/// Means and their ends.
fn ends(name: &str, means: &[Option<Interval>]) -> [Column; 3] {
    let column = |suffix: &str, value: fn(&Interval) -> f64| {
        let values = means.iter().map(|mean| mean.as_ref().map(value));
        let values = values.map(|value| value.filter(|value| !value.is_nan()));
        Column::new(format!("{name}{suffix}"), Values::Number(values.collect()))
    };
    [
        column("", |interval| interval.estimate),
        column("_low", |interval| interval.low),
        column("_high", |interval| interval.high),
    ]
}

fn words(results: &PooledResults, settings: &[String], measures: &[Measured<'_>]) -> TextTable {
    let mut header = settings.to_vec();
    for measured in measures {
        header.push(measured.measure.label());
        let with = measured.compared.as_ref().map(|(with, _)| with);
        header.extend(with.map(|with| format!("difference to {with}")));
    }
    let mut table = TextTable::new(header);
    for (row, point) in results.points().enumerate() {
        let value = |name: &String| point.setting(name).unwrap_or_default();
        let mut cells: Vec<String> = settings.iter().map(value).collect();
        for measured in measures {
            cells.push(measured.means[row].map(interval).unwrap_or_default());
            if let Some((_, compared)) = &measured.compared {
                let difference = compared[row].map(|found| {
                    let p_value = found.p_value.map(|p| format!(", p {}", rounded(p, 2)));
                    interval(found.difference) + &p_value.unwrap_or_default()
                });
                cells.push(difference.unwrap_or_default());
            }
        }
        table.push(cells);
    }
    table
}

/// A mean and its interval: `0.652 [0.640, 0.665]`; the mean alone if the
/// interval has no width.
fn interval(interval: Interval) -> String {
    let Interval {
        estimate,
        low,
        high,
    } = interval;
    if low < high {
        return format!(
            "{} [{}, {}]",
            rounded(estimate, 3),
            rounded(low, 3),
            rounded(high, 3)
        );
    }
    rounded(estimate, 3)
}

/// A number with three decimals below 10, and fewer from there on; at least
/// `digits` digits count if it is small.
fn rounded(value: f64, digits: usize) -> String {
    let size = value.abs();
    match size {
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 100.0 => format!("{value:.1}"),
        size if size >= 10.0 => format!("{value:.2}"),
        size if !(f64::MIN_POSITIVE..0.1).contains(&size) => format!("{value:.3}"),
        size => {
            let leading = (-size.log10()).ceil() as usize;
            format!("{value:.*}", (leading + digits - 1).min(12))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_keep_the_digits_that_count() {
        for (value, text) in [
            (0.0, "0.000"),
            (0.65234, "0.652"),
            (-5.8876, "-5.888"),
            (27.541, "27.54"),
            (190.31, "190.3"),
            (60_000.4, "60000"),
            (0.01234, "0.0123"),
            (0.000012345, "0.0000123"),
        ] {
            assert_eq!(rounded(value, 3), text);
        }
        assert_eq!(rounded(0.00001, 2), "0.000010");
    }
}
