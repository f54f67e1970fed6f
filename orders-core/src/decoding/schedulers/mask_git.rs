//! MaskGIT's own rule.

use super::error::SchedulerError;
use super::ranking::{ranked, size_of_step};
use super::rule::{SchedulingRule, Task};
use crate::decoding::{Asked, Scheduler, Settled};
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::parameter::{ParameterKind, Parameters};
use crate::random::OrderRng;

/// The k cells of largest log p(token drawn) + temperature (1 - t/T) g, where t is the step
/// from 1, T the number of steps by the group sizes, and g a standard Gumbel number for each
/// cell and step.
///
/// It looks at tokens: one is drawn for each cell, and those that are not revealed are
/// dropped. Source: MaskGIT (arXiv 2202.04200), as released.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskGit {
    temperature: f64,
}

impl MaskGit {
    /// The temperature of the noise in the released program.
    pub const DEFAULT_TEMPERATURE: f64 = 4.5;

    /// The highest temperature: the noise decides alone from far lower ones on.
    pub const MAX_TEMPERATURE: f64 = 1000.0;

    const NAME: &str = "maskgit";

    /// With noise of a temperature, from 0 to [`MAX_TEMPERATURE`](Self::MAX_TEMPERATURE).
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] unless it is one.
    pub fn new(temperature: f64) -> Result<Self, SchedulerError> {
        let kind = ParameterKind::NumberBetween(0.0, Self::MAX_TEMPERATURE);
        SchedulerError::check_parameter(Self::NAME, "temperature", &kind, temperature)?;
        Ok(Self { temperature })
    }
}

impl SchedulingRule for MaskGit {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn parameters(&self) -> Parameters {
        Parameters::from([("temperature".into(), self.temperature.into())])
    }

    fn needs_group_sizes(&self) -> bool {
        true
    }

    fn is_random(&self) -> bool {
        true
    }

    fn looks_at_tokens(&self) -> bool {
        true
    }

    fn scheduler(
        &self,
        task: &Task,
        seed: u64,
        index: u64,
    ) -> Result<Box<dyn Scheduler>, SchedulerError> {
        let sizes = task.problem(Self::NAME)?.group_sizes().clone();
        Ok(Box::new(State {
            temperature: self.temperature,
            sizes,
            rng: OrderRng::new(seed, index),
        }))
    }
}

struct State {
    temperature: f64,
    sizes: GroupSizes,
    rng: OrderRng,
}

impl State {
    /// A standard Gumbel number, which is finite.
    fn gumbel(&mut self) -> f64 {
        // From the middle of each interval, so that it is neither 0 nor 1.
        let uniform = self.rng.uniform() + 0.5 / (1_u64 << 53) as f64;
        -libm::log(-libm::log(uniform))
    }
}

impl Scheduler for State {
    fn choose(&mut self, settled: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        let (step, steps) = (settled.step() + 1, self.sizes.steps());
        let size = size_of_step(&self.sizes, settled.step(), settled.revealed().len());
        let left = (1.0 - step as f64 / steps as f64).max(0.0);
        let tokens = asked.tokens.unwrap_or_default();
        let ranked = ranked(asked, |place, row| {
            let noise = self.temperature * left * self.gumbel();
            let token = tokens.get(place).and_then(|&token| row.get(token as usize));
            libm::log(f64::from(token.copied().unwrap_or(0.0))) + noise
        });
        ranked
            .into_iter()
            .take(size)
            .map(|(_, cell)| cell)
            .collect()
    }

    fn looks_at_tokens(&self) -> bool {
        true
    }
}
