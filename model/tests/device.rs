//! What runs on a device against the reference's numbers and against the CPU.
//!
//! The device is that of `ORDERS_TEST_DEVICE`, as `--device` takes it. Without it, it is the
//! CPU, where the kernels of cards are stated literally: all around them is tested then.

#![expect(clippy::unwrap_used, reason = "a test that can't read its data fails")]

#[path = "transformer/reference.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod reference;
#[path = "vq/setup.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod setup;

use candle_core::{DType, Device, Tensor};
use ndarray::{Array2, s};
use orders_core::decoding::{DraftRule, Drafts, Window};
use orders_core::methods::Random;
use orders_core::{GroupSizes, KnownCells, MemoryLimit, OrderingMethod, Problem};
use orders_model::DeviceKind;
use orders_model::lpd::{
    Batch, Choice, Chooser, Guidance, GuidanceSchedule, Kernels, Lpd, RequestError, SampleOrders,
    SampleRequest, Sampled, Sampling,
};
use orders_model::vq::VqTokenizer;
use orders_model::weights::Weights;

use crate::reference::{Tiny, assert_close, matrix};

fn device() -> Device {
    let name = std::env::var("ORDERS_TEST_DEVICE").unwrap_or_else(|_| "cpu".to_owned());
    let kind: DeviceKind = name.parse().unwrap();
    kind.open().unwrap()
}

/// The tiny model with the kernels of cards.
fn tiny_on(tiny: &Tiny, dtype: DType, kernels: Kernels) -> Lpd {
    let device = device();
    let tensors = tiny.weights.clone().into_tensors();
    let moved = tensors.into_iter().map(|(name, tensor)| {
        let moved = tensor.to_dtype(dtype).and_then(|t| t.to_device(&device));
        (name, moved.unwrap())
    });
    let weights = Weights::checked(&tiny.config.tensors(), moved.collect()).unwrap();
    Lpd::with_kernels(tiny.config.clone(), weights, kernels).unwrap()
}

