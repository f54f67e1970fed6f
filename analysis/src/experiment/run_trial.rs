//! Making and measuring the orders of a trial.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use ndarray::{Array2, ArrayView2, Axis, s};
use orders_core::Cell;
use rayon::prelude::*;

use super::clock::Clock;
use super::error::TrialError;
use super::fields::TrialFields;
use super::judge::{Judge, Sampler};
use super::measure::{Input, MeasureEntry, MeasureKind, RealImages, SampleSet};
use super::measuring::{Measuring, Said};
use super::pieces::{OrderPiece, Piece, PieceShape, Pieces, SamplePiece};
use super::shard::Shard;
use super::source::{Orders, Source};
use super::trial::{Estimate, FORMAT, Tools, TrialResult, TrialSettings};
use super::trial_part::{TrialPart, chunks, span};
use crate::information::Covariance;
use crate::statistics::{BootstrapParams, mean_intervals};

/// How far attention that is summed goes, in cells, as in LPD's analysis.
const ATTENTION_WITHIN: f64 = 3.0;

/// Makes the orders of a trial, measures them, and takes their means.
///
/// Work is spread over the current rayon pool. The result depends on the settings
/// only, but for what is measured of a machine. `should_stop` is asked before every
/// order.
///
/// # Errors
///
/// [`TrialError::Stopped`] if `should_stop` said so; else what is wrong with the
/// settings, which are right in a [`Plan`](super::Plan).
pub fn run_trial(
    settings: &TrialSettings,
    tools: &Tools<'_>,
    program: &str,
    should_stop: &(dyn Fn() -> bool + Sync),
) -> Result<TrialResult, TrialError> {
    let mut fields = TrialFields::default();
    fields.read_of(settings)?;
    let run = TrialRun::new(settings, tools, &fields)?;
    let mut pieces = Pieces::default();
    let watch = Watch {
        should_stop,
        on_part: &|_, _, _| {},
    };
    let part = TrialPart::of(settings, run.made, Shard::WHOLE, 0);
    run.run(&part, &watch, &mut |piece| {
        pieces.add(piece);
        Ok(())
    })?;
    let real = run.real(&watch)?;
    run.finish(pieces, real.as_ref(), program)
}

/// Who watches the work on a trial.
pub(super) struct Watch<'a> {
    pub(super) should_stop: &'a (dyn Fn() -> bool + Sync),
    /// Told what is done, how much of it, and how much there is.
    pub(super) on_part: &'a (dyn Fn(&'static str, u64, u64) + Sync),
}

impl Watch<'_> {
    pub(super) fn check(&self) -> Result<(), TrialError> {
        match (self.should_stop)() {
            true => Err(TrialError::Stopped),
            false => Ok(()),
        }
    }

    /// Tells of a part of the work, and whether it is to go on.
    fn flow(&self, what: &'static str, done: u64, all: u64) -> ControlFlow<()> {
        (self.on_part)(what, done, all);
        match (self.should_stop)() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// What takes the pieces of a trial as they are done.
pub(super) type Sink<'a> = dyn FnMut(Piece) -> Result<(), TrialError> + 'a;

/// A trial, ready to be run.
pub(super) struct TrialRun<'a> {
    settings: &'a TrialSettings,
    source: Source,
    judge: Option<&'a dyn Judge>,
    /// Measures of orders.
    paired: Vec<MeasureEntry>,
    of_samples: Vec<MeasureEntry>,
    of_machine: Vec<MeasureEntry>,
    measuring: Measuring,
    /// Whether the measures of orders ask the model.
    asks_model: bool,
    /// Orders that are made: one, if they would all have the same values.
    pub(super) made: u64,
}

impl<'a> TrialRun<'a> {
    /// A trial, with the fields that trials name.
    pub(super) fn new(
        settings: &'a TrialSettings,
        tools: &Tools<'a>,
        fields: &TrialFields,
    ) -> Result<Self, TrialError> {
        Ok(Self {
            judge: tools.judge_of(settings)?,
            ..Self::without_model(settings, tools, fields)?
        })
    }

