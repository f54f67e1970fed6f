//! Order files and what lies beside them, written whole or not at all.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use orders_core::files::{
    Encoder, FinishedFile, Format, Irregular, Manifest, OutputError, OutputFile,
};

use crate::failure::{Failure, Result, reason};
use crate::folder;

/// What this program calls itself in manifests.
pub const PROGRAM: &str = concat!("orders-cli ", env!("CARGO_PKG_VERSION"));

/// An order file to be written.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) file: PathBuf,
    pub(crate) format: Format,
    /// Where a picture of one order goes: beside files that we name.
    pub(crate) picture: Option<PathBuf>,
    force: bool,
    /// Folders that must be made, the deepest first.
    new_folders: Vec<PathBuf>,
}

impl Target {
    /// Finds out where `out` points to. A folder gets a file called `name`, and
    /// a picture of one order.
    pub(crate) fn new(out: &Path, name: &str, format: Option<Format>, force: bool) -> Result<Self> {
        let shown = out.display();
        let is_folder = out.is_dir() || ends_with_separator(out) || out.extension().is_none();
        if is_folder {
            if out.exists() && !out.is_dir() {
                return Err(Failure::input(format!(
                    "--out {shown} is a file, not a folder"
                )));
            }
            let format = format.unwrap_or(Format::Json);
            let file = out.join(format!("{name}.{}", format.name()));
            return Self {
                picture: Some(beside(&file, "png")),
                file,
                format,
                force,
                new_folders: missing_folders(out),
            }
            .checked();
        }
        let by_ending = Format::from_path(out).map_err(|_| {
            Failure::input(format!(
                "--out {shown} ends in neither .json, .npy nor .safetensors; end a folder with a slash"
            ))
        })?;
        check_format(format!("--out {shown}"), by_ending, format)?;
        Self::file(out, force)
    }

    /// A file with nothing beside it but its manifest.
    pub(crate) fn file(path: &Path, force: bool) -> Result<Self> {
        let format = Format::from_path(path).map_err(|_| {
            Failure::input(format!(
                "{} ends in neither .json, .npy nor .safetensors",
                path.display()
            ))
        })?;
        if ends_with_separator(path) {
            return Err(Failure::input(format!("{} is a folder", path.display())));
        }
        Self {
            file: path.to_owned(),
            format,
            picture: None,
            force,
            new_folders: Vec::new(),
        }
        .checked()
    }

    /// Nothing may be there yet, unless it is to be replaced.
    fn checked(self) -> Result<Self> {
        let name = self.file.file_name().unwrap_or_default();
        let is_plain = |name: &str| !name.contains(|c: char| c == '\\' || c.is_control());
        if !name.to_str().is_some_and(is_plain) {
            return Err(Failure::input(format!(
                "the file name {name:?} can't be put in a manifest; backslashes, control characters and what is no Unicode text are not allowed"
            )));
        }
        let manifest = Manifest::path_for(&self.file);
        let all = [Some(&self.file), Some(&manifest), self.picture.as_ref()];
        for path in all.into_iter().flatten() {
            check_vacant(path, self.force)?;
        }
        Ok(self)
    }

    /// Begins the order file, in a folder that is made if need be.
    pub(crate) fn create(&self) -> Result<OutputFile> {
        if let Some(folder) = self.new_folders.first() {
            folder::make(folder)?;
        }
        create(&self.file)
    }

    /// Gives all files their names: those that are complete now.
    pub(crate) fn persist(
        &self,
        orders: FinishedFile,
        manifest: &Manifest,
        picture: Option<Vec<u8>>,
    ) -> Result<()> {
        let manifest = manifest.to_toml().map_err(Failure::work)?;
        let mut files = vec![
            orders,
            finished(Manifest::path_for(&self.file), manifest.as_bytes())?,
        ];
        if let (Some(path), Some(picture)) = (&self.picture, picture) {
            files.push(finished(path.clone(), &picture)?);
        }
        for file in files {
            file.persist(self.force).map_err(Failure::work)?;
        }
        Ok(())
    }

    /// Takes back the folders that were made, if nothing is in them.
    pub(crate) fn give_up(&self) {
        for folder in &self.new_folders {
            // A folder that is not empty stays, which is right.
            let _ = fs_err::remove_dir(folder);
        }
    }
}

/// The format that is asked for must be that of the file's ending.
pub(crate) fn check_format(
    place: impl Display,
    by_ending: Format,
    asked: Option<Format>,
) -> Result<()> {
    match asked {
        Some(asked) if asked != by_ending => Err(Failure::input(format!(
            "{place} is a {by_ending} file by its ending, but --format says {asked}"
        ))),
        _ => Ok(()),
    }
}

/// Nothing may be at a path yet, unless it is a file that is to be replaced.
pub(crate) fn check_vacant(path: &Path, force: bool) -> Result<()> {
    if path.is_dir() {
        return Err(Failure::input(format!("{} is a folder", path.display())));
    }
    if let Ok(metadata) = path.metadata()
        && !metadata.is_file()
    {
        return Err(Failure::input(format!(
            "{} can't be replaced by a file: {}",
            path.display(),
            Irregular::of(metadata.file_type())
        )));
    }
    // A link that leads nowhere is in the way as well.
    if (path.exists() || path.is_symlink()) && !force {
        return Err(Failure::input(format!(
            "{} exists already; --force replaces it",
            path.display()
        )));
    }
    Ok(())
}

/// Begins a file in a folder that is there.
pub(crate) fn create(path: &Path) -> Result<OutputFile> {
    OutputFile::create(path).map_err(|error| match error {
        // The cause names a temporary file, which means nothing to a user.
        OutputError::Create { path, source } => Failure::input(format!(
            "{} can't be created: {}",
            path.display(),
            reason(&source)
        )),
        error => Failure::bad_input(error),
    })
}

pub(crate) fn ends_with_separator(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|&byte| std::path::is_separator(byte.into()))
}

/// Whether a path has an ending, such as `png`.
pub(crate) fn ends_with(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// The last part of a path: files do not say where others lay.
pub(crate) fn file_name(path: impl AsRef<Path>) -> String {
    let name = path.as_ref().file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The folder and those above it that are not there yet, the deepest
/// first.
fn missing_folders(folder: &Path) -> Vec<PathBuf> {
    folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .map(Path::to_owned)
        .collect()
}

/// The path of a file that belongs to an order file.
fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".");
    path.push(extension);
    path.into()
}

fn finished(path: PathBuf, content: &[u8]) -> Result<FinishedFile> {
    let mut file = OutputFile::create(path).map_err(Failure::work)?;
    write(&mut file, content)?;
    finish(file)
}

/// Writes to an output file.
pub(crate) fn write(file: &mut OutputFile, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).map_err(|error| {
        Failure::Work(format!(
            "{} can't be written: {error}",
            file.path().display()
        ))
    })
}

/// Completes an output file.
pub(crate) fn finish(file: OutputFile) -> Result<FinishedFile> {
    file.finish().map_err(Failure::work)
}

/// The manifest of a finished file.
pub(crate) fn manifest(encoder: &Encoder, file: &FinishedFile) -> Result<Manifest> {
    Manifest::new(PROGRAM, encoder, file).map_err(Failure::work)
}
