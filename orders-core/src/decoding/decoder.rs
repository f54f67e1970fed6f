//! Who answers.

use std::error::Error;

use super::distributions::Distributions;
use crate::grid::{Cell, Grid};

/// A model that is asked about the cells of a batch of samples, and told their tokens.
///
/// What it answers about a sample depends on what was committed to that sample and on the
/// question, not on other samples.
pub trait Decoder {
    /// The grid of its samples.
    fn grid(&self) -> Grid;

    /// Number of tokens: they count from 0.
    fn vocabulary(&self) -> usize;

    /// Number of samples of the batch.
    fn samples(&self) -> usize;

    /// One pass: the distributions of the cells that are asked, a row for each of
    /// [`Question::cells`], for each sample. Nothing is asked of samples that are done
    /// ([`Question::is_empty`]), and they should cost nothing.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from answering.
    fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError>;

    /// Settles cells of a sample, which have one token each from now on. Those of one call
    /// were generated at once.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from going on.
    fn commit(&mut self, sample: usize, group: &[(Cell, u32)]) -> Result<(), DecoderError>;

    /// Whether it takes [drafts](Question::drafts), so that exact decoding can verify many
    /// cells in one pass. It does not by default.
    fn takes_drafts(&self) -> bool {
        false
    }
}

/// Why a decoder has no answer.
pub type DecoderError = Box<dyn Error + Send + Sync>;

/// A cell and a token that it may get.
pub type Draft = (Cell, u32);

/// What is asked about a sample in one pass: groups of cells, each given what is
/// committed and some of the drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Tokens that cells may get, in the order in which they would be settled one by one.
    /// Empty, if the decoder takes none.
    pub drafts: Vec<Draft>,
    /// What is asked.
    pub groups: Vec<AskedGroup>,
}

/// Cells that are asked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedGroup {
    /// How many of the first drafts are given to them as if they were committed, one by
    /// one.
    pub after: usize,
    /// The cells.
    pub cells: Vec<Cell>,
    /// Whether all of them come next, in this order. Otherwise some of them do; what
    /// depends on the rank of a cell, such as guidance, then takes each for the first.
    pub in_order: bool,
}

impl Question {
    /// Nothing is asked: the sample is done.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.cells().next().is_none()
    }

    /// The cells that are asked, group after group.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        self.groups
            .iter()
            .flat_map(|group| group.cells.iter().copied())
    }
}
