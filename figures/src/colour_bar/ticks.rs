//! Which steps a colour bar names.

/// The steps to name on a bar of `steps` steps (both counted from 1): at most
/// `most`, or 2 if that is more. All of them if there is room, else the first,
/// the last and evenly spaced round ones between, which keep at least half of
/// that spacing to the first and the last.
pub(super) fn step_ticks(steps: usize, most: usize) -> Vec<usize> {
    if steps <= most.max(2) {
        return (1..=steps).collect();
    }
    let spacing = round_numbers()
        .find(|&spacing| steps / spacing + 2 <= most || spacing >= steps)
        .unwrap_or(steps);
    // A round number close to an end would crowd it.
    let far = |a: usize, b: usize| 2 * a.abs_diff(b) >= spacing;
    let between = (1..=steps / spacing)
        .map(|times| times * spacing)
        .filter(|&tick| far(1, tick) && far(tick, steps));
    [1].into_iter().chain(between).chain([steps]).collect()
}

/// 1, 2, 5, 10, 20, 50, ...
fn round_numbers() -> impl Iterator<Item = usize> {
    std::iter::successors(Some(1_usize), |power| power.checked_mul(10))
        .flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)))
}

#[cfg(test)]
mod tests {
    use super::step_ticks;

    #[test]
    fn few_steps_are_all_named() {
        assert_eq!(step_ticks(1, 8), [1]);
        assert_eq!(step_ticks(2, 0), [1, 2]);
        assert_eq!(step_ticks(8, 8), [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn many_steps_are_named_at_round_numbers() {
        assert_eq!(step_ticks(48, 8), [1, 10, 20, 30, 40, 48]);
        assert_eq!(step_ticks(20, 8), [1, 5, 10, 15, 20]);
        assert_eq!(step_ticks(20, 12), [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
        assert_eq!(
            step_ticks(1024, 12),
            [1, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1024]
        );
        assert_eq!(step_ticks(1000, 2), [1, 1000]);
    }

    #[test]
    fn ticks_rise_from_first_to_last_and_are_few() {
        for most in 2..14 {
            for steps in (1..300).chain([1 << 12, 1 << 24]) {
                let ticks = step_ticks(steps, most);
                assert_eq!((ticks[0], ticks[ticks.len() - 1]), (1, steps));
                assert!(ticks.is_sorted_by(|a, b| a < b), "{ticks:?}");
                assert!(ticks.len() <= most, "{steps} {most} {ticks:?}");
            }
        }
    }
}