    /// A trial that asks no model: its pieces are put together only.
    pub(super) fn without_model(
        settings: &'a TrialSettings,
        tools: &Tools<'a>,
        fields: &TrialFields,
    ) -> Result<Self, TrialError> {
        let of = |is_of_kind: fn(MeasureKind) -> bool| {
            settings.measures_of(tools.measures, |measure| is_of_kind(measure.kind()))
        };
        let paired = of(|kind| matches!(kind, MeasureKind::Orders(_)))?;
        let asks = paired.iter().any(MeasureEntry::asks_model);
        // Who only puts pieces together needs no method, unless it says how many there are.
        let source = Source::new(settings, tools, asks || settings.orders == 0)?;
        // What a rule reveals is found out by asking.
        let asks_model = asks || (source.is_rule() && !paired.is_empty());
        let refused = |reason| TrialError::Settings { reason };
        let grid = settings.parsed_grid().map_err(refused)?;
        let covariance = fields.of(settings);
        let covariance = covariance
            .map(|field| Covariance::of_field(field, grid))
            .transpose()?;
        // The orders of a method without chance are all the same, images are not.
        let is_one = !source.is_random() && !asks_model;
        Ok(Self {
            judge: None,
            of_samples: of(|kind| kind == MeasureKind::Samples)?,
            of_machine: of(|kind| kind == MeasureKind::Machine)?,
            measuring: Measuring::new(source.problem(), &paired, covariance)?,
            asks_model,
            made: if is_one {
                settings.orders.min(1)
            } else {
                settings.orders
            },
            settings,
            source,
            paired,
        })
    }

    /// Does a part of the trial, and hands on pieces as they are done: orders, then
    /// images, then the machine.
    pub(super) fn run(
        &self,
        todo: &TrialPart,
        watch: &Watch<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), TrialError> {
        let made = self.source.orders(self.settings)?;
        let chunk = match self.judge.filter(|_| self.asks_model) {
            Some(judge) => judge.batch() as u64,
            None => 16 * rayon::current_num_threads() as u64,
        };
        let (mut done, all) = (0, span(&todo.orders));
        for range in chunks(&todo.orders, chunk) {
            watch.check()?;
            (watch.on_part)("images", done, all);
            done += range.end - range.start;
            let piece = self.orders(&made, range, watch)?;
            sink(Piece::Orders(piece))?;
        }
        if !todo.samples.is_empty() {
            let sampler = self.sampler()?;
            let (mut done, all) = (0, span(&todo.samples));
            for range in chunks(&todo.samples, sampler.batch() as u64) {
                watch.check()?;
                (watch.on_part)("samples", done, all);
                done += range.end - range.start;
                let orders = made.of(range.clone(), watch)?;
                let images = (range.end - range.start) as usize;
                let chosen = self.source.chosen(images, &orders);
                let sampled = sampler
                    .sample((self.settings.seed, range.start), chosen)
                    .map_err(|source| TrialError::Sampler {
                        first: range.start,
                        source,
                    })?;
                let piece = SamplePiece::new(range, &sampled, sampler.settings())?;
                sink(Piece::Samples(piece))?;
            }
        }
        if todo.machine {
            watch.check()?;
            let values = self.time(&made, watch)?;
            sink(Piece::Machine(values))?;
        }
        Ok(())
    }

