//! What a trial measures.

use orders_core::{Cell, Problem};

use super::error::TrialError;
use super::judge::{Judge, Judged};
use crate::geometry::{Geometry, GeometryParams, Measure, OrderGeometry};
use crate::information::{Covariance, Information, OrderInformation};

/// A measure of the orders of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SweepMeasure {
    /// Parallel negative log-likelihood of a held-out image under the trial's model, in
    /// nats per cell: the mean over the cells of a group, and over all cells.
    Nats,
    /// The same over the cells that are not background. It has no value where all
    /// are.
    ForegroundNats,
    /// A measure of geometry: of a group, and of the whole order.
    Geometry(Measure),
    /// The mean of a measure of geometry over the steps of an order, each step
    /// weighing the same ([`OrderGeometry::mean_over_steps`](crate::geometry::OrderGeometry::mean_over_steps)). It has no value
    /// for a single step.
    OverSteps(Measure),
    /// Total correlation of a group given what came before, on the trial's
    /// field, and the sum over the groups of an order; in nats.
    TotalCorrelation,
    /// Entropy at reveal, summed over the cells of a group or of an order; in
    /// nats.
    Entropy,
}

/// What a measure is taken from beside orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureInput {
    /// A Gaussian field.
    Field,
    /// A model with held-out images.
    Model,
    /// A model, and word of which token is background.
    Background,
}

/// Measures of context, whose mean over the steps tells orders apart where the
/// total can't.
const OVER_STEPS: [(Measure, &str); 5] = [
    (Measure::Proximity, "proximity_over_steps"),
    (Measure::NearestContext, "nearest_context_over_steps"),
    (Measure::Support, "support_over_steps"),
    (Measure::EdgeCoverage, "edge_coverage_over_steps"),
    (Measure::NeighbourCoverage, "neighbour_coverage_over_steps"),
];

impl SweepMeasure {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let likelihood = [Self::Nats, Self::ForegroundNats];
        let information = [Self::TotalCorrelation, Self::Entropy];
        let geometry = Measure::ALL.into_iter().map(Self::Geometry);
        let over_steps = OVER_STEPS
            .iter()
            .map(|&(measure, _)| Self::OverSteps(measure));
        let first = likelihood.into_iter().chain(information);
        first.chain(geometry).chain(over_steps).collect()
    }

    /// The name in files and flags.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nats => "nats_per_cell",
            Self::ForegroundNats => "nats_per_foreground_cell",
            Self::Geometry(measure) => measure.name(),
            Self::OverSteps(measure) => {
                let mut known = OVER_STEPS.iter();
                known
                    .find(|(m, _)| *m == measure)
                    .map_or("", |(_, name)| name)
            }
            Self::TotalCorrelation => "total_correlation_nats",
            Self::Entropy => "entropy_nats",
        }
    }

    /// The unit; `None` for shares and the discrepancy, which have none.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Self::Geometry(measure) | Self::OverSteps(measure) => measure.unit(),
            Self::TotalCorrelation | Self::Entropy => Some("nats"),
            Self::Nats | Self::ForegroundNats => Some("nats per cell"),
        }
    }

    /// What it is called on axes and in headers: words and the unit.
    pub fn label(self) -> String {
        let words = match self {
            Self::Nats => "negative log-likelihood".to_owned(),
            Self::ForegroundNats => "negative log-likelihood of foreground".to_owned(),
            measure => measure.name().trim_end_matches("_nats").replace('_', " "),
        };
        match self.unit() {
            Some(unit) => format!("{words} ({unit})"),
            None => words,
        }
    }

    /// Whether small values are the better ones, where one way is better for
    /// generation.
    pub fn is_better_low(self) -> bool {
        match self {
            Self::Geometry(measure) | Self::OverSteps(measure) => matches!(
                measure,
                Measure::NearestContext
                    | Measure::Violations
                    | Measure::ViolatingShare
                    | Measure::Discrepancy
            ),
            Self::Nats | Self::ForegroundNats | Self::TotalCorrelation | Self::Entropy => true,
        }
    }

    /// The measure of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all()
            .into_iter()
            .find(|measure| measure.name() == name)
    }

    /// Words for a name that none has.
    pub fn unknown(name: &str) -> String {
        let known: Vec<&str> = Self::all().into_iter().map(Self::name).collect();
        format!(
            "there is no measure '{name}'; there are {}",
            known.join(", ")
        )
    }

    /// What it is taken from beside orders, if anything.
    pub fn input(self) -> Option<MeasureInput> {
        match self {
            Self::Nats => Some(MeasureInput::Model),
            Self::ForegroundNats => Some(MeasureInput::Background),
            Self::TotalCorrelation | Self::Entropy => Some(MeasureInput::Field),
            Self::Geometry(_) | Self::OverSteps(_) => None,
        }
    }

    /// Whether steps have it too, and not whole orders alone.
    pub fn is_of_steps(self) -> bool {
        !matches!(self, Self::OverSteps(_))
    }

    /// Its value for an order, if it has one.
    fn of_order(self, measured: &Measured) -> Option<f64> {
        let geometry = measured.geometry.as_ref();
        let information = measured.information.as_ref();
        let judged = || Some(measured.judged.as_ref()?.total);
        match self {
            Self::Nats => judged()?.all.value(),
            Self::ForegroundNats => judged()?.foreground.value(),
            Self::Geometry(measure) => geometry?.total.value(measure),
            Self::OverSteps(measure) => geometry?.mean_over_steps(measure),
            Self::TotalCorrelation => Some(information?.total_correlation_nats),
            Self::Entropy => Some(information?.entropy_nats),
        }
    }

    /// Its value for a step, counted from 0, if it has one.
    fn of_step(self, measured: &Measured, step: usize) -> Option<f64> {
        let geometry = || measured.geometry.as_ref()?.steps.get(step);
        let information = || measured.information.as_ref()?.steps.get(step);
        let judged = || measured.judged.as_ref()?.steps.get(step).copied();
        match self {
            Self::Nats => judged()?.all.value(),
            Self::ForegroundNats => judged()?.foreground.value(),
            Self::Geometry(measure) => geometry()?.value(measure),
            Self::OverSteps(_) => None,
            Self::TotalCorrelation => Some(information()?.total_correlation_nats),
            Self::Entropy => Some(information()?.entropy_nats),
        }
    }
}

