//! The kernels against each other, and what does not change a result.

use ndarray::{Array2, s};
use orders_core::methods::Random;
use orders_core::{Grid, GroupSizes, Order, OrderingMethod, Problem};
use orders_model::lpd::{
    Batch, Choice, Guidance, GuidanceSchedule, ImageSize, Kernels, Lpd, LpdConfig, LpdParams,
    Sampling,
};
use orders_model::{DType, Device};
use proptest::prelude::*;

use crate::reference::{ALL_KERNELS, Tiny, assert_close};

/// Sizes that fill no register and no panel: 2 x 5 cells, heads of 5, 7 classes,
/// 70 tokens.
fn odd() -> LpdConfig {
    LpdConfig::new(LpdParams {
        image_size: ImageSize::Sides([32, 80]),
        stride: 16,
        embed_dim: 15,
        depth: 2,
        heads: 3,
        mlp_ratio: 3,
        classes: 7,
        vocab: 70,
        norm_eps: 1e-6,
        tensors: (),
    })
    .unwrap()
}

fn model(config: &LpdConfig, kernels: Kernels) -> Lpd {
    let weights = config.formula_weights(DType::F32, &Device::Cpu).unwrap();
    Lpd::with_kernels(config.clone(), weights, kernels).unwrap()
}

fn orders(grid: Grid, sizes: &[u32], count: u64) -> Vec<Order> {
    let problem = Problem::new(grid, GroupSizes::new(sizes).unwrap()).unwrap();
    (0..count)
        .map(|index| Random::default().order(&problem, 3, index).unwrap())
        .collect()
}

fn tokens(rows: usize, cells: usize, vocab: usize) -> Array2<u32> {
    Array2::from_shape_fn((rows, cells), |(row, cell)| {
        ((row * 31 + cell * 17 + 5) % vocab) as u32
    })
}

#[test]
fn formula_is_that_of_the_reference() {
    let tiny = Tiny::load();
    let by_formula = tiny
        .config
        .formula_weights(DType::F32, &Device::Cpu)
        .unwrap();
    for ((name, found), (_, expected)) in by_formula.iter().zip(tiny.weights.iter()) {
        assert_close(found, expected, 1e-6, name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// For sizes that fill no register and no panel, and sequences longer than
    /// one.
    #[test]
    fn all_kernels_compute_the_same(
        cuts in proptest::collection::btree_set(1u32..10, 0..9),
        samples in 1usize..5,
    ) {
        let mut ends: Vec<u32> = cuts.into_iter().chain([10]).collect();
        ends.insert(0, 0);
        let sizes: Vec<u32> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let config = odd();
        let labels: Vec<Option<u32>> = (0..samples as u32)
            .map(|label| (label < 3).then_some(label))
            .collect();
        let orders = orders(config.grid(), &sizes, samples as u64);
        let batch = Batch::new(&orders, &labels).unwrap();
        let tokens = tokens(samples, 10, 70);
        let guidance = Guidance::new(2.5, GuidanceSchedule::Linear).unwrap();
        let mut logits = Vec::new();
        let mut greedy = Vec::new();
        for kernels in ALL_KERNELS {
            let lpd = model(&config, kernels);
            logits.push(lpd.training_pass(&batch, tokens.view(), None).unwrap());
            let generated = lpd.generate(&batch, None, guidance, Choice::Greedy, (0, 0));
            greedy.push(generated.unwrap());
        }
        assert_close(&logits[0], &logits[2], 1e-5, "own");
        assert_close(&logits[1], &logits[2], 1e-5, "candle's");
        prop_assert_eq!(&greedy[0], &greedy[2]);
        prop_assert_eq!(&greedy[1], &greedy[2]);
    }
}

/// With our own kernels, to the last bit.
#[test]
fn neither_threads_nor_the_rest_of_a_batch_change_a_sample() {
    let tiny = Tiny::load();
    let lpd = tiny.lpd(Kernels::Cpu);
    let (orders, labels, tokens) = (tiny.orders(), tiny.labels(), tiny.tokens());
    let guidance = Guidance::new(3.0, GuidanceSchedule::Linear).unwrap();
    let choice = Choice::Sample(Sampling::default());
    let run = |samples: std::ops::Range<usize>, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let batch = Batch::new(&orders[samples.clone()], &labels[samples.clone()]).unwrap();
            let seed = (11, samples.start as u64);
            let generated = lpd.generate(&batch, None, guidance, choice, seed).unwrap();
            let of_samples = tokens.slice(s![samples.clone(), ..]);
            let likelihood = lpd.log_likelihood(&batch, of_samples).unwrap();
            (generated.tokens, likelihood)
        })
    };
    let (generated, likelihood) = run(0..3, 1);
    for threads in [2, 3, 7] {
        assert_eq!(run(0..3, threads), (generated.clone(), likelihood.clone()));
    }
    for sample in 0..3 {
        let (alone, likelihood_alone) = run(sample..sample + 1, 2);
        assert_eq!(alone.row(0), generated.row(sample));
        assert_eq!(likelihood_alone.row(0), likelihood.row(sample));
    }
}
