//! Generating cell by cell or group by group: who answers, and who says what comes next.
//!
//! - A [`Decoder`] answers [`Question`]s about many samples at once: it gives the
//!   [`Distributions`] of cells, given what is committed and of each other's being asked;
//!   what is committed stays. It knows no orders.
//! - A [`Scheduler`] says which cells of one sample come next. It may look at the answers
//!   first. An order that was made beforehand is the scheduler that looks at nothing
//!   ([`FixedOrder`]). [`schedulers`] has those that were published.
//! - [`decode`] brings the two together and records what happened as an
//!   [`Order`](crate::Order) with sizes for each sample, which `check`, `plot` and the
//!   measures take. Tokens are drawn, or given: with given ones it is the
//!   likelihood of an image under a scheduler.
//! - [`Trace`] is the record of anyone's decoder, to be held against what decoding is.
//!
//! Everything here is numbers: models stand behind the trait.
//!
//! ```
//! use orders_core::decoding::{Decoder, DecoderError, Distributions, FixedOrder, Question};
//! use orders_core::decoding::{Decoding, decode};
//! use orders_core::{Cell, Grid, GroupSizes, KnownCells, Order, OrderingMethod, Problem};
//! use orders_core::methods::Raster;
//!
//! /// A coin for every cell, whatever is known.
//! struct Coins(Grid);
//!
//! impl Decoder for Coins {
//!     fn grid(&self) -> Grid {
//!         self.0
//!     }
//!     fn vocabulary(&self) -> usize {
//!         2
//!     }
//!     fn samples(&self) -> usize {
//!         1
//!     }
//!     fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError> {
//!         let answer = |question: &Question| vec![0.5; 2 * question.cells().count()];
//!         Ok(questions.iter().map(|q| Distributions::new(2, answer(q))).collect())
//!     }
//!     fn commit(&mut self, _: usize, _: &[(Cell, u32)]) -> Result<(), DecoderError> {
//!         Ok(())
//!     }
//! }
//!
//! let grid = Grid::new(2, 2)?;
//! let order = Raster.order(&Problem::new(grid, GroupSizes::new([1, 3])?)?, 0, 0)?;
//! let known = KnownCells::none(grid);
//! let mut decoding = Decoding::new(&known, vec![Box::new(FixedOrder::new(order.clone()))]);
//! let decoded = decode(&mut Coins(grid), &mut decoding, &mut |_, cell, _| cell % 2)?;
//! assert_eq!(decoded[0].order, order);
//! assert_eq!(decoded[0].tokens, [0, 1, 0, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decode;
mod decoder;
mod distributions;
mod drafts_text;
mod draw;
mod error;
mod exact;
mod prefixes;
mod scheduler;
pub mod schedulers;
mod trace;

pub use decode::{Decoded, Decoding, TokenSource, decode};
pub use decoder::{AskedGroup, Decoder, DecoderError, Draft, Question};
pub use distributions::{Distributions, confidence, divergence, entropy, margin};
pub use drafts_text::{DraftsError, DraftsProblem};
pub use draw::{draw, token_at, token_rng};
pub use error::DecodeError;
pub use exact::{DraftRule, Drafts, ExactDecoding, ExactSample, Window, decode_exactly};
pub use prefixes::{PrefixNats, score_prefixes};
pub use scheduler::{Asked, FixedOrder, Scheduler, Settled};
pub use trace::{Trace, TraceViolation};
