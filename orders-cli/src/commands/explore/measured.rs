//! What the explorer's page shows of every order.

use indicatif::ProgressBar;
use orders_analysis::geometry::{Geometry, GeometryParams, Measure};
use orders_analysis::information::{Covariance, Information};
use orders_core::Problem;
use orders_pages::{PageMeasure, Scope};
use rayon::prelude::*;

use super::Values;
use crate::failure::{Failure, Result};
use crate::settings::ShownOrder;

/// The measures of geometry that the page can take again by itself.
const GEOMETRY: [(Measure, &str, &str); 4] = [
    (
        Measure::NearestContext,
        "nearest context",
        "Distance from a cell to the nearest cell that is known or generated in an earlier step, mean over the cells of the step.",
    ),
    (
        Measure::Proximity,
        "proximity",
        "LPD's score: the sum of 1 / distance over the neighbours of a cell that are generated already, mean over the cells of the step.",
    ),
    (
        Measure::MeanPair,
        "group spread",
        "Distance between two cells of the step, mean over its pairs.",
    ),
    (
        Measure::SmallestPair,
        "closest pair",
        "Smallest distance between two cells of the step.",
    ),
];

/// The measures, and of each order its values of them.
pub(super) fn measure(
    orders: &[ShownOrder],
    covariance: &Covariance,
    progress: &ProgressBar,
) -> Result<(Vec<PageMeasure>, Vec<Vec<Values>>)> {
    // Of one problem, tables are made once.
    let mut problems: Vec<&Problem> = Vec::new();
    for shown in orders {
        if !problems.contains(&shown.order.problem()) {
            problems.push(shown.order.problem());
        }
    }
    let tables: Vec<(Geometry, Information)> = problems
        .par_iter()
        .map(|problem| {
            let params = GeometryParams::for_grid(problem.grid());
            let geometry = Geometry::new(problem, params).map_err(Failure::bad_input)?;
            let information = Information::new(problem, covariance).map_err(Failure::bad_input)?;
            Ok((geometry, information))
        })
        .collect::<Result<_>>()?;
    let values = orders.par_iter().map(|shown| {
        let own = problems.iter().position(|&p| p == shown.order.problem());
        let (mut geometry, mut information) = tables[own.unwrap_or_default()].clone();
        let values = values(shown, &mut geometry, &mut information);
        progress.inc(1);
        values
    });
    Ok((measures(), values.collect::<Result<_>>()?))
}

fn measures() -> Vec<PageMeasure> {
    let information = [
        (
            "total_correlation_nats",
            "total correlation",
            "What is lost on the field by generating the cells of a step independently: the divergence of what is generated from the field.",
        ),
        (
            "reverse_total_correlation_nats",
            "reverse total correlation",
            "The divergence the other way round, of the field from what is generated: it punishes what is generated and hardly ever seen.",
        ),
    ];
    let measure = |name: &str, title: &str, unit: Option<&str>, about: &str| PageMeasure {
        name: name.to_owned(),
        title: title.to_owned(),
        unit: unit.unwrap_or_default().to_owned(),
        about: about.to_owned(),
        scope: Scope::Steps,
    };
    let information =
        information.map(|(name, title, about)| measure(name, title, Some("nats"), about));
    let geometry =
        GEOMETRY.map(|(own, title, about)| measure(own.name(), title, own.unit(), about));
    information.into_iter().chain(geometry).collect()
}

fn values(
    shown: &ShownOrder,
    geometry: &mut Geometry,
    information: &mut Information,
) -> Result<Vec<Values>> {
    let cells = shown.order.cell_from_rank();
    let forward = information.measure(cells).map_err(Failure::bad_input)?;
    let reverse = information
        .reverse_total_correlations_nats(cells)
        .map_err(Failure::bad_input)?;
    let lies = geometry.measure(cells).map_err(Failure::bad_input)?;
    let steps = forward.steps.iter();
    let mut values = vec![
        (
            steps
                .map(|step| Some(step.total_correlation_nats))
                .collect(),
            Some(forward.total_correlation_nats),
        ),
        (
            reverse.iter().copied().map(Some).collect(),
            Some(reverse.iter().sum()),
        ),
    ];
    values.extend(GEOMETRY.map(|(measure, ..)| {
        let steps = lies.steps.iter().map(|step| step.value(measure));
        (steps.collect(), lies.total.value(measure))
    }));
    Ok(values)
}
