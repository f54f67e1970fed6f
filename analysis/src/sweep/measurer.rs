//! Measuring one order after the other.

use orders_core::{Cell, Problem};

use super::error::TrialError;
use super::judge::{Judge, Judged};
use super::measure::{Need, SweepMeasure};
use crate::geometry::{Geometry, GeometryParams, OrderGeometry};
use crate::information::{Covariance, Information, OrderInformation};

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
pub(super) struct Measured {
    pub(super) geometry: Option<OrderGeometry>,
    pub(super) information: Option<OrderInformation>,
    pub(super) judged: Option<Judged>,
}

impl<'a> Measurer<'a> {
    pub(super) fn new(
        problem: &Problem,
        measures: &[SweepMeasure],
        covariance: Option<&Covariance>,
        judge: Option<&'a dyn Judge>,
    ) -> Result<Self, TrialError> {
        let params = GeometryParams::for_grid(problem.grid());
        let needed = |needs: &[Option<Need>]| {
            let mut measures = measures.iter();
            measures.any(|measure| needs.contains(&measure.need()))
        };
        let covariance = covariance.filter(|_| needed(&[Some(Need::Field)]));
        Ok(Self {
            problem: problem.clone(),
            measures: measures.to_vec(),
            geometry: match needed(&[None]) {
                true => Some(Geometry::new(problem, params)?),
                false => None,
            },
            information: match covariance {
                Some(covariance) => Some(Information::new(problem, covariance)?),
                None => None,
            },
            judge: judge.filter(|_| needed(&[Some(Need::Model), Some(Need::Background)])),
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
