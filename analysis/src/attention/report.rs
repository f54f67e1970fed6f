//! What was measured.

use std::collections::BTreeMap;

use serde::Serialize;

use super::error::AttentionError;

/// How local attention is: of one head, or the mean of several.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Locality {
    /// Per-token attention at every distance on the grid at which some query
    /// has a token, nearest first.
    pub by_distance: Vec<DistanceAttention>,
    /// Attention to tokens within the distance that the
    /// [parameters](super::AttentionParams::within) set, the query's own
    /// included, mean over the queries. From 0 to 1.
    pub attention_within: f64,
    /// Attention to prefix tokens, mean over the queries. From 0 to 1.
    pub prefix_attention: f64,
}

/// Per-token attention at a distance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DistanceAttention {
    /// The distance, squared, in cells squared.
    pub squared_distance: u64,
    /// The distance, in cells.
    pub distance: f64,
    /// PTA: the mean weight of a token at this distance. From 0 to 1.
    pub attention: f64,
    /// Queries that have a token at this distance.
    pub queries: u64,
}

/// One head.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HeadLocality {
    /// Its layer, from 0.
    pub layer: usize,
    /// Its number in the layer, from 0.
    pub head: usize,
    /// What was measured.
    #[serde(flatten)]
    pub locality: Locality,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LayerLocality {
    /// The layer, from 0.
    pub layer: usize,
    /// The mean of its heads.
    #[serde(flatten)]
    pub locality: Locality,
}

/// Heads, with means.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttentionReport {
    /// Each head, as they came.
    pub heads: Vec<HeadLocality>,
    /// The mean of the heads of each layer, lowest layer first.
    pub layers: Vec<LayerLocality>,
    /// The mean of all heads.
    pub overall: Locality,
}

impl AttentionReport {
    /// The means of heads that were measured one by one, in any order.
    /// O(heads x distances).
    ///
    /// # Errors
    ///
    /// [`AttentionError::NoHeads`] without heads,
    /// [`AttentionError::MixedHeads`] at the first head whose distances or
    /// queries are not those of the first.
    pub fn from_heads(heads: Vec<HeadLocality>) -> Result<Self, AttentionError> {
        let classes = |head: &HeadLocality| -> Vec<(u64, u64)> {
            let by_distance = head.locality.by_distance.iter();
            by_distance
                .map(|at| (at.squared_distance, at.queries))
                .collect()
        };
        let first = classes(heads.first().ok_or(AttentionError::NoHeads)?);
        if let Some(other) = heads.iter().find(|&head| classes(head) != first) {
            return Err(AttentionError::MixedHeads {
                layer: other.layer,
                head: other.head,
            });
        }
        let mut numbers: Vec<usize> = heads.iter().map(|head| head.layer).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let layers = numbers
            .into_iter()
            .map(|layer| LayerLocality {
                layer,
                locality: mean(heads.iter().filter(|head| head.layer == layer)),
            })
            .collect();
        let overall = mean(heads.iter());
        Ok(Self {
            heads,
            layers,
            overall,
        })
    }
}

impl AttentionReport {
    /// Gives the layers these numbers, from the lowest on: of maps that are of some layers
    /// of a model only.
    pub fn number_layers(&mut self, numbers: &[usize]) {
        let number = |layer: usize| numbers.get(layer).copied().unwrap_or(layer);
        self.heads
            .iter_mut()
            .for_each(|head| head.layer = number(head.layer));
        self.layers
            .iter_mut()
            .for_each(|layer| layer.layer = number(layer.layer));
    }

    /// The mean of reports of the same heads under several orders: at each distance, each
    /// query weighs the same.
    ///
    /// # Errors
    ///
    /// [`AttentionError::NoHeads`] without reports, [`AttentionError::MixedHeads`] at the
    /// first head that the first report has not.
    pub fn mean_of(reports: &[Self]) -> Result<Self, AttentionError> {
        let first = reports.first().ok_or(AttentionError::NoHeads)?;
        for report in reports {
            let mut pairs = first.heads.iter().zip(&report.heads);
            let name = |head: &HeadLocality| (head.layer, head.head);
            let other = pairs
                .find(|(a, b)| name(a) != name(b))
                .map(|(head, _)| head);
            let differ = first.heads.len() != report.heads.len();
            if let Some(head) = other.or(first.heads.last().filter(|_| differ)) {
                return Err(AttentionError::MixedHeads {
                    layer: head.layer,
                    head: head.head,
                });
            }
        }
        let heads = (0..first.heads.len()).map(|place| {
            let of_reports = reports.iter().map(|report| &report.heads[place].locality);
            HeadLocality {
                locality: Locality::mean_of(of_reports),
                ..first.heads[place].clone()
            }
        });
        Self::from_heads(heads.collect())
    }
}

impl Locality {
    /// The mean of what was measured under several orders: at each distance, each query
    /// weighs the same.
    pub fn mean_of<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut mean = Self {
            by_distance: Vec::new(),
            attention_within: 0.0,
            prefix_attention: 0.0,
        };
        let mut sums: BTreeMap<u64, DistanceAttention> = BTreeMap::new();
        let mut count = 0.0;
        for locality in all {
            count += 1.0;
            mean.attention_within += locality.attention_within;
            mean.prefix_attention += locality.prefix_attention;
            for at in &locality.by_distance {
                let sum = sums
                    .entry(at.squared_distance)
                    .or_insert(DistanceAttention {
                        attention: 0.0,
                        queries: 0,
                        ..*at
                    });
                sum.attention += at.attention * at.queries as f64;
                sum.queries += at.queries;
            }
        }
        mean.attention_within /= f64::max(count, 1.0);
        mean.prefix_attention /= f64::max(count, 1.0);
        mean.by_distance = sums.into_values().collect();
        for at in &mut mean.by_distance {
            at.attention /= at.queries.max(1) as f64;
        }
        mean
    }
}

/// The mean of heads with the same distances, of which there is one.
fn mean<'a>(heads: impl Iterator<Item = &'a HeadLocality> + Clone) -> Locality {
    let count = heads.clone().count() as f64;
    let mut sum = Locality {
        by_distance: Vec::new(),
        attention_within: 0.0,
        prefix_attention: 0.0,
    };
    for HeadLocality { locality, .. } in heads {
        sum.attention_within += locality.attention_within / count;
        sum.prefix_attention += locality.prefix_attention / count;
        if sum.by_distance.is_empty() {
            sum.by_distance = locality.by_distance.clone();
            sum.by_distance.iter_mut().for_each(|at| at.attention = 0.0);
        }
        for (sum, at) in sum.by_distance.iter_mut().zip(&locality.by_distance) {
            sum.attention += at.attention / count;
        }
    }
    sum
}
