//! The order variants that are compared.

use orders_core::Parameters;
use orders_core::files::Digest;
use orders_model::lpd::SampleOrders;
use serde::{Deserialize, Serialize};

/// A method or an order file, with group sizes.
pub(crate) struct Variant {
    pub(crate) orders: SampleOrders,
    pub(crate) name: Name,
}

/// What tells a variant from the others of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Name {
    /// Name of the method or the order file.
    pub(crate) method: String,
    pub(crate) parameters: Parameters,
    pub(crate) group_sizes: Vec<u32>,
    /// Digest of the order file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<Digest>,
}

impl Name {
    pub(crate) fn steps(&self) -> usize {
        self.group_sizes.len()
    }

    /// Method and parameters in a few words.
    pub(crate) fn label(&self) -> String {
        let mut label = self.method.clone();
        for (name, value) in &self.parameters {
            if value.flag() != Some(false) {
                label.push_str(&format!(", {name} {value}"));
            }
        }
        label
    }

    /// Whether another one is the same in all but group sizes, cut one by one.
    pub(crate) fn is_one_by_one(&self, other: &Self) -> bool {
        let one_by_one = Self {
            group_sizes: vec![1; other.group_sizes.iter().map(|&size| size as usize).sum()],
            ..other.clone()
        };
        *self == one_by_one && self != other
    }

    /// A name for a file, of letters that every system takes.
    pub(crate) fn file_stem(&self) -> String {
        let what = match &self.sha256 {
            Some(digest) => format!("orders-{}", &digest.to_string()[..16]),
            None => self.label().replace(", ", "_").replace(' ', ""),
        };
        format!("{what}_steps{}", self.steps())
    }
}
