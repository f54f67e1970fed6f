//! A decoder whose joint distribution is a table, so that everything can be enumerated.

use std::cell::RefCell;
use std::collections::BTreeMap;

use orders_core::decoding::{Decoder, DecoderError, Distributions, Draft, Question};
use orders_core::{Cell, Grid, OrderRng};

/// Distributions of a cell, given what is settled.
type Conditionals = BTreeMap<(Vec<Draft>, Cell), Vec<f32>>;

/// A few cells with a few tokens and a probability for each sequence.
pub struct Table {
    pub grid: Grid,
    pub tokens: usize,
    /// By sequence: cell 0 is the last digit.
    pub joint: Vec<f64>,
    /// What is committed of each sample.
    committed: Vec<Vec<Draft>>,
    /// Conditional distributions that were worked out.
    known: RefCell<Conditionals>,
    /// Passes, and cells that were asked in all of them.
    pub passes: usize,
    pub asked: usize,
}

impl Table {
    /// A random joint distribution, far from independent.
    pub fn random(grid: Grid, tokens: usize, seed: u64) -> Self {
        let mut rng = OrderRng::new(seed, 0);
        let count = tokens.pow(grid.cells() as u32);
        let weights: Vec<f64> = (0..count).map(|_| rng.uniform().powi(6) + 1e-4).collect();
        let total: f64 = weights.iter().sum();
        Self {
            grid,
            tokens,
            joint: weights.into_iter().map(|weight| weight / total).collect(),
            committed: Vec::new(),
            known: RefCell::default(),
            passes: 0,
            asked: 0,
        }
    }

    /// Begins anew with so many samples.
    pub fn begin(&mut self, samples: usize) {
        self.committed = vec![Vec::new(); samples];
    }

    pub fn token_at(&self, sequence: usize, cell: Cell) -> u32 {
        (sequence / self.tokens.pow(cell) % self.tokens) as u32
    }

    pub fn sequence(&self, tokens: &[u32]) -> usize {
        let digits = tokens.iter().rev();
        digits.fold(0, |sequence, &token| {
            sequence * self.tokens + token as usize
        })
    }

    /// p(token of a cell | settled), from the table.
    pub fn conditional(&self, settled: &[Draft], cell: Cell) -> Vec<f32> {
        let mut settled = settled.to_vec();
        settled.sort_unstable();
        let mut known = self.known.borrow_mut();
        let entry = known.entry((settled, cell));
        let key = entry.key().clone();
        let row = entry.or_insert_with(|| self.summed(&key.0, cell));
        row.clone()
    }

    /// The same, as a sum over all sequences.
    fn summed(&self, settled: &[Draft], cell: Cell) -> Vec<f32> {
        let mut weights = vec![0.0; self.tokens];
        for (sequence, &probability) in self.joint.iter().enumerate() {
            let agrees = |&(cell, token): &Draft| self.token_at(sequence, cell) == token;
            if settled.iter().all(agrees) {
                weights[self.token_at(sequence, cell) as usize] += probability;
            }
        }
        let total: f64 = weights.iter().sum();
        weights.iter().map(|w| (w / total) as f32).collect()
    }
}

impl Decoder for Table {
    fn grid(&self) -> Grid {
        self.grid
    }

    fn vocabulary(&self) -> usize {
        self.tokens
    }

    fn samples(&self) -> usize {
        self.committed.len()
    }

    fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError> {
        self.passes += 1;
        let answer = |(question, committed): (&Question, &Vec<Draft>)| {
            let mut rows = Vec::new();
            for group in &question.groups {
                let mut settled = committed.clone();
                settled.extend(&question.drafts[..group.after]);
                for &cell in &group.cells {
                    rows.extend(self.conditional(&settled, cell));
                }
            }
            Distributions::new(self.tokens, rows)
        };
        let answers = questions.iter().zip(&self.committed).map(answer).collect();
        self.asked += questions.iter().map(|q| q.cells().count()).sum::<usize>();
        Ok(answers)
    }

    fn commit(&mut self, sample: usize, group: &[Draft]) -> Result<(), DecoderError> {
        self.committed[sample].extend(group);
        Ok(())
    }

    fn takes_drafts(&self) -> bool {
        true
    }
}
