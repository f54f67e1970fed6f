//! The folder of a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use orders_model::checkpoint::save_safetensors;
use orders_model::train::{Recipe, Training};

use crate::failure::Failure;
use crate::folder;
use crate::output::PROGRAM;
use crate::single_file::SingleFile;

/// The recipe with all its settings.
const RECIPE: &str = "recipe.toml";
/// What every update did.
const LOG: &str = "log.csv";

/// A folder with a run: new, empty, or one that holds a run already.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let folder = Self { path: path.into() };
        if !folder.has_run() && !folder::has_only(path, &[RECIPE, LOG])? {
            return Err(Failure::input(format!(
                "--out {} is neither empty nor the folder of a run",
                path.display()
            )));
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
        self.path.join(LOG)
    }

    /// Makes the folder, and writes the recipe with all its settings, for people to
    /// read.
    pub(super) fn begin(&self, recipe: &Recipe) -> Result<(), Failure> {
        folder::make(&self.path)?;
        let toml = recipe
            .to_toml()
            .map_err(|error| Failure::bad_input(&error))?;
        SingleFile::new(&self.path.join(RECIPE), true)?.write(toml.as_bytes())
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
