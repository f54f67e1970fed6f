//! The table of an evaluation: a row for each method or file at a number of steps.

use orders_analysis::experiment::{MeasureEntry, PooledPoint, PooledResults, Spec};
use orders_analysis::table::{Column, Table, TableError, Values};
use orders_core::UnknownName;
use orders_model::features::Network;
use orders_model::published::PublishedResult;
use serde_json::{Value, json};

use crate::args::EvalArgs;
use crate::experiment::{ResultColumn, ResultTable, Spread};
use crate::failure::{Failure, Result};
use crate::settings;

/// What marks in the table mean.
pub(super) const LEGEND: &str =
    "**best** at its number of steps; '=': not told apart from the first method given, at 95 %";
/// Decimals of numbers below 10, for people.
const DIGITS: usize = 4;
const NATS: &str = "nats_per_cell";
const FOREGROUND: &str = "nats_per_foreground_cell";
const PASSES: &str = "passes_per_image";
const PARALLEL_LOSS: &str = "parallel_loss";
const TIME: [&str; 2] = ["latency_seconds", "images_per_second"];
/// The columns in their order, with what people call them; those without are not shown.
const COLUMNS: [(&str, &str); 11] = [
    (NATS, "nats per cell"),
    (FOREGROUND, ""),
    (PASSES, "passes"),
    (PARALLEL_LOSS, "above one by one"),
    ("frechet_distance", "Frechet distance"),
    ("mmd", "MMD^2 x 1000"),
    ("inception_score", "Inception Score"),
    ("inception_score_deviation", ""),
    ("class_accuracy", "class accuracy"),
    (TIME[0], "latency, s"),
    (TIME[1], "images/s"),
];

/// The table, and what is known of its rows.
pub(super) struct EvalTable {
    table: ResultTable,
    /// Numbers of steps; 0 where a rule finds them out for each image.
    steps: Vec<u64>,
    network: Option<Network>,
}

