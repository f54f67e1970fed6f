//! Results as figures and tables take them: points of the space with their seeds
//! pooled, and comparisons of points. They are queries of a folder's tables.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use orders_core::Grid;
use polars::prelude::{
    AnyValue, BooleanChunked, ChunkCompareEq, Column as PolarsColumn, DataFrame, DataFrameJoinOps,
    DataType, Float64Chunked, GroupsType, IdxCa, IdxSize, JoinArgs, JoinType, MaintainOrderJoin,
    NamedFrom, Series,
};
use rayon::prelude::*;

use super::difference::{NATS, RANDOM};
use super::error::{ExperimentError, ResultsError};
use super::folder::ResultsFolder;
use super::measure::{Difference, MeasureEntry, MeasureKind, Measures, SetValue};
use super::tables::{Kind, Tables, column_of};
use crate::statistics::{
    BootstrapParams, Interval, PermutationParams, StatisticsError, holm, mean_interval, paired_test,
};
use crate::table::TableError;

/// Columns of points beside those of settings: the place in `Data::rows`, the number of
/// orders of a trial, and the seeds of trials of orders.
const POINT: &str = "point";
const ORDERS: &str = "orders";
const SEEDS: &str = "seeds";
/// The column of the digests of order files, where there are some.
const ORDERS_FILE: &str = "orders_sha256";
/// Settings that are not parameters of methods, before them and behind them.
const BEFORE: [&str; 2] = ["label", "method"];
const BEHIND: [&str; 5] = ["grid", "steps", "sizes", "field", "model"];

/// The points of a space with the values of all their orders. Trials that
/// differ in nothing but their seed are one point: their orders are independent
/// of each other. So are those that measure orders, generated images and a machine for the
/// same settings.
#[derive(Clone, Debug)]
pub struct PooledResults {
    data: Arc<Data>,
    /// A row for each point.
    points: DataFrame,
}

/// What all points share.
#[derive(Debug)]
struct Data {
    /// A row for each trial.
    trials: DataFrame,
    /// The rows of each point.
    rows: Vec<Vec<usize>>,
    /// Where the orders of each trial begin, and at the end how many there are.
    first_order: Vec<usize>,
    partners: Partners,
    /// Names of the parameters.
    parameters: Vec<String>,
    measures: Measures,
    /// Where the orders are, of which columns are read when they are asked for.
    folder: ResultsFolder,
    orders: Mutex<HashMap<String, Arc<Float64Chunked>>>,
}

/// Rows of the trials whose differences to others are measures.
#[derive(Debug)]
struct Partners {
    is_one_by_one: Vec<bool>,
    /// The same method one cell at a time.
    own: Vec<Option<usize>>,
    /// Random orders one cell at a time.
    random: Vec<Option<usize>>,
}

/// A point of [`PooledResults`].
#[derive(Clone, Copy, Debug)]
pub struct PooledPoint<'a> {
    results: &'a PooledResults,
    row: usize,
}

impl PooledResults {
    /// The points of a folder whose trials are all done, in their order. Its tables are
    /// written first if they are not there.
    ///
    /// O(n) memory for n trials; the values of orders are read when they are asked for.
    ///
    /// # Errors
    ///
    /// As [`write_tables`](super::write_tables); [`ExperimentError::Damaged`] if a table is.
    pub fn open(folder: &ResultsFolder, measures: &Measures) -> Result<Self, ExperimentError> {
        let trials = Tables::of(folder, measures)?.read(Kind::Trials, None)?;
        let parameters = folder.plan().trials().iter();
        let parameters: BTreeSet<&String> = parameters
            .flat_map(|trial| trial.settings.parameters.keys())
            .collect();
        let parameters = parameters.into_iter().cloned().collect();
        let points = Self::of_trials(folder, trials, parameters, measures);
        points.map_err(|source| ExperimentError::Table {
            table: Kind::Trials.name(),
            source,
        })
    }

