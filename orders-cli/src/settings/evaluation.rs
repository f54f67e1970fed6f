//! The space of trials that flags of `eval` ask for.

use orders_analysis::experiment::{
    Axis, ClockChoice, ListedOrders, MethodAxes, ModelChoice, PARALLEL, SamplesChoice, Spec,
};
use orders_core::sizes::{SizesChoice, SizesRequest};
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, Parameters, UnknownName};
use orders_model::ModelSource;
use orders_model::lpd::LpdConfig;
use orders_model::published::{PUBLISHED_RESULTS, PublishedResult, published_result};

use crate::args::EvalArgs;
use crate::experiment::{Catalogues, JudgeAsked, LpdJudge, OrderFile, Place};
use crate::failure::{Failure, Result};
use crate::hub::located;
use crate::settings::{self, RunsOn};
use crate::token_images::HeldOutArgs;

/// Images of a published row.
const PUBLISHED_SAMPLES: u64 = 50_000;
/// What is always compared with, unless switched off.
const BASELINES: [&str; 2] = ["raster", "random"];
/// What is asked of a bundled model where nothing is said.
const BUNDLED_METHODS: [&str; 4] = ["lpd", "halton", "farthest", "proximity"];
const BUNDLED_STEPS: [usize; 4] = [8, 20, 64, 256];
/// Images to generate where nothing is said.
const SAMPLES: u64 = 1000;
/// What is measured of generated images, and of a machine.
const OF_SAMPLES: [&str; 5] = [
    "frechet_distance",
    "mmd",
    "inception_score",
    "inception_score_deviation",
    "class_accuracy",
];
const OF_MACHINE: [&str; 3] = ["latency_seconds", "images_per_second", "passes"];

/// What flags of `eval` ask for.
pub(crate) struct Evaluation {
    pub(crate) spec: Spec,
    pub(crate) judge: LpdJudge,
    /// The orders of files.
    pub(crate) listed: Vec<ListedOrders>,
    /// The published row whose settings they are.
    pub(crate) preset: Option<&'static PublishedResult>,
}

/// Flags, and what was found out of them.
struct Asked<'a> {
    args: &'a EvalArgs,
    preset: Option<&'static PublishedResult>,
    is_bundled: bool,
    grid: Grid,
    files: Vec<OrderFile>,
    catalogue: &'a Catalogue,
}

/// The space of trials that flags of `eval` ask for, and the model that is asked, whose
/// weights are not read yet.
pub(crate) fn evaluation(
    args: &EvalArgs,
    catalogues: &Catalogues,
    threads: usize,
    notes: &mut Vec<String>,
) -> Result<Evaluation> {
    let preset = match &args.preset {
        None => None,
        Some(name) => Some(published_result(name).ok_or_else(|| {
            let known = PUBLISHED_RESULTS.map(|row| row.name);
            Failure::bad_input(UnknownName::new("preset", name, known))
        })?),
    };
    let source = match preset {
        None => settings::model(&args.model)?,
        Some(row) => {
            let config = LpdConfig::named(row.model, row.image_size)
                .map_err(|error| Failure::input_at("--preset", &error))?;
            settings::checkpoint(&args.model, config)?
        }
    };
    if let ModelSource::Formula(_) = &source {
        return Err(settings::weights_needed());
    }
    let (config, bundled) = (source.config(), source.bundled());
    let asked = Asked {
        args,
        preset,
        is_bundled: bundled.is_some(),
        grid: config.grid(),
        files: read_files(args, config.grid())?,
        catalogue: &catalogues.methods,
    };
    let mut spec = Spec::new("evaluation", asked.grid);
    asked.add_methods(&mut spec)?;
    let held_out = HeldOutArgs {
        tokens: args.tokens.as_deref(),
        limit: args.limit,
        background: args.background,
    };
    let images = held_out.read(&config, asked.is_bundled)?;
    if images.is_none() && args.real.is_none() && args.runs == 0 {
        return Err(Failure::input(
            "nothing is measured: give --tokens FILE, --real FILE, or --runs from 1",
        ));
    }
    let cfg = preset.map(|row| row.guidance).or(args.cfg).unwrap_or(1.0);
    settings::guidance(cfg, args.cfg_schedule)?;
    spec.samples = asked.samples(cfg);
    let (batch, runs) = (args.batch, args.runs);
    spec.clock = (runs > 0).then_some(ClockChoice { batch, runs, cfg });
    let name = bundled.map_or_else(|| source.label(), |model| model.name().to_owned());
    spec.models = vec![ModelChoice::Named(name.clone())];
    spec.seeds = vec![args.seed];
    spec.orders = images.as_ref().map_or(0, |(images, _)| images.len() as u64);
    let has_background = matches!(&images, Some((_, Some(_))));
    for name in asked.measures(&spec, has_background) {
        let measure = catalogues.measures.entry(name);
        spec.measures
            .push(measure.map_err(Failure::bad_input)?.clone());
    }
    let sampled = spec.samples.as_ref().map_or(1, |samples| samples.count);
    let count = spec.orders.max(sampled);
    let listed = asked.files.iter().map(|file| file.listed(count));
    let listed = listed.collect::<Result<_>>()?;
    let judge = JudgeAsked {
        place: Place::Flags,
        name,
        source,
        images,
        runs_on: RunsOn::new(&args.model.runs, notes)?,
        schedule: args.cfg_schedule,
        batch,
        threads,
    };
    Ok(Evaluation {
        judge: judge.judge(&spec, notes)?,
        spec,
        listed,
        preset,
    })
}

