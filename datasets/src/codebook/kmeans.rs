//! k-means on counted patches.

use std::ops::ControlFlow;

use orders_core::{OrderRng, Watch};
use rayon::prelude::*;

use super::error::CodebookError;
use super::nearest::NearestCode;
use super::patches::CountedPatches;

/// The most codes.
pub(super) const MOST_CODES: usize = 1 << 16;
/// Patches that are summed up together.
const CHUNK: usize = 4096;

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodebookParams {
    /// How many codes: 1 to 65,536.
    pub codes: usize,
    /// Seed of the start.
    pub seed: u64,
    /// Rounds of Lloyd's algorithm, at most.
    pub iterations: u32,
    /// It ends when a round lessens the mean squared error by no more than this
    /// share of it.
    pub tolerance: f64,
}

impl Default for CodebookParams {
    /// 256 codes, seed 0, up to 100 rounds, tolerance 1e-4.
    fn default() -> Self {
        Self {
            codes: 256,
            seed: 0,
            iterations: 100,
            tolerance: 1e-4,
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodebookInfo {
    /// Patches it was trained on.
    pub patches: u64,
    /// Different ones among them.
    pub distinct: usize,
    /// Rounds of Lloyd's algorithm.
    pub iterations: u32,
    /// Whether it ended by its tolerance.
    pub converged: bool,
    /// Codes without a patch that were moved to the worst one, in all rounds.
    pub moved: usize,
    /// Mean squared error of a value, in squared grey levels, with the codes of
    /// the last round.
    pub mean_squared_error: f64,
}

/// The codes, one after the other, darkest first.
///
/// O(k n) time for the start and for each round, with k codes and n different
/// patches.
pub(super) fn codes(
    patches: &CountedPatches,
    params: &CodebookParams,
    progress: impl Fn(u32) -> ControlFlow<()> + Sync,
) -> Result<(Vec<f32>, CodebookInfo), CodebookError> {
    let distinct = patches.distinct();
    if params.codes == 0 || params.codes > MOST_CODES {
        return Err(CodebookError::Codes {
            codes: params.codes,
            most: MOST_CODES,
        });
    }
    if params.codes > distinct {
        return Err(CodebookError::TooFewPatches {
            codes: params.codes,
            distinct,
        });
    }
    let values = patches.shape.values();
    let mut codes = start(patches, params, Watch::new(&|| progress(0)))?;
    let mut info = CodebookInfo {
        patches: patches.total(),
        distinct,
        iterations: 0,
        converged: false,
        moved: 0,
        mean_squared_error: f64::INFINITY,
    };
    loop {
        let done = info.iterations;
        let round = Round::new(patches, &codes, Watch::new(&|| progress(done)))?;
        let error = round.error / (info.patches as f64 * values as f64);
        let decrease = info.mean_squared_error - error;
        info.converged = decrease <= params.tolerance * error;
        info.mean_squared_error = error;
        if info.converged || info.iterations == params.iterations {
            break;
        }
        info.moved += round.update(patches, &mut codes);
        info.iterations += 1;
    }
    let mut sorted: Vec<&[f32]> = codes.chunks_exact(values).collect();
    sorted.sort_by(|a, b| {
        let brightness = |code: &[f32]| code.iter().sum::<f32>();
        let by_brightness = brightness(a).total_cmp(&brightness(b));
        by_brightness.then_with(|| {
            a.iter()
                .map(|v| v.to_bits())
                .cmp(b.iter().map(|v| v.to_bits()))
        })
    });
    let codes = sorted.into_iter().flatten().copied().collect();
    Ok((codes, info))
}

/// k-means++: each code is a patch, drawn with a probability proportional to its
/// count times its squared distance to the nearest code so far. Distances of
/// patches are whole numbers, so that nothing is rounded.
fn start(
    patches: &CountedPatches,
    params: &CodebookParams,
    watch: Watch<'_>,
) -> Result<Vec<f32>, CodebookError> {
    let mut rng = OrderRng::new(params.seed, 0);
    let counts = patches.counts.iter().map(|&count| u64::from(count));
    // The first is drawn by count alone.
    let mut weights: Vec<u64> = counts.clone().collect();
    let mut distances = vec![u64::MAX; patches.distinct()];
    let mut codes = Vec::with_capacity(params.codes * patches.shape.values());
    for _ in 0..params.codes {
        goes_on(watch)?;
        let total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
        // 64 random bits times a total below 2^64: off by less than 2^-20.
        let mut rest = (u128::from(rng.next_u64()) * total) >> 64;
        let drawn = weights.iter().position(|&weight| {
            let is_here = rest < u128::from(weight);
            rest = rest.wrapping_sub(u128::from(weight));
            is_here
        });
        let code = patches.patch(drawn.unwrap_or(0));
        codes.extend(code.iter().map(|&value| f32::from(value)));
        distances
            .par_iter_mut()
            .enumerate()
            .with_min_len(CHUNK)
            .for_each(|(index, nearest)| {
                *nearest = (*nearest).min(squared_distance(patches.patch(index), code));
            });
        for ((weight, count), &distance) in weights.iter_mut().zip(counts.clone()).zip(&distances) {
            *weight = count * distance;
        }
    }
    Ok(codes)
}

fn goes_on(watch: Watch<'_>) -> Result<(), CodebookError> {
    match watch.ask() {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(CodebookError::Stopped),
    }
}

fn squared_distance(a: &[u8], b: &[u8]) -> u64 {
    let pairs = a.iter().zip(b);
    pairs.map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum()
}

/// Which patches belong to which code.
struct Round {
    /// Sum of the values of the patches of each code, and how many there are.
    sums: Vec<u64>,
    counts: Vec<u64>,
    /// Squared distance of each patch to its code.
    distances: Vec<f64>,
    /// Sum of all squared distances.
    error: f64,
}

impl Round {
    fn new(
        patches: &CountedPatches,
        codes: &[f32],
        watch: Watch<'_>,
    ) -> Result<Self, CodebookError> {
        let values = patches.shape.values();
        let code_count = codes.len() / values;
        let nearest = NearestCode::new(codes, values);
        let mut distances = vec![0.0; patches.distinct()];
        let mut errors = vec![0.0; patches.distinct().div_ceil(CHUNK)];
        let none = || (vec![0_u64; codes.len()], vec![0_u64; code_count]);
        let chunks = distances.par_chunks_mut(CHUNK).zip(&mut errors).enumerate();
        // Sums of whole numbers are the same in any order, so that there need not be one
        // for each chunk.
        let (sums, counts) = chunks
            .try_fold(
                none,
                |(mut sums, mut counts), (chunk, (distances, error))| {
                    goes_on(watch)?;
                    for (index, distance) in (chunk * CHUNK..).zip(distances) {
                        let patch = patches.patch(index);
                        let count = u64::from(patches.counts[index]);
                        let code = nearest.find(patch) as usize;
                        counts[code] += count;
                        let sums = &mut sums[code * values..][..values];
                        for (sum, &value) in sums.iter_mut().zip(patch) {
                            *sum += count * u64::from(value);
                        }
                        let code = &codes[code * values..][..values];
                        *distance = patch.iter().zip(code).fold(0.0, |sum, (&value, &code)| {
                            let difference = f64::from(value) - f64::from(code);
                            sum + difference * difference
                        });
                        *error += count as f64 * *distance;
                    }
                    Ok::<_, CodebookError>((sums, counts))
                },
            )
            .try_reduce(none, |(mut sums, mut counts), (more_sums, more_counts)| {
                add(&mut sums, &more_sums);
                add(&mut counts, &more_counts);
                Ok((sums, counts))
            })?;
        Ok(Self {
            sums,
            counts,
            distances,
            // These are rounded, so they have an order.
            error: errors.iter().sum(),
        })
    }

    /// Moves each code to the mean of its patches. A code without patches goes
    /// to the patch that is farthest from its code, the next one to the next
    /// farthest. Gives how many had none.
    fn update(&self, patches: &CountedPatches, codes: &mut [f32]) -> usize {
        let values = patches.shape.values();
        let mut empty = Vec::new();
        for (code, &count) in self.counts.iter().enumerate() {
            if count == 0 {
                empty.push(code);
                continue;
            }
            let span = code * values..(code + 1) * values;
            for (value, &sum) in codes[span.clone()].iter_mut().zip(&self.sums[span]) {
                *value = (sum as f64 / count as f64) as f32;
            }
        }
        if empty.is_empty() {
            return 0;
        }
        let mut farthest: Vec<usize> = (0..patches.distinct()).collect();
        farthest.sort_by(|&a, &b| self.distances[b].total_cmp(&self.distances[a]));
        for (&code, &index) in empty.iter().zip(&farthest) {
            let target = &mut codes[code * values..][..values];
            for (value, &source) in target.iter_mut().zip(patches.patch(index)) {
                *value = f32::from(source);
            }
        }
        empty.len()
    }
}

fn add(sums: &mut [u64], more: &[u64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