    fn of_trials(
        folder: &ResultsFolder,
        mut trials: DataFrame,
        parameters: Vec<String>,
        measures: &Measures,
    ) -> Result<Self, TableError> {
        trials.rechunk_mut();
        let orders: Vec<u64> = trials.column(ORDERS)?.u64()?.into_no_null_iter().collect();
        let mut first_order = vec![0];
        let mut last = 0;
        first_order.extend(orders.iter().map(|&orders| {
            last += orders as usize;
            last
        }));
        // Sizes of a list are called by what they are.
        let sizes = trials.column("sizes")?.str()?.iter();
        let sizes = sizes.zip(trials.column("group_sizes")?.str()?.iter());
        let sizes: Vec<Option<String>> = sizes
            .map(|(name, sizes)| if name == Some("listed") { sizes } else { name })
            .map(|text| text.map(str::to_owned))
            .collect();
        trials.with_column(Series::new("sizes".into(), sizes).into())?;

        let mut settings: Vec<String> = BEFORE.map(str::to_owned).into();
        settings.extend(parameters.iter().map(|name| column_of(name)));
        settings.extend(BEHIND.map(str::to_owned));
        settings.push("group_sizes".into());
        settings.extend(
            trials
                .column(ORDERS_FILE)
                .is_ok()
                .then(|| ORDERS_FILE.into()),
        );
        let rows: Vec<Vec<usize>> = {
            let groups = trials.group_by_stable(settings.iter())?.into_groups();
            let to_rows = |rows: &[IdxSize]| rows.iter().map(|&row| row as usize).collect();
            match groups.as_ref() {
                GroupsType::Idx(groups) => groups.all().iter().map(|rows| to_rows(rows)).collect(),
                GroupsType::Slice { groups, .. } => groups
                    .iter()
                    .map(|&[first, count]| (first as usize..(first + count) as usize).collect())
                    .collect(),
            }
        };
        let seed = trials.column("seed")?.u64()?;
        let (mut shown, mut seeds) = (Vec::new(), Vec::new());
        for rows in &rows {
            let mut of_orders = rows
                .iter()
                .copied()
                .filter(|&row| orders[row] > 0)
                .peekable();
            // Trials of orders say most.
            shown.push(*of_orders.peek().unwrap_or(&rows[0]) as IdxSize);
            let words = of_orders.map(|row| seed.get(row).unwrap_or_default().to_string());
            seeds.push(words.collect::<Vec<_>>().join(" "));
        }
        settings.push(ORDERS.into());
        let shown = IdxCa::from_vec(POINT.into(), shown);
        let mut points = trials.select(settings.iter())?.take(&shown)?;
        points.with_column(Series::new(SEEDS.into(), seeds).into())?;
        let places: Vec<u64> = (0..rows.len() as u64).collect();
        points.with_column(Series::new(POINT.into(), places).into())?;
        points.rechunk_mut();
        Ok(Self {
            data: Arc::new(Data {
                partners: partners(&trials, &parameters)?,
                trials,
                rows,
                first_order,
                parameters,
                measures: measures.clone(),
                folder: folder.clone(),
                orders: Mutex::default(),
            }),
            points,
        })
    }

