//! Methods and order files at numbers of steps, as trials.

use orders_analysis::experiment::{ListedOrders, Trial, TrialSettings};
use orders_core::sizes::{SizesChoice, SizesRequest};
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, OrderingMethod, Parameters};

use super::order_files::OrderFile;
use crate::failure::{Failure, Result};
use crate::settings;

/// What an evaluation measures of held-out images.
pub(crate) const OF_IMAGES: [&str; 3] = [
    "nats_per_cell",
    "nats_per_foreground_cell",
    "passes_per_image",
];

/// What is to be compared.
pub(crate) struct Wanted<'a> {
    pub(crate) methods: &'a [String],
    /// Methods that are compared with, behind the others.
    pub(crate) baselines: &'a [&'a str],
    /// Schedulers, which look at the model's answers.
    pub(crate) schedulers: &'a [String],
    /// How the tokens of orders come about; a group at a time if there is no word of it.
    pub(crate) decodings: &'a [String],
    pub(crate) files: &'a [OrderFile],
    pub(crate) steps: &'a [usize],
    /// A formula for the group sizes, in the place of usual ones.
    pub(crate) shape: Option<&'a str>,
    /// Images that have orders of their own.
    pub(crate) images: u64,
    /// What all trials share.
    pub(crate) shared: TrialSettings,
}

/// Trials, and the orders of files that they name.
#[derive(Default)]
pub(crate) struct Variants {
    pub(crate) trials: Vec<Trial>,
    pub(crate) listed: Vec<ListedOrders>,
}

impl Wanted<'_> {
    /// All variants: at each number of steps the methods, schedulers and files in turn, then
    /// the baselines that are not among them; and at the end the files with other numbers
    /// of steps, and the schedulers that find out themselves how many cells a step reveals.
    pub(crate) fn variants(
        &self,
        catalogue: &Catalogue,
        grid: Grid,
        notes: &mut Vec<String>,
    ) -> Result<Variants> {
        let mut all = Variants::default();
        for &steps in self.steps {
            let sizes = Sizes {
                shape: self.shape,
                catalogue,
                steps,
                grid,
            };
            for text in self.methods {
                all.add_all(self.decoded(self.of_method(text, &sizes, notes)?, grid)?);
            }
            for text in self.schedulers {
                if let Some(trial) =
                    self.of_scheduler(text, Some(&sizes), (catalogue, grid), notes)?
                {
                    all.add(trial);
                }
            }
            for file in self.files {
                if let Some(sizes) = sizes.of_file(file, notes)? {
                    self.add_file(file, sizes, grid, &mut all)?;
                }
            }
            for text in self.baselines {
                all.add_all(self.decoded(self.of_method(text, &sizes, notes)?, grid)?);
            }
        }
        for file in self.files {
            if let Some(own) = &file.group_sizes
                && !self.steps.contains(&own.steps())
            {
                self.add_file(file, own.clone(), grid, &mut all)?;
            }
        }
        for text in self.schedulers {
            if let Some(trial) = self.of_scheduler(text, None, (catalogue, grid), notes)? {
                all.add(trial);
            }
        }
        Ok(all)
    }

    /// A trial of orders for each way in which its tokens are to come about.
    fn decoded(&self, trial: Trial, grid: Grid) -> Result<Vec<Trial>> {
        if self.decodings.is_empty() {
            return Ok(vec![trial]);
        }
        let decodings = self.decodings.iter().map(|text| {
            let drafts = settings::drafts_of_text(text, grid)?;
            let mut trial = trial.clone();
            if let Some(drafts) = drafts {
                trial
                    .label
                    .push_str(&format!(", {}", text.replace(',', " ")));
                trial.settings.decoding = Some(drafts.to_string());
            }
            Ok(trial)
        });
        decodings.collect()
    }

    /// A scheduler with group sizes, if it needs some and there are some; or without.
    fn of_scheduler(
        &self,
        text: &str,
        sizes: Option<&Sizes<'_>>,
        (catalogue, grid): (&Catalogue, Grid),
        notes: &mut Vec<String>,
    ) -> Result<Option<Trial>> {
        let rule = settings::rule_of_text(catalogue, text, grid)?;
        if catalogue.scheduler_entry(rule.name()).is_none() {
            return Err(Failure::input(format!(
                "--scheduler {text}: {} makes orders beforehand; give it to --method",
                rule.name()
            )));
        }
        let mut shared = self.shared.clone();
        if rule.looks_at_tokens() {
            // Only what is generated can be measured.
            if shared.samples.is_none() && shared.machine.is_none() {
                return Err(Failure::input(format!(
                    "--scheduler {text}: it looks at the tokens that it draws, so that images have no likelihood under it; ask for --samples, or --runs from 1"
                )));
            }
            shared.orders = 0;
            shared
                .measures
                .retain(|name| !OF_IMAGES.contains(&name.as_str()));
        }
        let group_sizes = match (rule.needs_group_sizes(), sizes) {
            (true, Some(sizes)) => Some(sizes.of_method(None, notes)?),
            (false, None) => None,
            _ => return Ok(None),
        };
        let settings = match &group_sizes {
            Some(sizes) => cut(&shared, sizes),
            None => TrialSettings {
                sizes: "found".into(),
                ..shared
            },
        };
        Ok(Some(labelled(rule.name(), rule.parameters(), settings)))
    }

    fn of_method(&self, text: &str, sizes: &Sizes<'_>, notes: &mut Vec<String>) -> Result<Trial> {
        let (entry, parameters) =
            settings::method_and_parameters(sizes.catalogue, text, &[], None)?;
        let method =
            settings::method_by_name(sizes.catalogue, entry.name(), &parameters, sizes.grid)?;
        let group_sizes = sizes.of_method(Some(method.as_ref()), notes)?;
        let known = KnownCells::none(sizes.grid);
        settings::problem(known, &group_sizes, "--steps")?;
        let settings = cut(&self.shared, &group_sizes);
        Ok(labelled(entry.name(), method.parameters(), settings))
    }

    fn add_file(
        &self,
        file: &OrderFile,
        sizes: GroupSizes,
        grid: Grid,
        all: &mut Variants,
    ) -> Result<()> {
        let problem = settings::problem(KnownCells::none(grid), &sizes, file.path.display())?;
        let images = usize::try_from(self.images).unwrap_or(usize::MAX);
        let orders = settings::orders_of_file(&file.path, &problem, images)?;
        let rows = orders.iter().map(|order| order.cell_from_rank().to_vec());
        let sha256 = file.sha256.to_string();
        let listed = ListedOrders::new(file.name.clone(), sha256.clone(), rows.collect());
        if !all.listed.iter().any(|known| known.sha256() == sha256) {
            all.listed.extend(listed);
        }
        let trial = Trial {
            label: file.name.clone(),
            settings: TrialSettings {
                method: file.name.clone(),
                orders_sha256: Some(sha256),
                ..cut(&self.shared, &sizes)
            },
        };
        all.add_all(self.decoded(trial, grid)?);
        Ok(())
    }
}

