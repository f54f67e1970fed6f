//! Results as figures and tables take them: points of the space with their seeds
//! pooled, and comparisons of points. They are queries of a folder's tables.

mod compare;
mod data;
mod means;
mod point;
mod query;

pub use compare::{Comparison, compare};
pub use point::PooledPoint;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use polars::prelude::{
    Column as PolarsColumn, DataFrame, GroupsType, IdxCa, IdxSize, NamedFrom, Series,
};

use self::data::{Data, partners};
use self::query::{having, text};
use super::error::{ExperimentError, ResultsError};
use super::folder::ResultsFolder;
use super::measure::{MeasureEntry, MeasureKind, Measures};
use super::tables::{DECODING, Kind, Tables, column_of};
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
        let tables = Tables::of(folder, measures)?;
        let trials = tables.read(Kind::Trials, None)?;
        let trials_of = folder.whole_trials();
        let parameters: BTreeSet<&String> = trials_of
            .flat_map(|(_, trial)| trial.settings.parameters.keys())
            .collect();
        let parameters = parameters.into_iter().cloned().collect();
        let points = Self::of_trials(tables, trials, parameters, measures);
        points.map_err(|source| ExperimentError::Table {
            table: Kind::Trials.name(),
            source,
        })
    }

    fn of_trials(
        tables: Tables,
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
        let optional = [ORDERS_FILE, DECODING].into_iter();
        let held = optional.filter(|name| trials.column(name).is_ok());
        settings.extend(held.map(str::to_owned));
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
                tables,
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
    pub(super) fn column(&self, name: &str) -> Result<&PolarsColumn, TableError> {
        let is_parameter = !BEFORE.contains(&name) && !BEHIND.contains(&name) && name != DECODING;
        Ok(match is_parameter {
            true => self.points.column(&column_of(name))?,
            false => self.points.column(name)?,
        })
    }

    /// Names of the settings: `label`, `method`, `grid`, `steps`, `sizes`,
    /// `field`, `model`, `decoding` if some are decoded exactly, and the parameters of the
    /// methods.
    pub fn settings(&self) -> Vec<String> {
        let mut names: Vec<String> = BEFORE.map(str::to_owned).into();
        let parameters = self.data.parameters.iter();
        let held = parameters.filter(|name| {
            let column = self.column(name);
            column.is_ok_and(|column| column.null_count() < column.len())
        });
        names.extend(held.cloned());
        names.extend(BEHIND.map(str::to_owned));
        names.extend(
            self.points
                .column(DECODING)
                .is_ok()
                .then(|| DECODING.into()),
        );
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
    pub(super) fn is_parameter(&self, name: &str) -> bool {
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
}
