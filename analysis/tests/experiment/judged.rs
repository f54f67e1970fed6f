//! Models that are asked about held-out images: what is measured, and what is refused.

use orders_analysis::experiment::{
    Chosen, ExperimentError, Judge, JudgeError, Judgement, Plan, PooledResults, ResultsFolder,
    Shard, Spec, TrialModel, TrialSettings, compare, merge, run, run_trial,
};
use orders_core::decoding::schedulers::SampleRule;
use orders_core::{Cell, Grid, GroupSizes, Order, Problem};

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

    /// A rule that asks reveals a cell in each step whose image's number is even, and all of
    /// the others in one step.
    fn by_rule(
        &self,
        first: u64,
        rule: &SampleRule,
        images: usize,
    ) -> Result<Vec<Judgement>, JudgeError> {
        assert_eq!(rule.rule().name(), "entropy-bound");
        let cells: Vec<Cell> = (0..self.grid.cells() as Cell).collect();
        let said = (first..first + images as u64).map(|image| {
            let sizes = match image % 2 {
                0 => vec![1; cells.len()],
                _ => vec![cells.len() as u32],
            };
            let problem = Problem::new(self.grid, GroupSizes::new(sizes)?)?;
            Ok(Judgement {
                nats: vec![image as f64; cells.len()],
                is_foreground: Some(vec![true; cells.len()]),
                revealed: Some(Order::new(problem, cells.clone())?),
            })
        });
        said.collect()
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

    fn judge(&self, first: u64, chosen: Chosen<'_>) -> Result<Vec<Judgement>, JudgeError> {
        let (problem, orders, is_exact) = match chosen {
            Chosen::Orders { problem, orders } => (problem, orders.to_vec(), false),
            Chosen::Exactly {
                problem, orders, ..
            } => (problem, orders.to_vec(), true),
            Chosen::Rule { rule, images } => return self.by_rule(first, rule, images),
            _ => panic!("there is no other way"),
        };
        let said = (first..).zip(&orders).map(|(image, cells)| {
            let mut nats = vec![0.0; cells.len()];
            for (step, group) in problem.group_sizes().groups(cells).enumerate() {
                for &cell in group {
                    let step = if is_exact { 0 } else { step };
                    nats[cell as usize] = self.nats(image, step, cell as usize);
                }
            }
            Judgement {
                is_foreground: Some((0..nats.len()).map(|cell| shows(image, cell)).collect()),
                nats,
                revealed: None,
            }
        });
        Ok(said.collect())
    }

    /// An image of number i takes 10 + i passes.
    fn passes(&self, (_, first): (u64, u64), chosen: Chosen<'_>) -> Result<Vec<usize>, JudgeError> {
        let images = first as usize..first as usize + chosen.images();
        Ok(images.map(|image| 10 + image).collect())
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

const CHOSEN: &str = r#"
    orders = 6
    grids = ["6x6"]
    steps = [4]
    sizes = ["cosine"]
    models = ["one"]
    measures = ["nats_per_cell", "passes_per_image", "proximity"]
    [[methods]]
    name = "raster"
    decoding = ["parallel", "exact"]
    [[methods]]
    name = "entropy-bound"
    set = { budget = [0.1, 0.2] }
"#;

#[test]
fn exact_decoding_and_rules_are_judged_as_what_they_are() {
    let judge = Stub::new("one", 1.0);
    let plan = plan(CHOSEN, &[&judge]);
    let trials: Vec<&TrialSettings> = plan.trials().iter().map(|trial| &trial.settings).collect();
    let found: Vec<_> = trials
        .iter()
        .map(|t| (&*t.method, t.steps, &*t.sizes, t.decoding.as_deref()))
        .collect();
    let exact = Some("exact,drafts=coupled,window=9");
    assert_eq!(
        found,
        [
            ("raster", 4, "cosine", None),
            ("raster", 4, "cosine", exact),
            ("entropy-bound", 0, "found", None),
            ("entropy-bound", 0, "found", None),
        ]
    );
    assert!(trials[2].group_sizes.is_empty());
    assert_ne!(trials[2].key(), trials[3].key());
    let run = |place: usize| run_trial(trials[place], &tools(&[&judge]), "test", &|| false);
    let values = |place: usize, measure: &str| -> Vec<f64> {
        let result = run(place).unwrap();
        let values = result.values(measure).unwrap().iter();
        values.map(|value| value.unwrap()).collect()
    };

    assert_eq!(values(0, "passes_per_image"), [4.0; 6]);
    let counted: Vec<f64> = (10..16).map(f64::from).collect();
    assert_eq!(values(1, "passes_per_image"), counted);
    // One by one, all cells are in the first of the stub's steps.
    let one_by_one: Vec<f64> = (0..6).map(|image| f64::from(10 * image) + 17.5).collect();
    assert_eq!(values(1, "nats_per_cell"), one_by_one);

    assert_eq!(
        values(2, "passes_per_image"),
        [36.0, 1.0, 36.0, 1.0, 36.0, 1.0]
    );
    assert_eq!(values(2, "nats_per_cell"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    // The geometry is that of what was revealed: nothing is near where all comes at once.
    let proximity = &run(2).unwrap().orders["proximity"];
    assert!(proximity[0].is_some_and(|value| value > 0.0));
    assert_ne!(proximity[0], proximity[1]);
    assert!(run(2).unwrap().steps.values().all(Vec::is_empty));
}

/// What is lost above the same orders one cell at a time: the trials of those are added
/// where they are missing, each once, and none for rules and for orders that are such
/// already.
#[test]
fn factorisation_losses_are_above_the_same_orders_one_by_one() {
    let judge = Stub::new("one", 1.0);
    let text = CHOSEN
        .replace(
            "\"passes_per_image\", \"proximity\"",
            "\"factorisation_loss\"",
        )
        .replace("steps = [4]", "steps = [4, 36]");
    let text = format!("{text}\n    [[methods]]\n    name = \"lpd\"\n");
    let plan = plan(&text, &[&judge]);
    let found: Vec<_> = plan
        .trials()
        .iter()
        .map(|trial| &trial.settings)
        .map(|t| (&*t.method, t.steps, t.decoding.is_some()))
        .collect();
    assert_eq!(
        found,
        [
            ("raster", 4, false),
            ("raster", 4, true),
            ("raster", 36, false),
            ("raster", 36, true),
            ("entropy-bound", 0, false),
            ("entropy-bound", 0, false),
            ("lpd", 4, false),
            ("lpd", 36, false),
            ("lpd", 4, true),
        ]
    );
    let temporary = tempfile::tempdir().unwrap();
    let folder = ResultsFolder::create(temporary.path(), &plan, Shard::WHOLE, "test").unwrap();
    run(&folder, &tools(&[&judge]), "test", 2, &|| false, &|_| {}).unwrap();
    let view = PooledResults::open(&folder, measures()).unwrap();
    let [loss, nats] =
        ["factorisation_loss", "nats_per_cell"].map(|name| view.measure(name).unwrap());
    let points: Vec<_> = view.points().collect();
    let settings = |point: &orders_analysis::experiment::PooledPoint<'_>| {
        ["label", "steps", "decoding"].map(|name| point.setting(name).unwrap_or_default())
    };
    for (point, mean_loss) in points.iter().zip(view.means(loss).unwrap()) {
        let [label, steps, decoding] = settings(point);
        let partner = points.iter().find(|other| {
            let [other_label, other_steps, other_decoding] = settings(other);
            other_label == label && other_steps == steps && other_decoding.starts_with("exact")
        });
        let of_rule = label.starts_with("entropy");
        let Some(partner) = partner.filter(|_| !decoding.starts_with("exact") && !of_rule) else {
            assert_eq!(mean_loss.map(|mean| mean.estimate), None, "{label} {steps}");
            continue;
        };
        let pairs = view.values(*point, nats).unwrap().into_iter();
        let pairs = pairs.zip(view.values(*partner, nats).unwrap());
        let differences: Vec<f64> = pairs.map(|(a, b)| a.unwrap() - b.unwrap()).collect();
        close(mean_loss.map(|found| found.estimate), mean(&differences));
    }
    let lost = view.means(loss).unwrap().iter().flatten().count();
    assert_eq!(lost, 3);
}

#[test]
fn rules_and_decodings_that_nobody_can_run_are_refused() {
    let judge = Stub::new("one", 1.0);
    let with = |from: &str, to: &str| CHOSEN.replacen(from, to, 1);
    refused(
        &with(
            "decoding = [\"parallel\", \"exact\"]",
            "decoding = [\"exact,ahead\"]",
        ),
        &[&judge],
        "line 10: decoding: exact,ahead: 'ahead' has no '='; write KEY=VALUE",
    );
    refused(
        &with("set = {", "sizes = [\"cosine\"]\n    set = {"),
        &[&judge],
        "line 13: sizes: entropy-bound finds out itself how many cells a step reveals",
    );
    refused(
        &with("set = {", "decoding = [\"exact\"]\n    set = {"),
        &[&judge],
        "line 13: decoding: entropy-bound has no orders that could be decoded exactly",
    );
    refused(
        &with("set = { budget = [0.1, 0.2] }", "").replace("entropy-bound", "maskgit"),
        &[&judge],
        "point 3 (maskgit, 6x6, 4 steps, cosine sizes, one, seed 0): scheduler maskgit looks at the tokens that it draws, so that images have no likelihood under it; measure generated images or time",
    );
    let without =
        with("models = [\"one\"]", "").replace("\"nats_per_cell\", \"passes_per_image\", ", "");
    refused(
        &without,
        &[],
        "point 3 (entropy-bound, budget 0.1, 6x6, seed 0): scheduler entropy-bound looks at what a model says, and the file lists none",
    );
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

    fn judge(&self, first: u64, chosen: Chosen<'_>) -> Result<Vec<Judgement>, JudgeError> {
        let images = first..first + chosen.images() as u64;
        let said = images.map(|image| match image {
            0..5 => Judgement {
                nats: vec![1.0; 36],
                is_foreground: None,
                revealed: None,
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
            revealed: None,
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
