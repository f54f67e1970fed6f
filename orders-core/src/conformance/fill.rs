//! The fill of a short group, seen from its outcome.

use super::scores::{LEVELS, Scores};
use super::violation::Rule;
use crate::grid::{Cell, Grid};
use crate::lpd::distances::Distances;
use crate::lpd::lanes::Lane;
use crate::method::Watch;

/// The list that a short group is filled from: when the walk is over, every
/// free cell that is not in the group.
#[derive(Clone, Debug)]
pub(super) struct Fill<L> {
    /// The first level that is near.
    near_from: usize,
    distances: Distances<L>,
}

/// Where cells stand in the list, up to ties: far ones first, then near ones, each by
/// falling score.
#[derive(Clone, Copy)]
struct Places<'a> {
    scores: &'a Scores,
    near_from: usize,
}

impl Places<'_> {
    #[inline(always)]
    fn of(self, cell: Cell) -> usize {
        (self.near_from + LEVELS - 1 - self.scores.level(cell)) % LEVELS
    }

    fn is_far(self, cell: Cell) -> bool {
        self.scores.level(cell) < self.near_from
    }
}

impl<L: Lane> Fill<L> {
    pub(super) fn new(grid: Grid, near_from: usize) -> Self {
        Self {
            near_from,
            distances: Distances::new(grid),
        }
    }

    /// Checks the fill of a group of which the walk accepted the first
    /// `accepted` cells. `scores` is that of the beginning of the step, when so many cells
    /// are free.
    ///
    /// Gives the index in the group of the first impossible pick, and the rule
    /// that it breaks.
    #[inline(always)]
    pub(super) fn check(
        &mut self,
        group: &[Cell],
        accepted: usize,
        (scores, free): (&Scores, usize),
    ) -> Result<(), (usize, Rule)> {
        let near_from = self.near_from;
        let places = Places { scores, near_from };
        match free == group.len() {
            true => check_whole_list(group, accepted, places),
            false => self.check_farthest(group, accepted, places),
        }
    }

    /// Each pick is the farthest from the cells of the step.
    #[inline(always)]
    fn check_farthest(
        &mut self,
        group: &[Cell],
        accepted: usize,
        places: Places<'_>,
    ) -> Result<(), (usize, Rule)> {
        // The first cell of a group may be any.
        let there = accepted.max(1);
        if there == group.len() {
            return Ok(());
        }
        // Whoever does not watch does not end it.
        let _ = self
            .distances
            .load(&group[..there], Watch::NONE, places.scores);
        for (index, &pick) in group.iter().enumerate().skip(there) {
            let largest = self.distances.largest();
            self.check_pick(pick, largest, places)
                .map_err(|rule| (index, rule))?;
            self.distances.take(pick, largest);
        }
        Ok(())
    }

    #[inline(always)]
    fn check_pick(&self, pick: Cell, largest: L, places: Places<'_>) -> Result<(), Rule> {
        let (distance, place) = (self.distances.of(pick), places.of(pick));
        let mut stands_behind = false;
        self.distances
            .each_at(largest, |cell| stands_behind |= places.of(cell) < place);
        match distance < largest || stands_behind {
            true => Err(self.rule(pick, largest, places)),
            false => Ok(()),
        }
    }

    /// The rule that is broken by a pick that is not the foremost of the farthest.
    #[cold]
    fn rule(&self, pick: Cell, largest: L, places: Places<'_>) -> Rule {
        // The foremost of the farthest; of several, the first in raster order.
        let mut foremost: Option<(usize, Cell)> = None;
        self.distances.each_at(largest, |cell| {
            let place = (places.of(cell), cell);
            foremost = Some(foremost.map_or(place, |other| other.min(place)));
        });
        let before = foremost.map_or(pick, |(_, cell)| cell);
        let distance = self.distances.of(pick);
        let squared_distance = distance.value() as f64;
        if distance < largest {
            return Rule::FarthestFirst {
                squared_distance,
                before,
                before_squared_distance: largest.value() as f64,
            };
        }
        match places.is_far(before) && !places.is_far(pick) {
            true => Rule::FarBeforeRepelled {
                squared_distance,
                before,
            },
            false => Rule::TiesByScore {
                squared_distance,
                score: places.scores.score(pick),
                before,
                before_score: places.scores.score(before),
            },
        }
    }
}

/// All are taken, in list order.
#[inline(always)]
fn check_whole_list(
    group: &[Cell],
    accepted: usize,
    places: Places<'_>,
) -> Result<(), (usize, Rule)> {
    let mut left = [0; LEVELS];
    for &pick in &group[accepted..] {
        left[places.of(pick)] += 1;
    }
    for (index, &pick) in group.iter().enumerate().skip(accepted) {
        let place = places.of(pick);
        if let Some(front) = left[..place].iter().position(|&count| count > 0) {
            let at_front = group[index..].iter().copied();
            let before = at_front.filter(|&cell| places.of(cell) == front).min();
            let before = before.unwrap_or(pick);
            return Err((
                index,
                Rule::ListOrder {
                    score: places.scores.score(pick),
                    before,
                    before_score: places.scores.score(before),
                },
            ));
        }
        left[place] -= 1;
    }
    Ok(())
}
