//! What is in a folder, and what of it is left out.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::SourceError;

/// Files in folders, one folder for each class. Classes are numbered in the order of their
/// folders' names, files by class and then by name, both compared byte by byte.
///
/// Names with a leading dot and `__MACOSX`, with which systems and programs keep things
/// that are nobody's data, are passed over.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ClassFiles {
    /// The files.
    pub files: Vec<PathBuf>,
    /// The class of each; none if the files lie side by side in one folder, without classes.
    pub labels: Vec<u32>,
    /// The names of the classes: those of their folders.
    pub class_names: Vec<String>,
    /// What might have been meant as well.
    pub left_out: Vec<LeftOut>,
}

/// Files or folders that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The reason.
    pub reason: LeftOutReason,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub first: PathBuf,
}

/// Why files or folders are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// Files beside the folders of the classes.
    Loose,
    /// Folders within those of the classes, or within one without classes.
    Nested,
    /// Images in a format that is not read, by the endings of their names.
    Format,
    /// Links that lead to nothing.
    NoFile,
    /// What is neither a regular file nor a folder: pipes, sockets, devices.
    Irregular,
    /// The picture of many samples that the program puts beside them.
    Overview,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, first) = (self.count, self.first.display());
        let (one, several) = match self.reason {
            LeftOutReason::Loose => (
                "1 file beside the folders of the classes",
                "files beside the folders of the classes",
            ),
            LeftOutReason::Nested => ("1 folder that lies too deep", "folders that lie too deep"),
            LeftOutReason::Format => (
                "1 image in a format that is not read",
                "images in formats that are not read",
            ),
            LeftOutReason::NoFile => ("1 link that leads to no file", "links that lead to no file"),
            LeftOutReason::Irregular => (
                "1 pipe, socket or device that is no regular file",
                "pipes, sockets and devices that are no regular files",
            ),
            LeftOutReason::Overview => ("the overview of the samples", "overviews of samples"),
        };
        match count {
            1 => write!(f, "{one}, {first}"),
            _ => write!(f, "{count} {several}, {first} first"),
        }
    }
}

/// Which files are wanted, and which would be if they were in another format.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// Endings of their names, in lower case.
    pub(crate) endings: &'static [&'static str],
    /// Endings of those in other formats.
    pub(crate) other_endings: &'static [&'static str],
}

impl Wanted {
    fn takes(self, path: &Path) -> bool {
        has_ending(path, self.endings)
    }

    fn is_other(self, path: &Path) -> bool {
        has_ending(path, self.other_endings)
    }
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.contains(&&*ending.to_ascii_lowercase()))
}

impl ClassFiles {
    /// Those that are wanted of the files in the folders of a folder. O(files log files).
    pub(crate) fn list(root: &Path, wanted: Wanted) -> Result<Self, SourceError> {
        let mut all = Self::default();
        for (path, kind) in entries(root)? {
            if kind != Kind::Folder {
                if wanted.takes(&path) || wanted.is_other(&path) || kind != Kind::File {
                    all.leave_out(kind.reason(LeftOutReason::Loose), path);
                }
                continue;
            }
            let before = all.files.len();
            all.add_files_of(&path, wanted)?;
            if all.files.len() > before {
                let class = all.class_names.len() as u32;
                all.labels.resize(all.files.len(), class);
                all.class_names.push(name(&path)?.to_owned());
            }
        }
        Ok(all)
    }

    /// Those that are wanted of the files right in a folder, without classes, but for one
    /// of the name `overview`.
    pub(crate) fn list_flat(
        root: &Path,
        wanted: Wanted,
        overview: &str,
    ) -> Result<Self, SourceError> {
        let mut all = Self::default();
        all.add_files_of(root, wanted)?;
        let is_overview = |path: &PathBuf| path.file_name().is_some_and(|name| name == overview);
        if let Some(place) = all.files.iter().position(is_overview)
            && all.files.len() > 1
        {
            let path = all.files.remove(place);
            all.leave_out(LeftOutReason::Overview, path);
        }
        Ok(all)
    }

    fn add_files_of(&mut self, folder: &Path, wanted: Wanted) -> Result<(), SourceError> {
        for (path, kind) in entries(folder)? {
            match kind {
                Kind::File if wanted.takes(&path) => {
                    name(&path)?;
                    self.files.push(path);
                }
                Kind::File if wanted.is_other(&path) => {
                    self.leave_out(LeftOutReason::Format, path);
                }
                Kind::File => {}
                Kind::Folder | Kind::Missing | Kind::Irregular => {
                    self.leave_out(kind.reason(LeftOutReason::Nested), path);
                }
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, reason: LeftOutReason, path: PathBuf) {
        match self
            .left_out
            .iter_mut()
            .find(|known| known.reason == reason)
        {
            Some(known) => known.count += 1,
            None => self.left_out.push(LeftOut {
                reason,
                count: 1,
                first: path,
            }),
        }
    }
}

/// What a name in a folder stands for, links followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// A link that leads to nothing.
    Missing,
    Irregular,
}

impl Kind {
    /// Why it is left out: because it is no file, or else for a reason.
    fn reason(self, reason: LeftOutReason) -> LeftOutReason {
        match self {
            Self::Missing => LeftOutReason::NoFile,
            Self::Irregular => LeftOutReason::Irregular,
            Self::File | Self::Folder => reason,
        }
    }
}

/// The name of a class or an image. Files that are made of them say it, in UTF-8, so that it
/// must be told from others there.
fn name(path: &Path) -> Result<&str, SourceError> {
    let name = path.file_name().unwrap_or_default();
    name.to_str().ok_or_else(|| SourceError::Name(path.into()))
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, Kind)>, SourceError> {
    let paths = sorted(folder)?.into_iter();
    let with_kinds = paths.map(|path| {
        let kind = match path.metadata() {
            Ok(found) if found.is_file() => Kind::File,
            Ok(found) if found.is_dir() => Kind::Folder,
            Ok(_) => Kind::Irregular,
            Err(_) => Kind::Missing,
        };
        (path, kind)
    });
    Ok(with_kinds.collect())
}

/// The paths in a folder, by name, without those that are nobody's data.
pub(crate) fn sorted(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let mut paths = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(SourceError::Open)? {
        let entry = entry.map_err(SourceError::Open)?;
        let name = entry.file_name();
        if !name.as_encoded_bytes().starts_with(b".") && name != "__MACOSX" {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable();
    Ok(paths)
}
