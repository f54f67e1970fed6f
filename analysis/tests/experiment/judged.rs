//! Models that are asked about held-out images: what is measured, and what is refused.

use orders_analysis::experiment::{
    ExperimentError, Judge, JudgeError, Judgement, Plan, PooledResults, ResultsFolder, Shard, Spec,
    TrialModel, TrialSettings, compare, merge, run, run_trial,
};
use orders_core::{Cell, Grid, GroupSizes, Problem};

use crate::{catalogue, content, measures, tools};

const JUDGED: &str = r#"
orders = 12
grids = ["6x6"]
steps = [4, 9]
sizes = ["cosine", "linear"]
models = ["one", { name = "two", checkpoint = "a", tokens = "b", background = 3 }]
measures = ["nats_per_cell", "nats_per_foreground_cell", "discrepancy"]

[[methods]]
name = "lpd"
set = { repulsion = [1, 2] }

[[methods]]
name = "raster"
"#;

/// A model that says something simple of each cell.
struct Stub {
    model: TrialModel,
    grid: Grid,
    images: u64,
    scale: f64,
}

impl Stub {
    fn new(name: &str, scale: f64) -> Self {
        Self {
            model: TrialModel {
                name: name.into(),
                weights_sha256: "w".into(),
                config_sha256: "c".into(),
                tokens_sha256: "t".into(),
                background: Some(3),
                runs: None,
            },
            grid: Grid::new(6, 6).unwrap(),
            images: 12,
            scale,
        }
    }

    /// A cell's nats grow with the image, and fall with the step.
    fn nats(&self, image: u64, step: usize, cell: usize) -> f64 {
        self.scale * (10 * image) as f64 + cell as f64 / (step + 1) as f64
    }
}

/// Whether a cell of an image shows something: the upper rows, and in image 0 none.
fn shows(image: u64, cell: usize) -> bool {
    cell < image as usize
}

impl Judge for Stub {
    fn model(&self) -> &TrialModel {
        &self.model
    }

    fn grid(&self) -> Grid {
        self.grid
    }

    fn images(&self) -> u64 {
        self.images
    }

    fn batch(&self) -> usize {
        5
    }

    fn judge(
        &self,
        problem: &Problem,
        first: u64,
        orders: &[Vec<Cell>],
    ) -> Result<Vec<Judgement>, JudgeError> {
        let said = (first..).zip(orders).map(|(image, cells)| {
            let mut nats = vec![0.0; cells.len()];
            for (step, group) in problem.group_sizes().groups(cells).enumerate() {
                for &cell in group {
                    nats[cell as usize] = self.nats(image, step, cell as usize);
                }
            }
            Judgement {
                is_foreground: Some((0..nats.len()).map(|cell| shows(image, cell)).collect()),
                nats,
            }
        });
        Ok(said.collect())
    }
}

fn plan(text: &str, judges: &[&dyn Judge]) -> Plan {
    Plan::new(
        &Spec::read(text, catalogue(), measures()).unwrap(),
        &tools(judges),
        &|_, _| {},
    )
    .unwrap()
}