/// What trials share, with group sizes.
fn cut(shared: &TrialSettings, sizes: &GroupSizes) -> TrialSettings {
    TrialSettings {
        sizes: "listed".into(),
        steps: sizes.steps(),
        group_sizes: sizes.as_slice().to_vec(),
        ..shared.clone()
    }
}

impl Variants {
    fn add_all(&mut self, trials: Vec<Trial>) {
        for trial in trials {
            self.add(trial);
        }
    }

    /// Adds a trial, unless it is there.
    fn add(&mut self, trial: Trial) {
        if !self.trials.contains(&trial) {
            self.trials.push(trial);
        }
    }
}

/// A trial that is called by the method and its parameters, but for flags that are not set.
fn labelled(name: &str, parameters: Parameters, settings: TrialSettings) -> Trial {
    let mut label = name.to_owned();
    for (name, value) in &parameters {
        if value.flag() != Some(false) {
            label.push_str(&format!(", {name} {value}"));
        }
    }
    let texts = parameters.into_iter();
    Trial {
        label,
        settings: TrialSettings {
            method: name.to_owned(),
            parameters: texts
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
            ..settings
        },
    }
}

/// Group sizes at a number of steps.
struct Sizes<'a> {
    shape: Option<&'a str>,
    catalogue: &'a Catalogue,
    steps: usize,
    grid: Grid,
}

impl Sizes<'_> {
    /// Those that a file is to be measured with: its own if these are so many steps,
    /// those of methods if it has none; and in as many steps as there are cells, one
    /// each.
    fn of_file(&self, file: &OrderFile, notes: &mut Vec<String>) -> Result<Option<GroupSizes>> {
        match &file.group_sizes {
            Some(own) if own.steps() == self.steps => Ok(Some(own.clone())),
            Some(_) if self.steps != self.grid.cells() => Ok(None),
            _ => self.of_method(None, notes).map(Some),
        }
    }

    /// Those of flags, or published ones; which some methods have a part in.
    fn of_method(
        &self,
        method: Option<&dyn OrderingMethod>,
        notes: &mut Vec<String>,
    ) -> Result<GroupSizes> {
        let known = KnownCells::none(self.grid);
        let request = SizesRequest {
            method,
            ..SizesRequest::new(&known, Some(self.steps))
        };
        let choice = match self.shape {
            Some(name) => settings::shape(name, request.steps)?,
            None => SizesChoice::Usual,
        };
        let sizes = settings::resolved(&choice, &request, Some(self.catalogue))?;
        if let Some(note) = sizes.note
            && !notes.contains(&note)
        {
            notes.push(note);
        }
        Ok(sizes.sizes)
    }
}
