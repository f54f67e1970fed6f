//! The order variants that flags ask for.

use orders_core::sizes::{SizesChoice, SizesRequest};
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, OrderingMethod, Parameters};
use orders_model::lpd::SampleOrders;

use super::order_file::OrderFile;
use crate::args::EvalArgs;
use crate::eval::{Name, Variant};
use crate::failure::Result;
use crate::settings;

/// What is always compared with, unless switched off.
const BASELINES: [&str; 2] = ["raster", "random"];

/// What is to be compared.
pub(super) struct Wanted<'a> {
    pub(super) methods: &'a [String],
    pub(super) files: &'a [OrderFile],
    pub(super) steps: &'a [usize],
    /// Images that have orders of their own.
    pub(super) images: u64,
}

impl Wanted<'_> {
    /// All variants: at each number of steps the methods and files in turn, then the
    /// baselines that are not among them; and at the end the files with other numbers
    /// of steps.
    pub(super) fn variants(
        &self,
        args: &EvalArgs,
        catalogue: &Catalogue,
        grid: Grid,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Variant>> {
        let baselines: &[&str] = if args.no_baselines { &[] } else { &BASELINES };
        let mut all = Vec::new();
        for &steps in self.steps {
            let sizes = Sizes {
                args,
                catalogue,
                steps,
                grid,
            };
            for text in self.methods {
                all.push(of_method(text, &sizes, notes)?);
            }
            for file in self.files {
                if let Some(sizes) = sizes.of_file(file, notes)? {
                    all.push(self.of_file(file, sizes, grid)?);
                }
            }
            for text in baselines {
                all.push(of_method(text, &sizes, notes)?);
            }
        }
        for file in self.files {
            if let Some(own) = &file.group_sizes
                && !self.steps.contains(&own.steps())
            {
                all.push(self.of_file(file, own.clone(), grid)?);
            }
        }
        let mut names = Vec::new();
        all.retain(|variant| {
            let is_new = !names.contains(&variant.name);
            names.push(variant.name.clone());
            is_new
        });
        Ok(all)
    }

    fn of_file(&self, file: &OrderFile, sizes: GroupSizes, grid: Grid) -> Result<Variant> {
        let place = file.path.display();
        let problem = settings::problem(KnownCells::none(grid), &sizes, place)?;
        let images = usize::try_from(self.images).unwrap_or(usize::MAX);
        Ok(Variant {
            orders: settings::sample_orders_of_file(&file.path, &problem, images)?,
            name: Name {
                method: file.name.clone(),
                parameters: Parameters::new(),
                group_sizes: sizes.as_slice().to_vec(),
                sha256: Some(file.sha256),
            },
        })
    }
}

/// Group sizes at a number of steps.
struct Sizes<'a> {
    args: &'a EvalArgs,
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
        let choice = match &self.args.shape {
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

fn of_method(text: &str, sizes: &Sizes<'_>, notes: &mut Vec<String>) -> Result<Variant> {
    let (entry, parameters) = settings::method_and_parameters(sizes.catalogue, text, &[], None)?;
    let method = settings::method_by_name(sizes.catalogue, entry.name(), &parameters, sizes.grid)?;
    let group_sizes = sizes.of_method(Some(method.as_ref()), notes)?;
    let name = Name {
        method: entry.name().to_owned(),
        parameters: method.parameters(),
        group_sizes: group_sizes.as_slice().to_vec(),
        sha256: None,
    };
    let known = KnownCells::none(sizes.grid);
    let problem = settings::problem(known, &group_sizes, "--steps")?;
    Ok(Variant {
        orders: SampleOrders::of_method(method, problem, sizes.args.seed),
        name,
    })
}
