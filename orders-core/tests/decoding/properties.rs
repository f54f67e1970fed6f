//! What must hold for every scheduler of the catalogue.

use std::thread;

use orders_core::catalogue::ParameterEntry;
use orders_core::decoding::schedulers::{SchedulingRule, Task};
use orders_core::decoding::{Decoded, Scheduler};
use orders_core::{
    Catalogue, Cell, Grid, GroupSizes, KnownCells, OrderRng, ParameterKind, Parameters, Problem,
};
use proptest::prelude::*;

use crate::decoders::{Answering, decoded, random_row};

const SAMPLES: u64 = 3;
const VOCABULARY: usize = 5;

/// Parameters at random; some are left to their defaults.
fn parameters(entries: &[ParameterEntry], rng: &mut OrderRng) -> Parameters {
    let mut parameters = Parameters::new();
    for entry in entries {
        let step = f64::from(rng.below(9));
        let value = match entry.kind() {
            ParameterKind::NumberFrom(from) => from + step / 2.0,
            ParameterKind::NumberBetween(from, to) => (step / 8.0).clamp(*from, *to),
            ParameterKind::WholeFrom(from) => f64::from(*from) + step,
            kind => panic!("no scheduler takes {kind}"),
        };
        if rng.below(3) > 0 {
            parameters.insert(entry.name().into(), value.into());
        }
    }
    parameters
}

fn task(known: &KnownCells, rng: &mut OrderRng) -> Problem {
    let mut left = known.free_count() as u32;
    let mut sizes = Vec::new();
    while left > 0 {
        let size = 1 + rng.below(left.min(6));
        sizes.push(size);
        left -= size;
    }
    Problem::with_known(known.clone(), GroupSizes::new(sizes).unwrap()).unwrap()
}

/// Samples, of which `index` is that of the batch; those from `first` on.
fn samples(rule: &dyn SchedulingRule, task: &Task, seed: u64, indices: &[u64]) -> Vec<Decoded> {
    let make = |&index: &u64| rule.scheduler(task, seed, index).unwrap();
    let schedulers: Vec<Box<dyn Scheduler>> = indices.iter().map(make).collect();
    let row = |sample: usize, tokens: &[Option<u32>], cell: Cell| {
        random_row(seed + indices[sample], VOCABULARY, tokens, cell)
    };
    let mut decoder = Answering::new(task.grid(), VOCABULARY, indices.len(), row);
    for tokens in &mut decoder.tokens {
        for cell in task.known().cells() {
            tokens[cell as usize] = Some(cell % VOCABULARY as u32);
        }
    }
    let decoded = decoded(&mut decoder, task.known(), schedulers, seed, indices);
    // What was known is as it was, and all else is what the samples say.
    for (tokens, sample) in decoder.tokens.iter().zip(&decoded) {
        for (cell, token) in (0..).zip(tokens) {
            let expected = match task.known().contains(cell) {
                true => cell % VOCABULARY as u32,
                false => sample.tokens[cell as usize],
            };
            assert_eq!(*token, Some(expected));
        }
    }
    decoded
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// `decode` fails if a cell is named twice or was settled, and an [`Order`] is a
    /// permutation of the free cells; so what is left to see are counts, and that a sample
    /// does not depend on those beside it.
    #[test]
    fn every_free_cell_is_revealed_once(
        (height, width) in (1u32..9, 1u32..9),
        frames in prop_oneof![3 => Just(1u32), 1 => 2u32..4],
        known_percent in prop_oneof![Just(0u32), 0u32..90],
        seed in 0u64..1 << 40,
    ) {
        let mut rng = OrderRng::new(seed, 1);
        let grid = Grid::video(frames, height, width).unwrap();
        let mut mask: Vec<bool> =
            (0..grid.cells()).map(|_| rng.below(100) < known_percent).collect();
        mask[rng.below(grid.cells() as u32) as usize] = false;
        let known = KnownCells::from_mask(grid, mask).unwrap();
        let catalogue = Catalogue::standard();
        for entry in catalogue.schedulers() {
            if entry.needs().one_frame && frames > 1 {
                continue;
            }
            let parameters = parameters(entry.parameters(), &mut rng);
            let rule = catalogue.scheduler(entry.name(), grid, &parameters).unwrap();
            let problem = task(&known, &mut rng);
            let task = match rule.needs_group_sizes() {
                true => Task::from(problem),
                false => Task::from(known.clone()),
            };
            let batch = samples(&*rule, &task, seed, &[0, 1, 2]);
            for sample in &batch {
                let sizes = sample.order.problem().group_sizes();
                prop_assert!(sizes.steps() <= known.free_count());
                prop_assert_eq!(sizes.cells(), known.free_count());
                let is_spaced = rule.parameters().get("repulsion").and_then(|v| v.number());
                let reach = is_spaced.unwrap_or(0.0) as u32;
                for group in sample.order.groups() {
                    let apart = |(place, &a): (usize, &Cell)| {
                        group[..place].iter().all(|&b| grid.chebyshev_distance(a, b) > reach)
                    };
                    prop_assert!(group.iter().enumerate().all(apart));
                }
                if let (Some(asked), 0) = (task.group_sizes(), reach) {
                    prop_assert_eq!(sizes, asked);
                }
            }
            // Each sample for itself, from other threads.
            thread::scope(|scope| {
                let (rule, task) = (&rule, &task);
                let alone = |index| scope.spawn(move || samples(&**rule, task, seed, &[index]));
                let alone: Vec<_> = (0..SAMPLES).map(alone).collect();
                for (sample, alone) in batch.iter().zip(alone) {
                    assert_eq!(sample.order, alone.join().unwrap()[0].order);
                }
            });
        }
    }
}
