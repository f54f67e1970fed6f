//! Tables of results: a row for each point, and what is said of each measure.

use orders_analysis::experiment::{Better, Comparison, MeasureEntry, PooledResults, ResultsError};
use orders_analysis::statistics::Interval;
use orders_analysis::table::{Column, Table, TableError, TextTable, Values};

/// A table of results.
pub(crate) struct ResultTable {
    /// What tells rows apart: columns by name.
    pub(crate) settings: Vec<(String, Values)>,
    pub(crate) columns: Vec<ResultColumn>,
}

/// What is said of a measure, or of the difference in one.
pub(crate) struct ResultColumn {
    /// What programs call it.
    pub(crate) name: String,
    /// What people do.
    pub(crate) title: String,
    /// Which way is better, where the best is marked.
    pub(crate) better: Option<Better>,
    /// Means with their intervals, whose ends are NaN where they are not known.
    pub(crate) means: Vec<Option<Interval>>,
    pub(crate) spread: Spread,
    /// What people are shown them times.
    pub(crate) scale: f64,
    /// Of differences: whether they may be none, in words.
    pub(crate) verdicts: Verdicts,
}

/// What is said of how far values may be off.
pub(crate) enum Spread {
    /// Their intervals.
    Interval,
    /// An error: what programs call it, and its values.
    Error(String, Vec<Option<f64>>),
    /// Nothing.
    None,
}

/// What is said of differences.
pub(crate) enum Verdicts {
    /// It is none.
    None,
    /// p-values, by the name of their column.
    PValues(String, Vec<Option<f64>>),
    /// Those are marked whose interval has 0 in it.
    Marks,
}

impl ResultColumn {
    /// The means of a measure.
    pub(crate) fn of_measure(
        results: &PooledResults,
        measure: &MeasureEntry,
    ) -> Result<Self, ResultsError> {
        let name = measure.name().to_owned();
        Ok(Self {
            title: measure.label(),
            better: None,
            means: results.means(measure)?,
            spread: Spread::Interval,
            scale: 1.0,
            verdicts: Verdicts::None,
            name,
        })
    }

    /// With errors in the place of intervals, where what is measured is no mean over orders.
    pub(crate) fn with_errors(mut self, results: &PooledResults, measure: &MeasureEntry) -> Self {
        if measure.is_paired() {
            return self;
        }
        let values = results
            .points()
            .map(|point| results.set_value(point, measure));
        let errors = values.map(|value| value.and_then(|value| value.standard_error));
        let errors: Vec<Option<f64>> = errors.collect();
        self.spread = match errors.iter().any(Option::is_some) {
            true => Spread::Error(format!("{}_standard_error", self.name), errors),
            false => Spread::None,
        };
        self
    }

    /// Differences to what `with` says, of which those are marked that may be none.
    #[cfg(feature = "model")]
    pub(crate) fn of_differences(name: &str, with: &str, means: Vec<Option<Interval>>) -> Self {
        Self {
            name: name.to_owned(),
            title: format!("difference to {with}"),
            better: None,
            means,
            spread: Spread::Interval,
            scale: 1.0,
            verdicts: Verdicts::Marks,
        }
    }

    /// How points differ in a measure from others, which are `with` in words.
    pub(crate) fn of_comparisons(
        measure: &MeasureEntry,
        with: &str,
        compared: &[Option<Comparison>],
    ) -> Self {
        let name = measure.name();
        let p_values = compared.iter().map(|found| (*found)?.p_value).collect();
        Self {
            name: format!("{name}_difference"),
            title: format!("difference to {with}"),
            better: None,
            means: compared.iter().map(|c| Some((*c)?.difference)).collect(),
            spread: Spread::Interval,
            scale: 1.0,
            verdicts: Verdicts::PValues(format!("{name}_p"), p_values),
        }
    }

    /// A number by which less is better, where one way is.
    pub(crate) fn cost(&self, row: usize) -> Option<f64> {
        let estimate = self.means[row]?.estimate;
        match self.better? {
            Better::Low => Some(estimate),
            Better::High => Some(-estimate),
        }
    }

