//! From logits to tokens: guidance, and how a token is chosen.

use candle_core::{D, DType, Tensor};
use orders_core::OrderRng;
use orders_core::decoding::{token_at, token_rng};
use pulp::Arch;
use rayon::prelude::*;

use super::error::LpdError;
use crate::cpu::{exp, largest, with_numbers};

/// How a token is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Choice {
    /// The token of the largest logit; of those that tie, the first.
    Greedy,
    /// At random.
    Sample(Sampling),
}

/// The distribution that tokens are drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    temperature: f64,
    top_k: Option<usize>,
    top_p: Option<f64>,
}

impl Default for Sampling {
    /// The model's own: temperature 1, all tokens.
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: None,
            top_p: None,
        }
    }
}

impl Sampling {
    /// Logits are divided by `temperature`. Of the tokens, only the `top_k` most
    /// likely stay (of those that tie at the end, the first ones), and of
    /// these the fewest whose share, most likely first, reaches `top_p`.
    ///
    /// # Errors
    ///
    /// [`LpdError::Setting`] unless the temperature is a finite number above
    /// 0, `top_k` at least 1, and `top_p` above 0 and at most 1.
    pub fn new(
        temperature: f64,
        top_k: Option<usize>,
        top_p: Option<f64>,
    ) -> Result<Self, LpdError> {
        let refused = |setting, value, allowed| LpdError::Setting {
            setting,
            value,
            allowed,
        };
        if !temperature.is_finite() || temperature <= 0.0 {
            return Err(refused(
                "the temperature",
                temperature,
                "a number above 0; greedy choice is a setting of its own",
            ));
        }
        if top_k == Some(0) {
            return Err(refused("top-k", 0.0, "a whole number from 1"));
        }
        if let Some(p) = top_p
            && !(p > 0.0 && p <= 1.0)
        {
            return Err(refused("top-p", p, "a number above 0 and at most 1"));
        }
        Ok(Self {
            temperature,
            top_k,
            top_p,
        })
    }

    /// What logits are divided by.
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// How many tokens stay, if not all.
    pub fn top_k(&self) -> Option<usize> {
        self.top_k
    }

    /// Which share of the probability stays, if not all.
    pub fn top_p(&self) -> Option<f64> {
        self.top_p
    }
}

impl Choice {
    /// The distributions that tokens are drawn from, for logits of shape (1, queries,
    /// vocabulary) in f32 on the CPU: one row behind the other.
    ///
    /// # Errors
    ///
    /// If the logits are not finite.
    pub(super) fn distributions(self, logits: &Tensor) -> candle_core::Result<Vec<f32>> {
        let (_, queries, vocab) = logits.dims3()?;
        let mut rows = vec![0.0; queries * vocab];
        with_numbers(logits, |logits| {
            let rows = rows.par_chunks_mut(vocab).zip(logits.par_chunks(vocab));
            rows.try_for_each(|(row, logits)| {
                let total = match self {
                    Self::Greedy => {
                        let top = largest(logits);
                        let first = logits.iter().position(|&logit| logit >= top);
                        first.map(|first| {
                            row[first] = 1.0;
                            1.0
                        })
                    }
                    Self::Sample(sampling) => Arch::new().dispatch(
                        #[inline(always)]
                        || weights(row, logits, &sampling),
                    ),
                };
                let total = total.ok_or_else(not_finite)?;
                for weight in row {
                    *weight = (f64::from(*weight) / total) as f32;
                }
                Ok(())
            })
        })?;
        Ok(rows)
    }
}

/// Chooses the tokens of a batch. What sample i of a run gets depends on the
/// seed, on i and on its logits only, however the run is cut into batches.
#[derive(Debug)]
pub struct Sampler {
    choice: Choice,
    draws: Vec<OrderRng>,
}

impl Sampler {
    /// For samples `first`, `first + 1`, ... of a run, `count` of them. Sample i
    /// draws from the ChaCha8 stream 2^63 + i of the seed, one number for each
    /// token in the order of generation.
    pub fn new(choice: Choice, seed: u64, first: u64, count: usize) -> Self {
        let draws = (first..)
            .take(count)
            .map(|sample| token_rng(seed, sample))
            .collect();
        Self { choice, draws }
    }

    /// How tokens are chosen.
    pub(super) fn choice(&self) -> Choice {
        self.choice
    }

    /// The next numbers that each sample draws from, so many, one sample behind the other.
    pub(super) fn numbers(&mut self, each: usize) -> Vec<f64> {
        let of_sample =
            |draws: &mut OrderRng| (0..each).map(|_| draws.uniform()).collect::<Vec<f64>>();
        self.draws.iter_mut().flat_map(of_sample).collect()
    }

    /// Tokens for logits of shape (samples, queries, vocabulary), f32: shape
    /// (samples, queries), u32, on the same device.
    ///
    /// # Errors
    ///
    /// If the logits have another shape or are not finite, or if the device
    /// fails.
    pub fn choose(&mut self, logits: &Tensor) -> candle_core::Result<Tensor> {
        let (samples, queries, vocab) = logits.dims3()?;
        if self.choice == Choice::Greedy {
            return logits.argmax(D::Minus1);
        }
        if samples != self.draws.len() {
            candle_core::bail!("{samples} samples, but draws for {}", self.draws.len());
        }
        let draws = self.numbers(queries);
        let on_cpu = logits.to_device(&candle_core::Device::Cpu)?;
        let tokens: Vec<u32> = with_numbers(&on_cpu.to_dtype(DType::F32)?, |logits| {
            logits
                .par_chunks(vocab)
                .zip(draws)
                .map(|(logits, draw)| {
                    let token = drawn_token(logits, self.choice, draw);
                    token.ok_or_else(not_finite)
                })
                .collect()
        })?;
        Tensor::from_vec(tokens, (samples, queries), logits.device())
    }
}

