//! What measures of orders see, and the tools that find it.

use orders_core::{Cell, Problem};

use super::entry::{Input, MeasureEntry, MeasureKind};
use crate::experiment::error::TrialError;
use crate::experiment::judge::{Judgement, Nats};
use crate::geometry::{Geometry, GeometryParams, OrderGeometry};
use crate::information::{Covariance, Information, OrderInformation};

/// An order of a trial, and what was found out about it.
#[derive(Debug)]
pub struct Measured<'a> {
    problem: &'a Problem,
    index: u64,
    cells: &'a [Cell],
    geometry: Option<OrderGeometry>,
    information: Option<OrderInformation>,
    reverse_nats: Option<Vec<f64>>,
    refusals: Option<Vec<f64>>,
    judged: Option<(&'a Judgement, JudgedNats)>,
    passes: Option<usize>,
    attention_within_3: Option<f64>,
}

/// What was found out about an image.
#[derive(Clone, Copy, Default)]
pub(in crate::experiment) struct OfImage<'a> {
    /// What a model says of it.
    pub(in crate::experiment) judgement: Option<&'a Judgement>,
    /// Passes of the model; as many as steps where nothing is said.
    pub(in crate::experiment) passes: Option<usize>,
    /// The attention sum within 3 cells.
    pub(in crate::experiment) attention_within_3: Option<f64>,
}

/// Nats of the groups of an image, and of all of it.
#[derive(Debug)]
pub(super) struct JudgedNats {
    pub(super) steps: Vec<Nats>,
    pub(super) total: Nats,
}

impl Measured<'_> {
    /// What is ordered.
    pub fn problem(&self) -> &Problem {
        self.problem
    }

    /// The number of the order, from 0; under a model, of the image as well.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The cells, first generated first.
    pub fn cells(&self) -> &[Cell] {
        self.cells
    }

    /// The geometry of the order, for measures that take it ([`Input::Geometry`]).
    pub fn geometry(&self) -> Option<&OrderGeometry> {
        self.geometry.as_ref()
    }

    /// What the order loses on the trial's field, for measures that take it
    /// ([`Input::Field`]).
    pub fn information(&self) -> Option<&OrderInformation> {
        self.information.as_ref()
    }

    /// Reverse total correlation of each step on the trial's field, in nats, for
    /// measures that take it ([`Input::ReverseField`]).
    pub fn reverse_nats(&self) -> Option<&[f64]> {
        self.reverse_nats.as_deref()
    }

    /// Expected refusals of each step when the trial's field is decoded exactly, for
    /// measures that take it ([`Input::Refusals`]).
    pub fn refusals(&self) -> Option<&[f64]> {
        self.refusals.as_deref()
    }

    /// What the trial's model says of the image, for measures that take it
    /// ([`Input::Model`], [`Input::Background`]).
    pub fn judgement(&self) -> Option<&Judgement> {
        self.judged.as_ref().map(|(judgement, _)| *judgement)
    }

    /// Passes of the trial's model for the image, for measures that take it
    /// ([`Input::Passes`]).
    pub fn passes(&self) -> Option<usize> {
        self.passes
    }

    /// The weight that the trial's model gives, in the mean over the image's queries, heads
    /// and layers, to cells at most 3 away, for measures that take it ([`Input::Attention`]).
    pub fn attention_within_3(&self) -> Option<f64> {
        self.attention_within_3
    }

    pub(super) fn nats(&self) -> Option<&JudgedNats> {
        self.judged.as_ref().map(|(_, nats)| nats)
    }
}

/// Measures the orders of a problem. Tables and buffers are made once.
#[derive(Clone)]
pub(in crate::experiment) struct Measurer {
    problem: Problem,
    measures: Vec<MeasureEntry>,
    geometry: Option<Geometry>,
    information: Option<Information>,
    /// Whether the field is asked forwards, backwards, and about refusals.
    asked: [bool; 3],
}

