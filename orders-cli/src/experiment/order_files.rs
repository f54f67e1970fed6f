//! Order files that are compared.

use std::path::{Path, PathBuf};

use orders_core::files::{Digest, Manifest};
use orders_core::{Grid, GroupSizes};

use crate::digest::digest_of_file;
use crate::failure::{Failure, Result};
use crate::hub::located;
use crate::order_file::manifest_beside;
use crate::output;
use crate::settings;

/// An order file with what its manifest states.
pub(crate) struct OrderFile {
    pub(crate) path: PathBuf,
    /// Its name without the folder, which tables call it.
    pub(crate) name: String,
    pub(crate) sha256: Digest,
    pub(crate) group_sizes: Option<GroupSizes>,
}

impl OrderFile {
    /// The files, for a grid. No two of them have one name.
    pub(crate) fn read_all(paths: &[PathBuf], grid: Grid) -> Result<Vec<Self>> {
        let mut files: Vec<Self> = Vec::with_capacity(paths.len());
        for path in paths {
            let path = &located(path, "--orders")?;
            let file = Self::read(path, grid)?;
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

    /// A file, whose orders are not looked at, and its manifest.
    fn read(path: &Path, grid: Grid) -> Result<Self> {
        let shown = path.display();
        let sha256 = digest_of_file(path)?;
        let manifest = manifest_beside(path)?;
        if let Some(manifest) = &manifest {
            let beside = Manifest::path_for(path);
            if manifest.sha256 != sha256 {
                return Err(Failure::input(format!(
                    "{shown} is not the file that {} describes",
                    beside.display()
                )));
            }
            if let Some(stated) = manifest.grid.filter(|stated| *stated != grid) {
                return Err(Failure::input(format!(
                    "{shown} has orders of a {stated} grid, but the model's is {grid}"
                )));
            }
            if manifest.known.is_some() {
                return Err(Failure::input(format!(
                    "{shown} has orders that leave out known cells; needed are orders of all cells"
                )));
            }
        }
        let sizes = manifest.and_then(|manifest| manifest.group_sizes);
        let sizes = sizes.map(GroupSizes::new).transpose();
        Ok(Self {
            path: path.into(),
            name: output::file_name(path),
            sha256,
            group_sizes: sizes.map_err(|error| Failure::input_at(shown, &error))?,
        })
    }

    /// The numbers of steps that manifests of files state, each once, from the fewest.
    pub(crate) fn steps_of(files: &[Self]) -> Result<Vec<usize>> {
        let steps = files.iter().map(|file| match &file.group_sizes {
            Some(sizes) => Ok(sizes.steps()),
            None => Err(Failure::input(format!(
                "--steps is needed: no manifest states group sizes for {}",
                file.path.display()
            ))),
        });
        let mut steps = steps.collect::<Result<Vec<_>, _>>()?;
        steps.sort_unstable();
        steps.dedup();
        Ok(steps)
    }
}
