//! The order variants that are compared.

use std::ops::Range;

use orders_core::{Grid, KnownCells, Order, OrderingMethod, Parameters, Problem};
use serde::{Deserialize, Serialize};

use crate::args::{EvalArgs, OptionalSizesArgs, OtherSizesArgs, SetArgs, ThresholdArgs};
use crate::failure::Failure;
use crate::settings;

/// What is always compared with, unless switched off.
const BASELINES: [&str; 2] = ["raster", "random"];

/// A method at a number of steps.
pub(super) struct Variant {
    pub(super) method: Box<dyn OrderingMethod>,
    pub(super) problem: Problem,
    pub(super) name: Name,
}

/// What tells a variant from the others of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Name {
    pub(super) method: String,
    pub(super) parameters: Parameters,
    pub(super) group_sizes: Vec<u32>,
}

impl Variant {
    /// Orders of a batch of a seed.
    pub(super) fn orders(&self, seed: u64, indices: Range<u64>) -> Result<Vec<Order>, Failure> {
        indices
            .map(|index| self.method.order(&self.problem, seed, index))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::bad_input(&error))
    }
}

impl Name {
    pub(super) fn steps(&self) -> usize {
        self.group_sizes.len()
    }

    /// Method and parameters in a few words.
    pub(super) fn label(&self) -> String {
        let mut label = self.method.clone();
        for (name, value) in &self.parameters {
            if value.flag() != Some(false) {
                label.push_str(&format!(", {name} {value}"));
            }
        }
        label
    }

    /// A name for a file, of letters that every system takes.
    pub(super) fn file_stem(&self) -> String {
        let label = self.label().replace(", ", "_").replace(' ', "");
        format!("{label}_steps{}", self.steps())
    }
}

/// All variants that flags ask for: at each number of steps the methods in turn,
/// then the baselines that are not among them.
pub(super) fn variants(
    args: &EvalArgs,
    methods: &[String],
    steps: &[usize],
    grid: Grid,
    notes: &mut Vec<String>,
) -> Result<Vec<Variant>, Failure> {
    let mut asked: Vec<&str> = methods.iter().map(String::as_str).collect();
    if !args.no_baselines {
        asked.extend(BASELINES);
    }
    let mut all: Vec<Variant> = Vec::new();
    for &steps in steps {
        for text in &asked {
            let variant = variant(args, text, steps, grid, notes)?;
            if all.iter().all(|other| other.name != variant.name) {
                all.push(variant);
            }
        }
    }
    Ok(all)
}

fn variant(
    args: &EvalArgs,
    text: &str,
    steps: usize,
    grid: Grid,
    notes: &mut Vec<String>,
) -> Result<Variant, Failure> {
    let mut parts = text.split(',');
    let entry = settings::method_entry(parts.next().unwrap_or_default())?;
    let behind_name: Vec<&str> = parts.collect();
    let (set, thresholds) = (SetArgs::default(), ThresholdArgs::default());
    let parameters = settings::parameters(entry, &behind_name, &set, &thresholds)?;
    let method = settings::method_by_name(entry.name, &parameters, grid)?;
    let known = KnownCells::none(grid);
    let sizes = OptionalSizesArgs {
        steps: Some(steps),
        other: OtherSizesArgs {
            group_sizes: None,
            shape: args.shape.clone(),
            first_group: None,
        },
    };
    let sizes = settings::sizes(&sizes, &known, Some(method.as_ref()))?
        .ok_or_else(|| Failure::input("group sizes are needed: --steps"))?;
    if let Some(note) = sizes.note
        && !notes.contains(&note)
    {
        notes.push(note);
    }
    let name = Name {
        method: entry.name.to_owned(),
        parameters: method.parameters(),
        group_sizes: sizes.sizes.as_slice().to_vec(),
    };
    Ok(Variant {
        problem: settings::problem(known, &sizes.sizes, "--steps")?,
        method,
        name,
    })
}