    /// The points.
    pub fn points(&self) -> impl ExactSizeIterator<Item = PooledPoint<'_>> {
        (0..self.points.height()).map(|row| PooledPoint { results: self, row })
    }

    /// The points whose settings have the values of `wanted`, pairs of a name and
    /// a value.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Setting`] for a name that no setting has,
    /// [`ResultsError::NoPoint`] if no point has a value.
    pub fn having(&self, wanted: &[(String, String)]) -> Result<Self, ResultsError> {
        let mut found = self.clone();
        for (name, value) in wanted {
            self.check_setting(name)?;
            let points = found.points.filter(&having(found.column(name)?, value)?);
            let points = points.map_err(TableError::from)?;
            if points.height() == 0 {
                let held: BTreeSet<String> = found.values_of(name)?.into_iter().collect();
                return Err(ResultsError::NoPoint {
                    setting: name.clone(),
                    value: value.clone(),
                    held: held.into_iter().collect(),
                });
            }
            found.points = points;
            found.points.rechunk_mut();
        }
        Ok(found)
    }

    /// The column of a setting.
    fn column(&self, name: &str) -> Result<&PolarsColumn, TableError> {
        Ok(match BEFORE.contains(&name) || BEHIND.contains(&name) {
            true => self.points.column(name)?,
            false => self.points.column(&column_of(name))?,
        })
    }

    /// Names of the settings: `label`, `method`, `grid`, `steps`, `sizes`,
    /// `field`, `model`, and the parameters of the methods.
    pub fn settings(&self) -> Vec<String> {
        let mut names: Vec<String> = BEFORE.map(str::to_owned).into();
        let parameters = self.data.parameters.iter();
        let held = parameters.filter(|name| {
            let column = self.column(name);
            column.is_ok_and(|column| column.null_count() < column.len())
        });
        names.extend(held.cloned());
        names.extend(BEHIND.map(str::to_owned));
        names
    }

    /// The values that points have of a setting, in the order in which they come.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Table`] if no setting has the name.
    pub fn values_of(&self, name: &str) -> Result<Vec<String>, ResultsError> {
        let column = self.column(name)?.unique_stable();
        let column = column.map_err(TableError::from)?;
        Ok((0..column.len())
            .filter_map(|row| text(&column, row))
            .collect())
    }

    /// Names of the settings that tell points apart: they have several values
    /// among the points that have them, and for `label` also where it is all
    /// there is.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Table`] if a table is not what it must be.
    pub fn varying(&self) -> Result<Vec<String>, ResultsError> {
        let labels = self.column("label")?.n_unique().map_err(TableError::from)?;
        let varies = |name: &str| -> Result<bool, TableError> {
            // The method's name is in the label, or there for all to see. A parameter
            // that one method has only tells nothing apart.
            if name == "method" || self.is_parameter(name) {
                let columns = ["label".into(), self.column(name)?.name().clone()];
                let groups = self.points.group_by(columns)?.into_groups();
                return Ok(groups.len() > labels);
            }
            Ok(self.column(name)?.n_unique()? > 1)
        };
        let mut names = Vec::new();
        for name in self.settings() {
            if varies(&name)? {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Whether a method has a parameter of the name.
    fn is_parameter(&self, name: &str) -> bool {
        self.data.parameters.iter().any(|known| known == name)
    }

    /// Refuses a name that no setting has.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Setting`].
    pub fn check_setting(&self, name: &str) -> Result<(), ResultsError> {
        let known = self.settings();
        match known.iter().any(|known| known == name) {
            true => Ok(()),
            false => Err(ResultsError::Setting {
                name: name.into(),
                known,
            }),
        }
    }

    /// The measure of a name, if points have it.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Measure`] if not.
    pub fn measure(&self, name: &str) -> Result<&MeasureEntry, ResultsError> {
        let known = self.measures();
        let found = known.iter().find(|measure| measure.name() == name);
        found.copied().ok_or_else(|| ResultsError::Measure {
            name: name.into(),
            known: known.into_iter().map(|m| m.name().to_owned()).collect(),
        })
    }

    /// The measures that were taken; of differences between trials, those for
    /// which a point has a partner.
    pub fn measures(&self) -> Vec<&MeasureEntry> {
        let is_measured = |measure: &&MeasureEntry| match measure.kind() {
            MeasureKind::Difference(difference) => {
                let pair = |row| self.data.pair(row, difference);
                let mut rows = self.points().flat_map(|point| point.rows());
                rows.any(|&row| pair(row).is_some())
            }
            _ => self.data.trials.column(measure.name()).is_ok(),
        };
        let entries = self.data.measures.entries().iter();
        entries.filter(is_measured).collect()
    }

    /// The means of a measure, for each point over the orders that have it, with its 95 %
    /// BCa interval; of what sets of images have, with that of its standard error. `None`
    /// without values. With one value, or where there is no interval, its ends are NaN.
    /// Intervals of one trial are those that were found when it was run.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Statistics`] if a value is infinite; as [`values`](Self::values).
    pub fn means(&self, measure: &MeasureEntry) -> Result<Vec<Option<Interval>>, ResultsError> {
        if !measure.is_paired() {
            let values = self.points().map(|point| self.set_value(point, measure));
            return Ok(values.map(|value| value.map(SetValue::interval)).collect());
        }
        let name = measure.name();
        let trials = &self.data.trials;
        let column =
            |suffix| Ok::<_, TableError>(trials.column(&format!("{name}{suffix}"))?.f64()?);
        let kept = match measure.kind() {
            MeasureKind::Orders(_) => Some([column("")?, column("_low")?, column("_high")?]),
            _ => None,
        };
        let mean = |row| {
            let point = PooledPoint { results: self, row };
            let mut of_orders = point
                .rows()
                .iter()
                .filter(|&&row| self.data.orders(row) > 0);
            if let (Some([mean, low, high]), Some(&row), None) =
                (kept, of_orders.next(), of_orders.next())
            {
                return Ok(mean.get(row).map(|estimate| Interval {
                    estimate,
                    low: low.get(row).unwrap_or(f64::NAN),
                    high: high.get(row).unwrap_or(f64::NAN),
                }));
            }
            let values: Vec<f64> = self.values(point, measure)?.into_iter().flatten().collect();
            Ok(interval(&values)?)
        };
        (0..self.points.height())
            .into_par_iter()
            .map(mean)
            .collect()
    }

    /// The values of a measure of orders, for each order of each seed of a point; none of
    /// a measure of something else.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Folder`] if the table of orders can't be read.
    pub fn values(
        &self,
        point: PooledPoint<'_>,
        measure: &MeasureEntry,
    ) -> Result<Vec<Option<f64>>, ResultsError> {
        let data = &self.data;
        let mut all = Vec::new();
        match measure.kind() {
            MeasureKind::Orders(_) => {
                let column = data.of_orders(measure.name())?;
                for &row in point.rows() {
                    all.extend(data.range(row).map(|order| column.get(order)));
                }
            }
            MeasureKind::Difference(difference) => {
                let column = data.of_orders(NATS)?;
                for &row in point.rows() {
                    let Some((row, partner)) = data.pair(row, difference) else {
                        all.extend(data.range(row).map(|_| None));
                        continue;
                    };
                    let pairs = data.range(row).zip(data.range(partner));
                    let less = |(a, b)| Some(column.get(a)? - column.get(b)?);
                    all.extend(pairs.map(less));
                }
            }
            _ => {}
        }
        Ok(all)
    }

    /// The mean difference of two points in a measure of orders, the first less the
    /// second, order by order, with its interval as [`means`](Self::means) has it; `None`
    /// without pairs.
    ///
    /// # Errors
    ///
    /// As [`means`](Self::means).
    pub fn difference(
        &self,
        point: PooledPoint<'_>,
        other: PooledPoint<'_>,
        measure: &MeasureEntry,
    ) -> Result<Option<Interval>, ResultsError> {
        let values = self.values(point, measure)?.into_iter();
        let pairs = values.zip(self.values(other, measure)?);
        let differences: Vec<f64> = pairs.filter_map(|(a, b)| Some(a? - b?)).collect();
        Ok(interval(&differences)?)
    }

    /// What a point has of a measure of sets or machines: the mean over its seeds that
    /// have it.
    pub fn set_value(&self, point: PooledPoint<'_>, measure: &MeasureEntry) -> Option<SetValue> {
        let name = measure.name();
        let column = |name: &str| self.data.trials.column(name).ok()?.f64().ok();
        let all = column(name)?;
        let errors = column(&format!("{name}_standard_error"));
        let values = point.rows().iter().filter_map(|&row| {
            Some(SetValue {
                value: all.get(row)?,
                standard_error: errors.and_then(|errors| errors.get(row)),
            })
        });
        let values: Vec<SetValue> = values.collect();
        if values.is_empty() {
            return None;
        }
        let count = values.len() as f64;
        let errors: Option<Vec<f64>> = values.iter().map(|value| value.standard_error).collect();
        Some(SetValue {
            value: values.iter().map(|value| value.value).sum::<f64>() / count,
            standard_error: errors
                .map(|errors| errors.iter().map(|error| error * error).sum::<f64>().sqrt() / count),
        })
    }
}

impl Data {
    /// Orders of a trial.
    fn orders(&self, row: usize) -> usize {
        self.range(row).len()
    }

    /// Where the orders of a trial are.
    fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.first_order[row]..self.first_order[row + 1]
    }

    /// The trials of whose values a difference is one.
    fn pair(&self, row: usize, difference: Difference) -> Option<(usize, usize)> {
        let partners = &self.partners;
        match difference {
            // Itself has none.
            Difference::ParallelLoss if partners.is_one_by_one[row] => None,
            Difference::ParallelLoss => Some((row, partners.own[row]?)),
            Difference::LearningError => Some((partners.own[row]?, partners.random[row]?)),
        }
    }

    /// A column of the table of orders.
    fn of_orders(&self, name: &str) -> Result<Arc<Float64Chunked>, ResultsError> {
        let mut known = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(column) = known.get(name) {
            return Ok(Arc::clone(column));
        }
        let tables = Tables::of(&self.folder, &self.measures)?;
        let mut frame = tables.read(Kind::Orders, Some(vec![name.to_owned()]))?;
        frame.rechunk_mut();
        let column = frame.column(name).map_err(TableError::from)?.f64();
        let column = Arc::new(column.map_err(TableError::from)?.clone());
        if Some(&column.len()) != self.first_order.last() {
            let rows = column.len();
            return Err(ResultsError::Table(TableError::Format {
                reason: format!(
                    "the table of orders has {rows} rows, which are not those of its trials"
                ),
            }));
        }
        known.insert(name.to_owned(), Arc::clone(&column));
        Ok(column)
    }
}

/// The partners of trials with likelihoods: everything but sizes is the same, and for
/// random ones the method.
fn partners(trials: &DataFrame, parameters: &[String]) -> Result<Partners, TableError> {
    let count = trials.height();
    let mut found = Partners {
        is_one_by_one: vec![false; count],
        own: vec![None; count],
        random: vec![None; count],
    };
    let Ok(nats) = trials.column(NATS) else {
        return Ok(found);
    };
    let grids = trials.column("grid")?.str()?.iter();
    let steps = trials.column("steps")?.u64()?.iter();
    let nats = nats.f64()?.iter();
    let is_one_by_one = grids.zip(steps).zip(nats).map(|((grid, steps), nats)| {
        let grid: Option<Grid> = grid.and_then(|text| text.parse().ok());
        nats.is_some() && grid.map(|grid| grid.cells() as u64) == steps
    });
    found.is_one_by_one = is_one_by_one.collect();
    let mask: BooleanChunked = found.is_one_by_one.iter().map(|&is| Some(is)).collect();
    let random = having(trials.column("method")?, RANDOM)?;

    let shared = ["grid", "field", "model", "seed", ORDERS].map(str::to_owned);
    let mut own = shared.to_vec();
    own.push("method".into());
    own.extend(parameters.iter().map(|name| column_of(name)));
    own.extend(
        trials
            .column(ORDERS_FILE)
            .is_ok()
            .then(|| ORDERS_FILE.into()),
    );
    for (of_trial, partner) in pairs(trials, trials, &mask, &own)? {
        found.own[of_trial] = Some(partner);
    }
    for (of_trial, partner) in pairs(trials, trials, &(&mask & &random), &shared)? {
        found.random[of_trial] = Some(partner);
    }
    Ok(found)
}

/// Rows of two frames that have the same values of some columns, of the second frame
/// those of a mask.
fn pairs(
    first: &DataFrame,
    second: &DataFrame,
    mask: &BooleanChunked,
    columns: &[String],
) -> Result<Vec<(usize, usize)>, TableError> {
    let numbered = |frame: &DataFrame, name: &str| {
        let frame = frame.select(columns)?;
        frame.with_row_index(name.into(), None)
    };
    let second = numbered(second, "second")?.filter(mask)?;
    let args = JoinArgs {
        nulls_equal: true,
        maintain_order: MaintainOrderJoin::LeftRight,
        ..JoinArgs::new(JoinType::Inner)
    };
    let joined = numbered(first, "first")?.join(&second, columns, columns, args, None)?;
    let rows = |name| -> Result<Vec<usize>, TableError> {
        let rows = joined.column(name)?.idx()?.into_no_null_iter();
        Ok(rows.map(|row| row as usize).collect())
    };
    Ok(rows("first")?.into_iter().zip(rows("second")?).collect())
}

/// Which values of a column are a text, or the number that it says.
fn having(column: &PolarsColumn, text: &str) -> Result<BooleanChunked, TableError> {
    let none = || all_of(false, column.len());
    Ok(match column.dtype() {
        DataType::String => column.str()?.equal(text),
        DataType::UInt64 => match text.parse::<u64>() {
            Ok(number) => column.u64()?.equal(number),
            Err(_) => none(),
        },
        _ => match text.parse::<f64>() {
            Ok(number) => column.f64()?.equal(number),
            Err(_) => none(),
        },
    })
}

/// A value in words.
fn text(column: &PolarsColumn, row: usize) -> Option<String> {
    match column.get(row).ok()? {
        AnyValue::UInt64(number) => Some(number.to_string()),
        AnyValue::Float64(number) => Some(number.to_string()),
        value => value.get_str().map(str::to_owned),
    }
}

fn all_of(value: bool, rows: usize) -> BooleanChunked {
    std::iter::repeat_n(Some(value), rows).collect()
}

impl<'a> PooledPoint<'a> {
    /// What figures call the method.
    pub fn label(self) -> String {
        self.setting("label").unwrap_or_default()
    }

    /// Number of steps.
    pub fn steps(self) -> u64 {
        self.number("steps")
    }

    /// The value of a setting, by the names of [`PooledResults::settings`].
    pub fn setting(self, name: &str) -> Option<String> {
        text(self.results.column(name).ok()?, self.row)
    }

    fn number(self, column: &str) -> u64 {
        let column = self.results.points.column(column);
        let value = column.ok().and_then(|column| column.get(self.row).ok());
        match value {
            Some(AnyValue::UInt64(number)) => number,
            _ => 0,
        }
    }

    /// A name made of some settings: the label alone, other values after their
    /// names.
    pub fn name(self, settings: &[String]) -> String {
        let words: Vec<String> = settings
            .iter()
            .filter_map(|name| {
                let value = self.setting(name)?;
                Some(match name.as_str() {
                    "label" | "method" | "grid" | "field" | "model" => value,
                    "steps" => format!("{value} steps"),
                    "sizes" => format!("{value} sizes"),
                    parameter => format!("{parameter} {value}"),
                })
            })
            .collect();
        match words.is_empty() {
            true => self.label(),
            false => words.join(", "),
        }
    }

    /// Number of orders over all its seeds.
    pub fn orders(self) -> usize {
        let rows = self.rows().iter();
        rows.map(|&row| self.results.data.range(row).len()).sum()
    }

    /// The rows of its trials.
    fn rows(self) -> &'a [usize] {
        &self.results.data.rows[self.number(POINT) as usize]
    }
}

