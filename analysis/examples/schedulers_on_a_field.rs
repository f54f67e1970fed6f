//! What schedulers lose on a field of which all is known: the table of
//! `docs/src/schedulers.md`.
//!
//! `cargo run --release -p orders-analysis --example schedulers_on_a_field -- [FIELD] [IMAGES]`
//!
//! Images are drawn from the field. Each is revealed as a scheduler says, its tokens given
//! (teacher forced); what their product of probabilities lacks of the probability of the
//! image is, on average, the divergence between the field and what the scheduler would
//! generate: the parallel loss, exactly.

use std::error::Error;

use orders_analysis::discrete::{FieldDecoder, PottsField, PottsParams};
use orders_core::decoding::schedulers::Task;
use orders_core::decoding::{Decoding, decode};
use orders_core::{
    Catalogue, Cell, FirstGroup, Grid, KnownCells, OrderRng, Parameters, Problem, Shape,
};

/// Schedulers by name: some for each number of steps, others with a parameter each.
const BY_SIZES: [&str; 8] = [
    "raster",
    "random",
    "halton",
    "farthest",
    "lpd",
    "confidence",
    "entropy",
    "margin",
];
const STEPS: [usize; 4] = [8, 16, 24, 32];
const BY_PARAMETER: [(&str, &str, &[f64]); 3] = [
    ("entropy-bound", "budget", &[0.5, 1.0, 2.0, 4.0, 8.0]),
    ("confidence-threshold", "threshold", &[0.7, 0.8, 0.9, 0.95]),
    ("lpd-adaptive", "budget", &[0.5, 1.0, 2.0, 4.0, 8.0]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let params: PottsParams = args.next().as_deref().unwrap_or("ising:0.44").parse()?;
    let count: u64 = args.next().as_deref().unwrap_or("1000").parse()?;
    let grid = Grid::new(16, 8)?;
    let field = PottsField::new(grid, params)?;
    let known = KnownCells::none(grid);
    let free = vec![None; grid.cells()];
    let images: Vec<Vec<u32>> = (0..count)
        .map(|index| field.sample(&free, &mut OrderRng::new(1, index)))
        .collect::<Result<_, _>>()?;
    let entropy = field.entropy(&free)?;
    println!("{params} on {grid}, {count} images; entropy {entropy:.2} nats\n");
    println!("| scheduler | steps, mean | loss, nats an image |\n|---|---|---|");

    let print = |name: &str, parameters: &Parameters, task: &Task, label: String| {
        let (steps, losses) = run(&field, &images, name, parameters, task)?;
        let n = losses.len() as f64;
        let mean = losses.iter().sum::<f64>() / n;
        let squares: f64 = losses.iter().map(|loss| (loss - mean).powi(2)).sum();
        let error = (squares / (n - 1.0) / n).sqrt();
        println!("| `{name}`{label} | {steps:.1} | {mean:.2} ± {error:.2} |");
        Ok::<(), Box<dyn Error>>(())
    };
    for steps in STEPS {
        let sizes = Shape::Cosine.group_sizes(grid.cells(), steps, FirstGroup::One)?;
        let task = Task::from(Problem::new(grid, sizes)?);
        for name in BY_SIZES {
            print(name, &Parameters::new(), &task, String::new())?;
        }
    }
    let task = Task::from(known);
    for (name, parameter, values) in BY_PARAMETER {
        for &value in values {
            let parameters = Parameters::from([(parameter.into(), value.into())]);
            print(name, &parameters, &task, format!(", {parameter} {value}"))?;
        }
    }
    Ok(())
}

/// The mean number of steps, and the loss of each image.
fn run(
    field: &PottsField,
    images: &[Vec<u32>],
    name: &str,
    parameters: &Parameters,
    task: &Task,
) -> Result<(f64, Vec<f64>), Box<dyn Error>> {
    let rule = Catalogue::standard().scheduler(name, field.grid(), parameters)?;
    let make = |index| rule.scheduler(task, 2, index);
    let schedulers = (0..images.len() as u64)
        .map(make)
        .collect::<Result<_, _>>()?;
    let mut losses: Vec<f64> = images
        .iter()
        .map(|image| field.log_probability(image))
        .collect::<Result<_, _>>()?;
    let mut given = |sample: usize, cell: Cell, row: &[f32]| {
        let token = images[sample][cell as usize];
        losses[sample] -= f64::from(row[token as usize]).ln();
        token
    };
    let mut decoder = FieldDecoder::new(field, images.len());
    let mut decoding = Decoding::new(task.known(), schedulers);
    let decoded = decode(&mut decoder, &mut decoding, &mut given)?;
    let steps = decoded.iter().map(|sample| sample.order.groups().count());
    Ok((steps.sum::<usize>() as f64 / images.len() as f64, losses))
}