/// The order files, no two of one name.
fn read_files(args: &EvalArgs, grid: Grid) -> Result<Vec<OrderFile>> {
    let mut files: Vec<OrderFile> = Vec::with_capacity(args.orders.len());
    for path in &args.orders {
        let file = OrderFile::read(&located(path, "--orders")?, grid)?;
        settings::line_of_text("--orders: the file name", &file.name)?;
        if let Some(other) = files.iter().find(|other| other.name == file.name) {
            return Err(Failure::input(format!(
                "--orders {} and {} have the same name, by which the table calls them",
                other.path.display(),
                path.display()
            )));
        }
        files.push(file);
    }
    Ok(files)
}

impl Asked<'_> {
    /// The images that are to be generated.
    fn samples(&self, cfg: f64) -> Option<SamplesChoice> {
        let args = self.args;
        let is_asked = args.network.is_some() || args.real.is_some() || args.samples.is_some();
        let usual = self.preset.map_or(SAMPLES, |_| PUBLISHED_SAMPLES);
        is_asked.then(|| SamplesChoice {
            cfg,
            network: args.network.clone(),
            weights: args.weights.clone(),
            real: args.real.clone(),
            tokenizer: args.tokenizer.clone(),
            tokenizer_config: args.tokenizer_config.clone(),
            ..SamplesChoice::new(args.samples.unwrap_or(usual))
        })
    }

    /// Names of what is measured.
    fn measures(&self, spec: &Spec, has_background: bool) -> Vec<&'static str> {
        let mut names = Vec::new();
        if spec.orders > 0 {
            names.push("nats_per_cell");
            names.extend(has_background.then_some("nats_per_foreground_cell"));
            let is_parallel = self.args.decoding.iter().all(|text| text == PARALLEL);
            let is_counted = !is_parallel || !self.args.scheduler.is_empty();
            names.extend(is_counted.then_some("passes_per_image"));
        }
        names.extend(spec.samples.iter().flat_map(|_| OF_SAMPLES));
        names.extend(spec.clock.iter().flat_map(|_| OF_MACHINE));
        names
    }

    /// The numbers of steps.
    fn steps(&self) -> Result<Vec<usize>> {
        let stated = self.files.iter().map(|file| match &file.group_sizes {
            Some(sizes) => Ok(sizes.steps()),
            None => Err(Failure::input(format!(
                "--steps is needed: no manifest states group sizes for {}",
                file.path.display()
            ))),
        });
        match (self.preset, &self.args.steps[..]) {
            (Some(row), _) => Ok(vec![row.steps]),
            (None, []) if !self.files.is_empty() => {
                let mut stated = stated.collect::<Result<Vec<_>>>()?;
                stated.sort_unstable();
                Ok(stated)
            }
            (None, []) if !self.args.group_sizes.is_empty() => Ok(Vec::new()),
            (None, []) if self.is_bundled => Ok(BUNDLED_STEPS.to_vec()),
            (None, []) => Err(Failure::input(
                "the numbers of steps are needed: --steps, as in --steps 8,16,32, or --group-sizes LIST",
            )),
            (None, steps) => Ok(steps.to_vec()),
        }
    }

    /// Adds steps, each once, and says in which sizes all is: those of the steps, and lists,
    /// which labels name.
    fn add_steps(&self, spec: &mut Spec) -> Result<Vec<(SizesChoice, String)>> {
        let known = KnownCells::none(self.grid);
        let mut choice = SizesChoice::Usual;
        let mut seen = Vec::new();
        for steps in self.steps()? {
            if let Some(name) = &self.args.shape {
                choice = settings::shape(name, Some(steps))?;
            }
            let request = SizesRequest::new(&known, Some(steps));
            let sizes = settings::resolved(&choice, &request, None)?.sizes;
            if !seen.contains(&sizes) {
                seen.push(sizes);
                spec.steps.push(steps);
            }
        }
        let of_steps = (!spec.steps.is_empty()).then(|| Ok((choice, String::new())));
        let listed = self.args.group_sizes.iter().map(|text| {
            let sizes = settings::listed_sizes(text, &known)?;
            settings::line_of_text("--group-sizes", text)?;
            let label = format!(", sizes {}", text.replace(',', " "));
            Ok((SizesChoice::Listed(sizes), label))
        });
        of_steps.into_iter().chain(listed).collect()
    }

    /// How tokens come about, each way once.
    fn decodings(&self) -> Result<Vec<String>> {
        let (mut decodings, mut seen) = (Vec::new(), Vec::new());
        for text in &self.args.decoding {
            let drafts = settings::drafts_of_text(text, self.grid)?;
            if !seen.contains(&drafts) {
                seen.push(drafts);
                decodings.push(text.clone());
            }
        }
        if decodings.is_empty() {
            decodings.push(PARALLEL.to_owned());
        }
        Ok(decodings)
    }

    /// Adds methods, schedulers, files and baselines, each once.
    fn add_methods(&self, spec: &mut Spec) -> Result<()> {
        let (args, grid) = (self.args, self.grid);
        let sizes = self.add_steps(spec)?;
        let decodings = self.decodings()?;
        let methods = match (self.preset, &args.method[..]) {
            (Some(row), _) => vec![format!("lpd,repulsion={}", row.repulsion)],
            (None, []) if self.is_bundled => BUNDLED_METHODS.map(str::to_owned).to_vec(),
            (None, []) => vec!["lpd".to_owned()],
            (None, methods) => methods.to_vec(),
        };
        let decoded = |mut axes: MethodAxes| {
            axes.decodings.clone_from(&decodings);
            axes
        };
        let method = |text: &str| Ok::<_, Failure>((decoded(self.method(text)?), None));
        let methods = methods.iter().map(|text| method(text));
        let mut all = methods.collect::<Result<Vec<_>>>()?;
        for text in &args.scheduler {
            all.push((self.scheduler(text)?, None));
        }
        for file in &self.files {
            let axes = decoded(MethodAxes::of_file(&file.name, &file.path));
            all.push((axes, file.group_sizes.as_ref()));
        }
        if !args.label.is_empty() {
            settings::check_labels(&args.label, ("method", all.len()))?;
            for ((axes, _), label) in all.iter_mut().zip(&args.label) {
                axes.label.clone_from(label);
            }
        }
        let baselines = if args.no_baselines {
            &[][..]
        } else {
            &BASELINES
        };
        for name in baselines {
            all.push(method(name)?);
        }
        for (mut axes, own) in all {
            let added = match own {
                // One by one as well, where that is asked for: its parallel loss is known then.
                Some(own) => {
                    if own.steps() < grid.cells() && spec.steps.contains(&grid.cells()) {
                        let ones = GroupSizes::new(vec![1; grid.cells()]);
                        let ones = ones.map_err(Failure::work)?;
                        axes.sizes.push(SizesChoice::Listed(ones));
                    }
                    vec![axes]
                }
                None if axes.finds_steps() => vec![axes],
                None => {
                    let in_sizes = sizes.iter().map(|(sizes, suffix)| {
                        let mut axes = axes.clone();
                        axes.sizes = vec![sizes.clone()];
                        axes.label.push_str(suffix);
                        axes
                    });
                    in_sizes.collect()
                }
            };
            for axes in added {
                if !spec.methods.contains(&axes) {
                    spec.methods.push(axes);
                }
            }
        }
        Ok(())
    }

    /// A method with its parameters, as `--method` has it.
    fn method(&self, text: &str) -> Result<MethodAxes> {
        let catalogue = self.catalogue;
        let (entry, parameters) = settings::method_and_parameters(catalogue, text, &[], None)?;
        let method = settings::method_by_name(catalogue, entry.name(), &parameters, self.grid)?;
        Ok(self.called(entry.name(), method.parameters()))
    }

    /// A scheduler with its parameters, as `--scheduler` has it.
    fn scheduler(&self, text: &str) -> Result<MethodAxes> {
        let rule = settings::rule_of_text(self.catalogue, text, self.grid)?;
        if self.catalogue.scheduler_entry(rule.name()).is_none() {
            return Err(Failure::input(format!(
                "--scheduler {text}: {} makes orders beforehand; give it to --method",
                rule.name()
            )));
        }
        if rule.looks_at_tokens() && self.samples(1.0).is_none() && self.args.runs == 0 {
            return Err(Failure::input(format!(
                "--scheduler {text}: it looks at the tokens that it draws, so that images have no likelihood under it; ask for --samples, or --runs from 1"
            )));
        }
        Ok(self.called(rule.name(), rule.parameters()))
    }

    /// A method that is called by its name and its parameters, but for flags that are not
    /// set.
    fn called(&self, name: &str, parameters: Parameters) -> MethodAxes {
        let mut axes = MethodAxes::named(name, self.catalogue);
        for (name, value) in parameters {
            if value.flag() != Some(false) {
                axes.label.push_str(&format!(", {name} {value}"));
            }
            axes.parameters
                .push((name, Axis::List(vec![value.to_string()])));
        }
        axes
    }
}
