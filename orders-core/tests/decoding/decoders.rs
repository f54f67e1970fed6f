//! Decoders that the tests decode with.

use orders_core::decoding::{
    Decoded, Decoder, DecoderError, Decoding, Distributions, Question, Scheduler, decode,
};
use orders_core::{Cell, Grid, KnownCells, OrderRng};

/// Answers by calling a function of the sample, its tokens so far and a cell.
pub(crate) struct Answering<F> {
    pub(crate) grid: Grid,
    pub(crate) vocabulary: usize,
    pub(crate) tokens: Vec<Vec<Option<u32>>>,
    pub(crate) answer: F,
}

impl<F: FnMut(usize, &[Option<u32>], Cell) -> Vec<f32>> Answering<F> {
    pub(crate) fn new(grid: Grid, vocabulary: usize, samples: usize, answer: F) -> Self {
        Self {
            grid,
            vocabulary,
            tokens: vec![vec![None; grid.cells()]; samples],
            answer,
        }
    }
}

impl<F: FnMut(usize, &[Option<u32>], Cell) -> Vec<f32>> Decoder for Answering<F> {
    fn grid(&self) -> Grid {
        self.grid
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn samples(&self) -> usize {
        self.tokens.len()
    }

    fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError> {
        let mut answers = Vec::new();
        for (sample, question) in questions.iter().enumerate() {
            let mut rows = Vec::new();
            for cell in question.cells() {
                rows.extend((self.answer)(sample, &self.tokens[sample], cell));
            }
            answers.push(Distributions::new(self.vocabulary, rows));
        }
        Ok(answers)
    }

    fn commit(&mut self, sample: usize, group: &[(Cell, u32)]) -> Result<(), DecoderError> {
        for &(cell, token) in group {
            let before = self.tokens[sample][cell as usize].replace(token);
            assert_eq!(before, None, "cell {cell} has a token already");
        }
        Ok(())
    }
}

/// Distributions that depend on all that is settled: near to certain, flat, with ties and
/// with zeros.
pub(crate) fn random_row(
    seed: u64,
    vocabulary: usize,
    tokens: &[Option<u32>],
    cell: Cell,
) -> Vec<f32> {
    let mut mixed = seed ^ u64::from(cell).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for (place, token) in (1..).zip(tokens) {
        if let Some(token) = token {
            mixed = (mixed ^ (place * u64::from(token + 1))).wrapping_mul(0xD6E8_FEB8_6659_FD93);
            mixed ^= mixed >> 29;
        }
    }
    let mut rng = OrderRng::new(mixed, 0);
    let sharpness = f64::from(rng.below(4)) * 4.0;
    let weights: Vec<f64> = (0..vocabulary)
        .map(|_| match rng.below(5) {
            0 => 0.0,
            _ => (sharpness * (f64::from(rng.below(9)) / 8.0 - 1.0)).exp(),
        })
        .collect();
    let total: f64 = weights.iter().sum();
    if total == 0.0 {
        return vec![1.0 / vocabulary as f32; vocabulary];
    }
    weights
        .iter()
        .map(|weight| (weight / total) as f32)
        .collect()
}

/// Decodes samples, whose tokens are drawn from a seed and their index in the batch.
pub(crate) fn decoded(
    decoder: &mut dyn Decoder,
    known: &KnownCells,
    schedulers: Vec<Box<dyn Scheduler>>,
    seed: u64,
    indices: &[u64],
) -> Vec<Decoded> {
    let rngs = indices.iter().map(|&index| OrderRng::new(seed, index));
    let mut rngs: Vec<OrderRng> = rngs.collect();
    let mut decoding = Decoding::new(known, schedulers);
    let mut draw = |sample: usize, _: Cell, row: &[f32]| {
        let (mut left, mut last) = (rngs[sample].uniform(), 0);
        for (token, &probability) in (0..).zip(row) {
            if probability > 0.0 {
                last = token;
                left -= f64::from(probability);
                if left < 0.0 {
                    break;
                }
            }
        }
        last
    };
    decode(decoder, &mut decoding, &mut draw).unwrap()
}
