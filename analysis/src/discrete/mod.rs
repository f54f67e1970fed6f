//! Exact discrete fields: models of a few colours on a grid whose every conditional
//! distribution is known, as a test bed for schedulers and decoders.
//!
//! [`PottsField`] is the Potts model. Its [`FieldDecoder`] answers as a perfect model would,
//! with drafts too, so that what a scheduler or exact decoding does can be held against
//! the truth: [samples](PottsField::sample), [log-probabilities](PottsField::log_probability),
//! [entropies](PottsField::entropy) and the [total correlation](PottsField::total_correlation)
//! of a group given what is settled.
//!
//! ```
//! use orders_analysis::discrete::{FieldDecoder, PottsField, PottsParams};
//! use orders_core::decoding::schedulers::{EntropyBound, SchedulingRule};
//! use orders_core::decoding::{Decoding, decode};
//! use orders_core::{Grid, KnownCells, OrderRng};
//!
//! // The Ising model near its critical temperature, as two colours.
//! let grid = Grid::new(8, 8)?;
//! let field = PottsField::new(grid, PottsParams::ising(0.44)?)?;
//!
//! let known = KnownCells::none(grid);
//! let rule = EntropyBound::new(0.5)?;
//! let scheduler = rule.scheduler(&known.clone().into(), 0, 0)?;
//! let mut rng = OrderRng::new(1, 0);
//! let mut draw = |_: usize, _: u32, row: &[f32]| u32::from(rng.uniform() >= row[0].into());
//! let mut decoder = FieldDecoder::new(&field, 1);
//! let mut decoding = Decoding::new(&known, vec![scheduler]);
//! let sample = decode(&mut decoder, &mut decoding, &mut draw)?.remove(0);
//! assert!(sample.order.problem().group_sizes().steps() < 64);
//! assert!(field.log_probability(&sample.tokens)? < 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decoder;
mod error;
mod field;
mod params;
mod transfer;

pub use decoder::FieldDecoder;
pub use error::DiscreteError;
pub use field::PottsField;
pub use params::PottsParams;
