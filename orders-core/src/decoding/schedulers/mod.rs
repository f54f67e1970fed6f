//! Rules by which cells are chosen while generating, given the distributions of the cells
//! that are left. `p` is the distribution of a cell, `H` its entropy in nats.
//!
//! | rule | what a step reveals | source |
//! |---|---|---|
//! | [`Best`] | the k cells of largest confidence (max p), smallest entropy or largest margin (first less second probability); k from group sizes | MaskGIT, arXiv 2202.04200, without its noise |
//! | [`MaskGit`] | the k cells of largest log p(token drawn) + temperature (1 - t/T) Gumbel noise | MaskGIT, arXiv 2202.04200 |
//! | [`ConfidenceThreshold`] | all with max p >= threshold, at least the best | Fast-dLLM, arXiv 2505.22618 |
//! | [`EntropyBound`] | by rising H, the longest prefix with sum H - max H <= budget | EB-Sampler, arXiv 2505.24857 |
//! | [`Stable`] | all with max p > threshold and KL(p, p a step before) < kl, at least the best | KLASS, arXiv 2511.05664, with a history of one step |
//! | [`LpdAdaptive`] | in LPD's order, the longest prefix with sum H - max H <= budget | LPD, arXiv 2507.01957; the bound of 2505.24857 |
//! | [`FixedOrders`] | the groups of orders that a method makes beforehand | - |
//!
//! Each rule but the last two can be [`Spaced`]: of the cells that it would reveal, in
//! their order, only those that are farther than a distance from those kept. Ties go to
//! the smaller cell.
//!
//! A [`SchedulingRule`] holds settings, is shared between threads, and makes a
//! [`Scheduler`](super::Scheduler) for each sample. By name they are made by a
//! [`Catalogue`](crate::Catalogue).
//!
//! All rules but [`MaskGit`] look at distributions, not at drawn tokens: what is revealed
//! depends on what is settled only, so that the likelihood of an image under a rule is well
//! defined (Kim et al., arXiv 2510.04525, "choose, then sample").

mod best;
mod confidence_threshold;
mod entropy_bound;
mod error;
mod fixed;
mod lpd_adaptive;
mod mask_git;
mod ranking;
mod rule;
mod sample_rule;
mod spaced;
mod stable;

pub use best::{Best, Score};
pub use confidence_threshold::ConfidenceThreshold;
pub use entropy_bound::EntropyBound;
pub use error::SchedulerError;
pub use fixed::FixedOrders;
pub use lpd_adaptive::LpdAdaptive;
pub use mask_git::MaskGit;
pub use rule::{SchedulingRule, Task};
pub use sample_rule::SampleRule;
pub use spaced::Spaced;
pub use stable::Stable;
