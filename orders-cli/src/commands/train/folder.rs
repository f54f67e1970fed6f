//! The folder of a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use orders_model::checkpoint::save_safetensors;
use orders_model::train::{Recipe, Training};

use crate::failure::{Failure, reason};
use crate::output::PROGRAM;
use crate::single_file::SingleFile;

/// A folder with a run: new, empty, or one that holds a run already.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let folder = Self { path: path.into() };
        if path.exists() {
            let mut entries = fs_err::read_dir(path).map_err(|error| {
                Failure::input(format!(
                    "--out {} can't be read: {}",
                    path.display(),
                    reason(&error)
                ))
            })?;
            let only_started = |name: &std::ffi::OsStr| name == "recipe.toml" || name == "log.csv";
            let is_foreign =
                entries.any(|entry| entry.is_ok_and(|entry| !only_started(&entry.file_name())));
            if is_foreign && !folder.has_run() {
                return Err(Failure::input(format!(
                    "--out {} is neither empty nor the folder of a run",
                    path.display()
                )));
            }
        }
        Ok(folder)
    }

    /// The state of the run.
    pub(super) fn run(&self) -> PathBuf {
        self.path.join("run.safetensors")
    }

    pub(super) fn has_run(&self) -> bool {
        self.run().is_file()
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("log.csv")
    }

    /// Makes the folder, and writes the recipe with all its settings, for people to
    /// read.
    pub(super) fn begin(&self, recipe: &Recipe) -> Result<(), Failure> {
        fs_err::create_dir_all(&self.path).map_err(|error| {
            Failure::input(format!(
                "--out {} can't be made: {}",
                self.path.display(),
                reason(&error)
            ))
        })?;
        let toml = recipe
            .to_toml()
            .map_err(|error| Failure::bad_input(&error))?;
        SingleFile::new(&self.path.join("recipe.toml"), true)?.write(toml.as_bytes())
    }

    /// Writes the model of a run that is done, and gives its path.
    pub(super) fn write_model(&self, run: &Training) -> Result<PathBuf, Failure> {
        let mut config =
            serde_json::to_vec_pretty(run.config()).map_err(|error| Failure::work(&error))?;
        config.push(b'\n');
        SingleFile::new(&self.path.join("config.json"), true)?.write(&config)?;
        let weights = run.weights().map_err(|error| Failure::work(&error))?;
        let recipe = run
            .recipe()
            .to_toml()
            .map_err(|error| Failure::work(&error))?;
        let about = BTreeMap::from([
            ("format".to_owned(), "lpd".to_owned()),
            ("program".to_owned(), PROGRAM.to_owned()),
            ("recipe".to_owned(), recipe),
            ("data_sha256".to_owned(), run.data_digest().to_owned()),
            ("updates".to_owned(), run.step_count().to_string()),
        ]);
        let path = self.path.join("model.safetensors");
        let written = save_safetensors(&path, &weights.into_tensors(), &about, true);
        written.map_err(|error| Failure::work(&error))?;
        Ok(path)
    }
}
