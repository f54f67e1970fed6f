//! The trials of a space.

use std::collections::{HashMap, HashSet};

use orders_core::Catalogue;
use orders_core::decoding::Drafts;
use orders_core::files::Digest;
use serde::{Deserialize, Serialize};

use super::difference::{EXACT, NATS, ONE_BY_ONE, RANDOM, one_by_one_key, random_parameters};
use super::error::{PlanError, PointError};
use super::measure::{Difference, MeasureEntry, MeasureKind, Measures};
use super::planner::Planner;
use super::space::points;
use super::spec::{Design, MOST_TRIALS, Spec};
use super::trial::{Tools, Trial, TrialSettings, digest};

/// The most cells whose orders are measured in a trial, times their number:
/// what a trial holds in memory grows with it.
const MOST_VALUES: u64 = 1 << 23;

/// All trials of a space, in their order. Each of them can be run: the method
/// takes the grid, and the group sizes exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    title: String,
    trials: Vec<Trial>,
    #[serde(skip)]
    notes: Vec<String>,
}

impl Plan {
    /// The trials of a space. The same space gives the same trials in the same order. `on_point` is told how many points are done, and of how many.
    ///
    /// A random or Sobol design may draw a point more than once; it is tried
    /// once then, so there can be fewer trials than points.
    ///
    /// Optimal group sizes are found here, before any trial, with work spread over
    /// the current rayon pool: for N cells, O(N^3) time for each order that they
    /// are found from ([`OPTIMAL_ORDERS`](super::OPTIMAL_ORDERS) of a random
    /// method), once for the orders of a method that all its steps share. All
    /// else takes no time to speak of.
    ///
    /// # Errors
    ///
    /// [`PlanError::Judges`] unless there is a judge for each model of the file,
    /// [`PlanError::Images`] if one has too few images, [`PlanError::Point`] at the
    /// first point that is none, [`PlanError::Same`] if a grid design has a point
    /// twice, [`PlanError::TooMany`] beyond [`MOST_TRIALS`].
    pub fn new(
        spec: &Spec,
        tools: &Tools<'_>,
        on_point: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, PlanError> {
        let judges = tools.judges;
        if judges.len() != spec.models.len() {
            return Err(PlanError::Judges {
                models: spec.models.len(),
                judges: judges.len(),
            });
        }
        if let Some(judge) = judges.iter().find(|judge| judge.images() < spec.orders) {
            return Err(PlanError::Images {
                model: judge.model().name.clone(),
                images: judge.images(),
                orders: spec.orders,
            });
        }
        let mut trials = Vec::new();
        let mut planner = Planner::new(spec, tools);
        let mut first_of: HashMap<Digest, usize> = HashMap::new();
        let points = points(spec)?;
        for (index, point) in points.iter().enumerate() {
            on_point(index, points.len());
            let trial = planner.trial(point).map_err(|reason| PlanError::Point {
                number: index + 1,
                point: planner.words(point),
                reason: reason.into(),
            })?;
            let is_grid = spec.design == Design::Grid;
            if let Some(&first) = first_of.get(&trial.settings.key())
                && is_grid
            {
                return Err(PlanError::Same {
                    first: first + 1,
                    second: index + 1,
                    point: trial.to_string(),
                });
            }
            if first_of.insert(trial.settings.key(), index).is_none() {
                trials.extend(parts(trial, tools.measures));
            }
        }
        let notes = planner.into_notes();
        add_partners(spec, tools.catalogue, &mut trials)?;
        Ok(Self {
            title: spec.title.clone(),
            trials,
            notes,
        })
    }

    /// What it is about; may be empty.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The trials.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// What a user should know of group sizes: sentences without their full stops. A plan
    /// that was read has none.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The digest of all trials, by which folders of one space are known.
    pub fn key(&self) -> Digest {
        let keys: Vec<_> = self
            .trials
            .iter()
            .map(|trial| (&trial.label, trial.settings.key()))
            .collect();
        digest(&(&self.title, keys))
    }

    /// Whether it could have been made by [`new`](Self::new), for one that was
    /// read.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.trials.len() > MOST_TRIALS {
            return Err(format!("it has more than {MOST_TRIALS} trials"));
        }
        for (index, trial) in self.trials.iter().enumerate() {
            let at = |reason| format!("trial {}: {reason}", index + 1);
            check_trial(&trial.settings).map_err(at)?;
        }
        Ok(())
    }
}

/// Whether a trial can be one.
fn check_trial(settings: &TrialSettings) -> Result<(), String> {
    let grid = settings.parsed_grid()?;
    check_size(settings).map_err(|error| error.to_string())?;
    if settings.steps == 0 && settings.group_sizes.is_empty() {
        // A rule finds them out.
        return Ok(());
    }
    let cells = settings.group_sizes.iter().try_fold(0_usize, |sum, &size| {
        sum.checked_add(size as usize).filter(|_| size > 0)
    });
    if settings.group_sizes.len() != settings.steps || cells != Some(grid.cells()) {
        return Err("its group sizes are not those of its steps and its grid".into());
    }
    Ok(())
}

