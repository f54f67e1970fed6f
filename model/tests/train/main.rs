//! Training: resumed runs, threads, what is refused, and that it learns.

#![expect(clippy::unwrap_used, reason = "a test that can't make its data fails")]

mod classifier;
mod ranks;
mod update;

use std::collections::BTreeMap;

use orders_core::{Catalogue, Grid, OrderRng};
use orders_datasets::{TokenParts, TokenSet};
use orders_model::Device;
use orders_model::checkpoint::read_checkpoint;
use orders_model::lpd::Lpd;
use orders_model::train::{Recipe, StepReport, TrainError, Training};

const RECIPE: &str = r#"
seed = 3
epochs = 4
batch = 6
average = 0.9
group_sizes = [4, 6, [1, 15]]

[model]
image_size = 4
stride = 1
embed_dim = 16
depth = 2
heads = 2
mlp_ratio = 2
classes = 3
vocab = 8
norm_eps = 1e-6

[learning_rate]
peak = 0.01
warmup = 0.5
last = 1e-4

[[orders]]
method = "random"

[[orders]]
method = "lpd"
set = { repulsion = 1.5 }
weight = 2.0
"#;

fn recipe() -> Recipe {
    Recipe::from_toml(RECIPE, &Catalogue::standard()).unwrap()
}

/// Images that a class tells much of: each cell's token is the class plus the
/// row, and sometimes any.
fn data(images: usize, seed: u64) -> TokenSet {
    let mut rng = OrderRng::new(seed, 0);
    let labels: Vec<u32> = (0..images).map(|_| rng.below(3)).collect();
    let mut token = |label: u32, cell: u32| match rng.below(8) {
        0 => rng.below(8),
        _ => label + cell / 4,
    };
    let tokens = labels
        .iter()
        .flat_map(|&label| (0..16).map(move |cell| (label, cell)))
        .map(|(label, cell)| token(label, cell))
        .collect();
    let flipped = labels
        .iter()
        .flat_map(|&label| (0..16).map(move |cell| label + cell / 4))
        .collect();
    TokenSet::new(TokenParts {
        grid: Grid::new(4, 4).unwrap(),
        codebook_size: 8,
        tokens,
        flipped: Some(flipped),
        labels: Some(labels),
        classes: 3,
        source_index: None,
        tokenizer: None,
        provenance: BTreeMap::new(),
    })
    .unwrap()
}

fn steps(run: &mut Training, count: u64) -> Vec<StepReport> {
    (0..count).map(|_| run.step().unwrap()).collect()
}

fn bits(run: &Training) -> Vec<(String, Vec<u32>)> {
    run.weights()
        .unwrap()
        .iter()
        .map(|(name, tensor)| {
            let numbers: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
            (
                name.to_owned(),
                numbers.iter().map(|x| x.to_bits()).collect(),
            )
        })
        .collect()
}

#[test]
fn an_interrupted_run_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let start =
        || Training::new(recipe(), data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
    let mut straight = start();
    assert_eq!(straight.last_step(), 14);
    let reports = steps(&mut straight, 14);
    assert!(straight.is_done());

    let mut run = start();
    let mut seen = Vec::new();
    for count in [3, 1, 6, 4] {
        seen.extend(steps(&mut run, count));
        run.save(&path).unwrap();
        run = Training::resume(
            recipe(),
            data(20, 1),
            &Catalogue::standard(),
            &Device::Cpu,
            &path,
        )
        .unwrap();
    }
    assert_eq!(seen, reports);
    assert_eq!(bits(&run), bits(&straight));
    assert_eq!(run.step_count(), 14);
}

#[test]
fn threads_change_nothing() {
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let mut run =
                Training::new(recipe(), data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
            let reports = steps(&mut run, 5);
            (reports, bits(&run))
        })
    };
    assert_eq!(of(1), of(3));
}

