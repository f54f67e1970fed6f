//! Models, as a sweep file asks for them.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Value;

/// A model that a sweep file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelChoice {
    /// One that whoever runs the sweep knows by its name, with its held-out images
    /// and the token that is their background.
    Named(String),
    /// One from files.
    Files(ModelFiles),
}

/// The files of a model, relative to where the program runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFiles {
    /// What tables and figures call it; the path of the weights if the file does not
    /// say.
    pub name: Option<String>,
    /// Its weights.
    pub checkpoint: PathBuf,
    /// Its sizes; if the file does not say, those beside the weights.
    pub config: Option<PathBuf>,
    /// Held-out images as tokens, with their classes.
    pub tokens: PathBuf,
    /// The token that is background.
    pub background: Option<u32>,
}

impl ModelChoice {
    /// The model that a value of a sweep file states.
    pub(super) fn new(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(name) => Ok(Self::Named(name.clone())),
            Value::Table(_) => {
                let files = value.clone().try_into();
                let files = files
                    .map_err(|error: toml::de::Error| error.message().trim().replace('\n', " "))?;
                Ok(Self::Files(files))
            }
            other => Err(format!(
                "{other} is neither a name nor a table with checkpoint and tokens"
            )),
        }
    }

    /// What tables and figures call it.
    pub fn name(&self) -> String {
        match self {
            Self::Named(name) => name.clone(),
            Self::Files(files) => match &files.name {
                Some(name) => name.clone(),
                None => files.checkpoint.display().to_string(),
            },
        }
    }

    /// Whether it is known which token is background.
    pub(super) fn has_background(&self) -> bool {
        match self {
            Self::Named(_) => true,
            Self::Files(files) => files.background.is_some(),
        }
    }
}