/// A trial for each thing that is measured: orders, generated images, a machine.
fn parts(trial: Trial, measures: &Measures) -> Vec<Trial> {
    let Trial { label, settings } = trial;
    let kind_of = |name: &String| measures.entry(name).ok().map(MeasureEntry::kind);
    let of = |is_taken: fn(Option<MeasureKind>) -> bool| {
        let names = settings.measures.iter();
        names
            .filter(|name| is_taken(kind_of(name)))
            .cloned()
            .collect::<Vec<_>>()
    };
    let of_samples = of(|kind| kind == Some(MeasureKind::Samples));
    let of_machine = of(|kind| kind == Some(MeasureKind::Machine));
    let of_orders = of(|kind| !matches!(kind, Some(MeasureKind::Samples | MeasureKind::Machine)));
    let part =
        |orders, samples: Option<_>, machine: Option<_>, measures: Vec<String>| TrialSettings {
            orders,
            samples,
            machine,
            measures,
            ..settings.clone()
        };
    let (samples, machine) = (settings.samples.clone(), settings.machine.clone());
    let all = [
        part(settings.orders, None, None, of_orders),
        part(0, samples, None, of_samples),
        part(0, None, machine, of_machine),
    ];
    let some = all.into_iter().filter(|part| !part.measures.is_empty());
    some.map(|settings| Trial {
        label: label.clone(),
        settings,
    })
    .collect()
}

/// The likelihood of the same orders one cell at a time, if a trial is of orders that are
/// generated in parallel.
fn exact_partner(trial: &Trial, catalogue: &Catalogue) -> Option<Trial> {
    let settings = &trial.settings;
    let is_parallel = settings.group_sizes.iter().any(|&size| size > 1);
    let has_orders = settings.orders_sha256.is_some() || catalogue.entry(&settings.method).is_ok();
    if settings.orders == 0 || settings.decoding.is_some() || !is_parallel || !has_orders {
        return None;
    }
    let grid = settings.grid.parse().ok()?;
    let drafts = Drafts::of_text(EXACT, grid).ok()??;
    let mut partner = trial.clone();
    partner.settings = TrialSettings {
        decoding: Some(drafts.to_string()),
        samples: None,
        machine: None,
        measures: vec![NATS.to_owned()],
        ..partner.settings
    };
    Some(partner)
}

/// Adds the likelihoods of the same orders one cell at a time, where what is lost above
/// them is asked for.
fn add_exact_partners(trials: &mut Vec<Trial>, catalogue: &Catalogue) {
    let key = |settings: &TrialSettings| {
        digest(&TrialSettings {
            decoding: settings.decoding.as_ref().map(|_| EXACT.to_owned()),
            measures: Vec::new(),
            ..settings.clone()
        })
    };
    let mut held: HashSet<Digest> = trials.iter().map(|trial| key(&trial.settings)).collect();
    let partners: Vec<Trial> = trials
        .iter()
        .filter_map(|trial| exact_partner(trial, catalogue))
        .collect();
    for partner in partners {
        if held.insert(key(&partner.settings)) {
            trials.push(partner);
        }
    }
}

/// Adds the trials that others are compared with where their difference is asked for:
/// the same orders one cell at a time, each method one cell at a time, and random orders.
fn add_partners(
    spec: &Spec,
    catalogue: &Catalogue,
    trials: &mut Vec<Trial>,
) -> Result<(), PlanError> {
    let asks = |difference| {
        let kind = MeasureKind::Difference(difference);
        spec.measures.iter().any(|measure| measure.kind() == kind)
    };
    if asks(Difference::FactorisationLoss) {
        add_exact_partners(trials, catalogue);
    }
    let learning = asks(Difference::LearningError);
    if !learning && !asks(Difference::ParallelLoss) {
        return Ok(());
    }
    let random = match learning {
        true => Some(random_parameters(catalogue)?),
        false => None,
    };
    let mut held: HashSet<Digest> = trials
        .iter()
        .map(|t| one_by_one_key(&t.settings, true))
        .collect();
    for index in 0..trials.len() {
        let trial = &trials[index];
        let cells = trial.settings.group_sizes.iter().sum::<u32>() as usize;
        if trial.settings.orders == 0 || cells == 0 {
            continue;
        }
        let mut one_by_one = trial.clone();
        one_by_one.settings = TrialSettings {
            sizes: ONE_BY_ONE.into(),
            steps: cells,
            group_sizes: vec![1; cells],
            decoding: None,
            samples: None,
            machine: None,
            ..one_by_one.settings
        };
        let mut partners = vec![one_by_one.clone()];
        partners.extend(random.clone().map(|parameters| {
            let settings = TrialSettings {
                method: RANDOM.into(),
                orders_sha256: None,
                parameters,
                ..one_by_one.settings
            };
            Trial {
                label: RANDOM.into(),
                settings,
            }
        }));
        for partner in partners {
            if held.insert(one_by_one_key(&partner.settings, true)) {
                check_size(&partner.settings).map_err(|reason| PlanError::Point {
                    number: index + 1,
                    point: partner.to_string(),
                    reason: reason.into(),
                })?;
                trials.push(partner);
            }
        }
    }
    match trials.len() > MOST_TRIALS {
        true => Err(PlanError::TooMany { most: MOST_TRIALS }),
        false => Ok(()),
    }
}

/// Whether a trial fits into memory.
pub(super) fn check_size(settings: &TrialSettings) -> Result<(), PointError> {
    let rows = (settings.steps as u64).saturating_add(1);
    match rows.checked_mul(settings.orders) {
        Some(values) if values <= MOST_VALUES => Ok(()),
        _ => Err(PointError::TooLarge {
            orders: settings.orders,
            steps: settings.steps,
            most: MOST_VALUES,
        }),
    }
}
