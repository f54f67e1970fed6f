//! An order in a picture, and where it is from.

use std::path::Path;

use orders_core::{Order, Parameters};
use serde::Serialize;

use crate::args::OrdersShownArgs;
use crate::description;
use crate::failure::{Failure, Result};
use crate::settings::KnownFile;
use crate::settings::problem_of_file;
use crate::{order_file, output};

/// The most steps whose sizes are part of an [`Origin`].
const MOST_SIZES: usize = 4096;

/// An order with the name that it has in a picture.
#[derive(Debug)]
pub(crate) struct ShownOrder {
    pub(crate) label: String,
    pub(crate) order: Order,
    pub(crate) origin: Origin,
}

/// Where an order is from: enough to make it again. For `--json`, and for the
/// picture to keep.
#[derive(Debug, Serialize)]
pub(crate) struct Origin {
    /// The name that it has in the picture.
    pub(crate) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// Digest of that file, where a manifest has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    pub(crate) parameters: Parameters,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u64>,
    pub(crate) index: u64,
    pub(super) grid: String,
    pub(super) known_count: usize,
    pub(super) steps: usize,
    /// Left out if there are very many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group_sizes: Option<Vec<u32>>,
}

impl ShownOrder {
    /// Method or file, problem and parameters in a line.
    pub(crate) fn description(&self) -> String {
        let origin = &self.origin;
        let what = match (&origin.method, &origin.file) {
            (Some(method), _) => method,
            (None, Some(file)) => file,
            (None, None) => &self.label,
        };
        let steps = self.order.group_sizes().steps();
        description::task(what, self.order.known(), steps, &origin.parameters)
    }

    /// Which order of its file or batch it is.
    pub(crate) fn which(&self) -> String {
        let Origin {
            index, file, seed, ..
        } = &self.origin;
        match (file, seed) {
            (Some(file), _) => format!("order {index} of {file}"),
            (None, seed) => format!("order {index} of seed {}", seed.unwrap_or_default()),
        }
    }

    pub(super) fn of_file(
        path: &Path,
        args: &OrdersShownArgs,
        known_file: Option<&KnownFile<'_>>,
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        let shown = path.display();
        let manifest = order_file::own_manifest(path)?;
        let (problem, note) =
            problem_of_file(path, manifest.as_ref(), &args.grid, known_file, &args.sizes)?;
        notes.extend(note);
        let row = order_file::row(path, args.index)?;
        let order = Order::new(problem, row)
            .map_err(|error| Failure::input_at(format!("{shown}: order {}", args.index), &error))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let (method, parameters, seed, sha256) = match manifest {
            Some(m) => (m.method, m.parameters, m.seed, Some(m.sha256.to_string())),
            None => (None, Parameters::new(), None, None),
        };
        let origin = Origin {
            label: stem.clone().into_owned(),
            file: Some(output::file_name(path)),
            sha256,
            method,
            parameters,
            seed,
            ..Origin::of_order(&order, args.index)
        };
        Ok(Self {
            label: stem.into_owned(),
            order,
            origin,
        })
    }
}

impl Origin {
    /// What an order itself says.
    pub(super) fn of_order(order: &Order, index: u64) -> Self {
        let sizes = order.group_sizes().as_slice();
        Self {
            label: String::new(),
            file: None,
            sha256: None,
            method: None,
            parameters: Parameters::new(),
            seed: None,
            index,
            grid: order.grid().to_string(),
            known_count: order.known().count(),
            steps: sizes.len(),
            group_sizes: (sizes.len() <= MOST_SIZES).then(|| sizes.to_vec()),
        }
    }
}
