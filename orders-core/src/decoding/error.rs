//! What can go wrong between decoder and scheduler.

use super::decoder::DecoderError;
use crate::grid::{Cell, Grid};

/// Why a sample was not decoded. Samples and steps count from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum DecodeError {
    /// The decoder has no answer.
    #[error("the decoder failed: {0}")]
    Decoder(DecoderError),
    /// The decoder answered about another number of samples or cells than it was asked.
    #[error("the decoder gave {found} distributions of {what}; {expected} were asked")]
    Answers {
        what: &'static str,
        found: usize,
        expected: usize,
    },
    /// A probability is no number, or negative.
    #[error(
        "the decoder gave cell {cell} of sample {sample} a probability of {probability}; \
         probabilities are numbers from 0 to 1"
    )]
    Probability {
        sample: usize,
        cell: Cell,
        probability: f32,
    },
    /// The probabilities of a cell do not sum to 1.
    #[error(
        "the decoder's probabilities for cell {cell} of sample {sample} sum to {sum}, not to 1"
    )]
    Sum { sample: usize, cell: Cell, sum: f64 },
    /// The scheduler names no cell, although some are free.
    #[error(
        "the scheduler of sample {sample} {} no cell in step {step}, while {free} are free",
        if *asked { "chose" } else { "asked about" }
    )]
    NoCell {
        sample: usize,
        step: usize,
        free: usize,
        asked: bool,
    },
    /// The scheduler names a cell that has its token, or that is not in the grid.
    #[error(
        "the scheduler of sample {sample} named cell {cell} in step {step}, which is {}",
        if *settled { "settled" } else { "not in the grid" }
    )]
    NotFree {
        sample: usize,
        step: usize,
        cell: Cell,
        settled: bool,
    },
    /// The scheduler names a cell twice in a step.
    #[error("the scheduler of sample {sample} named cell {cell} twice in step {step}")]
    Twice {
        sample: usize,
        step: usize,
        cell: Cell,
    },
    /// The scheduler chose a cell that it had not asked about.
    #[error("the scheduler of sample {sample} chose cell {cell} in step {step} without asking")]
    NotAsked {
        sample: usize,
        step: usize,
        cell: Cell,
    },
    /// A token is none of the vocabulary's.
    #[error("cell {cell} of sample {sample} got token {token}; there are {vocabulary}")]
    Token {
        sample: usize,
        cell: Cell,
        token: u32,
        vocabulary: usize,
    },
    /// What is to be decoded is of another grid.
    #[error("the {what} of a {found} grid, but the decoder answers about {expected}")]
    Grid {
        what: &'static str,
        found: Grid,
        expected: Grid,
    },
    /// There is not one scheduler or order for each sample.
    #[error("{found} {what} for {samples} samples of the decoder")]
    Count {
        what: &'static str,
        found: usize,
        samples: usize,
    },
    /// The decoder does not take drafts.
    #[error("the decoder takes no drafts, which exact decoding verifies")]
    NoDrafts,
    /// Whoever watched ended it.
    #[error("it was stopped before it was done")]
    Stopped,
}
