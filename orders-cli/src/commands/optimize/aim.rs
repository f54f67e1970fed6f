//! What `optimize order` makes little.

#[cfg(feature = "model")]
mod model;

use orders_analysis::information::{
    Covariance, Field, Information, InformationError, expected_passes,
};
use orders_analysis::optimize::{CostError, Goal};
use orders_core::{Grid, Order};
use rayon::prelude::*;

use crate::args::OptimizeOrderArgs;
use crate::failure::{Failure, Result};
use crate::settings;

/// Parameters of the manifest: the field, and the digest of its file if it is from one.
const FIELD: &str = "field";
const FIELD_DIGEST: &str = "field_sha256";
/// What is made little, unless it is the loss.
const GOAL: &str = "for";

/// What orders cost on a field or under a model.
pub(super) enum Aim {
    Field {
        field: Field,
        covariance: Covariance,
        goal: Goal,
    },
    #[cfg(feature = "model")]
    Model(Box<model::ModelAim>),
}

impl Aim {
    /// What flags ask for.
    pub(super) fn new(args: &OptimizeOrderArgs, notes: &mut Vec<String>) -> Result<Self> {
        #[cfg(feature = "model")]
        if args.of_model.is_asked() {
            let aim = model::ModelAim::new(&args.of_model, (args.goal, args.seed), notes)?;
            return Ok(Self::Model(Box::new(aim)));
        }
        let _ = notes;
        let field = args.field.as_deref().ok_or_else(|| {
            Failure::input(
                "--field is needed, which says what orders lose; with a model, --model or --checkpoint",
            )
        })?;
        let grid = settings::needed_grid(&args.grid)?;
        let (field, covariance) = settings::covariance(field, grid)?;
        Ok(Self::Field {
            field,
            covariance,
            goal: args.goal,
        })
    }

    /// The grid of the orders.
    pub(super) fn grid(&self, args: &OptimizeOrderArgs) -> Result<Grid> {
        match self {
            Self::Field { .. } => settings::needed_grid(&args.grid),
            #[cfg(feature = "model")]
            Self::Model(aim) => match settings::grid(&args.grid)? {
                Some(grid) if grid != aim.grid() => Err(Failure::input(format!(
                    "the grid of the flags is {grid}, but the model's is {}",
                    aim.grid()
                ))),
                _ => Ok(aim.grid()),
            },
        }
    }

    /// Whether exchanges of cells are known beforehand, and need not be tried.
    pub(super) fn is_loss_of_field(&self) -> bool {
        matches!(
            self,
            Self::Field {
                goal: Goal::Loss,
                ..
            }
        )
    }

    /// What is to be little.
    pub(super) fn goal(&self) -> Goal {
        match self {
            Self::Field { goal, .. } => *goal,
            #[cfg(feature = "model")]
            Self::Model(aim) => aim.goal(),
        }
    }

    /// What a cost is called in reports, and in words.
    pub(super) fn cost_names(&self) -> (&'static str, &'static str) {
        match self {
            _ if self.goal() == Goal::Passes => ("passes", "passes"),
            Self::Field { .. } => ("total_correlation_nats", "nats"),
            #[cfg(feature = "model")]
            Self::Model(_) => ("nats_per_cell", "nats a cell"),
        }
    }

    /// What manifests say of it, by name: a search that is gone on with has the same.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings: Vec<(&'static str, String)> = match self {
            Self::Field { field, .. } => {
                let digest = field.file().map(|file| file.digest().to_string());
                let digest = digest.map(|digest| (FIELD_DIGEST, digest));
                [(FIELD, field.to_string())]
                    .into_iter()
                    .chain(digest)
                    .collect()
            }
            #[cfg(feature = "model")]
            Self::Model(aim) => aim.settings(),
        };
        if self.goal() == Goal::Passes {
            settings.push((GOAL, "passes".to_owned()));
        }
        settings
    }

    /// All names that [`settings`](Self::settings) may have.
    pub(super) fn setting_names() -> Vec<&'static str> {
        #[cfg_attr(not(feature = "model"), expect(unused_mut, reason = "of models"))]
        let mut names = vec![FIELD, FIELD_DIGEST, GOAL];
        #[cfg(feature = "model")]
        names.extend(settings::AskedModel::ABOUT);
        names
    }

    /// What orders cost.
    pub(super) fn costs(&self, orders: &[Order]) -> Result<Vec<f64>, CostError> {
        match self {
            Self::Field {
                covariance, goal, ..
            } => {
                let cost = |order: &Order| -> Result<f64, InformationError> {
                    let mut information = Information::new(order.problem(), covariance)?;
                    let cells = order.cell_from_rank();
                    Ok(match goal {
                        Goal::Loss => information.measure(cells)?.total_correlation_nats,
                        Goal::Passes => expected_passes(&information.expected_refusals(cells)?),
                    })
                };
                let costs = orders.par_iter().map(cost);
                Ok(costs.collect::<Result<_, _>>()?)
            }
            #[cfg(feature = "model")]
            Self::Model(aim) => aim.costs(orders),
        }
    }

    /// The field that a greedy start is for; none of a model.
    pub(super) fn covariance(&self) -> Option<&Covariance> {
        match self {
            Self::Field { covariance, .. } => Some(covariance),
            #[cfg(feature = "model")]
            Self::Model(_) => None,
        }
    }

    /// What manifests note of a cost.
    pub(super) fn note(&self, cost: f64) -> String {
        match self {
            Self::Field {
                field,
                goal: Goal::Loss,
                ..
            } => format!("total correlation {cost:.6} nats on {field}"),
            Self::Field { field, .. } => format!("{cost:.6} passes of exact decoding on {field}"),
            #[cfg(feature = "model")]
            Self::Model(aim) => aim.note(cost),
        }
    }
}