    /// What it says in a row, in so many digits.
    fn cell(&self, row: usize, digits: usize) -> String {
        let Some(mean) = self.means[row] else {
            return String::new();
        };
        let mean = Interval {
            estimate: mean.estimate * self.scale,
            low: mean.low * self.scale,
            high: mean.high * self.scale,
        };
        let mut cell = match &self.spread {
            Spread::Interval => interval(mean, digits),
            Spread::None => rounded(mean.estimate, digits),
            Spread::Error(_, errors) => match errors[row].map(|error| error * self.scale) {
                Some(error) => {
                    let decimals = decimals_with(mean.estimate, error, digits);
                    format!("{:.decimals$} +- {error:.decimals$}", mean.estimate)
                }
                None => rounded(mean.estimate, digits),
            },
        };
        match &self.verdicts {
            Verdicts::PValues(_, p_values) => {
                let p_value = p_values[row].map(|p| format!(", p {}", small(p)));
                cell.push_str(&p_value.unwrap_or_default());
            }
            Verdicts::Marks if mean.low <= 0.0 && mean.high >= 0.0 => cell.push_str(" ="),
            Verdicts::Marks | Verdicts::None => {}
        }
        cell
    }

    /// The columns for programs.
    fn columns(&self) -> Vec<Column> {
        let numbers = |values: Vec<Option<f64>>| {
            let values = values.into_iter().map(|v| v.filter(|v| v.is_finite()));
            Values::Number(values.collect())
        };
        let of = |value: fn(Interval) -> f64| {
            numbers(self.means.iter().map(|mean| mean.map(value)).collect())
        };
        let name = &self.name;
        let mut columns = vec![Column::new(name, of(|mean| mean.estimate))];
        match &self.spread {
            Spread::Interval => {
                columns.push(Column::new(format!("{name}_low"), of(|mean| mean.low)));
                columns.push(Column::new(format!("{name}_high"), of(|mean| mean.high)));
            }
            Spread::Error(name, errors) => {
                columns.push(Column::new(name, numbers(errors.clone())));
            }
            Spread::None => {}
        }
        if let Verdicts::PValues(name, values) = &self.verdicts {
            columns.push(Column::new(name, numbers(values.clone())));
        }
        columns
    }
}

impl ResultTable {
    /// The digits that count, for people: of numbers below 10, so many behind the point.
    /// Columns without a title are left out. Marked are the best of those rows that are
    /// `same`, in the columns of which one way is better.
    pub(crate) fn words(&self, digits: usize, same: &dyn Fn(usize, usize) -> bool) -> TextTable {
        let shown = self
            .columns
            .iter()
            .filter(|column| !column.title.is_empty());
        let shown: Vec<&ResultColumn> = shown.collect();
        let settings = self.settings.iter().map(|(name, _)| name);
        let mut table = TextTable::new(settings.chain(shown.iter().map(|column| &column.title)));
        let rows = self.rows();
        for row in 0..rows {
            let settings = 0..self.settings.len();
            let mut cells: Vec<String> = settings.map(|place| self.setting(place, row)).collect();
            for column in &shown {
                let cell = column.cell(row, digits);
                let is_best = column.cost(row).is_some_and(|cost| {
                    let others = (0..rows).filter(|&other| other != row && same(row, other));
                    let mut costs = others.filter_map(|other| column.cost(other)).peekable();
                    costs.peek().is_some() && costs.all(|other| other >= cost)
                });
                cells.push(if is_best { format!("**{cell}**") } else { cell });
            }
            table.push(cells);
        }
        table
    }

    fn rows(&self) -> usize {
        self.settings.first().map_or(0, |(_, values)| values.rows())
    }

    /// What a setting, by its place, is in a row.
    pub(crate) fn setting(&self, place: usize, row: usize) -> String {
        match &self.settings[place].1 {
            Values::Text(texts) => texts[row].clone().unwrap_or_default(),
            Values::Whole(numbers) => numbers[row].map_or("found".into(), |n| n.to_string()),
            Values::Number(numbers) => numbers[row].map_or_else(String::new, |n| n.to_string()),
        }
    }

    /// All digits, for programs; `more` are columns behind the settings.
    pub(crate) fn table(&self, more: Option<Column>) -> Result<Table, TableError> {
        let settings = self.settings.iter();
        let settings = settings.map(|(name, values)| Column::new(name, values.clone()));
        let measured = self.columns.iter().flat_map(ResultColumn::columns);
        Table::new(settings.chain(more).chain(measured).collect())
    }

