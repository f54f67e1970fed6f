//! Which images are for training and which are held out.

use orders_core::OrderRng;

/// Streams of the seed, one for each kind of draw.
const HOLD_OUT: u64 = 0;
const SUBSET: u64 = 1;

/// Divides `count` images into those for training and `held_out` others, by a
/// seed: both in rising order. The same count and seed hold out the same images,
/// and with a larger `held_out` those and more. O(count).
///
/// ```
/// use orders_datasets::hold_out;
///
/// let (train, test) = hold_out(10, 3, 0);
/// assert_eq!((train.len(), test.len()), (7, 3));
/// assert!(test.iter().all(|index| !train.contains(index)));
/// ```
pub fn hold_out(count: u32, held_out: u32, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let mut drawn = shuffled((0..count).collect(), seed, HOLD_OUT);
    let mut train = drawn.split_off(held_out.min(count) as usize);
    train.sort_unstable();
    drawn.sort_unstable();
    (train, drawn)
}

/// Up to `limit` of the images, drawn by a seed, in the order given. O(count).
pub fn subset(images: &[u32], limit: usize, seed: u64) -> Vec<u32> {
    if limit >= images.len() {
        return images.to_vec();
    }
    let places = shuffled((0..images.len()).collect(), seed, SUBSET);
    let mut places: Vec<usize> = places.into_iter().take(limit).collect();
    places.sort_unstable();
    places.into_iter().map(|place| images[place]).collect()
}

fn shuffled<T>(mut items: Vec<T>, seed: u64, stream: u64) -> Vec<T> {
    OrderRng::new(seed, stream).shuffle(&mut items);
    items
}