#[track_caller]
fn refused(text: &str, judges: &[&dyn Judge], expected: &str) {
    let error = match Spec::read(text, catalogue(), measures()) {
        Err(error) => error.to_string(),
        Ok(spec) => Plan::new(&spec, &tools(judges), &|_, _| {})
            .unwrap_err()
            .to_string(),
    };
    assert_eq!(error, expected, "{text}");
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[track_caller]
fn close(found: Option<f64>, expected: Option<f64>) {
    match (found, expected) {
        (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-12),
        (found, expected) => assert_eq!(found, expected),
    }
}

/// The orders of a trial, in their groups.
fn orders(settings: &TrialSettings) -> Vec<Vec<Vec<Cell>>> {
    let grid = settings.grid.parse().unwrap();
    let sizes = GroupSizes::new(settings.group_sizes.clone()).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    let texts = settings.parameters.iter();
    let texts = texts.map(|(name, text)| (name.as_str(), text.as_str()));
    let entry = catalogue().entry(&settings.method).unwrap();
    let method = entry.method(grid, &entry.parameters_from_texts(texts));
    let method = method.unwrap();
    (0..settings.orders)
        .map(|index| {
            let order = method.order(&problem, settings.seed, index).unwrap();
            order.groups().map(<[Cell]>::to_vec).collect()
        })
        .collect()
}

#[test]
fn likelihoods_are_means_over_cells() {
    let (one, two) = (Stub::new("one", 1.0), Stub::new("two", 2.0));
    let judges: [&dyn Judge; 2] = [&one, &two];
    let plan = plan(JUDGED, &judges);
    // Models change faster than sizes and steps: 2 models, for 3 methods.
    assert_eq!(plan.trials().len(), 3 * 2 * 2 * 2);
    for (index, trial) in plan.trials().iter().enumerate() {
        let stub = [&one, &two][index % 2];
        assert_eq!(trial.settings.model.as_ref(), Some(&stub.model));
        let result = run_trial(&trial.settings, &tools(&judges), "test", &|| false).unwrap();
        let orders = orders(&trial.settings);
        let of_step = |image: usize, step: usize, all: bool| -> Vec<f64> {
            let cells = orders[image][step].iter().map(|&cell| cell as usize);
            let image = image as u64;
            cells
                .filter(|&cell| all || shows(image, cell))
                .map(|cell| stub.nats(image, step, cell))
                .collect()
        };
        let steps = trial.settings.steps;
        for (name, all) in [("nats_per_cell", true), ("nats_per_foreground_cell", false)] {
            for image in 0..12 {
                let values: Vec<f64> = (0..steps).flat_map(|s| of_step(image, s, all)).collect();
                close(result.orders[name][image], mean(&values));
            }
            for step in 0..steps {
                let of_images = (0..12).filter_map(|image| mean(&of_step(image, step, all)));
                let expected: Vec<f64> = of_images.collect();
                let found = result.steps[name][step];
                assert_eq!(found.count, expected.len() as u64);
                close(found.mean, mean(&expected));
            }
        }
        assert_eq!(result.orders["nats_per_foreground_cell"][0], None);
    }
}

#[test]
fn measures_are_there_if_models_are() {
    let with = JUDGED.replace("measures", "# measures");
    let without = with.replace("models", "# models");
    let (one, two) = (Stub::new("one", 1.0), Stub::new("two", 2.0));
    let measures = |plan: &Plan| plan.trials()[0].settings.measures.clone();
    let first = measures(&plan(&with, &[&one, &two]));
    assert_eq!(first[..2], ["nats_per_cell", "nats_per_foreground_cell"]);
    assert_eq!(first[2..], measures(&plan(&without, &[])));
    let no_background = with.replace(", background = 3", "");
    let first = measures(&plan(&no_background, &[&one, &two]));
    assert_eq!(first[..2], ["nats_per_cell", "proximity"]);
}

/// Whatever the threads, interruptions and shards.
#[test]
fn results_are_the_same_bytes() {
    let (one, two) = (Stub::new("one", 1.0), Stub::new("two", 2.0));
    let judges: [&dyn Judge; 2] = [&one, &two];
    let plan = plan(JUDGED, &judges);
    let temporary = tempfile::tempdir().unwrap();
    let path = |name: &str| temporary.path().join(name);
    let create =
        |name: &str, shard| ResultsFolder::create(path(name), &plan, shard, "test").unwrap();
    let all = |name: &str, shard: Shard, threads| {
        let folder = create(name, shard);
        run(
            &folder,
            &tools(&judges),
            "test",
            threads,
            &|| false,
            &|_| {},
        )
        .unwrap();
    };
    all("whole", Shard::WHOLE, 1);
    let expected = content(&path("whole"));
    all("threads", Shard::WHOLE, 5);
    assert!(content(&path("threads")) == expected);

    let asked = std::sync::atomic::AtomicUsize::new(0);
    let stop = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 100;
    let folder = create("stopped", Shard::WHOLE);
    let progress = run(&folder, &tools(&judges), "test", 2, &stop, &|_| {}).unwrap();
    assert!(!progress.is_complete());
    all("stopped", Shard::WHOLE, 2);
    assert!(content(&path("stopped")) == expected);

    all("s1", "1/2".parse().unwrap(), 1);
    all("s2", "2/2".parse().unwrap(), 2);
    merge(
        &[path("s1"), path("s2")],
        path("merged"),
        &tools(&[]),
        "test",
    )
    .unwrap();
    assert!(content(&path("merged")) == expected);
}

#[test]
fn results_of_other_models_are_not_mixed() {
    let text = JUDGED.replace(
        ", { name = \"two\", checkpoint = \"a\", tokens = \"b\", background = 3 }",
        "",
    );
    let stub = Stub::new("one", 1.0);
    let plan_of = |stub: &Stub| plan(&text, &[stub]);
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("results");
    let folder = ResultsFolder::create(&path, &plan_of(&stub), Shard::WHOLE, "test").unwrap();
    run(&folder, &tools(&[&stub]), "test", 1, &|| false, &|_| {}).unwrap();

    for change in [
        |model: &mut TrialModel| model.weights_sha256 = "x".into(),
        |model: &mut TrialModel| model.config_sha256 = "x".into(),
        |model: &mut TrialModel| model.tokens_sha256 = "x".into(),
        |model: &mut TrialModel| model.background = Some(4),
    ] {
        let mut other = Stub::new("one", 1.0);
        change(&mut other.model);
        let error = ResultsFolder::create(&path, &plan_of(&other), Shard::WHOLE, "test");
        assert!(matches!(error, Err(ExperimentError::OtherSweep { .. })));

        let path = temporary.path().join("other");
        let folder = ResultsFolder::create(path, &plan_of(&stub), Shard::WHOLE, "test").unwrap();
        let ExperimentError::Trial { source, .. } =
            run(&folder, &tools(&[&other]), "test", 1, &|| false, &|_| {}).unwrap_err()
        else {
            panic!("not the trial's fault");
        };
        assert_eq!(
            source.to_string(),
            "model 'one' is not at hand, or it was changed since the sweep began"
        );
    }
}

#[test]
fn differences_are_image_by_image() {
    let (one, two) = (Stub::new("one", 1.0), Stub::new("two", 2.0));
    let judges: [&dyn Judge; 2] = [&one, &two];
    let temporary = tempfile::tempdir().unwrap();
    let plan = plan(JUDGED, &judges);
    let folder = ResultsFolder::create(temporary.path(), &plan, Shard::WHOLE, "test").unwrap();
    run(&folder, &tools(&judges), "test", 2, &|| false, &|_| {}).unwrap();
    let view = PooledResults::open(&folder, measures()).unwrap();
    let measure = view.measure("nats_per_cell").unwrap();
    let against = |name: &str, value: &str| {
        let compared = compare(&view, &[measure], &[(name.to_owned(), value.to_owned())]);
        let compared = compared.unwrap().into_iter();
        compared.map(|row| row[0]).collect::<Vec<_>>()
    };
    for (name, value) in [
        ("model", "one"),
        ("sizes", "linear"),
        ("steps", "9"),
        ("repulsion", "2"),
    ] {
        for (point, found) in view.points().zip(against(name, value)) {
            let is_partner = |other: &orders_analysis::experiment::PooledPoint<'_>| {
                let settings = ["label", "repulsion", "steps", "sizes", "model"];
                settings.iter().all(|setting| match *setting == name {
                    true => other.setting(name).as_deref() == Some(value),
                    false => other.setting(setting) == point.setting(setting),
                })
            };
            let partner = view.points().find(is_partner);
            let itself = point.setting(name).as_deref() == Some(value);
            let Some(partner) = partner.filter(|_| !itself) else {
                assert_eq!(found, None, "{name}");
                continue;
            };
            let pairs = view.values(point, measure).unwrap().into_iter();
            let pairs = pairs.zip(view.values(partner, measure).unwrap());
            let differences: Vec<f64> = pairs.map(|(a, b)| a.unwrap() - b.unwrap()).collect();
            close(found.map(|f| f.difference.estimate), mean(&differences));
        }
    }
    // Images differ far more than orders do, and the interval is that of the latter.
    let by_image = against("sizes", "linear")[0].unwrap().difference;
    let alone = view.means(measure).unwrap()[0].unwrap();
    assert!(by_image.high - by_image.low < 0.05 * (alone.high - alone.low));
}

