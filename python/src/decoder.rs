//! Models of Python as decoders.

use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray3, PyUntypedArrayMethods};
use orders_core::decoding::{Decoder, DecoderError, Distributions, Question};
use orders_core::{Cell, Grid, KnownCells};
use pyo3::prelude::*;

use crate::error::told;

/// A function of Python that gives logits: `ask(tokens, known, asked, samples)`. Rows of
/// the first three have an entry for each cell; `samples` says which samples they are of.
pub(crate) struct PyDecoder<'py> {
    ask: Bound<'py, PyAny>,
    grid: Grid,
    samples: Vec<Sample>,
    vocabulary: usize,
    /// Rows that it is asked about at once.
    at_once: usize,
}

/// What is settled of a sample.
struct Sample {
    tokens: Vec<i64>,
    is_settled: Vec<bool>,
}

/// A row of a question: cells of a sample that are asked together.
struct Row<'q> {
    sample: usize,
    question: &'q Question,
    after: usize,
    cells: &'q [Cell],
}

impl<'py> PyDecoder<'py> {
    pub(crate) fn new(
        ask: &Bound<'py, PyAny>,
        known: &KnownCells,
        tokens: &[Vec<i64>],
        at_once: usize,
    ) -> Self {
        let settled = |tokens: &Vec<i64>| Sample {
            tokens: tokens
                .iter()
                .zip(known.mask())
                .map(|(&token, &known)| if known { token } else { 0 })
                .collect(),
            is_settled: known.mask().to_vec(),
        };
        Self {
            ask: ask.clone(),
            grid: known.grid(),
            samples: tokens.iter().map(settled).collect(),
            vocabulary: 0,
            at_once: at_once.max(1),
        }
    }

    /// The logits of the cells of some rows, in the order of the cells.
    fn logits(&mut self, rows: &[Row<'_>]) -> PyResult<Vec<Vec<f32>>> {
        let py = self.ask.py();
        let cells = self.grid.cells();
        let (mut tokens, mut known) = (Vec::new(), Vec::new());
        let mut asked = vec![false; rows.len() * cells];
        let mut most = 0;
        for (place, row) in rows.iter().enumerate() {
            let sample = &self.samples[row.sample];
            let start = tokens.len();
            tokens.extend_from_slice(&sample.tokens);
            known.extend_from_slice(&sample.is_settled);
            for &(cell, token) in &row.question.drafts[..row.after] {
                tokens[start + cell as usize] = i64::from(token);
                known[start + cell as usize] = true;
            }
            for &cell in row.cells {
                asked[place * cells + cell as usize] = true;
            }
            most = most.max(row.cells.len());
        }
        let shape = [rows.len(), cells];
        let samples = rows.iter().map(|row| row.sample as i64);
        let given = (
            PyArray1::from_vec(py, tokens).reshape(shape)?,
            PyArray1::from_vec(py, known).reshape(shape)?,
            PyArray1::from_vec(py, asked).reshape(shape)?,
            PyArray1::from_iter(py, samples),
        );
        let answer = self.ask.call1(given)?;
        let answer: PyReadonlyArray3<'_, f32> = answer.extract().map_err(|_| {
            told("the decoder's logits are no array of shape (samples, cells, tokens)")
        })?;
        let [of_rows, of_cells, vocabulary] = answer.shape()[..] else {
            return Err(told("the decoder's logits have not three dimensions"));
        };
        if of_rows != rows.len() || (of_cells != cells && of_cells != most) || vocabulary == 0 {
            return Err(told(format!(
                "the decoder gave logits of shape ({of_rows}, {of_cells}, {vocabulary}) for {} samples of which {most} of {cells} cells are asked; they have an entry for each cell that is asked, in raster order, or for every cell",
                rows.len()
            )));
        }
        if self.vocabulary != 0 && self.vocabulary != vocabulary {
            return Err(told(format!(
                "the decoder gave logits of {vocabulary} tokens, and of {} before",
                self.vocabulary
            )));
        }
        self.vocabulary = vocabulary;
        let answer = answer.as_array();
        let mut logits = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let mut sorted = row.cells.to_vec();
            sorted.sort_unstable();
            let mut of_row = Vec::with_capacity(row.cells.len() * vocabulary);
            for &cell in row.cells {
                let index = match of_cells == cells {
                    true => cell as usize,
                    false => sorted.partition_point(|&before| before < cell),
                };
                of_row.extend((0..vocabulary).map(|token| answer[[place, index, token]]));
            }
            logits.push(of_row);
        }
        Ok(logits)
    }
}

impl Decoder for PyDecoder<'_> {
    fn grid(&self) -> Grid {
        self.grid
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn samples(&self) -> usize {
        self.samples.len()
    }

    fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError> {
        let mut rows = Vec::new();
        for (sample, question) in questions.iter().enumerate() {
            rows.extend(question.groups.iter().map(|group| Row {
                sample,
                question,
                after: group.after,
                cells: &group.cells,
            }));
        }
        let mut logits = vec![Vec::new(); questions.len()];
        for rows in rows.chunks(self.at_once) {
            for (row, of_row) in rows.iter().zip(self.logits(rows)?) {
                logits[row.sample].extend(of_row);
            }
        }
        let vocabulary = self.vocabulary;
        let distributions = self.ask.py().detach(|| {
            let logits = logits.iter();
            logits
                .map(|logits| Distributions::of_logits(vocabulary, logits))
                .collect()
        });
        Ok(distributions)
    }

    fn commit(&mut self, sample: usize, group: &[(Cell, u32)]) -> Result<(), DecoderError> {
        let sample = &mut self.samples[sample];
        for &(cell, token) in group {
            sample.tokens[cell as usize] = i64::from(token);
            sample.is_settled[cell as usize] = true;
        }
        Ok(())
    }

    /// Groups of one sample are rows of their own.
    fn takes_drafts(&self) -> bool {
        true
    }
}