/// Measures the orders of a problem. Tables and buffers are made once.
#[derive(Clone)]
pub(super) struct Measurer<'a> {
    problem: Problem,
    measures: Vec<SweepMeasure>,
    geometry: Option<Geometry>,
    information: Option<Information>,
    judge: Option<&'a dyn Judge>,
}

/// What was measured of an order: what its measures are taken from.
struct Measured {
    geometry: Option<OrderGeometry>,
    information: Option<OrderInformation>,
    judged: Option<Judged>,
}

impl<'a> Measurer<'a> {
    pub(super) fn new(
        problem: &Problem,
        measures: &[SweepMeasure],
        covariance: Option<&Covariance>,
        judge: Option<&'a dyn Judge>,
    ) -> Result<Self, TrialError> {
        let params = GeometryParams::for_grid(problem.grid());
        let needs = |input: Option<MeasureInput>| measures.iter().any(|m| m.input() == input);
        let covariance = covariance.filter(|_| needs(Some(MeasureInput::Field)));
        let needs_judge = needs(Some(MeasureInput::Model)) || needs(Some(MeasureInput::Background));
        Ok(Self {
            problem: problem.clone(),
            measures: measures.to_vec(),
            geometry: match needs(None) {
                true => Some(Geometry::new(problem, params)?),
                false => None,
            },
            information: match covariance {
                Some(covariance) => Some(Information::new(problem, covariance)?),
                None => None,
            },
            judge: judge.filter(|_| needs_judge),
        })
    }

    /// Whether orders that are the same have values that differ.
    pub(super) fn tells_same_orders_apart(&self) -> bool {
        self.judge.is_some()
    }

    /// Appends the values of all measures for each step and then for the order of an
    /// index. NaN where there is none.
    pub(super) fn measure(
        &mut self,
        index: u64,
        cells: &[Cell],
        out: &mut Vec<f64>,
    ) -> Result<(), TrialError> {
        let judged = |judge| Judged::new(judge, &self.problem, index, cells);
        let geometry = self.geometry.as_mut();
        let information = self.information.as_mut();
        let measured = Measured {
            geometry: geometry.map(|g| g.measure(cells)).transpose()?,
            information: information.map(|i| i.measure(cells)).transpose()?,
            judged: self.judge.map(judged).transpose()?,
        };
        for step in 0..self.problem.group_sizes().steps() {
            let of_step = |m: &SweepMeasure| m.of_step(&measured, step).unwrap_or(f64::NAN);
            out.extend(self.measures.iter().map(of_step));
        }
        let of_order = |m: &SweepMeasure| m.of_order(&measured).unwrap_or(f64::NAN);
        out.extend(self.measures.iter().map(of_order));
        Ok(())
    }
}