#[test]
fn what_models_can_not_do_is_refused() {
    let (one, two) = (Stub::new("one", 1.0), Stub::new("two", 2.0));
    let judges: [&dyn Judge; 2] = [&one, &two];
    refused(
        JUDGED,
        &[&one],
        "the file names 2 models, and 1 are at hand",
    );
    refused(
        &JUDGED.replace("= 12", "= 13"),
        &judges,
        "orders is 13, but model one has 12 held-out images, and order i is asked about image i",
    );
    let point = "point 1 (lpd, repulsion 1, 5x5, 4 steps, cosine sizes, one, seed 0)";
    refused(
        &JUDGED.replace("6x6", "5x5"),
        &judges,
        &format!("{point}: model one is one of 6x6 cells"),
    );
    let mut unknown = Stub::new("two", 2.0);
    unknown.model.background = None;
    refused(
        JUDGED,
        &[&one, &unknown],
        "point 2 (lpd, repulsion 1, 6x6, 4 steps, cosine sizes, two, seed 0): measure nats_per_foreground_cell needs the background of model two, and the file does not say which token it is",
    );
    refused(
        &JUDGED.replace("models", "# models"),
        &[],
        "point 1 (lpd, repulsion 1, 6x6, 4 steps, cosine sizes, seed 0): measure nats_per_cell needs a model, and the file lists none",
    );
    for (models, line) in [
        (
            "models = [\"one\", 2]",
            "models: 2 is neither a name nor a table with checkpoint and tokens",
        ),
        ("models = [\"one\", \"one\"]", "models lists \"one\" twice"),
        (
            "models = [\"one\", { name = \"one\", checkpoint = \"a\", tokens = \"b\" }]",
            "models lists two of the name one; name each",
        ),
        (
            "models = [{ checkpoint = \"a\" }]",
            "models: missing field `tokens`",
        ),
        (
            "models = [{ checkpoint = \"a\", tokens = \"b\", weights = \"c\" }]",
            "models: unknown field `weights`, expected one of `name`, `checkpoint`, `config`, `tokens`, `background`",
        ),
        (
            "seeds = [0, 1]\nmodels = [\"one\"]",
            "seeds lists several, and models are asked about image i for order i of each; one seed is taken with models",
        ),
    ] {
        let text = JUDGED.replace("models", "# models");
        let text = text.replacen('\n', &format!("\n{models}\n"), 1);
        refused(&text, &judges, &format!("line 2: {line}"));
    }
}

