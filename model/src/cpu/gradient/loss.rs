//! Cross-entropy.

use crate::cpu::functions::{exp, largest, sum};

/// The sum of -log p of the targets, in nats; `logits`, rows of `vocabulary`
/// numbers, become `weight` times its gradient.
pub(super) fn cross_entropy(
    logits: &mut [f32],
    vocabulary: usize,
    targets: &[u32],
    weight: f32,
) -> f64 {
    let mut total = 0.0;
    super::vectorised(
        #[inline(always)]
        || {
            for (logits, &target) in logits.chunks_mut(vocabulary).zip(targets) {
                let target = target as usize;
                let top = largest(logits);
                let of_target = logits[target] - top;
                for logit in logits.iter_mut() {
                    *logit = exp(*logit - top);
                }
                let all = sum(logits);
                let factor = weight / all;
                for logit in logits.iter_mut() {
                    *logit *= factor;
                }
                logits[target] -= weight;
                total += f64::from(all.ln() - of_target);
            }
        },
    );
    total
}
