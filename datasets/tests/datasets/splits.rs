//! Splits: everything once, the same for the same seed.

use orders_datasets::{hold_out, subset};
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_image_is_in_one_part(count in 0_u32..300, held_out in 0_u32..320, seed: u64) {
        let (train, test) = hold_out(count, held_out, seed);
        prop_assert_eq!(test.len() as u32, held_out.min(count));
        prop_assert!(train.is_sorted() && test.is_sorted());
        let mut all = [train, test.clone()].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
        // More held out are those and others.
        let (_, more) = hold_out(count, held_out + 7, seed);
        prop_assert!(test.iter().all(|index| more.contains(index)));
    }

    #[test]
    fn subsets_keep_the_order(images in prop::collection::vec(any::<u32>(), 0..50), limit in 0_usize..60, seed: u64) {
        let drawn = subset(&images, limit, seed);
        prop_assert_eq!(drawn.len(), limit.min(images.len()));
        let mut rest = images.iter();
        prop_assert!(drawn.iter().all(|image| rest.any(|other| other == image)));
    }
}

#[test]
fn splits_never_change() {
    // Token files name images by these: whoever draws anew must draw the same.
    assert_eq!(hold_out(20, 5, 0).1, [1, 6, 11, 12, 17]);
    assert_eq!(subset(&[3, 5, 7, 9, 11, 13], 3, 0), [3, 7, 13]);
    assert_ne!(hold_out(1000, 100, 0).1, hold_out(1000, 100, 1).1);
}