/// The token that a choice takes for a number from 0 to below 1; none if the logits are not
/// finite.
pub(crate) fn drawn_token(logits: &[f32], choice: Choice, number: f64) -> Option<u32> {
    match choice {
        Choice::Greedy => {
            let top = largest(logits);
            let is_finite = top.is_finite() && logits.iter().all(|logit| !logit.is_nan());
            let first = logits.iter().position(|&logit| logit >= top);
            first.filter(|_| is_finite).map(|token| token as u32)
        }
        Choice::Sample(sampling) => Arch::new().dispatch(
            #[inline(always)]
            || drawn(logits, &sampling, number),
        ),
    }
}

/// The token for a number from 0 to below 1; none if the logits are not finite.
#[inline(always)]
fn drawn(logits: &[f32], sampling: &Sampling, draw: f64) -> Option<u32> {
    let mut of_tokens = vec![0.0; logits.len()];
    let total = weights(&mut of_tokens, logits, sampling)?;
    token_at(&of_tokens, draw * total)
}

/// The weights of tokens, up to a factor, and their sum; none if the logits are not
/// finite.
#[inline(always)]
fn weights(weights: &mut [f32], logits: &[f32], sampling: &Sampling) -> Option<f64> {
    let top = largest(logits);
    let coldness = (1.0 / sampling.temperature) as f32;
    for (weight, logit) in weights.iter_mut().zip(logits) {
        *weight = exp((logit - top) * coldness);
    }
    let total: f64 = weights.iter().copied().map(f64::from).sum();
    if !top.is_finite() || !total.is_finite() {
        return None;
    }
    match sampling.top_k.is_some() || sampling.top_p.is_some() {
        true => Some(keep_likely(weights, logits, sampling)),
        false => Some(total),
    }
}

pub(super) fn not_finite() -> candle_core::Error {
    candle_core::Error::Msg("the model's logits are not finite".into())
}

/// Takes the weight of all tokens that top-k and top-p leave out, and gives the
/// sum of the others.
fn keep_likely(weights: &mut [f32], logits: &[f32], sampling: &Sampling) -> f64 {
    let mut tokens: Vec<u32> = (0..weights.len() as u32).collect();
    let likely_first = |a: &u32, b: &u32| {
        let [x, y] = [a, b].map(|&token| logits[token as usize]);
        y.total_cmp(&x).then(a.cmp(b))
    };
    let mut kept = tokens.len();
    if let Some(k) = sampling.top_k
        && k < kept
    {
        tokens.select_nth_unstable_by(k - 1, likely_first);
        kept = k;
    }
    let weight = |&token: &u32| f64::from(weights[token as usize]);
    if let Some(p) = sampling.top_p {
        tokens[..kept].sort_unstable_by(likely_first);
        let wanted = p * tokens[..kept].iter().map(weight).sum::<f64>();
        let mut share = 0.0;
        let enough = tokens[..kept].iter().position(|token| {
            share += weight(token);
            share >= wanted
        });
        kept = enough.map_or(kept, |last| last + 1);
    }
    let mut chosen = tokens[..kept].to_vec();
    chosen.sort_unstable();
    let total = chosen.iter().map(weight).sum();
    for &token in &tokens[kept..] {
        weights[token as usize] = 0.0;
    }
    total
}

/// How guidance changes in the course of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuidanceSchedule {
    /// From 1 at the first token to the full scale after the last: 1 + (scale -
    /// 1) r / N at the token of rank r among N.
    Linear,
    /// The same for all tokens.
    Constant,
}

/// Classifier-free guidance: `u + s (c - u)` for logits c of the class and u
/// without one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guidance {
    scale: f64,
    schedule: GuidanceSchedule,
}

impl Guidance {
    /// No guidance: the logits of the class. Half the work.
    pub const NONE: Self = Self {
        scale: 1.0,
        schedule: GuidanceSchedule::Constant,
    };

    /// Guidance of a scale; 1 is none, with either schedule.
    ///
    /// # Errors
    ///
    /// [`LpdError::Setting`] unless the scale is a finite number from 0.
    pub fn new(scale: f64, schedule: GuidanceSchedule) -> Result<Self, LpdError> {
        if !scale.is_finite() || scale < 0.0 {
            return Err(LpdError::Setting {
                setting: "the guidance scale",
                value: scale,
                allowed: "a number from 0",
            });
        }
        Ok(Self { scale, schedule })
    }

    /// The full scale.
    pub fn scale(self) -> f64 {
        self.scale
    }

    /// The schedule.
    pub fn schedule(self) -> GuidanceSchedule {
        self.schedule
    }

    /// Whether there is any.
    pub fn is_some(self) -> bool {
        (self.scale - 1.0).abs() > 0.0
    }

    /// The scale at the token of a rank, from 0, among `cells`. Cells that are
    /// known have the first ranks.
    pub fn at(self, rank: usize, cells: usize) -> f64 {
        match self.schedule {
            GuidanceSchedule::Constant => self.scale,
            GuidanceSchedule::Linear => 1.0 + (self.scale - 1.0) * rank as f64 / cells as f64,
        }
    }
}
