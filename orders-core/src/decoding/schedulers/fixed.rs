//! Orders that a method makes beforehand.

use std::sync::Arc;

use super::error::SchedulerError;
use super::rule::{SchedulingRule, Task};
use crate::decoding::{FixedOrder, Scheduler};
use crate::method::OrderingMethod;
use crate::parameter::Parameters;

/// The groups of orders that a method makes beforehand: sample i follows order i of the
/// seed.
///
/// ```
/// use orders_core::decoding::schedulers::{FixedOrders, SchedulingRule};
/// use orders_core::methods::Halton;
///
/// let rule = FixedOrders::new(Halton::default());
/// assert!(rule.needs_group_sizes() && rule.name() == "halton");
/// ```
#[derive(Clone)]
pub struct FixedOrders {
    method: Arc<dyn OrderingMethod>,
}

impl FixedOrders {
    /// The orders of a method.
    pub fn new(method: impl OrderingMethod + 'static) -> Self {
        Self::of(Arc::new(method))
    }

    /// The orders of a method that is shared, or made by a catalogue.
    pub fn of(method: Arc<dyn OrderingMethod>) -> Self {
        Self { method }
    }
}

impl std::fmt::Debug for FixedOrders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FixedOrders")
            .field(&self.method.name())
            .finish()
    }
}

impl SchedulingRule for FixedOrders {
    fn name(&self) -> &str {
        self.method.name()
    }

    fn parameters(&self) -> Parameters {
        self.method.parameters()
    }

    fn needs_group_sizes(&self) -> bool {
        true
    }

    fn is_random(&self) -> bool {
        self.method.is_random()
    }

    fn scheduler(
        &self,
        task: &Task,
        seed: u64,
        index: u64,
    ) -> Result<Box<dyn Scheduler>, SchedulerError> {
        let problem = task.problem(self.name())?;
        let order = self.method.order(problem, seed, index)?;
        Ok(Box::new(FixedOrder::new(order)))
    }
}
