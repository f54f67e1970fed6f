//! Results that are not whole yet: models' images in pieces, cut by shards, brought
//! together again.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{Array1, Array2};
use orders_analysis::experiment::{
    Chosen, Clock, ClockChoice, ExperimentError, Judge, JudgeError, Judgement, MeasureEntry,
    Measures, MethodAxes, ModelChoice, Plan, RealImages, ResultsFolder, SampledFeatures, Sampler,
    SamplesChoice, SetValue, Shard, Spec, Timing, Tools, TrialMachine, TrialModel, TrialSamples,
    merge, run,
};
use orders_core::sizes::SizesChoice;
use orders_core::{Grid, GroupSizes};

use crate::{catalogue, content};

/// A model that judges, generates and is timed, all by formulas.
struct Model {
    model: TrialModel,
    samples: TrialSamples,
    machine: TrialMachine,
    /// How often it was asked about an image.
    asked: AtomicU64,
}

impl Model {
    fn new() -> Self {
        Self {
            model: TrialModel {
                name: "model".into(),
                weights_sha256: "w".into(),
                config_sha256: "c".into(),
                tokens_sha256: "t".into(),
                background: None,
                runs: None,
            },
            samples: TrialSamples {
                count: 23,
                guidance: "1".into(),
                tokenizer_sha256: None,
                network: "network".into(),
                network_sha256: "n".into(),
                dimensions: 3,
                classes: 2,
                labels: 2,
                real_sha256: None,
            },
            machine: TrialMachine {
                name: "machine".into(),
                threads: 1,
                batch: 2,
                runs: 1,
                guidance: "1".into(),
            },
            asked: AtomicU64::new(0),
        }
    }
}

impl Judge for Model {
    fn model(&self) -> &TrialModel {
        &self.model
    }

    fn grid(&self) -> Grid {
        Grid::new(4, 4).unwrap()
    }

    fn images(&self) -> u64 {
        31
    }

    fn batch(&self) -> usize {
        4
    }

    fn judge(&self, first: u64, chosen: Chosen<'_>) -> Result<Vec<Judgement>, JudgeError> {
        let Chosen::Orders { orders, .. } = chosen else {
            panic!("orders are made beforehand");
        };
        self.asked.fetch_add(orders.len() as u64, Ordering::Relaxed);
        let said = (first..).zip(orders).map(|(image, cells)| Judgement {
            nats: cells
                .iter()
                .map(|&cell| (image as f64 + 1.0).ln() / f64::from(cell + 1))
                .collect(),
            is_foreground: None,
            revealed: None,
        });
        Ok(said.collect())
    }

    fn sampler(&self) -> Option<&dyn Sampler> {
        Some(self)
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(self)
    }
}

impl Sampler for Model {
    fn settings(&self) -> &TrialSamples {
        &self.samples
    }

    fn batch(&self) -> usize {
        5
    }

    fn sample(
        &self,
        (seed, first): (u64, u64),
        chosen: Chosen<'_>,
    ) -> Result<SampledFeatures, JudgeError> {
        let Chosen::Orders { orders, .. } = chosen else {
            panic!("orders are made beforehand");
        };
        let of = |columns: usize| {
            Array2::from_shape_fn((orders.len(), columns), |(image, column)| {
                let start = orders[image][0] as f32;
                ((first as usize + image) * 7 + column) as f32 + start + seed as f32
            })
        };
        Ok(SampledFeatures {
            features: of(3),
            logits: of(2),
        })
    }

    fn real(
        &self,
        _: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<RealImages, JudgeError> {
        Ok(RealImages {
            mean: Array1::from(vec![1.0, 2.0, 3.0]),
            covariance: Array2::eye(3),
            features: Some(Array2::ones((2, 3))),
        })
    }
}

impl Clock for Model {
    fn settings(&self) -> &TrialMachine {
        &self.machine
    }

    fn time(
        &self,
        chosen: Chosen<'_>,
        _: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Timing, JudgeError> {
        let Chosen::Orders { orders, problem } = chosen else {
            panic!("orders are made beforehand");
        };
        assert_eq!(orders.len(), 2);
        Ok(Timing {
            latency_seconds: 0.5,
            images_per_second: 4.0,
            passes: Some(problem.group_sizes().steps() as f64),
        })
    }
}

/// Standard measures, and the sum over images of their first features, each by its
/// number; less the mean of real ones.
fn measures() -> Measures {
    let sum = MeasureEntry::of_samples("weighted_sum", "weighted sum", |set| {
        let weights = set.features.column(0).into_iter().zip(1..);
        let sum: f64 = weights
            .map(|(&value, weight)| f64::from(value) * f64::from(weight))
            .sum();
        let real = set.real.features.as_ref().map_or(0, Array2::nrows);
        Ok(Some(SetValue {
            value: sum - set.real.mean[0],
            standard_error: Some(real as f64),
        }))
    });
    Measures::standard().with(sum).unwrap()
}

fn tools<'a>(measures: &'a Measures, judges: &'a [&'a dyn Judge]) -> Tools<'a> {
    Tools {
        catalogue: catalogue(),
        measures,
        judges,
        listed: &[],
    }
}

