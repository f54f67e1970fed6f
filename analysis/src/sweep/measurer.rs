//! Measuring one order after the other.

use orders_core::{Cell, Problem};

use super::error::TrialError;
use super::measure::SweepMeasure;
use crate::geometry::{Geometry, GeometryParams, OrderGeometry};
use crate::information::{Covariance, Information, OrderInformation};

/// Measures the orders of a problem. Tables and buffers are made once.
#[derive(Clone)]
pub(super) struct Measurer {
    measures: Vec<SweepMeasure>,
    geometry: Option<Geometry>,
    information: Option<Information>,
}

/// What was measured of an order: what its measures are taken from.
pub(super) struct Measured {
    pub(super) geometry: Option<OrderGeometry>,
    pub(super) information: Option<OrderInformation>,
}

impl Measurer {
    pub(super) fn new(
        problem: &Problem,
        measures: &[SweepMeasure],
        covariance: Option<&Covariance>,
    ) -> Result<Self, TrialError> {
        let params = GeometryParams::for_grid(problem.grid());
        let is_geometry = measures.iter().any(|measure| !measure.needs_field());
        let is_information = measures.iter().any(|measure| measure.needs_field());
        let covariance = covariance.filter(|_| is_information);
        Ok(Self {
            measures: measures.to_vec(),
            geometry: match is_geometry {
                true => Some(Geometry::new(problem, params)?),
                false => None,
            },
            information: match covariance {
                Some(covariance) => Some(Information::new(problem, covariance)?),
                None => None,
            },
        })
    }

    /// Appends the values of all measures for each step and then for the order.
    /// NaN where there is none.
    pub(super) fn measure(&mut self, cells: &[Cell], out: &mut Vec<f64>) -> Result<(), TrialError> {
        let geometry = self.geometry.as_mut();
        let information = self.information.as_mut();
        let measured = Measured {
            geometry: geometry.map(|g| g.measure(cells)).transpose()?,
            information: information.map(|i| i.measure(cells)).transpose()?,
        };
        for step in 0..measured.steps() {
            let of_step = |m: &SweepMeasure| m.of_step(&measured, step).unwrap_or(f64::NAN);
            out.extend(self.measures.iter().map(of_step));
        }
        let of_order = |m: &SweepMeasure| m.of_order(&measured).unwrap_or(f64::NAN);
        out.extend(self.measures.iter().map(of_order));
        Ok(())
    }
}

impl Measured {
    fn steps(&self) -> usize {
        let geometry = self.geometry.as_ref().map(|geometry| geometry.steps.len());
        let information = self.information.as_ref().map(|order| order.steps.len());
        geometry.or(information).unwrap_or_default()
    }
}
