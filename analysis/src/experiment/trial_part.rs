//! Parts of trials: what a shard does, and what is left of it.

use std::ops::Range;

use super::pieces::Pieces;
use super::shard::Shard;
use super::trial::TrialSettings;

/// A part of a trial: ranges of orders and images, and whether a machine is timed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TrialPart {
    pub(super) orders: Vec<Range<u64>>,
    pub(super) samples: Vec<Range<u64>>,
    pub(super) machine: bool,
}

impl TrialPart {
    /// The part of a shard of the trial at a place, of which `made` orders are made.
    /// Trials with a model are cut by images, others go to one shard whole.
    pub(super) fn of(settings: &TrialSettings, made: u64, shard: Shard, place: usize) -> Self {
        let samples = settings.samples.as_ref().map_or(0, |samples| samples.count);
        let orders = match settings.model {
            Some(_) => shard.range(made),
            None if shard.has(place) => 0..made,
            None => 0..0,
        };
        let some = |range: Range<u64>| match range.is_empty() {
            true => Vec::new(),
            false => vec![range],
        };
        Self {
            orders: some(orders),
            samples: some(shard.range(samples)),
            machine: settings.machine.is_some() && shard.has(place),
        }
    }

    /// The first orders and images of a trial.
    pub(super) fn first(settings: &TrialSettings, made: u64, most: u64) -> Self {
        let whole = Self::of(settings, made, Shard::WHOLE, 0);
        let cut = |ranges: Vec<Range<u64>>| {
            let ranges = ranges.into_iter();
            ranges
                .map(|range| range.start..range.end.min(range.start + most))
                .collect()
        };
        Self {
            orders: cut(whole.orders),
            samples: cut(whole.samples),
            machine: false,
        }
    }

    /// Orders and images in it.
    pub(super) fn count(&self) -> u64 {
        span(&self.orders) + span(&self.samples)
    }

    /// Whether there is nothing to do in it.
    pub(super) fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.samples.is_empty() && !self.machine
    }

    /// What of it is not among some pieces.
    pub(super) fn without(mut self, pieces: &Pieces) -> Self {
        for piece in &pieces.orders {
            self.orders = subtract(self.orders, &piece.range());
        }
        for piece in &pieces.samples {
            self.samples = subtract(self.samples, &piece.range());
        }
        self.machine &= pieces.machine.is_none();
        self
    }
}

/// Ranges without what of them is in another.
fn subtract(ranges: Vec<Range<u64>>, held: &Range<u64>) -> Vec<Range<u64>> {
    let parts = ranges.into_iter().flat_map(|range| {
        let before = range.start..range.end.min(held.start);
        let behind = range.start.max(held.end)..range.end;
        [before, behind]
    });
    parts.filter(|part| !part.is_empty()).collect()
}

pub(super) fn span(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

/// Ranges in parts of at most `size`.
pub(super) fn chunks(ranges: &[Range<u64>], size: u64) -> impl Iterator<Item = Range<u64>> {
    let size = size.max(1);
    ranges.iter().cloned().flat_map(move |range| {
        let end = range.end;
        let firsts = range.step_by(size as usize);
        firsts.map(move |first| first..end.min(first + size))
    })
}
