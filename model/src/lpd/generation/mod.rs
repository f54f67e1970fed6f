//! Generation: group after group, with a cache of keys and values.

mod guidance;
mod sampling;
mod session;

pub use guidance::{Guidance, GuidanceSchedule};
pub use sampling::{Choice, Sampler, Sampling};
pub use session::{Generated, Generation, Step};