/// The loss falls to near what the noise in the data leaves: 7/8 of the tokens are
/// told by class and row, so -(7/8 + 1/64) log(7/8 + 1/64) - ... = 0.59 nats; one
/// in ten samples does not tell its class.
#[test]
fn it_learns() {
    let mut recipe = recipe();
    recipe.epochs = 60.0;
    recipe.flip = false;
    let mut run = Training::new(recipe, data(64, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
    let mut held_out = run.held_out(data(32, 2), 32).unwrap();
    let before = run.held_out_loss(&mut held_out).unwrap();
    assert!((before - 8.0_f64.ln()).abs() < 0.3, "{before}");
    while !run.is_done() {
        run.step().unwrap();
    }
    let after = run.held_out_loss(&mut held_out).unwrap();
    assert_eq!(after, run.held_out_loss(&mut held_out).unwrap());
    assert!(after < 0.9, "{after}");
    // The weights make a model for inference.
    let lpd = Lpd::new(run.config().clone(), run.weights().unwrap()).unwrap();
    assert_eq!(lpd.config().grid(), Grid::new(4, 4).unwrap());
}

#[test]
fn the_schedule_is_followed() {
    let mut run =
        Training::new(recipe(), data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
    let reports = steps(&mut run, 14);
    let rates: Vec<f64> = reports.iter().map(|report| report.learning_rate).collect();
    assert!(rates[0] < rates[1] && rates[1] <= 0.01);
    assert!(rates[2..].is_sorted_by(|a, b| a > b));
    assert!(rates[13] >= 1e-4 && rates[13] < 1e-3);
    assert!((reports[13].epoch - 4.2).abs() < 1e-9);
}

#[test]
fn a_loss_that_is_no_number_changes_nothing() {
    let mut recipe = recipe();
    recipe.learning_rate.peak = 1e38;
    recipe.learning_rate.warmup = 0.0;
    let mut run = Training::new(recipe, data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
    let error = loop {
        match run.step() {
            Ok(_) => assert!(!run.is_done(), "it never failed"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, TrainError::NotFinite { .. }), "{error}");
    let before = bits(&run);
    assert!(run.step().is_err());
    assert_eq!(bits(&run), before);
}

#[test]
fn a_run_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let run = Training::new(recipe(), data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
    run.save(&path).unwrap();
    let refused = |recipe: Recipe, data: TokenSet| {
        let error = Training::resume(recipe, data, &Catalogue::standard(), &Device::Cpu, &path);
        error.err().unwrap().to_string()
    };
    let name = path.display();
    let mut other = recipe();
    other.learning_rate.peak = 0.02;
    assert_eq!(
        refused(other, data(20, 1)),
        format!("{name} is of another run: its recipe is not this one's")
    );
    assert_eq!(
        refused(recipe(), data(20, 2)),
        format!("{name} is of another run: its data is not this one's")
    );
    // Truncated anywhere, it is refused and nothing panics.
    let whole = std::fs::read(&path).unwrap();
    for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let message = refused(recipe(), data(20, 1));
        assert!(message.contains(&name.to_string()), "{message}");
    }
    // What it says of itself is what it holds.
    run.save(&path).unwrap();
    let file = read_checkpoint(&path, None, &Device::Cpu).unwrap();
    assert_eq!(file.metadata["step"], "0");
    let read = Recipe::from_toml(&file.metadata["recipe"], &Catalogue::standard());
    assert_eq!(read.unwrap(), recipe());
    assert_eq!(file.tensors.len(), 4 * run.config().tensors().len());
}

#[test]
fn recipes_are_refused_in_a_sentence() {
    let cases = [
        (
            "batch = 6",
            "batch = 0",
            "batch is 0; it takes a whole number from 1 to 1048576",
        ),
        (
            "epochs = 4",
            "epochs = nan",
            "epochs is NaN; it takes a number above 0, up to 1000000",
        ),
        (
            "average = 0.9",
            "average = 1",
            "average is 1; it takes a number from 0 up to 1, without 1",
        ),
        (
            "average = 0.9",
            "avrage = 0.9",
            "line 5: unknown field `avrage`",
        ),
        (
            "[4, 6, [1, 15]]",
            "[]",
            "group_sizes is empty; it needs at least one entry",
        ),
        ("[4, 6, [1, 15]]", "[[1, 14]]", "group_sizes: "),
        (
            "[4, 6, [1, 15]]",
            "[17]",
            "group_sizes: 17 steps cannot share 16 cells",
        ),
        (
            "heads = 2",
            "heads = 3",
            "model: embed_dim is 16, which 3 heads can't share evenly",
        ),
        ("\"lpd\"", "\"lbd\"", "orders: there is no method 'lbd'"),
        ("repulsion = 1.5", "repulsion = -1", "orders: "),
        (
            "weight = 2.0",
            "weight = 0.0",
            "orders.weight is 0; it takes a number above 0",
        ),
        (
            "[[orders]]",
            "[[orders]]\nmethod = \"random\"\nweight = 1e308\n[[orders]]\nmethod = \"raster\"\nweight = 1e308\n[[orders]]",
            "the sum of orders.weight is inf; it takes a finite number",
        ),
        (
            "warmup = 0.5",
            "decay_from = -1.0",
            "learning_rate.decay_from is -1; it takes an epoch",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(RECIPE.contains(from), "{from}");
        let recipe = Recipe::from_toml(&RECIPE.replace(from, to), &Catalogue::standard());
        let message = recipe.unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn data_of_another_model_is_refused() {
    let mut grid = recipe();
    grid.model.image_size = orders_model::lpd::ImageSize::Square(5);
    grid.group_sizes.truncate(2);
    let mut vocab = recipe();
    vocab.model.vocab = 9;
    let mut classes = recipe();
    classes.model.classes = 2;
    for (recipe, expected) in [
        (
            grid,
            "the tokens are of a 4x4 grid, the model's grid is 5x5",
        ),
        (
            vocab,
            "the tokens are from a codebook of 8, the model's vocabulary is 9",
        ),
        (classes, "there are 3 classes, the model has 2"),
    ] {
        let error = Training::new(recipe, data(4, 1), &Catalogue::standard(), &Device::Cpu)
            .err()
            .unwrap();
        assert_eq!(error.to_string(), expected);
    }
}

/// A run from given weights begins with them, and is another one than from those of its
/// seed.
#[test]
fn a_run_may_begin_with_given_weights() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let start =
        || Training::new(recipe(), data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
    let mut before = start();
    steps(&mut before, 2);
    let weights = || before.weights().unwrap();
    let mut tuned = start().from_weights(weights()).unwrap();
    assert_eq!(tuned.step_count(), 0);
    assert_eq!(bits(&tuned), bits(&before));
    steps(&mut tuned, 1);
    tuned.save(&path).unwrap();
    let resumed = Training::resume(
        recipe(),
        data(20, 1),
        &Catalogue::standard(),
        &Device::Cpu,
        &path,
    );
    assert!(matches!(
        resumed.map(|_| ()),
        Err(TrainError::OtherRun { what: "start", .. })
    ));
    let resumed = start()
        .from_weights(weights())
        .unwrap()
        .resumed(&path)
        .unwrap();
    assert_eq!(bits(&resumed), bits(&tuned));
    let other = Recipe {
        model: orders_model::lpd::LpdParams {
            embed_dim: 32,
            ..recipe().model
        },
        ..recipe()
    };
    let other = Training::new(other, data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap();
    assert!(matches!(
        other.from_weights(weights()).map(|_| ()),
        Err(TrainError::Start(_))
    ));
}