/// How a point differs from the one that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Mean difference over the orders, this minus the other, with its 95 % BCa
    /// interval.
    pub difference: Interval,
    /// The p-value of the paired permutation test, two-sided, after Holm's
    /// correction over all tests of the comparison. `None` if all differences
    /// are the same, as for two methods without chance: there is nothing to test
    /// then.
    pub p_value: Option<f64>,
}

/// Compares points with those that have the values of `against`, pairs of a setting and
/// a value: order i with order i, and so image i with image i where a model is asked.
/// The partner of a point is the same in all other settings, and in its seeds. Where
/// the label is among those of `against`, method and parameters may differ as well.
///
/// A row for each point, an entry for each measure; `None` where there is no partner, no
/// value, or the point has the values of `against` itself.
///
/// # Errors
///
/// As [`PooledResults::having`] if no point has the values;
/// [`ResultsError::Baseline`] if several could be the partner of one;
/// as [`PooledResults::means`].
pub fn compare(
    results: &PooledResults,
    measures: &[&MeasureEntry],
    against: &[(String, String)],
) -> Result<Vec<Vec<Option<Comparison>>>, ResultsError> {
    // That there are such points, and that settings are called so.
    results.having(against)?;
    let points = &results.points;
    let mut is_partner = all_of(true, points.height());
    for (name, value) in against {
        is_partner = &is_partner & &having(results.column(name)?, value)?;
    }
    let is_label = against.iter().any(|(name, _)| name == "label");
    let is_free = |name: &String| {
        let is_of_method = name == "method" || results.is_parameter(name);
        against.iter().any(|(free, _)| free == name) || (is_label && is_of_method)
    };
    let mut shared = vec![ORDERS.to_owned(), SEEDS.to_owned()];
    for name in results.settings().iter().filter(|name| !is_free(name)) {
        shared.push(results.column(name)?.name().to_string());
    }
    let mut partner_of: Vec<Option<usize>> = vec![None; points.height()];
    let mut fitting = vec![0; points.height()];
    for (row, partner) in pairs(points, points, &is_partner, &shared)? {
        if is_partner.get(row) != Some(true) {
            partner_of[row] = Some(partner);
            fitting[row] += 1;
        }
    }
    if let Some(row) = fitting.iter().position(|&partners| partners > 1) {
        return Err(ResultsError::Baseline {
            point: PooledPoint { results, row }.name(&results.varying()?),
            partners: fitting[row],
        });
    }

    let compared = |row: usize| {
        let of_measure = |measure: &&MeasureEntry| match partner_of[row] {
            Some(partner) => {
                let [point, partner] = [row, partner].map(|row| PooledPoint { results, row });
                let key = test_key(point, partner, measure);
                let comparison = one(point, partner, measure)?;
                Ok(comparison.map(|comparison| (key, comparison)))
            }
            None => Ok(None),
        };
        measures.iter().map(of_measure).collect()
    };
    let rows = (0..points.height()).into_par_iter().map(compared);
    let rows: Vec<Vec<_>> = rows.collect::<Result<_, ResultsError>>()?;
    // What points share that differ in something else is one test.
    let mut p_values: Vec<f64> = Vec::new();
    let mut place_of = HashMap::new();
    for (key, comparison) in rows.iter().flatten().flatten() {
        if let Some(p_value) = comparison.p_value
            && let Entry::Vacant(place) = place_of.entry(key.clone())
        {
            place.insert(p_values.len());
            p_values.push(p_value);
        }
    }
    let adjusted = holm(&p_values)?;
    let rows = rows.into_iter().map(|row| {
        let row = row.into_iter().map(|found| {
            let (key, mut comparison) = found?;
            if comparison.p_value.is_some() {
                comparison.p_value = Some(adjusted[place_of[&key]]);
            }
            Some(comparison)
        });
        row.collect()
    });
    Ok(rows.collect())
}