    fn sampler(&self) -> Result<&'a dyn Sampler, TrialError> {
        let sampler = self.judge.and_then(Judge::sampler);
        sampler.ok_or(TrialError::NoSampler)
    }

    /// Measures some orders.
    fn orders(
        &self,
        made: &Orders<'_>,
        range: Range<u64>,
        watch: &Watch<'_>,
    ) -> Result<OrderPiece, TrialError> {
        let judged = match self.judge.filter(|_| self.asks_model) {
            None => None,
            Some(judge) => {
                let orders = made.of(range.clone(), watch)?;
                let said = self.ask(judge, &range, &orders)?;
                Some((orders, said))
            }
        };
        let width = self.measuring.width();
        let rows = range.clone().into_par_iter().map(|index| {
            watch.check()?;
            let mut row = Vec::with_capacity(width);
            match &judged {
                Some((orders, said)) => {
                    let place = (index - range.start) as usize;
                    let said = said.of(place);
                    let cells = orders.get(place).map(Vec::as_slice);
                    self.measuring.of_judged(index, cells, said, &mut row)?;
                }
                None => {
                    let mut done = Ok(());
                    let take = |index: u64, cells: &[Cell]| {
                        done = self.measuring.of_order(index, cells, &mut row);
                    };
                    made.make(index, watch, take)?;
                    done?;
                }
            }
            Ok(row)
        });
        let rows: Vec<Vec<f64>> = rows.collect::<Result<_, TrialError>>()?;
        Ok(OrderPiece {
            first: range.start,
            width,
            values: rows.concat(),
        })
    }

    /// What a judge says of images with orders, or of a rule's.
    fn ask(
        &self,
        judge: &dyn Judge,
        range: &Range<u64>,
        orders: &[Vec<Cell>],
    ) -> Result<Said, TrialError> {
        let failed = |source| TrialError::Judge {
            image: range.start,
            source,
        };
        let images = (range.end - range.start) as usize;
        let chosen = self.source.chosen(images, orders);
        let judgements = judge.judge(range.start, chosen).map_err(failed)?;
        let asks = |input| {
            let kind = MeasureKind::Orders(Some(input));
            self.paired.iter().any(|measure| measure.kind() == kind)
        };
        let passes = match self.source.drafts() {
            Some(_) if asks(Input::Passes) => {
                let from = (self.settings.seed, range.start);
                judge.passes(from, chosen).map_err(failed)?
            }
            _ => Vec::new(),
        };
        let attention = match asks(Input::Attention) {
            true => judge
                .attention(range.start, chosen, ATTENTION_WITHIN)
                .map_err(failed)?,
            false => Vec::new(),
        };
        let is_whole = judgements.len() == images
            && [passes.len(), attention.len()]
                .iter()
                .all(|&count| count == 0 || count == images);
        match is_whole {
            true => Ok(Said {
                judgements,
                passes,
                attention,
            }),
            false => Err(failed("it does not say something of every image".into())),
        }
    }

    /// What a clock says.
    fn time(
        &self,
        made: &Orders<'_>,
        watch: &Watch<'_>,
    ) -> Result<BTreeMap<String, Option<f64>>, TrialError> {
        let clock: &dyn Clock = self
            .judge
            .and_then(Judge::clock)
            .ok_or(TrialError::NoClock)?;
        let images = clock.settings().batch;
        let orders = made.of(0..images as u64, watch)?;
        let chosen = self.source.chosen(images, &orders);
        let timing = clock.time(chosen, &mut |done, all| watch.flow("timed runs", done, all));
        let timing = timing.map_err(|source| match (watch.should_stop)() {
            true => TrialError::Stopped,
            false => TrialError::Clock { source },
        })?;
        let values = self.of_machine.iter();
        let values = values.map(|measure| (measure.name().to_owned(), measure.of_timing(&timing)));
        Ok(values.collect())
    }

    /// How much its pieces hold.
    pub(super) fn shape(&self) -> PieceShape {
        let samples = self.settings.samples.as_ref();
        PieceShape {
            order_width: self.measuring.width(),
            orders: self.made,
            sample_width: samples.map_or(0, |s| s.dimensions + s.classes),
            samples: samples.map_or(0, |samples| samples.count),
        }
    }

    /// What generated images are compared with, if the trial has some.
    pub(super) fn real(&self, watch: &Watch<'_>) -> Result<Option<RealImages>, TrialError> {
        if self.settings.samples.is_none() {
            return Ok(None);
        }
        let real = self
            .sampler()?
            .real(&mut |done, all| watch.flow("real images", done, all));
        real.map(Some)
            .map_err(|source| match (watch.should_stop)() {
                true => TrialError::Stopped,
                false => TrialError::Real { source },
            })
    }

    /// The result of a trial whose pieces are all there.
    pub(super) fn finish(
        &self,
        pieces: Pieces,
        real: Option<&RealImages>,
        program: &str,
    ) -> Result<TrialResult, TrialError> {
        let mut result = TrialResult {
            format: FORMAT,
            program: program.into(),
            key: self.settings.key().to_string(),
            settings: self.settings.clone(),
            orders: BTreeMap::new(),
            totals: BTreeMap::new(),
            steps: BTreeMap::new(),
            samples: BTreeMap::new(),
            machine: pieces.machine.unwrap_or_default(),
        };
        self.finish_orders(&pieces.orders, &mut result)?;
        if let (Some(samples), Some(real)) = (&self.settings.samples, real) {
            let (features, logits) = SamplePiece::join(&pieces.samples, samples)?;
            let set = SampleSet {
                features: features.view(),
                logits: logits.view(),
                settings: samples,
                real,
            };
            for measure in &self.of_samples {
                let failed = |source| TrialError::Measure {
                    measure: measure.name().into(),
                    source,
                };
                let value = measure.of_set(&set).map_err(failed)?;
                result.samples.insert(measure.name().into(), value);
            }
        }
        Ok(result)
    }

    /// Takes means and intervals of as many numbers as all orders have.
    pub(super) fn summarise_as_if_whole(&self) -> Result<(), TrialError> {
        let shape = (self.settings.orders as usize, self.measuring.width());
        let values =
            Array2::from_shape_fn(shape, |(row, column)| (row * 7919 % 997 + column) as f64);
        estimates(values.view()).map(drop)
    }

    fn finish_orders(
        &self,
        pieces: &[OrderPiece],
        result: &mut TrialResult,
    ) -> Result<(), TrialError> {
        if self.paired.is_empty() {
            return Ok(());
        }
        let mut values = OrderPiece::join(pieces);
        if self.made < self.settings.orders {
            values = values.repeat(self.settings.orders as usize);
        }
        let shape = (self.settings.orders as usize, self.measuring.width());
        let values =
            Array2::from_shape_vec(shape, values).map_err(|error| TrialError::Settings {
                reason: error.to_string(),
            })?;
        let estimates = estimates(values.view())?;
        // Of what a rule reveals, nothing is said by step.
        let steps = match self.source.is_rule() {
            true => 0,
            false => self.settings.steps,
        };
        // The columns are, for each row (steps, then the total), the measures.
        let column = |row: usize, measure: usize| row * self.paired.len() + measure;
        for (index, measure) in self.paired.iter().enumerate() {
            let name = || measure.name().to_owned();
            let total = column(steps, index);
            let orders = values.column(total).mapv(present).to_vec();
            result.orders.insert(name(), orders);
            result.totals.insert(name(), estimates[total]);
            if measure.is_of_steps() && !self.source.is_rule() {
                let steps = (0..steps).map(|step| estimates[column(step, index)]);
                result.steps.insert(name(), steps.collect());
            }
        }
        Ok(())
    }
}

