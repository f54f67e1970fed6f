//! A field as the decoder of schedulers.

use orders_analysis::discrete::{FieldDecoder, PottsField};
use orders_core::decoding::schedulers::Task;
use orders_core::decoding::{Decoded, Decoder, Decoding, decode};
use orders_core::{Catalogue, Cell, Grid, GroupSizes, KnownCells, OrderRng, Parameters, Problem};

fn drawn(row: &[f32], rng: &mut OrderRng) -> u32 {
    let mut left = rng.uniform();
    let below = row.iter().position(|&probability| {
        left -= f64::from(probability);
        left < 0.0
    });
    below.unwrap_or(row.len() - 1) as u32
}

fn samples(
    field: &PottsField,
    known: &[(Cell, u32)],
    (scheduler, sizes): (&str, &[u32]),
    count: usize,
) -> Vec<Decoded> {
    let grid = field.grid();
    let cells = known.iter().map(|&(cell, _)| cell);
    let known_cells = KnownCells::new(grid, cells).unwrap();
    let rule = Catalogue::standard()
        .scheduler(scheduler, grid, &Parameters::new())
        .unwrap();
    let task: Task = match sizes {
        [] => known_cells.clone().into(),
        sizes => {
            let sizes = GroupSizes::new(sizes).unwrap();
            Problem::with_known(known_cells.clone(), sizes)
                .unwrap()
                .into()
        }
    };
    let schedulers = (0..count as u64).map(|index| rule.scheduler(&task, 1, index).unwrap());
    let mut decoder = FieldDecoder::new(field, count);
    for sample in 0..count {
        decoder.commit(sample, known).unwrap();
    }
    let mut rngs: Vec<OrderRng> = (0..count as u64).map(|i| OrderRng::new(9, i)).collect();
    let mut decoding = Decoding::new(&known_cells, schedulers.collect());
    let mut draw = |sample: usize, _: Cell, row: &[f32]| drawn(row, &mut rngs[sample]);
    decode(&mut decoder, &mut decoding, &mut draw).unwrap()
}

/// Cell by cell, whatever the order, samples follow the field; in one step, they follow the
/// single cells. Chi-squared of 15 degrees of freedom stays below 46 in all but 1 of 20,000
/// seeds.
#[test]
fn one_by_one_the_decoder_samples_the_field() {
    let field = PottsField::new(Grid::new(2, 2).unwrap(), "ising:0.4".parse().unwrap()).unwrap();
    let chi = |choice: (&str, &[u32])| -> f64 {
        let mut counts = [0_u32; 16];
        for sample in samples(&field, &[], choice, 4000) {
            counts[sample
                .tokens
                .iter()
                .fold(0, |n, &token| 2 * n + token as usize)] += 1;
        }
        let image = |number: usize| [8, 4, 2, 1].map(|bit| u32::from(number & bit > 0));
        (0..16)
            .map(|number| {
                let nats = field.log_probability(&image(number)).unwrap();
                let expected = 4000.0 * nats.exp();
                (f64::from(counts[number]) - expected).powi(2) / expected
            })
            .sum()
    };
    for choice in [("random", &[1; 4][..]), ("confidence", &[1; 4])] {
        let chi = chi(choice);
        assert!(chi < 46.0, "{choice:?}: {chi}");
    }
    let parallel = chi(("raster", &[4]));
    assert!(parallel > 400.0, "{parallel}");
}

/// What a scheduler reveals at once depends on itself by no more than its bound.
#[test]
fn entropy_bound_keeps_its_promise() {
    let field = PottsField::new(Grid::new(6, 6).unwrap(), "potts:3:1.6".parse().unwrap()).unwrap();
    let known = [(0, 1), (1, 1), (35, 2)];
    let mut steps = Vec::new();
    for sample in samples(&field, &known, ("entropy-bound", &[]), 20) {
        let mut settled = vec![None; 36];
        for (cell, token) in known {
            settled[cell as usize] = Some(token);
        }
        for group in sample.order.groups() {
            // Larger ones than 7 cells are those of which all are certain.
            if group.len() <= 7 {
                let nats = field.total_correlation(&settled, group).unwrap();
                assert!(nats <= 0.1 + 1e-6, "{nats}");
            }
            for &cell in group {
                settled[cell as usize] = Some(sample.tokens[cell as usize]);
            }
        }
        steps.push(sample.order.problem().group_sizes().steps());
    }
    assert!(steps.iter().all(|&count| count < 33), "{steps:?}");
    assert!(steps.iter().any(|&count| count != steps[0]), "{steps:?}");
}
