//! From pixels to what they show.

/// Which of `count` items that share a line of `pixels` px evenly lies at the
/// middle of `pixel`; all count from 0.
///
/// This one formula serves both ways: if there are more pixels than items,
/// each item is a run of pixels; if there are fewer, items are left out evenly
/// (nearest sampling).
pub(crate) fn item_from_pixel(pixel: u32, pixels: u32, count: usize) -> usize {
    let doubled = (2 * u64::from(pixel) + 1) * count as u64;
    (doubled / (2 * u64::from(pixels))) as usize
}

#[cfg(test)]
mod tests {
    use super::item_from_pixel;

    fn items(pixels: u32, count: usize) -> Vec<usize> {
        (0..pixels)
            .map(|pixel| item_from_pixel(pixel, pixels, count))
            .collect()
    }

    #[test]
    fn items_are_runs_of_pixels_or_left_out_evenly() {
        assert_eq!(items(6, 2), [0, 0, 0, 1, 1, 1]);
        assert_eq!(items(3, 3), [0, 1, 2]);
        assert_eq!(items(2, 8), [2, 6]);
        assert_eq!(items(1, 1), [0]);
    }

    #[test]
    fn no_pixel_shows_an_item_that_is_not_there() {
        for pixels in 1..40 {
            for count in 1..90 {
                assert!(items(pixels, count).iter().all(|&item| item < count));
            }
        }
        assert_eq!(item_from_pixel(1023, 1024, 1 << 24), (1 << 24) - (1 << 13));
    }
}
