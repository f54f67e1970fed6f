//! What training takes in memory, estimated by a recipe.

use orders_core::{GroupSizes, MemoryLimit, estimated_bytes};

use super::error::TrainError;
use super::gradient::PARTS;
use super::ranks::Team;
use super::recipe::{Prepared, Recipe};
use crate::lpd::LpdConfig;

/// What an allocator and small things take beside the large ones.
const MORE: f64 = 1.1;

/// Whether a run of a recipe has room on a CPU, where as many parts of a batch are
/// computed at a time as there are threads on the current rayon pool. The limit is that of
/// all ranks of a machine.
///
/// # Errors
///
/// [`TrainError::ModelMemory`] if the parameters have none, [`TrainError::BatchMemory`] if
/// the batch has none beside them.
pub(super) fn check(
    recipe: &Recipe,
    prepared: &Prepared,
    team: &Team,
    limit: MemoryLimit,
) -> Result<(), TrainError> {
    let limit = limit.shared(team.beside());
    let config = &prepared.config;
    let numbers = match team.rank() {
        // Two moments, maybe an average, and all but the gradient once more when they are
        // saved.
        0 => 2.0 * (3.0 + f64::from(u8::from(recipe.average > 0.0))) + 1.0,
        _ => 2.0,
    };
    let share = |samples| team.share(samples).len();
    let fixed = |samples| estimated_bytes(of_parameters(config, numbers, share(samples)));
    limit.check(fixed(1)).map_err(TrainError::ModelMemory)?;
    let problems = prepared.problems.iter();
    let of_pass = problems.map(|problem| of_sample(config, problem.group_sizes()));
    let of_pass = of_pass.fold(0.0, f64::max);
    // Parts that are computed at a time, of one sample at least.
    let threads = rayon::current_num_threads().min(share(recipe.batch)) as f64;
    let drawn = 16.0 * config.grid().cells() as f64;
    let each = of_pass * threads / PARTS as f64 + drawn;
    let at_least = of_pass * threads.min(recipe.batch as f64);
    let fixed = fixed(recipe.batch).saturating_add(estimated_bytes(at_least));
    let (each, batch) = (estimated_bytes(each), recipe.batch);
    let checked = limit.check_count(fixed, each, batch as u64);
    checked.map_err(|source| TrainError::BatchMemory { batch, source })
}

/// Parameters, so many numbers for each, and the gradients of parts.
fn of_parameters(config: &LpdConfig, numbers: f64, parts: usize) -> f64 {
    MORE * config.parameters() * (4.0 * (numbers + parts as f64) + 1.0)
}

/// What the forward pass of a sample leaves for the backward pass, and scratch.
fn of_sample(config: &LpdConfig, sizes: &GroupSizes) -> f64 {
    let [width, hidden, depth] = [config.width(), config.hidden(), config.depth()];
    let [width, hidden, depth] = [width, hidden, depth].map(|size| size as f64);
    let [heads, vocab] = [config.heads(), config.vocab()].map(|size| size as f64);
    let free = sizes.cells() as f64;
    let last = f64::from(sizes.as_slice().last().copied().unwrap_or(0));
    let positions = 1.0 + free - last + free;
    // Rows are taken in tiles, of which each sees what any of its rows does.
    let weights = 1.1 * seen(sizes) + 128.0 * positions;
    let block = positions * (8.0 * width + 2.0 * hidden + 4.0) + heads * weights;
    let around = positions * (7.0 * width + hidden.max(width)) + free * (3.0 * width + vocab);
    4.0 * MORE * (depth * block + around)
}

/// Pairs of a position and a key that it sees.
fn seen(sizes: &GroupSizes) -> f64 {
    let mut prefix = 1.0;
    let mut seen = 1.0;
    for (index, &size) in sizes.as_slice().iter().enumerate() {
        let size = f64::from(size);
        // Its queries see the context and each other; then its tokens see the context up
        // to themselves, but for those of the last group, which nobody sees.
        seen += size * (prefix + size);
        prefix += size;
        if index + 1 < sizes.steps() {
            seen += size * prefix;
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attention_mask::AttentionMask;

    #[test]
    fn what_is_seen_is_what_the_mask_says() {
        for sizes in [vec![1, 3, 4, 8], vec![16], vec![1; 16]] {
            let sizes = GroupSizes::new(sizes).unwrap();
            let mask = AttentionMask::training(&sizes, 0);
            let counted: usize = mask
                .rows()
                .iter()
                .map(|row| row.prefix + row.own.len())
                .sum();
            assert_eq!(seen(&sizes), counted as f64);
        }
    }
}
