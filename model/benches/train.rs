//! Training throughput of the bundled models' configuration: an update of 32 images
//! (items are images), by our own gradients and by candle's.
//!
//! `cargo bench -p orders-model --bench train`

use std::collections::BTreeMap;

use divan::Bencher;
use divan::counter::ItemsCount;
use ndarray::Array2;
use orders_core::methods::Random;
use orders_core::{Catalogue, Grid, GroupSizes, OrderRng, OrderingMethod, Problem};
use orders_datasets::{TokenParts, TokenSet};
use orders_model::Device;
use orders_model::lpd::{Batch, Lpd};
use orders_model::train::{Recipe, Training};

const BATCH: u64 = 32;

fn main() {
    divan::main();
}

/// The recipe of the bundled model with sizes of one number of steps.
fn recipe(steps: usize) -> Recipe {
    let text = include_str!("../../recipes/nano-random.toml");
    let recipe = Recipe::from_toml(text, &Catalogue::standard());
    let mut recipe = recipe.expect("the recipe is one");
    recipe.group_sizes = vec![orders_model::train::SizesDrawn::Steps(steps)];
    recipe.epochs = 1000.0;
    recipe
}

fn tokens(recipe: &Recipe) -> TokenSet {
    let mut rng = OrderRng::new(0, 0);
    let images = 256;
    let parts = TokenParts {
        grid: Grid::new(16, 16).expect("a grid"),
        codebook_size: recipe.model.vocab as u32,
        tokens: (0..images * 256)
            .map(|_| rng.below(recipe.model.vocab as u32))
            .collect(),
        flipped: None,
        labels: Some((0..images as u32).map(|image| image % 10).collect()),
        classes: 10,
        source_index: None,
        tokenizer: None,
        provenance: BTreeMap::new(),
    };
    TokenSet::new(parts).expect("tokens of the codebook")
}

/// A whole update: drawing, gradient, AdamW.
#[divan::bench(args = [8, 20, 64, 256], sample_count = 5, sample_size = 1)]
fn own_update(bencher: Bencher, steps: usize) {
    let recipe = recipe(steps);
    let data = tokens(&recipe);
    let mut run = Training::new(recipe, data, &Catalogue::standard(), &Device::Cpu).expect("a run");
    bencher
        .counter(ItemsCount::new(BATCH))
        .bench_local(|| run.step().expect("an update"));
}

/// The gradient alone, by candle.
#[divan::bench(args = [20], sample_count = 3, sample_size = 1)]
fn candle_gradient(bencher: Bencher, steps: usize) {
    let recipe = recipe(steps);
    let run = Training::new(
        recipe.clone(),
        tokens(&recipe),
        &Catalogue::standard(),
        &Device::Cpu,
    )
    .expect("a run");
    let weights = run.weights().expect("weights");
    let lpd = Lpd::trainable(run.config().clone(), &weights).expect("a model");
    let grid = run.config().grid();
    let sizes = GroupSizes::published(grid, steps).expect("published sizes");
    let problem = Problem::new(grid, sizes).expect("a problem");
    let orders: Vec<_> = (0..BATCH)
        .map(|index| {
            Random::default()
                .order(&problem, 0, index)
                .expect("an order")
        })
        .collect();
    let batch = Batch::new(&orders, &[Some(1); BATCH as usize]).expect("a batch");
    let mut rng = OrderRng::new(0, 1);
    let tokens = Array2::from_shape_fn((BATCH as usize, 256), |_| rng.below(128));
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        let logits = lpd.training_pass(&batch, tokens.view(), None)?;
        let loss = lpd.cross_entropy(&logits, &batch, tokens.view())?;
        Ok::<_, orders_model::lpd::LpdError>(loss.backward()?)
    });
}
