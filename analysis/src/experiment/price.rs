//! What running a plan takes, from a few probes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use orders_core::Catalogue;
use orders_core::catalogue::Entry;

use super::error::{ExperimentError, trial_failed};
use super::fields::TrialFields;
use super::pieces::Pieces;
use super::plan::Plan;
use super::run_trial::{TrialRun, Watch};
use super::shard::Shard;
use super::trial::{Tools, Trial, TrialSettings};
use super::trial_part::TrialPart;

/// Orders or images of a probe.
const PROBED: u64 = 8;

/// What running the trials of a plan takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Time on the threads there are, without what a clock times.
    pub time: Duration,
    /// Trials that were probed, a few orders or images each.
    pub probes: usize,
}

/// Finds out what a shard of a plan takes on `threads` threads: one trial of each kind
/// (grid, steps, field, model, what is measured) makes and measures 8 orders or images, on
/// one thread without a model, and on all with one.
///
/// # Errors
///
/// As [`run`](super::run); [`ExperimentError::Trial`] with
/// [`TrialError::Stopped`](super::TrialError::Stopped) if `should_stop` said so.
pub fn price(
    plan: &Plan,
    tools: &Tools<'_>,
    shard: Shard,
    threads: usize,
    should_stop: &(dyn Fn() -> bool + Sync),
) -> Result<Price, ExperimentError> {
    let mut kinds: BTreeMap<String, (usize, &Trial, f64)> = BTreeMap::new();
    for (index, trial) in plan.trials().iter().enumerate() {
        let share = match trial.settings.model {
            Some(_) => 1.0 / shard.count() as f64,
            None if shard.has(index) => 1.0,
            None => 0.0,
        };
        let kind = kinds.entry(kind_of(&trial.settings, tools.catalogue));
        kind.or_insert((index, trial, 0.0)).2 += share;
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| ExperimentError::Threads {
        reason: error.to_string(),
    })?;
    let (mut seconds, mut probes) = (0.0, 0);
    for (index, trial, trials) in kinds.into_values().filter(|(.., trials)| *trials > 0.0) {
        let failed = |source| trial_failed(index, trial, source);
        let settings = &trial.settings;
        let mut fields = TrialFields::default();
        fields.read_of(settings).map_err(failed)?;
        let run = TrialRun::new(settings, tools, &fields).map_err(failed)?;
        let part = TrialPart::first(settings, run.made, PROBED);
        let (probed, whole) = (
            part.count(),
            TrialPart::of(settings, run.made, Shard::WHOLE, 0).count(),
        );
        if probed == 0 {
            continue;
        }
        let watch = Watch {
            should_stop,
            on_part: &|_, _, _| {},
        };
        let mut pieces = Pieces::default();
        let start = Instant::now();
        let mut work = || {
            run.run(&part, &watch, &mut |piece| {
                pieces.add(piece);
                Ok(())
            })
        };
        let workers = match settings.model {
            Some(_) => {
                pool.install(work).map_err(failed)?;
                1
            }
            None => {
                work().map_err(failed)?;
                threads
            }
        };
        let of_orders = start.elapsed().as_secs_f64() * whole as f64 / probed as f64;
        let start = Instant::now();
        run.summarise_as_if_whole().map_err(failed)?;
        let of_trial = of_orders + start.elapsed().as_secs_f64();
        seconds += of_trial * trials / workers as f64;
        probes += 1;
    }
    Ok(Price {
        time: Duration::from_secs_f64(seconds),
        probes,
    })
}

/// What trials that take about as long have in common.
fn kind_of(settings: &TrialSettings, catalogue: &Catalogue) -> String {
    let rule = settings.rule_entry(catalogue).map(Entry::name);
    format!(
        "{:?}",
        (
            (
                &settings.grid,
                settings.steps,
                settings.orders,
                &settings.measures
            ),
            (
                &settings.field.is_some(),
                &settings.model,
                &settings.samples,
                &settings.machine
            ),
            (rule, &settings.decoding),
        )
    )
}
