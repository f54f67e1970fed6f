//! The steps of a generation: asking, choosing, committing.

use std::ops::ControlFlow;

use super::decoder::{AskedGroup, Decoder, Question};
use super::distributions::{Distributions, Fault};
use super::error::DecodeError;
use super::scheduler::{Asked, Scheduler, Settled};
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::order::Order;
use crate::problem::Problem;

/// Gives a cell of a sample its token: drawn from the distribution, or one that is given.
/// It is called once for each cell, step after step, in the order of the cells chosen.
pub type TokenSource<'a> = &'a mut dyn FnMut(usize, Cell, &[f32]) -> u32;

/// What is decoded: known cells, and a scheduler for each sample.
pub struct Decoding<'a> {
    known: &'a KnownCells,
    schedulers: Vec<Box<dyn Scheduler>>,
    watch: Option<&'a mut dyn FnMut() -> ControlFlow<()>>,
}

/// A sample as it was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded {
    /// Which cells were revealed, and in which steps.
    pub order: Order,
    /// The tokens by cell, 0 at known cells.
    pub tokens: Vec<u32>,
}

impl<'a> Decoding<'a> {
    /// A scheduler for each sample. Tokens at known cells are committed to the decoder
    /// already.
    pub fn new(known: &'a KnownCells, schedulers: Vec<Box<dyn Scheduler>>) -> Self {
        Self {
            known,
            schedulers,
            watch: None,
        }
    }

    /// Asks `watch` before each pass whether to go on.
    pub fn watched(mut self, watch: &'a mut dyn FnMut() -> ControlFlow<()>) -> Self {
        self.watch = Some(watch);
        self
    }
}

/// One sample under way.
struct Sample {
    is_settled: Vec<bool>,
    cells: Vec<Cell>,
    sizes: Vec<u32>,
    tokens: Vec<u32>,
}

impl Sample {
    fn settled<'a>(&'a self, known: &'a KnownCells) -> Settled<'a> {
        Settled {
            known,
            is_settled: &self.is_settled,
            cells: &self.cells,
            sizes: &self.sizes,
        }
    }

    /// Whether the scheduler may name these cells: free, and each once.
    fn check(&self, cells: &[Cell], sample: usize, asked: bool) -> Result<(), DecodeError> {
        let step = self.sizes.len();
        if cells.is_empty() {
            return Err(DecodeError::NoCell {
                sample,
                step,
                free: self.is_settled.iter().filter(|settled| !**settled).count(),
                asked,
            });
        }
        let mut seen = vec![false; self.is_settled.len()];
        for &cell in cells {
            let settled = self.is_settled.get(cell as usize).copied();
            if settled != Some(false) {
                return Err(DecodeError::NotFree {
                    sample,
                    step,
                    cell,
                    settled: settled.is_some(),
                });
            }
            if std::mem::replace(&mut seen[cell as usize], true) {
                return Err(DecodeError::Twice { sample, step, cell });
            }
        }
        Ok(())
    }
}

