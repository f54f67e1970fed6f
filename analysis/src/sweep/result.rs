//! What a trial found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::trial::TrialSettings;

/// A mean over the orders of a trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// Orders in which the measure has a value.
    pub count: u64,
    /// The mean; `None` without values.
    pub mean: Option<f64>,
    /// Standard deviation over orders, with n - 1; `None` for fewer than 2.
    pub sd: Option<f64>,
    /// Lower end of the 95 % BCa interval of the mean; `None` for fewer than 2
    /// values, or if there is no BCa interval.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// The result of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialResult {
    /// The version of the layout and of the measures.
    pub format: u32,
    /// The program that made it, with its version.
    pub program: String,
    /// The digest of the settings.
    pub key: String,
    /// What the result depends on.
    pub settings: TrialSettings,
    /// For each measure, its value for each order, where it has one.
    pub orders: BTreeMap<String, Vec<Option<f64>>>,
    /// For each measure, its mean over the orders.
    pub totals: BTreeMap<String, Estimate>,
    /// For each measure that steps have, its mean for each step.
    pub steps: BTreeMap<String, Vec<Estimate>>,
}

impl TrialResult {
    /// Whether the parts of a result that was read fit together.
    pub(super) fn check(&self) -> Result<(), String> {
        let settings = &self.settings;
        let steps = settings.steps;
        for name in &settings.measures {
            let orders = self.orders.get(name).map_or(0, Vec::len);
            if orders as u64 != settings.orders || !self.totals.contains_key(name) {
                return Err(format!(
                    "it has {orders} values of {name} for {} orders",
                    settings.orders
                ));
            }
        }
        let is_measured = |name| settings.measures.contains(name);
        match self
            .steps
            .iter()
            .find(|(name, s)| s.len() != steps || !is_measured(name))
        {
            Some((name, _)) => Err(format!(
                "its steps of {name} are not those of {steps} steps"
            )),
            None => Ok(()),
        }
    }

    /// The values of a measure, one for each order.
    pub fn values(&self, measure: &str) -> Option<&[Option<f64>]> {
        self.orders.get(measure).map(Vec::as_slice)
    }
}
