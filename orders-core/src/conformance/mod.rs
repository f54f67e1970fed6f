//! Whether an order could have come from LPD.
//!
//! LPD breaks ties at random, so many orders are possible, and two programs
//! that implement it hardly ever make the same one. [`Conformance`] replays an
//! order choice by choice and says whether *some* outcome of the random ties
//! gives it; if not, its [`Violation`] names the first choice that none does.
//!
//! ```
//! use orders_core::conformance::{Conformance, Rule, Violation};
//! use orders_core::{Grid, GroupSizes, LocalityAware, OrderingMethod, Problem};
//!
//! let grid = Grid::for_image(256, 16)?;
//! let sizes = GroupSizes::published(grid, 20).expect("a published row");
//! let problem = Problem::new(grid, sizes)?;
//! let mut conformance = Conformance::new(&problem, 1.0, 2.0)?;
//!
//! let mut cells = LocalityAware::new(1.0, 2.0)?.order(&problem, 0, 0)?.into_cells();
//! assert_eq!(conformance.check(&cells), Ok(()));
//!
//! // The second step starts next to the first cell, not anywhere.
//! cells.swap(1, 255);
//! let violation = conformance.check(&cells).unwrap_err();
//! assert!(matches!(
//!     violation,
//!     Violation::Impossible { step: 2, rank: 1, rule: Rule::NearBeforeFar { .. }, .. }
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is possible
//!
//! In every step LPD sorts the free cells by proximity score, highest first.
//! Random numbers decide two things only: how cells of equal score are sorted
//! (call it the *tie order*, one for each step), and where a group starts that
//! no near cell could begin. From there on all is fixed:
//!
//! 1. *Walk.* The near cells (score at least tau) are visited in sorted order.
//!    Each is accepted unless a cell accepted in this step repels it, until
//!    the group is full.
//! 2. *Fill.* If the group is short, the rest is picked from a list: the far
//!    cells, then the repelled ones, each in sorted order. If the list has no
//!    more cells than are missing, all are taken in list order. Else each pick
//!    has the largest distance to the nearest cell of the group; of several,
//!    it is the earliest in the list.
//!
//! Near cells that the walk did not visit would stand at the end of the list,
//! but there are none: a walk that leaves the group short has visited all.
//!
//! The first step is a step like any other, with no context: every score is 0.
//! With one cell, as all published sizes have it, any cell is possible.
//!
//! # What is checked
//!
//! It shows in the order itself which cells the walk accepted: the first ones
//! of a group that are near and that no earlier cell of the group repels. Such
//! a cell can't have come from the fill, because the walk would have accepted
//! it before, and any other cell can't have come from the walk.
//!
//! - When the walk accepts a cell, no near cell of a higher score may be left
//!   that is neither accepted nor repelled by the cells accepted so far
//!   ([`Rule::HighestScoreFirst`]). Hence scores never increase.
//! - When the fill starts, no near cell at all may be left of that kind
//!   ([`Rule::NearBeforeFar`], [`Rule::RepelledLast`]).
//! - A pick from a list that is taken whole has no remaining cell in front of
//!   it whose position differs in more than ties ([`Rule::ListOrder`]): far
//!   cells by falling score, then repelled ones by falling score.
//! - Any other pick has the largest distance of the list
//!   ([`Rule::FarthestFirst`]) and, among those that share it, stands in the
//!   foremost class ([`Rule::FarBeforeRepelled`], [`Rule::TiesByScore`]). If
//!   the group has no cell yet, every cell of the list is possible.
//!
//! That each of these is necessary follows from the rules. Together they are
//! sufficient. Whatever else a choice asks for is about the tie order alone,
//! and it always asks for the same thing: that a cell stands before others of
//! its score which are emitted later in this step, or not in this step at all.
//! (An accepted cell stands before those that it is the first to repel, and
//! before those that are still left; a pick stands before those that share its
//! distance.) One tie order does all that at once: the cells of the group as
//! they were emitted, then the others. So the demands of walk and fill never
//! contradict each other, and steps draw their ties independently. The same
//! argument holds for the beginning of an order, which makes the reported
//! choice the first that is impossible.
//!
//! # Exactness
//!
//! Scores are compared as the 25 values that
//! [`EightNeighbours::score`](crate::lpd::EightNeighbours::score) gives, and
//! distances as whole numbers (squared), so nothing depends on rounding. On
//! other topologies both are the numbers that
//! [`GraphLocalityAware`](crate::topology::GraphLocalityAware) itself compares.

mod fill;
mod graph;
mod replay;
mod scores;
mod violation;

pub use replay::{Conformance, Replay};
pub use violation::{Rule, Violation};