    /// Sorts the rows by a place, and those of one place the best first, by the column of a
    /// name. Which row each was is given back.
    pub(crate) fn sort(&mut self, by: Option<&str>, place: impl Fn(usize) -> usize) -> Vec<usize> {
        let column = self.columns.iter().find(|c| Some(c.name.as_str()) == by);
        let cost = |row| column?.cost(row);
        let mut order: Vec<usize> = (0..self.rows()).collect();
        order.sort_by(|&a, &b| {
            let [of_a, of_b] = [a, b].map(|row| cost(row).unwrap_or(f64::INFINITY));
            place(a).cmp(&place(b)).then(of_a.total_cmp(&of_b))
        });
        self.reorder(&order);
        order
    }

    /// Brings the rows into another order: `order` has the place of each now.
    fn reorder(&mut self, order: &[usize]) {
        fn sorted<T: Clone>(values: &mut Vec<T>, order: &[usize]) {
            *values = order.iter().map(|&row| values[row].clone()).collect();
        }
        for (_, values) in &mut self.settings {
            match values {
                Values::Text(texts) => sorted(texts, order),
                Values::Whole(numbers) => sorted(numbers, order),
                Values::Number(numbers) => sorted(numbers, order),
            }
        }
        for column in &mut self.columns {
            sorted(&mut column.means, order);
            if let Spread::Error(_, errors) = &mut column.spread {
                sorted(errors, order);
            }
            if let Verdicts::PValues(_, p_values) = &mut column.verdicts {
                sorted(p_values, order);
            }
        }
    }
}

/// A mean and its interval: `0.652 [0.640, 0.665]`; the mean alone if the interval has no
/// width. Narrow intervals are told in two digits of their half width.
fn interval(interval: Interval, digits: usize) -> String {
    let Interval {
        estimate,
        low,
        high,
    } = interval;
    if low < high {
        let decimals = decimals_with(estimate, (high - low) / 2.0, digits);
        return format!("{estimate:.decimals$} [{low:.decimals$}, {high:.decimals$}]");
    }
    rounded(estimate, digits)
}

/// A number: below 10 with so many decimals, and fewer from there on; at least that many
/// digits count if it is small.
fn rounded(value: f64, digits: usize) -> String {
    format!("{value:.*}", decimals(value, digits))
}

/// A probability in two digits, and three decimals from 0.1 on.
fn small(value: f64) -> String {
    match value < 0.1 {
        true => format!("{value:.*}", decimals_of_error(value).max(3)),
        false => rounded(value, 3),
    }
}

fn decimals(value: f64, digits: usize) -> usize {
    let size = value.abs();
    match size {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => digits.saturating_sub(2),
        size if size >= 10.0 => digits.saturating_sub(1),
        size if !(f64::MIN_POSITIVE..0.1).contains(&size) => digits,
        size => ((-size.log10()).ceil() as usize + digits - 1).min(12),
    }
}

/// Decimals of a number that is known so far: as many as it has alone, but for small ones,
/// and as many as the error needs.
fn decimals_with(value: f64, error: f64, digits: usize) -> usize {
    decimals(value, digits)
        .min(digits)
        .max(decimals_of_error(error))
}

/// Decimals in which a width has two digits.
fn decimals_of_error(width: f64) -> usize {
    match width > 0.0 && width < 10.0 {
        true => (1.0 - width.log10().floor()).min(12.0) as usize,
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for (value, text) in [
            (0.00001, "0.000010"),
            (0.0, "0.000"),
            (0.0234, "0.023"),
            (0.5, "0.500"),
        ] {
            assert_eq!(small(value), text);
        }
    }

    #[test]
    fn narrow_intervals_are_told_from_each_other() {
        let of = |estimate: f64, half: f64| {
            let mean = Interval {
                estimate,
                low: estimate - half,
                high: estimate + half,
            };
            interval(mean, 3)
        };
        assert_eq!(of(0.65234, 0.0125), "0.652 [0.640, 0.665]");
        assert_eq!(of(0.65234, 0.000251), "0.65234 [0.65209, 0.65259]");
        assert_eq!(of(-0.01662, 0.0114), "-0.017 [-0.028, -0.005]");
        assert_eq!(of(190.3, 12.0), "190.3 [178.3, 202.3]");
        assert_eq!(of(0.5, 0.0), "0.500");
    }
}
