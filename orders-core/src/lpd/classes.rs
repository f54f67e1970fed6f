//! Free cells sorted by proximity score.

use crate::cell_set::{CellSet, WORDS_AT_ONCE};

/// The free cells in classes of equal proximity score, highest score first.
///
/// A [`Proximity`](super::Proximity) fills it in every step; the walk and the
/// fill read it. Classes may be empty.
#[derive(Clone, Debug)]
pub struct Classes {
    scores: Vec<f64>,
    words: Vec<u64>,
    words_per_class: usize,
}

impl Classes {
    /// No classes yet, over cells `0..cells`.
    pub fn new(cells: usize) -> Self {
        Self {
            scores: Vec::new(),
            words: Vec::new(),
            words_per_class: CellSet::empty(cells).words().len(),
        }
    }

    /// The score of each class, strictly decreasing.
    #[inline]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The free cells of a class, in the layout of [`CellSet::words`].
    ///
    /// # Panics
    ///
    /// If there is no such class.
    #[inline]
    pub fn words(&self, class: usize) -> &[u64] {
        &self.words[class * self.words_per_class..][..self.words_per_class]
    }

    /// Starts over with one class for each of `scores`, which must decrease
    /// strictly. The classes hold what they held before, to be overwritten
    /// with [`words_mut`](Self::words_mut): every free cell belongs in exactly
    /// one.
    pub fn restart(&mut self, scores: &[f64]) {
        debug_assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
        self.scores.clear();
        self.scores.extend_from_slice(scores);
        self.words.resize(scores.len() * self.words_per_class, 0);
    }

    /// The free cells of a class, for writing.
    ///
    /// # Panics
    ///
    /// If there is no such class.
    #[inline]
    pub fn words_mut(&mut self, class: usize) -> &mut [u64] {
        &mut self.words[class * self.words_per_class..][..self.words_per_class]
    }

    /// The words of all classes, one class after the other, in pieces of one
    /// register.
    #[inline(always)]
    pub(super) fn pieces_mut(&mut self) -> &mut [[u64; WORDS_AT_ONCE]] {
        self.words.as_chunks_mut().0
    }
}
