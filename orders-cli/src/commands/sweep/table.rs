//! `sweep table`

use orders_analysis::experiment::{MeasureEntry, Measures, PooledResults};
use orders_analysis::statistics::Interval;
use orders_analysis::table::TextTable;

use super::chosen;
use super::compared::Compared;
use crate::args::{SweepTableArgs, TableFormat};
use crate::failure::{Failure, Result};
use crate::printer::Printer;

pub(crate) fn run(args: &SweepTableArgs, measures: &Measures, printer: &Printer) -> Result<()> {
    let (_, results) = chosen(&args.folder, &args.filter, measures)?;
    let measures = match args.measures.is_empty() {
        true => results.measures(),
        false => {
            let names = args.measures.iter();
            names
                .map(|name| results.measure(name.trim()))
                .collect::<Result<_, _>>()
                .map_err(|error| Failure::input_at("--measures", &error))?
        }
    };
    let compared = Compared::new(&results, &measures, &args.against)?;
    let table = table(&results, &measures, compared.as_ref(), args)?;
    let text = match args.format {
        TableFormat::Markdown => table.markdown(),
        TableFormat::Latex => table.latex(),
        TableFormat::Csv => table.csv(),
    };
    printer.result(text.trim_end())?;
    Ok(())
}

fn table(
    results: &PooledResults,
    measures: &[&MeasureEntry],
    compared: Option<&Compared>,
    args: &SweepTableArgs,
) -> Result<TextTable> {
    let is_csv = matches!(args.format, TableFormat::Csv);
    let settings = match results.varying() {
        settings if settings.is_empty() => vec!["label".to_owned()],
        settings => settings,
    };
    let mut header = settings.clone();
    for measure in measures {
        let name = measure.name();
        match is_csv {
            true => header.extend(["", "_low", "_high"].map(|end| format!("{name}{end}"))),
            false => header.push(measure.label()),
        }
        match (compared, is_csv) {
            (None, _) => {}
            (Some(_), true) => header.extend(
                ["_difference", "_difference_low", "_difference_high", "_p"]
                    .map(|end| format!("{name}{end}")),
            ),
            (Some(compared), false) => {
                header.push(format!("difference to {}", compared.with));
            }
        }
    }
    let mut table = TextTable::new(header);
    for (index, point) in results.points().iter().enumerate() {
        let value = |name: &String| point.setting(name).unwrap_or_default();
        let mut row: Vec<String> = settings.iter().map(value).collect();
        for (place, measure) in measures.iter().enumerate() {
            let mean = results.mean(point, measure).map_err(Failure::work)?;
            match is_csv {
                true => row.extend(exact(mean)),
                false => row.push(mean.map(words).unwrap_or_default()),
            }
            let Some(compared) = compared else {
                continue;
            };
            let comparison = compared.rows[index][place];
            let difference = comparison.map(|comparison| comparison.difference);
            let p_value = comparison.and_then(|comparison| comparison.p_value);
            match is_csv {
                true => {
                    row.extend(exact(difference));
                    row.push(p_value.map(|p| p.to_string()).unwrap_or_default());
                }
                false => {
                    let p_value = p_value.map(|p| format!(", p {}", rounded(p, 2)));
                    let difference = difference.map(words).unwrap_or_default();
                    row.push(difference + &p_value.unwrap_or_default());
                }
            }
        }
        table.push(row);
    }
    Ok(table)
}

/// Mean and ends with all their digits.
fn exact(interval: Option<Interval>) -> [String; 3] {
    let text = |value: fn(&Interval) -> f64| {
        let value = interval.as_ref().map(value).filter(|value| !value.is_nan());
        value.map(|value| value.to_string()).unwrap_or_default()
    };
    [
        text(|interval| interval.estimate),
        text(|interval| interval.low),
        text(|interval| interval.high),
    ]
}

/// A mean and its interval: `0.652 [0.640, 0.665]`; the mean alone if the
/// interval has no width.
fn words(interval: Interval) -> String {
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
