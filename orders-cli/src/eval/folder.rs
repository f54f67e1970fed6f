//! A folder of results, kept as they come.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::result::{Floor, Name, VariantResult};
use crate::bounded_file::read_bounded;
use crate::failure::{Failure, Result};
use crate::folder;
use crate::single_file::SingleFile;

/// The file that says what a folder holds.
const SETTINGS: &str = "eval.json";
/// The file that says how far real images are from each other.
const FLOOR: &str = "floor.json";
/// The folder of the results, a file for each variant.
const VARIANTS: &str = "variants";
/// The longest file that is read: a result has a number for each image.
const MOST_BYTES: u64 = 64 << 20;

/// A folder with the results of an evaluation.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder for an evaluation: a new one, an empty one, or one that holds
    /// results with the same settings. Nothing is written before
    /// [`begin`](Self::begin).
    pub(super) fn open(path: &Path, settings: &Value) -> Result<Self> {
        let shown = path.display();
        let file = path.join(SETTINGS);
        if file.is_file() {
            let held: Value = read_json(&file)?;
            if let Some(difference) = difference(&held, settings) {
                return Err(Failure::input(format!(
                    "--out {shown} holds another evaluation: {difference}"
                )));
            }
            return Ok(Self { path: path.into() });
        }
        if !folder::has_only(path, &[])? {
            return Err(Failure::input(format!(
                "--out {shown} is neither empty nor a folder of results"
            )));
        }
        Ok(Self { path: path.into() })
    }

    /// Makes the folder if it is new. Its settings come first: with them it is known as
    /// ours, however little room is left.
    pub(super) fn begin(&self, settings: &Value) -> Result<()> {
        folder::make(&self.path)?;
        let file = self.path.join(SETTINGS);
        if !file.is_file() {
            SingleFile::new(&file, false)?.write(&json(settings)?)?;
        }
        folder::make(&self.path.join(VARIANTS))
    }

    /// The result of a variant, if it is there.
    pub(super) fn result(&self, name: &Name) -> Result<Option<VariantResult>> {
        let path = self.variant_path(name);
        if !path.is_file() {
            return Ok(None);
        }
        let result: VariantResult = read_json(&path)?;
        if result.name != *name {
            return Err(Failure::input(format!(
                "{} is the result of other settings; remove it, and it is measured anew",
                path.display()
            )));
        }
        Ok(Some(result))
    }

    /// Keeps a result.
    pub(super) fn keep(&self, result: &VariantResult) -> Result<()> {
        let path = self.variant_path(&result.name);
        SingleFile::new(&path, true)?.write(&json(result)?)
    }

    /// Why a variant was not measured; an interruption loses none before it.
    pub(super) fn paused(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Interrupted => Failure::Paused(format!(
                "the results so far are kept in {}; the same command goes on from there",
                self.path.display()
            )),
            other => other,
        }
    }

    /// The distance of real images, if it was kept.
    pub(super) fn floor(&self) -> Result<Option<Floor>> {
        let path = self.path.join(FLOOR);
        path.is_file().then(|| read_json(&path)).transpose()
    }

    /// Keeps the distance of real images.
    pub(super) fn keep_floor(&self, floor: &Floor) -> Result<()> {
        self.write(FLOOR, &json(floor)?)
    }

    /// Writes a table, in the place of the one before.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        SingleFile::new(&self.path.join(name), true)?.write(bytes)
    }

    fn variant_path(&self, name: &Name) -> PathBuf {
        let file = format!("{}.json", name.file_stem());
        self.path.join(VARIANTS).join(file)
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = read_bounded(path, "a result", MOST_BYTES, path.display())?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::input(format!("{} is damaged: {error}", path.display())))
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(Failure::work)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The first setting that differs, in words.
fn difference(held: &Value, asked: &Value) -> Option<String> {
    let asked_settings = asked.as_object()?;
    for (key, asked) in asked_settings {
        let held = held.get(key).unwrap_or(&Value::Null);
        if held != asked {
            return Some(format!("its {key} is {held}, not {asked}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::difference;

    #[test]
    fn what_differs_is_said() {
        let held = json!({"seed": 0, "cfg": 1.0});
        assert_eq!(difference(&held, &held), None);
        let asked = json!({"seed": 1, "cfg": 1.0});
        assert_eq!(difference(&held, &asked).unwrap(), "its seed is 0, not 1");
        let more = json!({"seed": 0, "cfg": 1.0, "network": "inception-fid"});
        assert!(difference(&held, &more).is_some());
    }
}