fn plan(model: &Model, measures: &Measures) -> Plan {
    let method = |name: &str, sizes: &[u32]| {
        let mut method = MethodAxes::named(name, catalogue());
        method.sizes = vec![SizesChoice::Listed(GroupSizes::new(sizes).unwrap())];
        method
    };
    let names = ["nats_per_cell", "weighted_sum", "latency_seconds", "passes"];
    let mut spec = Spec::new("pieces", model.grid());
    spec.orders = 31;
    spec.seeds = vec![5];
    spec.measures = names
        .map(|name| measures.entry(name).unwrap().clone())
        .into();
    spec.methods = vec![method("random", &[4, 12]), method("raster", &[16])];
    spec.models = vec![ModelChoice::Named(model.model.name.clone())];
    spec.samples = Some(SamplesChoice::new(model.samples.count));
    spec.clock = Some(ClockChoice::default());
    Plan::new(&spec, &tools(measures, &[model]), &|_, _| {}).unwrap()
}

fn run_into(path: &Path, shard: Shard, stop_after: u64) -> Result<bool, ExperimentError> {
    let (model, measures) = (Model::new(), measures());
    let plan = plan(&model, &measures);
    let folder = ResultsFolder::create(path, &plan, shard, "test")?;
    let judges: [&dyn Judge; 1] = [&model];
    let tools = tools(&measures, &judges);
    let asked = AtomicU64::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) >= stop_after;
    Ok(run(&folder, &tools, "test", 2, &stop, &|_| {})?.is_complete())
}

#[test]
fn each_thing_that_is_measured_is_a_trial() {
    let temporary = tempfile::tempdir().unwrap();
    assert!(run_into(temporary.path(), Shard::WHOLE, u64::MAX).unwrap());
    let folder = ResultsFolder::open(temporary.path()).unwrap();
    let results = folder.results().unwrap();
    assert_eq!(results.len(), 6);
    let (_, of_orders) = &results[0];
    assert_eq!(of_orders.orders["nats_per_cell"].len(), 31);
    assert_eq!(of_orders.totals["nats_per_cell"].count, 31);
    let (_, of_samples) = &results[1];
    let value = of_samples.samples["weighted_sum"].unwrap();
    assert!(value.value > 0.0 && value.standard_error == Some(2.0));
    let (_, of_machine) = &results[2];
    assert_eq!(of_machine.machine["passes"], Some(2.0));
    assert_eq!(of_machine.machine["latency_seconds"], Some(0.5));
}

/// Wherever it is interrupted, it ends as if it had not been, and no image is asked about
/// twice.
#[test]
fn interrupted_anywhere_it_ends_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let path = |name: &str| temporary.path().join(name);
    run_into(&path("whole"), Shard::WHOLE, u64::MAX).unwrap();
    let expected = content(&path("whole"));
    assert!(!expected.keys().any(|name| name.starts_with("pieces")));
    for stop_after in [1, 3, 17, 40, 70] {
        let name = stop_after.to_string();
        let mut runs = 0;
        while !run_into(&path(&name), Shard::WHOLE, stop_after + 50 * runs).unwrap() {
            runs += 1;
            assert!(runs < 20);
        }
        assert!(runs > 0, "{stop_after}");
        assert!(content(&path(&name)) == expected, "{stop_after}");
    }
}

/// Shards cut trials by images, and are merged without the model.
#[test]
fn shards_of_images_are_merged() {
    let temporary = tempfile::tempdir().unwrap();
    let path = |name: &str| temporary.path().join(name);
    run_into(&path("whole"), Shard::WHOLE, u64::MAX).unwrap();
    let shards: Vec<_> = (1..=3)
        .map(|number| {
            let path = path(&number.to_string());
            assert!(run_into(&path, format!("{number}/3").parse().unwrap(), u64::MAX).unwrap());
            // Again: all is there.
            assert!(run_into(&path, format!("{number}/3").parse().unwrap(), u64::MAX).unwrap());
            path
        })
        .collect();
    let (model, measures) = (Model::new(), measures());
    let tools = tools(&measures, &[]);
    let missing = merge(&shards[1..], path("early"), &tools, "test").unwrap_err();
    assert!(
        matches!(missing, ExperimentError::Missing { .. }),
        "{missing}"
    );
    assert!(!path("early").exists());
    merge(&shards, path("merged"), &tools, "test").unwrap();
    assert!(content(&path("merged")) == content(&path("whole")));
    assert_eq!(model.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn damaged_pieces_are_found() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path();
    let shard: Shard = "1/2".parse().unwrap();
    run_into(path, shard, u64::MAX).unwrap();
    let sound = content(path);
    let pieces: Vec<&String> = sound
        .keys()
        .filter(|name| name.starts_with("pieces/"))
        .collect();
    assert!(pieces.iter().any(|name| name.contains("orders-")));
    assert!(pieces.iter().any(|name| name.contains("samples-")));
    for name in pieces {
        let bytes = &sound[name];
        for damaged in [&bytes[..bytes.len() / 2], b"{}", b""] {
            std::fs::write(path.join(name), damaged).unwrap();
            let error = run_into(path, shard, u64::MAX).unwrap_err();
            assert!(
                matches!(&error, ExperimentError::Damaged { file, .. } if *file == path.join(name)),
                "{name}: {error}"
            );
        }
        // A name that says more than the file holds.
        std::fs::remove_file(path.join(name)).unwrap();
        if name.contains("orders-") {
            let other = name.replace("-0000000015", "-0000000014");
            assert_ne!(other, **name);
            std::fs::write(path.join(&other), bytes).unwrap();
            assert!(run_into(path, shard, u64::MAX).is_err(), "{other}");
            std::fs::remove_file(path.join(other)).unwrap();
        }
        std::fs::write(path.join(name), bytes).unwrap();
    }
    assert!(content(path) == sound);
}