/// A model that breaks its word.
struct Broken(Stub, Judgement);

impl Judge for Broken {
    fn model(&self) -> &TrialModel {
        self.0.model()
    }

    fn grid(&self) -> Grid {
        self.0.grid()
    }

    fn images(&self) -> u64 {
        self.0.images()
    }

    fn judge(
        &self,
        _: &Problem,
        first: u64,
        orders: &[Vec<Cell>],
    ) -> Result<Vec<Judgement>, JudgeError> {
        let said = (first..).zip(orders).map(|(image, _)| match image {
            0..5 => Judgement {
                nats: vec![1.0; 36],
                is_foreground: None,
            },
            _ => self.1.clone(),
        });
        Ok(said.collect())
    }
}

#[test]
fn broken_answers_fail_the_trial() {
    let text = r#"
        orders = 7
        grids = ["6x6"]
        steps = [4]
        sizes = ["cosine"]
        models = ["one"]
        measures = ["nats_per_cell"]
        [[methods]]
        name = "raster"
    "#;
    for (nats, is_foreground, expected) in [
        (
            vec![1.0; 35],
            None,
            "it does not say something of every cell",
        ),
        (
            vec![1.0; 36],
            Some(vec![true]),
            "it does not say something of every cell",
        ),
        (
            vec![f64::NAN; 36],
            None,
            "its likelihood of cell 0 is no number",
        ),
        (
            vec![f64::INFINITY; 36],
            None,
            "its likelihood of cell 0 is no number",
        ),
    ] {
        let judgement = Judgement {
            nats,
            is_foreground,
        };
        let judge = Broken(Stub::new("one", 1.0), judgement);
        let plan = plan(text, &[&judge]);
        let settings = &plan.trials()[0].settings;
        let error = run_trial(settings, &tools(&[&judge]), "test", &|| false).unwrap_err();
        assert!(
            error.to_string().ends_with(": the model has no answer"),
            "{error}"
        );
        let source = std::error::Error::source(&error).unwrap();
        assert_eq!(source.to_string(), expected);
    }
}
