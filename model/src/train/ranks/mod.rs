//! Processes that train together.

#[cfg(feature = "mpi")]
mod mpi;
mod team;

use orders_core::Watch;

#[cfg(feature = "mpi")]
pub use mpi::MpiRanks;
pub use team::Team;
pub(super) use team::{Heard, Work};

/// The processes of a training as one of them sees them: how many there are, and how bytes
/// go from one to another.
///
/// Messages between two of them arrive whole and in the order in which they were sent.
pub trait Ranks: Send {
    /// The number of this one, from 0; 0 leads.
    fn rank(&self) -> usize;

    /// How many there are, 1 at least.
    fn count(&self) -> usize;

    /// How many of them are on this machine and share its memory, this one among them.
    fn beside(&self) -> usize;

    /// Sends a message. Waits until it is on its way; whoever watches may end that.
    ///
    /// # Errors
    ///
    /// [`RanksError::Gone`], and [`RanksError::Stopped`].
    fn send(&mut self, to: usize, message: Vec<u8>, watch: Watch<'_>) -> Result<(), RanksError>;

    /// The next message of another one. Waits for it; whoever watches may end that.
    ///
    /// # Errors
    ///
    /// [`RanksError::Gone`], and [`RanksError::Stopped`].
    fn receive(&mut self, from: usize, watch: Watch<'_>) -> Result<Vec<u8>, RanksError>;

    /// Ends in order, when nothing more is said. One that is dropped without this leaves the
    /// others in the middle of their work.
    fn leave(self: Box<Self>);
}

/// Why processes can't train together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RanksError {
    /// There is nothing to do for some.
    #[error(
        "there are {ranks} ranks, and a batch of {batch} is cut into {parts} parts: at most {parts} ranks have something to do"
    )]
    Many {
        /// The ranks.
        ranks: usize,
        /// Samples of a batch.
        batch: usize,
        /// Its parts.
        parts: usize,
    },
    /// The gradients of parts are the CPU's alone.
    #[error("several ranks train on the CPU; another device takes one")]
    Device,
    /// It was started with something else than the one that leads.
    #[error("its {what} is not that of rank 0")]
    Other {
        /// What differs.
        what: &'static str,
    },
    /// Another one has ended, or can't be reached.
    #[error("rank {rank} can't be reached any more")]
    Gone {
        /// Which.
        rank: usize,
    },
    /// A message is not what was expected: programs of other versions.
    #[error("rank {rank} says what this version does not know")]
    Message {
        /// Which.
        rank: usize,
    },
    /// MPI can't be had.
    #[error("MPI {why}")]
    Mpi {
        /// Why.
        why: &'static str,
    },
    /// Whoever watched ended it.
    #[error("it was stopped before it was done")]
    Stopped,
}
