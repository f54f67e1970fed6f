//! Methods and order files at numbers of steps, as trials.

use orders_analysis::experiment::{ListedOrders, Trial, TrialSettings};
use orders_core::sizes::{SizesChoice, SizesRequest};
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, OrderingMethod, ParameterValue};

use super::order_files::OrderFile;
use crate::failure::Result;
use crate::settings;

/// What is to be compared.
pub(crate) struct Wanted<'a> {
    pub(crate) methods: &'a [String],
    /// Methods that are compared with, behind the others.
    pub(crate) baselines: &'a [&'a str],
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
    /// All variants: at each number of steps the methods and files in turn, then the
    /// baselines that are not among them; and at the end the files with other numbers
    /// of steps.
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
                all.add(self.of_method(text, &sizes, notes)?);
            }
            for file in self.files {
                if let Some(sizes) = sizes.of_file(file, notes)? {
                    self.add_file(file, sizes, grid, &mut all)?;
                }
            }
            for text in self.baselines {
                all.add(self.of_method(text, &sizes, notes)?);
            }
        }
        for file in self.files {
            if let Some(own) = &file.group_sizes
                && !self.steps.contains(&own.steps())
            {
                self.add_file(file, own.clone(), grid, &mut all)?;
            }
        }
        Ok(all)
    }

    fn of_method(&self, text: &str, sizes: &Sizes<'_>, notes: &mut Vec<String>) -> Result<Trial> {
        let (entry, parameters) =
            settings::method_and_parameters(sizes.catalogue, text, &[], None)?;
        let method =
            settings::method_by_name(sizes.catalogue, entry.name(), &parameters, sizes.grid)?;
        let group_sizes = sizes.of_method(Some(method.as_ref()), notes)?;
        let known = KnownCells::none(sizes.grid);
        settings::problem(known, &group_sizes, "--steps")?;
        let mut label = entry.name().to_owned();
        let mut texts = std::collections::BTreeMap::new();
        for (name, value) in method.parameters() {
            if value.flag() != Some(false) {
                label.push_str(&format!(", {name} {value}"));
            }
            texts.insert(name, ParameterValue::to_string(&value));
        }
        Ok(Trial {
            label,
            settings: TrialSettings {
                method: entry.name().to_owned(),
                parameters: texts,
                ..self.cut(&group_sizes)
            },
        })
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
        all.add(Trial {
            label: file.name.clone(),
            settings: TrialSettings {
                method: file.name.clone(),
                orders_sha256: Some(sha256),
                ..self.cut(&sizes)
            },
        });
        Ok(())
    }

    /// What all trials share, with group sizes.
    fn cut(&self, sizes: &GroupSizes) -> TrialSettings {
        TrialSettings {
            sizes: "listed".into(),
            steps: sizes.steps(),
            group_sizes: sizes.as_slice().to_vec(),
            ..self.shared.clone()
        }
    }
}

impl Variants {
    /// Adds a trial, unless it is there.
    fn add(&mut self, trial: Trial) {
        if !self.trials.contains(&trial) {
            self.trials.push(trial);
        }
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