impl Measurer {
    /// For measures of orders; others are left out.
    pub(in crate::experiment) fn new(
        problem: &Problem,
        measures: &[MeasureEntry],
        covariance: Option<&Covariance>,
    ) -> Result<Self, TrialError> {
        let needs = |input| {
            let kind = MeasureKind::Orders(Some(input));
            measures.iter().any(|measure| measure.kind() == kind)
        };
        let asked = [Input::Field, Input::ReverseField, Input::Refusals].map(needs);
        let covariance = covariance.filter(|_| asked.contains(&true));
        let params = GeometryParams::for_grid(problem.grid());
        Ok(Self {
            geometry: match needs(Input::Geometry) {
                true => Some(Geometry::new(problem, params)?),
                false => None,
            },
            information: match covariance {
                Some(covariance) => Some(Information::new(problem, covariance)?),
                None => None,
            },
            asked,
            problem: problem.clone(),
            measures: measures.to_vec(),
        })
    }

    /// Numbers that each order has: the measures of each step, then of the order.
    pub(in crate::experiment) fn width(&self) -> usize {
        (self.problem.group_sizes().steps() + 1) * self.measures.len()
    }

    /// Appends the values of all measures for each step and then for the order of an
    /// index, of whose image a model may have said something. NaN where there is none.
    pub(in crate::experiment) fn measure(
        &mut self,
        (index, cells): (u64, &[Cell]),
        image: OfImage<'_>,
        out: &mut Vec<f64>,
    ) -> Result<(), TrialError> {
        let [forward, reverse, refusals] = self.asked;
        let mut information = self.information.as_mut();
        let measured = Measured {
            index,
            cells,
            geometry: match &mut self.geometry {
                Some(geometry) => Some(geometry.measure(cells)?),
                None => None,
            },
            information: match &mut information {
                Some(information) if forward => Some(information.measure(cells)?),
                _ => None,
            },
            reverse_nats: match &mut information {
                Some(information) if reverse => {
                    Some(information.reverse_total_correlations_nats(cells)?)
                }
                _ => None,
            },
            refusals: match &mut information {
                Some(information) if refusals => Some(information.expected_refusals(cells)?),
                _ => None,
            },
            judged: match image.judgement {
                Some(judgement) => {
                    let nats = nats_of(judgement, &self.problem, index, cells)?;
                    Some((judgement, nats))
                }
                None => None,
            },
            passes: Some(image.passes.unwrap_or(self.problem.group_sizes().steps())),
            attention_within_3: image.attention_within_3,
            problem: &self.problem,
        };
        for step in 0..self.problem.group_sizes().steps() {
            let of_step = |m: &MeasureEntry| m.of_step(&measured, step).unwrap_or(f64::NAN);
            out.extend(self.measures.iter().map(of_step));
        }
        let of_order = |m: &MeasureEntry| m.of_order(&measured).unwrap_or(f64::NAN);
        out.extend(self.measures.iter().map(of_order));
        Ok(())
    }
}

/// The sums of what a model says of an image.
fn nats_of(
    judgement: &Judgement,
    problem: &Problem,
    image: u64,
    cells: &[Cell],
) -> Result<JudgedNats, TrialError> {
    let failed = |reason: String| TrialError::Judge {
        image,
        source: reason.into(),
    };
    let Judgement {
        nats,
        is_foreground,
        ..
    } = judgement;
    let expected = problem.grid().cells();
    let is_whole = |length: usize| length == expected;
    if !is_whole(nats.len()) || !is_foreground.as_ref().is_none_or(|f| is_whole(f.len())) {
        return Err(failed("it does not say something of every cell".into()));
    }
    // A NaN would be taken for a value that there is none of.
    if let Some(cell) = nats.iter().position(|nats| !nats.is_finite()) {
        return Err(failed(format!(
            "its likelihood of cell {cell} is no number"
        )));
    }
    let mut judged = JudgedNats {
        steps: Vec::with_capacity(problem.group_sizes().steps()),
        total: Nats::default(),
    };
    for group in problem.group_sizes().groups(cells) {
        let mut step = Nats::default();
        for &cell in group {
            let cell = cell as usize;
            let is_foreground = is_foreground.as_ref().is_some_and(|f| f[cell]);
            step.add(nats[cell], is_foreground);
            judged.total.add(nats[cell], is_foreground);
        }
        judged.steps.push(step);
    }
    Ok(judged)
}