/// By what a test is known: measure, point and partner, without the field and the model
/// if the measure asks neither.
fn test_key(
    point: PooledPoint<'_>,
    partner: PooledPoint<'_>,
    measure: &MeasureEntry,
) -> Vec<Option<String>> {
    let asks_model = !matches!(measure.kind(), MeasureKind::Orders(_)) || measure.asks_model();
    let is_asked = |column: &&PolarsColumn| match column.name().as_str() {
        "field" => measure.asks_field(),
        "model" => asks_model,
        name => name != POINT,
    };
    let columns = point.results.points.columns().iter().filter(is_asked);
    let mut key = vec![Some(measure.name().to_owned())];
    key.extend(columns.flat_map(|column| [point, partner].map(|point| text(column, point.row))));
    key
}

/// A comparison before the correction.
fn one(
    point: PooledPoint<'_>,
    partner: PooledPoint<'_>,
    measure: &MeasureEntry,
) -> Result<Option<Comparison>, ResultsError> {
    let results = point.results;
    if !measure.is_paired() {
        let values = results
            .set_value(point, measure)
            .zip(results.set_value(partner, measure));
        return Ok(values.map(|(a, b)| Comparison {
            difference: a.less(b).interval(),
            p_value: None,
        }));
    }
    let pairs = results
        .values(point, measure)?
        .into_iter()
        .zip(results.values(partner, measure)?);
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.filter_map(|(a, b)| Some((a?, b?))).unzip();
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a - b).collect();
    let Some(difference) = interval(&differences)? else {
        return Ok(None);
    };
    let differs = differences.iter().any(|value| value != &differences[0]);
    let p_value = match differs {
        true => Some(paired_test(&first, &second, &PermutationParams::default())?.p_value),
        false => None,
    };
    Ok(Some(Comparison {
        difference,
        p_value,
    }))
}

/// A mean with its interval, as [`PooledResults::means`] has it.
fn interval(values: &[f64]) -> Result<Option<Interval>, StatisticsError> {
    let alone = |estimate: f64| Interval {
        estimate,
        low: f64::NAN,
        high: f64::NAN,
    };
    match values {
        [] => Ok(None),
        [value] => Ok(Some(alone(*value))),
        values => match mean_interval(values, &BootstrapParams::default()) {
            Ok(interval) => Ok(Some(interval)),
            Err(StatisticsError::NoBca { .. }) => {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                Ok(Some(alone(mean)))
            }
            Err(error) => Err(error),
        },
    }
}