impl EvalTable {
    /// The table of the results of a space. `network` saw the images that were generated.
    pub(super) fn of(
        results: &PooledResults,
        spec: &Spec,
        network: Option<Network>,
        args: &EvalArgs,
    ) -> Result<Self> {
        let measures = results.measures();
        let measure = |name: &str| measures.iter().find(|measure| measure.name() == name);
        let mut columns = Vec::new();
        for (name, title) in COLUMNS {
            let Some(measure) = measure(name) else {
                continue;
            };
            let mut column = ResultColumn::of_measure(results, measure)?;
            column = column.with_errors(results, measure);
            column.better = measure.better();
            column.title = match (name, network) {
                ("frechet_distance", Some(network)) => network.frechet_name().to_owned(),
                ("inception_score", Some(network)) => network.score_name().to_owned(),
                _ => title.to_owned(),
            };
            if name == "mmd" {
                column.scale = 1000.0;
            }
            columns.push(column);
        }
        let points: Vec<PooledPoint<'_>> = results.points().collect();
        let steps: Vec<u64> = points.iter().map(|point| point.steps()).collect();
        if let Some(nats) = measure(NATS) {
            let passes = columns.iter().find(|column| column.name == PASSES);
            let passes = |row: usize| Some(passes?.means[row]?.estimate);
            let mut differences = vec![None; points.len()];
            for row in 1..points.len() {
                // Exact decoding takes other numbers too, but its tokens are one by one's.
                let is_exact = points[row].setting("decoding").is_some();
                let passes = passes(row).filter(|_| !is_exact);
                if let Some(first) = first_of(row, passes, &steps).filter(|&first| first != row) {
                    differences[row] = results.difference(points[row], points[first], nats)?;
                }
            }
            let column = ResultColumn::of_differences("difference", "the first", differences);
            columns.insert(1, column);
        }
        let usual = settings::drafts_of_text("exact", spec.grids()[0])?;
        let usual = usual.map(|drafts| drafts.to_string());
        let name = |point: &PooledPoint<'_>| match point.setting("decoding") {
            None => point.label(),
            decoding if decoding == usual => point.label() + ", exact",
            Some(drafts) => format!("{}, {}", point.label(), drafts.replace(',', " ")),
        };
        let names = points.iter().map(|point| Some(name(point)));
        let found = steps.iter().map(|&steps| (steps > 0).then_some(steps));
        let settings = vec![
            ("method".into(), Values::Text(names.collect())),
            ("steps".into(), Values::Whole(found.collect())),
        ];
        let mut table = ResultTable { settings, columns };
        // By the place of their steps; sorted, those of fewer steps first.
        let place = |row: usize| match (&args.sort, steps[row] as usize) {
            (Some(_), steps) => steps,
            (None, 0) => usize::MAX,
            (None, steps) => {
                let listed = spec.steps.iter().position(|&listed| listed == steps);
                listed.unwrap_or(spec.steps.len())
            }
        };
        let order = table.sort(args.sort.as_deref(), place);
        Ok(Self {
            table,
            steps: order.into_iter().map(|row| steps[row]).collect(),
            network,
        })
    }

    /// The table with all digits.
    pub(super) fn for_programs(&self) -> Result<Table, TableError> {
        let network = self.network.map(|network| {
            let names = vec![Some(network.name().to_owned()); self.steps.len()];
            Column::new("network", Values::Text(names))
        });
        self.table.table(network)
    }

    /// The table for people, with the published row of a preset below.
    pub(super) fn for_people(&self, published: Option<&PublishedResult>) -> String {
        let same = |a: usize, b: usize| self.steps[a] == self.steps[b];
        let mut words = self.table.words(DIGITS, &same);
        if let Some(published) = published {
            let is_fid = self.network == Some(Network::InceptionFid);
            let mut cells = vec![
                "published, on one A100".to_owned(),
                published.steps.to_string(),
            ];
            let shown = self.table.columns.iter();
            let shown = shown.filter(|column| !column.title.is_empty());
            cells.extend(shown.map(|column| match column.name.as_str() {
                "frechet_distance" if is_fid => published.fid.to_string(),
                "inception_score" if is_fid => published.inception_score.to_string(),
                "latency_seconds" => published.latency_seconds.to_string(),
                "images_per_second" => published.images_per_second.to_string(),
                _ => String::new(),
            }));
            words.push(cells);
        }
        words.markdown().trim_end().to_owned()
    }

    /// The rows for programs, of so many generated images and of batches of this size.
    pub(super) fn json(&self, count: Option<u64>, batch: usize) -> Vec<Value> {
        let row = |row: usize| {
            let mut all = json!({
                "method": self.table.setting(0, row),
                "steps": (self.steps[row] > 0).then_some(self.steps[row]),
                "samples": null,
                "time": null,
            });
            for name in [NATS, FOREGROUND, PASSES, "difference", PARALLEL_LOSS] {
                all[name] = Value::Null;
            }
            for column in &self.table.columns {
                let (name, mean) = (column.name.as_str(), column.means[row]);
                let estimate = mean.map(|mean| json!(mean.estimate));
                match (&column.spread, estimate) {
                    (Spread::Interval, _) => all[name] = json!(mean),
                    (_, None) => {}
                    (_, Some(estimate)) if TIME.contains(&name) => {
                        all["time"]["batch"] = json!(batch);
                        all["time"][name] = estimate;
                    }
                    (spread, Some(estimate)) => {
                        all["samples"]["count"] = json!(count);
                        all["samples"][name] = estimate;
                        if let Spread::Error(error, values) = spread {
                            all["samples"][error.as_str()] = json!(values[row]);
                        }
                    }
                }
            }
            all
        };
        (0..self.steps.len()).map(row).collect()
    }
}

/// The row that another one is compared with: the first with as many steps. Of a rule
/// whose images take other numbers of passes, the first whose steps are nearest to the mean.
fn first_of(row: usize, passes: Option<f64>, steps: &[u64]) -> Option<usize> {
    let passes = passes.filter(|&passes| passes != steps[row] as f64);
    let wanted = passes.unwrap_or(steps[row] as f64);
    let known = steps.iter().filter(|&&steps| steps > 0 || passes.is_none());
    let distance = |steps: &&u64| (**steps as f64 - wanted).abs();
    let nearest = known.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    steps.iter().position(|steps| steps == nearest)
}

/// Whether rows with some measures can be sorted by a column.
pub(super) fn check_key(key: &str, measures: &[MeasureEntry]) -> Result<()> {
    let is_there = |name: &str| measures.iter().any(|measure| measure.name() == name);
    let known = COLUMNS.iter().filter(|(name, title)| {
        let is_measured = is_there(name) || (*name == PARALLEL_LOSS && is_there(NATS));
        is_measured && !title.is_empty() && *name != PASSES
    });
    let known: Vec<&str> = known.map(|(name, _)| *name).collect();
    match known.contains(&key) {
        true => Ok(()),
        false => Err(Failure::input(format!(
            "--sort: {}",
            UnknownName::new("column", key, known)
        ))),
    }
}
