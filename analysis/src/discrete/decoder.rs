//! A field that answers as a model does.

use orders_core::decoding::{Decoder, DecoderError, Distributions, Question};
use orders_core::{Cell, Grid};
use rayon::prelude::*;

use super::error::DiscreteError;
use super::field::PottsField;
use super::transfer::Sums;

/// A batch of samples of a field under way: a decoder whose answers are the field's own
/// conditional distributions, given what is committed and the drafts. It takes drafts.
///
/// Each group of a question costs what [`PottsField::distributions`] costs, groups after the
/// same number of drafts once; samples are computed in parallel.
#[derive(Clone, Debug)]
pub struct FieldDecoder<'a> {
    field: &'a PottsField,
    settled: Vec<Vec<Option<u32>>>,
}

impl<'a> FieldDecoder<'a> {
    /// So many samples of which nothing is settled. Known cells are
    /// [committed](Decoder::commit) first.
    pub fn new(field: &'a PottsField, samples: usize) -> Self {
        Self {
            field,
            settled: vec![vec![None; field.grid().cells()]; samples],
        }
    }

    /// The tokens of a sample, as far as they are committed.
    ///
    /// # Panics
    ///
    /// If there is no such sample.
    pub fn settled(&self, sample: usize) -> &[Option<u32>] {
        &self.settled[sample]
    }

    fn answer(
        &self,
        sums: &mut Sums,
        settled: &[Option<u32>],
        question: &Question,
    ) -> Result<Distributions, DiscreteError> {
        let mut answer = Vec::new();
        let mut given = settled.to_vec();
        let mut last: Option<(usize, Vec<f64>)> = None;
        for group in &question.groups {
            let rows = match &last {
                Some((after, rows)) if *after == group.after => rows,
                _ => {
                    given.copy_from_slice(settled);
                    for &(cell, token) in question.drafts.iter().take(group.after) {
                        self.field.check_token(cell, token)?;
                        *given.get_mut(cell as usize).ok_or(not_there(cell))? = Some(token);
                    }
                    let rows = self.field.distributions_with(sums, &given);
                    &last.insert((group.after, rows)).1
                }
            };
            for &cell in &group.cells {
                if cell as usize >= settled.len() {
                    return Err(not_there(cell));
                }
                let row = self.field.row(rows, cell).iter();
                answer.extend(row.map(|&probability| probability as f32));
            }
        }
        Ok(Distributions::new(
            self.field.params().colours() as usize,
            answer,
        ))
    }
}

fn not_there(cell: Cell) -> DiscreteError {
    let what = "not in the grid";
    DiscreteError::Group { cell, what }
}

impl Decoder for FieldDecoder<'_> {
    fn grid(&self) -> Grid {
        self.field.grid()
    }

    fn vocabulary(&self) -> usize {
        self.field.params().colours() as usize
    }

    fn samples(&self) -> usize {
        self.settled.len()
    }

    fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError> {
        let asked = questions.par_iter().zip(&self.settled);
        let answers = asked.map_init(Sums::default, |sums, (question, settled)| {
            self.answer(sums, settled, question)
        });
        Ok(answers.collect::<Result<_, _>>()?)
    }

    fn commit(&mut self, sample: usize, group: &[(Cell, u32)]) -> Result<(), DecoderError> {
        for &(cell, token) in group {
            self.field.check_token(cell, token)?;
            let slot = self.settled[sample].get_mut(cell as usize);
            let slot = slot.ok_or(not_there(cell))?;
            if slot.is_some() {
                let what = "settled";
                return Err(DiscreteError::Group { cell, what }.into());
            }
            *slot = Some(token);
        }
        Ok(())
    }

    fn takes_drafts(&self) -> bool {
        true
    }
}
