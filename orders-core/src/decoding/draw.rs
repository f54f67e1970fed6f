//! How tokens are drawn: from which random numbers, and how a number chooses one.

use crate::random::OrderRng;

/// Streams of a seed from here on are those of tokens; the others make orders.
const TOKEN_STREAMS: u64 = 1 << 63;

/// What the tokens of sample `sample` of a run are drawn from: the ChaCha8 stream 2^63 +
/// `sample` of the seed.
pub fn token_rng(seed: u64, sample: u64) -> OrderRng {
    OrderRng::new(seed, TOKEN_STREAMS | sample)
}

/// The token that a number from 0 to below 1 chooses by weights, which need not sum to 1;
/// `None` if all of them are 0.
///
/// ```
/// use orders_core::decoding::draw;
///
/// assert_eq!(draw(&[0.0, 1.0, 3.0], 0.2), Some(1));
/// assert_eq!(draw(&[0.0, 1.0, 3.0], 0.25), Some(2));
/// assert_eq!(draw(&[0.0, 0.0], 0.5), None);
/// ```
pub fn draw(weights: &[f32], number: f64) -> Option<u32> {
    let total: f64 = weights.iter().copied().map(f64::from).sum();
    token_at(weights, number * total)
}

/// The first token at which the sum of the weights is over `target`, else the last that has
/// weight; `None` if none has.
#[inline]
pub fn token_at(weights: &[f32], target: f64) -> Option<u32> {
    let mut passed = 0.0;
    let mut last = None;
    for (token, &weight) in (0..).zip(weights) {
        if weight > 0.0 {
            passed += f64::from(weight);
            last = Some(token);
            if passed > target {
                break;
            }
        }
    }
    last
}