fn guidances() -> [(&'static str, Guidance); 3] {
    let guided = |scale, schedule| Guidance::new(scale, schedule).unwrap();
    [
        ("greedy_cfg1", Guidance::NONE),
        ("greedy_linear4", guided(4.0, GuidanceSchedule::Linear)),
        ("greedy_constant3", guided(3.0, GuidanceSchedule::Constant)),
    ]
}

#[test]
fn greedy_tokens_are_those_of_the_released_program() {
    let tiny = Tiny::load();
    let batch = tiny.batch();
    let lpd = tiny_on(&tiny, DType::F32, Kernels::Cuda);
    for (name, guidance) in guidances() {
        let generated = lpd.generate(&batch, None, guidance, Choice::Greedy, (0, 0));
        let expected = matrix(&tiny.expected[&format!("{name}_tokens")]);
        assert_eq!(generated.unwrap().tokens, expected, "{name}");
    }
}

#[test]
fn logits_of_the_training_pass_are_those_of_the_released_program() {
    let tiny = Tiny::load();
    let lpd = tiny_on(&tiny, DType::F32, Kernels::Cuda);
    let (batch, tokens) = (tiny.batch(), tiny.tokens());
    let logits = lpd.training_pass(&batch, tokens.view(), None).unwrap();
    let logits = logits.to_device(&Device::Cpu).unwrap();
    assert_close(&logits, &tiny.expected["train_logits"], 5e-5, "f32");
    let coarse = tiny_on(&tiny, DType::BF16, Kernels::Cuda);
    let logits = coarse.training_pass(&batch, tokens.view(), None).unwrap();
    let logits = logits.to_device(&Device::Cpu).unwrap();
    assert_close(&logits, &tiny.expected["train_logits"], 5e-2, "bf16");
}

/// Draws are the CPU's, and so are tokens where logits differ by rounding only.
#[test]
fn samples_are_those_of_the_cpu() {
    let tiny = Tiny::load();
    let batch = tiny.batch();
    let (there, here) = (
        tiny_on(&tiny, DType::F32, Kernels::Cuda),
        tiny.lpd(Kernels::Cpu),
    );
    let samplings = [
        Sampling::default(),
        Sampling::new(0.8, Some(5), None).unwrap(),
        Sampling::new(1.2, None, Some(0.7)).unwrap(),
        Sampling::new(1.0, Some(20), Some(0.9)).unwrap(),
    ];
    for sampling in samplings {
        for (_, guidance) in guidances() {
            let generate = |lpd: &Lpd| {
                let choice = Choice::Sample(sampling);
                lpd.generate(&batch, None, guidance, choice, (7, 3))
                    .unwrap()
            };
            let (found, expected) = (generate(&there), generate(&here));
            assert_eq!(found.positions, expected.positions);
            let same = found.tokens.iter().zip(&expected.tokens);
            let others = same.filter(|(a, b)| a != b).count();
            assert!(
                others * 50 <= expected.tokens.len(),
                "{others} {sampling:?}"
            );
        }
    }
}

/// In f32, to the last token.
#[test]
fn the_batch_changes_nothing() {
    let tiny = Tiny::load();
    let lpd = tiny_on(&tiny, DType::F32, Kernels::Cuda);
    let guidance = Guidance::new(3.0, GuidanceSchedule::Linear).unwrap();
    let (orders, labels) = (tiny.orders(), tiny.labels());
    let generate = |samples: std::ops::Range<usize>| {
        let batch = Batch::new(&orders[samples.clone()], &labels[samples.clone()]).unwrap();
        let choice = Choice::Sample(Sampling::default());
        let first = samples.start as u64;
        let generated = lpd.generate(&batch, None, guidance, choice, (11, first));
        generated.unwrap().tokens
    };
    let all = generate(0..3);
    for sample in 0..3 {
        let alone = generate(sample..sample + 1);
        assert_eq!(alone.row(0), all.row(sample), "{sample}");
    }
}

#[test]
fn known_cells_are_kept() {
    let tiny = Tiny::load();
    let known = KnownCells::new(tiny.config.grid(), [0, 9, 18, 27, 28, 63]).unwrap();
    let sizes = GroupSizes::new([3, 10, 20, 25]).unwrap();
    let problem = Problem::with_known(known, sizes).unwrap();
    let orders: Vec<_> = (0..3)
        .map(|index| Random::default().order(&problem, 1, index).unwrap())
        .collect();
    let batch = Batch::new(&orders, &tiny.labels()).unwrap();
    let tokens = tiny.tokens();
    let guidance = Guidance::new(2.0, GuidanceSchedule::Linear).unwrap();
    let generate = |lpd: &Lpd| {
        let known = Some(tokens.view());
        let generated = lpd.generate(&batch, known, guidance, Choice::Greedy, (0, 0));
        generated.unwrap()
    };
    let found = generate(&tiny_on(&tiny, DType::F32, Kernels::Cuda));
    assert_eq!(found, generate(&tiny.lpd(Kernels::Cpu)));
}

/// Each sample at a place of its own: exact decoding, with drafts.
#[test]
fn exact_decoding_is_that_of_the_cpu() {
    let tiny = Tiny::load();
    let orders = SampleOrders::listed("tiny".into(), tiny.orders()).unwrap();
    let drafts = Drafts {
        rule: DraftRule::Coupled,
        window: Window::Groups(1),
    };
    let labels = tiny.labels();
    let decode = |lpd: &Lpd| {
        let request = SampleRequest {
            chooser: Chooser::Exact(&orders, drafts),
            samples: 0..3,
            label: &|sample| labels[sample as usize],
            known: None,
            guidance: Guidance::new(2.0, GuidanceSchedule::Constant).unwrap(),
            choice: Choice::Sample(Sampling::default()),
            seed: 5,
            batch: 3,
            memory: MemoryLimit::NONE,
        };
        let mut all: Option<Sampled> = None;
        let go_on = |_| std::ops::ControlFlow::Continue(());
        lpd.sample(&request, go_on, |_, sampled| {
            all = Some(sampled.clone());
            Ok::<_, RequestError>(())
        })
        .unwrap();
        all.unwrap()
    };
    let found = decode(&tiny_on(&tiny, DType::F32, Kernels::Cuda));
    let expected = decode(&tiny.lpd(Kernels::Cpu));
    let others = found.tokens.iter().zip(&expected.tokens);
    let others = others.filter(|(a, b)| a != b).count();
    assert!(others * 50 <= expected.tokens.len(), "{others}");
}

/// The widths of attention heads that are in use, and odd ones.
#[test]
fn other_sizes_are_those_of_the_cpu() {
    use orders_model::lpd::{ImageSize, LpdConfig, LpdParams};

    for (width, heads) in [(64, 1), (128, 1), (96, 2), (30, 5)] {
        let config = LpdConfig::new(LpdParams {
            image_size: ImageSize::Sides([8, 12]),
            stride: 2,
            embed_dim: width,
            depth: 2,
            heads,
            mlp_ratio: 2,
            classes: 7,
            vocab: 300,
            norm_eps: 1e-6,
            tensors: (),
        })
        .unwrap();
        let problem = Problem::new(config.grid(), GroupSizes::new([1, 3, 8, 12]).unwrap()).unwrap();
        let orders: Vec<_> = (0..2)
            .map(|index| Random::default().order(&problem, 4, index).unwrap())
            .collect();
        let batch = Batch::new(&orders, &[Some(3), None]).unwrap();
        let tokens = Array2::from_shape_fn((2, 24), |(row, cell)| (row * 100 + 7 * cell) as u32);
        let likelihood = |device: &Device, kernels| {
            let weights = config.formula_weights(DType::F32, device).unwrap();
            let lpd = Lpd::with_kernels(config.clone(), weights, kernels).unwrap();
            let found = lpd.log_likelihood(&batch, tokens.view()).unwrap();
            let numbers = found.iter().copied().collect::<Vec<f32>>();
            Tensor::from_vec(numbers, found.dim(), &Device::Cpu).unwrap()
        };
        let found = likelihood(&device(), Kernels::Cuda);
        let expected = likelihood(&Device::Cpu, Kernels::Cpu);
        assert_close(&found, &expected, 1e-5, &format!("{width} / {heads}"));
    }
}

/// Maps of attention come from operations that show their weights.
#[test]
fn attention_is_that_of_the_cpu() {
    let tiny = Tiny::load();
    let batch = Batch::new(&tiny.orders()[..1], &tiny.labels()[..1]).unwrap();
    let tokens = tiny.tokens();
    let maps = |lpd: &Lpd| {
        let tokens = tokens.slice(s![..1, ..]);
        lpd.attention_maps(&batch, tokens, &[0, 1]).unwrap()
    };
    let found = maps(&tiny_on(&tiny, DType::F32, Kernels::Cuda));
    for (a, b) in found.iter().zip(&maps(&tiny.lpd(Kernels::Cpu))) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

#[test]
fn images_and_tokens_are_those_of_the_released_tokenizer() {
    let model = "vq_tiny";
    let weights = setup::stored(model, "model.safetensors");
    let tokenizer = VqTokenizer::new(setup::config(model), &weights, &device()).unwrap();
    let expected = setup::expected(model);
    let stride = tokenizer.config().stride();
    let (_, _, height, width) = expected["image"].dims4().unwrap();
    let decode = |tokens: &Tensor| {
        let decoded = tokenizer.decode(tokens, height / stride, width / stride);
        decoded.unwrap().to_device(&Device::Cpu).unwrap()
    };
    let image = decode(&expected["codes"]);
    let apart = setup::difference(&image, &expected["decoded_image"]);
    assert!(apart < 1e-4, "{apart}");
    // Several at once.
    let two = Tensor::cat(&[&expected["codes"], &expected["codes"]], 0).unwrap();
    let twice = Tensor::cat(&[&image, &image], 0).unwrap();
    assert!(setup::difference(&decode(&two), &twice) < 1e-4);
    let latent = tokenizer.encode(&expected["image"]).unwrap().latent;
    let latent = latent.to_device(&Device::Cpu).unwrap();
    assert!(setup::difference(&latent, &expected["encoder_latent"]) < 1e-4);
}

#[test]
fn features_are_those_of_the_cpu() {
    let images: Vec<orders_datasets::Image> = (0..3_usize)
        .map(|index| {
            let pixels = (0..32 * 32).map(|place| (place * (index + 3) % 251) as u8);
            orders_datasets::Image::new(32, 32, 1, pixels.collect()).unwrap()
        })
        .collect();
    let here = orders_model::bundled::classifier();
    let there = orders_model::bundled::classifier().on(&device());
    let (found, expected) = (
        here.extract(&images).unwrap(),
        there.extract(&images).unwrap(),
    );
    for (found, expected) in found.iter().zip(&expected) {
        for (a, b) in found.logits.iter().zip(&expected.logits) {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }
}