/// The means of all columns, each over the orders that have a value.
fn estimates(values: ArrayView2<'_, f64>) -> Result<Vec<Estimate>, TrialError> {
    let params = BootstrapParams::default();
    let mut estimates: Vec<Estimate> = values
        .axis_iter(Axis(1))
        .map(|column| Estimate::of(column.iter().filter_map(|&value| present(value))))
        .collect();
    if values.nrows() < 2 {
        return Ok(estimates);
    }
    // Whether a measure has a value depends on the group sizes, so that nearly
    // all columns are full or empty. Full ones share their resamples.
    let is_full = |estimate: &Estimate| estimate.count == values.nrows() as u64;
    let full: Vec<usize> = (0..estimates.len())
        .filter(|&i| is_full(&estimates[i]))
        .collect();
    let mut set = |index: usize, interval: Option<crate::statistics::Interval>| {
        estimates[index].low = interval.map(|interval| interval.low);
        estimates[index].high = interval.map(|interval| interval.high);
    };
    let intervals = mean_intervals(values.select(Axis(1), &full).view(), &params)?;
    for (&index, interval) in full.iter().zip(intervals) {
        set(index, interval);
    }
    for index in 0..values.ncols() {
        let column = values.slice(s![.., index]);
        let some: Vec<f64> = column.iter().filter_map(|&value| present(value)).collect();
        if some.len() >= 2 && some.len() < values.nrows() {
            let column = ArrayView2::from_shape((some.len(), 1), &some);
            let column = column.map_err(|error| TrialError::Settings {
                reason: error.to_string(),
            })?;
            set(index, mean_intervals(column, &params)?.pop().flatten());
        }
    }
    Ok(estimates)
}

fn present(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}
