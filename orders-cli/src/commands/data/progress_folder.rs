//! What a run has done so far, so that the next one can go on.
//!
//! The folder lies in the one that is written to and goes away when all is done.
//! Its files appear whole or not at all. `settings` says what they belong to: a
//! run with other settings, or of images that were changed, does not touch them.

use std::io::Write;
use std::path::{Path, PathBuf};

use orders_core::files::{FolderLock, OutputFile, read_at_most};
use orders_datasets::{PatchCodebook, TokenFileOptions, TokenSet};

use crate::failure::{Failure, Result};
use crate::{folder, folder_lock};

const NAME: &str = ".prepare";
const SETTINGS: &str = "settings";
const CODEBOOK: &str = "codebook.safetensors";

/// The folder of a run.
pub(super) struct ProgressFolder {
    path: PathBuf,
    /// Keeps other runs out of the folder that is written to.
    _lock: FolderLock,
    /// Whether an earlier run left something.
    pub(super) is_resumed: bool,
}

impl ProgressFolder {
    /// Where it lies.
    pub(super) fn path_in(out: &Path) -> PathBuf {
        out.join(NAME)
    }

    /// Opens the folder of an earlier run with the same settings, of the same images in the
    /// same state, or makes one.
    pub(super) fn open(out: &Path, settings: &str, states: &str, force: bool) -> Result<Self> {
        let path = Self::path_in(out);
        let file = path.join(SETTINGS);
        folder::make(out)?;
        let lock = folder_lock::take(out)?;
        // What was made with the same settings is the same, so that --force need
        // not make it again.
        let all = format!("{settings}{states}");
        let known = read_at_most(&file, all.len() as u64).ok().flatten();
        let known = known.unwrap_or_default();
        let is_resumed = known == all.as_bytes();
        if !is_resumed {
            if file.exists() && !force {
                let fault = match known.strip_prefix(settings.as_bytes()) {
                    Some(_) => {
                        "of other images, or of these before they were changed; give those again to go on"
                    }
                    None => "with other settings; give those again to go on",
                };
                return Err(Failure::input(format!(
                    "{} holds an interrupted run {fault}, or --force to begin anew",
                    path.display()
                )));
            }
            // Without settings it is a run that had no room to begin.
            if path.exists() {
                fs_err::remove_dir_all(&path).map_err(Failure::work)?;
            }
            folder::make(&path)?;
            let mut output = OutputFile::create(&file).map_err(Failure::work)?;
            output.write_all(all.as_bytes()).map_err(Failure::work)?;
            let finished = output.finish().and_then(|file| file.persist(false));
            finished.map_err(Failure::work)?;
        }
        Ok(Self {
            path,
            _lock: lock,
            is_resumed,
        })
    }

    /// The codebook, if it is there already.
    pub(super) fn codebook(&self) -> Result<Option<PatchCodebook>> {
        let path = self.path.join(CODEBOOK);
        if !path.exists() {
            return Ok(None);
        }
        super::codebook::read(&path).map(Some)
    }

    /// Keeps the codebook.
    pub(super) fn keep_codebook(&self, codebook: &PatchCodebook) -> Result<()> {
        let kept = codebook.write(self.path.join(CODEBOOK), true);
        kept.map_err(Failure::work)
    }

    /// Whether a part is done.
    pub(super) fn has_tokens(&self) -> bool {
        let entries = fs_err::read_dir(&self.path).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name());
        names.any(|name| name != SETTINGS && name != CODEBOOK)
    }

    /// The tokens of a name, if they are there already.
    pub(super) fn tokens(&self, name: &str) -> Result<Option<TokenSet>> {
        let path = self.path.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let tokens = TokenSet::read(&path, &TokenFileOptions::default());
        tokens.map(Some).map_err(Failure::bad_input)
    }

    /// Keeps tokens.
    pub(super) fn keep(&self, name: &str, tokens: &TokenSet) -> Result<()> {
        let kept = tokens.write(self.path.join(name), true);
        kept.map_err(Failure::work)
    }

    /// Takes the folder away: all is done.
    pub(super) fn remove(self) -> Result<()> {
        fs_err::remove_dir_all(&self.path).map_err(Failure::work)
    }
}