/// Decodes all samples: in each step, schedulers name candidates, the decoder is asked
/// about them in one pass, and what is chosen gets its tokens and is committed. A step
/// reveals a cell at least, so that there are at most as many as free cells. Samples that
/// are done are not asked about any more; the passes of a batch are those of its slowest
/// sample.
///
/// # Errors
///
/// [`DecodeError`]: what decoder or scheduler did wrong.
pub fn decode(
    decoder: &mut dyn Decoder,
    decoding: &mut Decoding<'_>,
    tokens: TokenSource<'_>,
) -> Result<Vec<Decoded>, DecodeError> {
    let (known, grid) = (decoding.known, decoder.grid());
    let count = decoder.samples();
    if known.grid() != grid {
        return Err(DecodeError::Grid {
            what: "schedulers are",
            found: known.grid(),
            expected: grid,
        });
    }
    if decoding.schedulers.len() != count {
        return Err(DecodeError::Count {
            what: "schedulers",
            found: decoding.schedulers.len(),
            samples: count,
        });
    }
    let begin = |_| Sample {
        is_settled: known.mask().to_vec(),
        cells: Vec::with_capacity(known.free_count()),
        sizes: Vec::new(),
        tokens: vec![0; grid.cells()],
    };
    let mut samples: Vec<Sample> = (0..count).map(begin).collect();
    let is_open = |sample: &Sample| sample.cells.len() < known.free_count();
    while samples.iter().any(is_open) {
        if decoding
            .watch
            .as_mut()
            .is_some_and(|watch| watch().is_break())
        {
            return Err(DecodeError::Stopped);
        }
        let mut questions = Vec::with_capacity(count);
        for (index, sample) in samples.iter().enumerate() {
            if !is_open(sample) {
                questions.push(Question::nothing());
                continue;
            }
            let candidates = decoding.schedulers[index].candidates(&sample.settled(known));
            sample.check(&candidates, index, false)?;
            let group = AskedGroup {
                after: 0,
                cells: candidates,
                in_order: decoding.schedulers[index].reveals_candidates(),
            };
            questions.push(Question {
                drafts: Vec::new(),
                groups: vec![group],
            });
        }
        let answers = answers(decoder, &questions)?;
        for (index, distributions) in answers.iter().enumerate() {
            let Some(AskedGroup { cells, .. }) = questions[index].groups.first() else {
                continue;
            };
            let scheduler = &mut decoding.schedulers[index];
            let sample = &mut samples[index];
            let drawn = scheduler.looks_at_tokens().then(|| {
                let rows = cells.iter().zip(distributions.rows());
                let draw = |(&cell, row): (&Cell, &[f32])| tokens(index, cell, row);
                rows.map(draw).collect::<Vec<u32>>()
            });
            let asked = Asked {
                cells,
                distributions,
                tokens: drawn.as_deref(),
            };
            let chosen = scheduler.choose(&sample.settled(known), &asked);
            sample.check(&chosen, index, true)?;
            let mut group = Vec::with_capacity(chosen.len());
            for &cell in &chosen {
                let Some(place) = cells.iter().position(|&asked| asked == cell) else {
                    return Err(DecodeError::NotAsked {
                        sample: index,
                        step: sample.sizes.len(),
                        cell,
                    });
                };
                let token = match &drawn {
                    Some(drawn) => drawn[place],
                    None => tokens(index, cell, distributions.row(place)),
                };
                if token as usize >= distributions.vocabulary() {
                    return Err(DecodeError::Token {
                        sample: index,
                        cell,
                        token,
                        vocabulary: distributions.vocabulary(),
                    });
                }
                sample.is_settled[cell as usize] = true;
                sample.tokens[cell as usize] = token;
                group.push((cell, token));
            }
            sample.cells.extend(&chosen);
            sample.sizes.push(chosen.len() as u32);
            decoder
                .commit(index, &group)
                .map_err(DecodeError::Decoder)?;
        }
    }
    let decoded = |sample: Sample| {
        let sizes = GroupSizes::new(sample.sizes).expect("a step reveals a cell at least");
        let problem = Problem::with_known(known.clone(), sizes);
        let problem = problem.expect("each free cell was revealed in a step");
        Decoded {
            order: Order::new(problem, sample.cells).expect("each cell was revealed once"),
            tokens: sample.tokens,
        }
    };
    Ok(samples.into_iter().map(decoded).collect())
}

/// What the decoder says, if it is what was asked and made of distributions.
pub(super) fn answers(
    decoder: &mut dyn Decoder,
    questions: &[Question],
) -> Result<Vec<Distributions>, DecodeError> {
    let answers = decoder.ask(questions).map_err(DecodeError::Decoder)?;
    let refused = |what, found, expected| DecodeError::Answers {
        what,
        found,
        expected,
    };
    if answers.len() != questions.len() {
        return Err(refused("samples", answers.len(), questions.len()));
    }
    let vocabulary = decoder.vocabulary();
    for (sample, (question, rows)) in questions.iter().zip(&answers).enumerate() {
        let expected = question.cells().count();
        if rows.rows().len() != expected {
            return Err(refused("cells", rows.rows().len(), expected));
        }
        if expected > 0 && rows.vocabulary() != vocabulary {
            return Err(refused("tokens", rows.vocabulary(), vocabulary));
        }
        for (cell, row) in question.cells().zip(rows.rows()) {
            match Distributions::fault(row) {
                None => {}
                Some(Fault::Probability(probability)) => {
                    return Err(DecodeError::Probability {
                        sample,
                        cell,
                        probability,
                    });
                }
                Some(Fault::Sum(sum)) => {
                    return Err(DecodeError::Sum { sample, cell, sum });
                }
            }
        }
    }
    Ok(answers)
}
