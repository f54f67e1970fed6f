//! Published files by name: `hf:OWNER/REPO[/FILE]`, in the cache that all programs of Hugging
//! Face share, and with the feature `hub` fetched into it.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::failure::{Failure, Result};

/// What names begin with.
const SCHEME: &str = "hf:";
/// Endings of files of weights and orders, of which a name without a file means the only one.
const ENDINGS: [&str; 6] = ["safetensors", "pth", "pt", "json", "npy", "npz"];
/// Files that lie beside those that are meant.
const BESIDE: [&str; 4] = [
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "model.safetensors.index.json",
];
/// Where the cache is, for those who want to put a file there.
const VARIABLES: &str = "HF_HUB_CACHE, HF_HOME or XDG_CACHE_HOME say where the cache is, else it is ~/.cache/huggingface/hub";

/// The file that a flag names: a path as it is, and where the file of a published name lies.
/// `flag` is what messages say it of.
pub(crate) fn located(path: &Path, flag: impl fmt::Display) -> Result<PathBuf> {
    let text = path.to_str().unwrap_or_default();
    let Some(name) = text.strip_prefix(SCHEME) else {
        return Ok(path.to_owned());
    };
    let wrong = |what: String| Failure::input(format!("{flag} {text}: {what}"));
    let name: Name = name
        .parse()
        .map_err(|error: &str| wrong(error.to_owned()))?;
    let cache = Cache::of_environment().map_err(wrong)?;
    match cache.find(&name) {
        Ok(found) => Ok(found),
        Err(Lacking::Refused(what)) => Err(wrong(what)),
        Err(Lacking::Missing(what)) => fetched(&cache, &name, what).map_err(wrong),
    }
}

/// A published file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    owner: String,
    repository: String,
    /// Its path within the repository, if it is named.
    file: Option<String>,
}

/// What is said of a name that is none.
const NO_NAME: &str = "published files are named hf:OWNER/REPO or hf:OWNER/REPO/FILE, of letters, digits, '.', '_' and '-'";

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '/');
        let mut part = || {
            parts
                .next()
                .filter(|part| is_plain(part))
                .map(str::to_owned)
        };
        let (owner, repository) = (part(), part());
        let file = match parts.next() {
            Some(file) if file.split('/').all(is_plain) => Some(file.to_owned()),
            Some(_) => return Err(NO_NAME),
            None => None,
        };
        match (owner, repository) {
            (Some(owner), Some(repository)) => Ok(Self {
                owner,
                repository,
                file,
            }),
            _ => Err(NO_NAME),
        }
    }
}

impl Name {
    /// What the repository is called.
    fn repository(&self) -> String {
        format!("{}/{}", self.owner, self.repository)
    }
}

/// Whether it names something in a folder, and nothing outside it.
fn is_plain(part: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !part.is_empty() && !part.starts_with('.') && !part.contains("..") && part.bytes().all(is_known)
}

/// Why a file is not found in the cache.
enum Lacking {
    /// It is not there, and may be fetched.
    Missing(String),
    /// It is not to be read, or not to be told from others.
    Refused(String),
}

/// The cache of Hugging Face's programs.
struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Where the environment says it is.
    fn of_environment() -> Result<Self, String> {
        let folder = |name: &str| {
            let value = env::var_os(name).filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        };
        let found = folder("HF_HUB_CACHE")
            .or_else(|| folder("HF_HOME").map(|home| home.join("hub")))
            .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("huggingface/hub")))
            .or_else(|| folder("HOME").map(|home| home.join(".cache/huggingface/hub")));
        let folder = found.ok_or_else(|| format!("there is no word of a cache; {VARIABLES}"))?;
        Ok(Self { folder })
    }

    /// The folders that a repository may have: of models, and of data.
    fn repositories(&self, name: &Name) -> [PathBuf; 2] {
        ["models", "datasets"].map(|kind| {
            let folder = format!("{kind}--{}--{}", name.owner, name.repository);
            self.folder.join(folder)
        })
    }

    /// The file of a name.
    fn find(&self, name: &Name) -> Result<PathBuf, Lacking> {
        let folders = self.repositories(name);
        let there = folders.iter().find(|folder| folder.is_dir());
        let Some(folder) = there else {
            return Err(Lacking::Missing(format!(
                "it is not in the cache {}",
                self.folder.display()
            )));
        };
        let snapshot = snapshot(folder)?;
        let file = match &name.file {
            Some(file) => file.clone(),
            None => only_file(&snapshot)?,
        };
        let path = snapshot.join(&file);
        if !path.exists() {
            return Err(Lacking::Missing(format!(
                "there is no {file} in {}",
                snapshot.display()
            )));
        }
        // Files of the cache are links to others in the folder of their repository.
        let inside = path.canonicalize().ok().zip(folder.canonicalize().ok());
        match inside {
            Some((file, folder)) if file.starts_with(&folder) => Ok(path),
            _ => Err(Lacking::Refused(format!(
                "{} leads out of the folder of its repository",
                path.display()
            ))),
        }
    }
}

/// The files of a repository's main branch.
fn snapshot(folder: &Path) -> Result<PathBuf, Lacking> {
    const COMMIT_BYTES: u64 = 128;
    let branch = folder.join("refs").join("main");
    let commit = orders_core::files::read_at_most(&branch, COMMIT_BYTES);
    let commit = commit
        .ok()
        .flatten()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let commit = commit.map(|commit| commit.trim().to_owned());
    match commit {
        Some(commit) if is_plain(&commit) => Ok(folder.join("snapshots").join(commit)),
        Some(_) => Err(Lacking::Refused(format!(
            "{} names no commit",
            branch.display()
        ))),
        None => Err(Lacking::Missing(format!(
            "{} says of no commit",
            branch.display()
        ))),
    }
}

/// The only file of a folder that may be meant.
fn only_file(snapshot: &Path) -> Result<String, Lacking> {
    let listed = std::fs::read_dir(snapshot).into_iter().flatten().flatten();
    let names = listed.filter_map(|entry| entry.file_name().into_string().ok());
    only_of(names).map_err(|names| match names.is_empty() {
        true => Lacking::Missing(format!("there is no file in {}", snapshot.display())),
        false => Lacking::Refused(several(&names)),
    })
}

/// The only one of names that may be meant, else all that may.
fn only_of(names: impl Iterator<Item = String>) -> Result<String, Vec<String>> {
    let is_meant = |name: &String| {
        let ending = Path::new(name)
            .extension()
            .and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ENDINGS.contains(&ending)) && !BESIDE.contains(&name.as_str())
    };
    let mut names: Vec<String> = names.filter(is_meant).collect();
    names.sort_unstable();
    match &names[..] {
        [name] => Ok(name.clone()),
        _ => Err(names),
    }
}

fn several(names: &[String]) -> String {
    format!(
        "it has several files; say which, as in hf:OWNER/REPO/FILE: {}",
        names.join(", ")
    )
}

/// Without a network, what there is to do.
#[cfg(not(feature = "hub"))]
fn fetched(cache: &Cache, name: &Name, missing: String) -> Result<PathBuf, String> {
    let repository = name.repository();
    let file = name.file.clone().unwrap_or_default();
    let command = format!("hf download {repository} {file}");
    let put = cache.folder.join(format!(
        "models--{}--{}/snapshots/COMMIT",
        name.owner, name.repository
    ));
    Err(format!(
        "{missing}; fetch it from https://huggingface.co/{repository} with '{}', which puts it into {} ({VARIABLES}), or build the program with --features hub",
        command.trim_end(),
        put.display()
    ))
}

/// The file, brought into the cache from where HF_ENDPOINT says, with the token that there is.
#[cfg(feature = "hub")]
fn fetched(cache: &Cache, name: &Name, missing: String) -> Result<PathBuf, String> {
    use std::io::IsTerminal;

    use hf_hub::api::sync::ApiBuilder;
    use hf_hub::{Repo, RepoType};

    let is_offline = env::var("HF_HUB_OFFLINE").is_ok_and(|value| !matches!(&value[..], "" | "0"));
    if is_offline {
        return Err(format!("{missing}, and HF_HUB_OFFLINE forbids to fetch it"));
    }
    let mut builder = ApiBuilder::from_env()
        .with_cache_dir(cache.folder.clone())
        .with_progress(std::io::stderr().is_terminal())
        .with_retries(3);
    if let Ok(token) = env::var("HF_TOKEN") {
        builder = builder.with_token(Some(token));
    }
    let api = builder.build().map_err(|error| can_not(name, &error))?;
    let mut refused = None;
    for kind in [RepoType::Model, RepoType::Dataset] {
        let repository = api.repo(Repo::new(name.repository(), kind));
        let file = match &name.file {
            Some(file) => Ok(file.clone()),
            None => match repository.info() {
                Ok(info) => {
                    let names = info.siblings.into_iter().map(|file| file.rfilename);
                    Ok(only_of(names).map_err(|names| several(&names))?)
                }
                Err(error) => Err(error),
            },
        };
        let fetched = file.and_then(|file| repository.download(&file));
        match fetched {
            Ok(_) => {
                return cache.find(name).map_err(|lacking| match lacking {
                    Lacking::Missing(what) | Lacking::Refused(what) => what,
                });
            }
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.map_or(missing, |error| can_not(name, &error)))
}

/// Why it was not fetched.
#[cfg(feature = "hub")]
fn can_not(name: &Name, error: &dyn std::error::Error) -> String {
    let words = crate::failure::with_sources(error);
    format!(
        "{} can't be fetched: {}",
        name.repository(),
        words.lines().next().unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folders() {
        let name: Name = "mit-han-lab/lpd_l_256".parse().unwrap();
        assert_eq!(
            (name.repository().as_str(), name.file),
            ("mit-han-lab/lpd_l_256", None)
        );
        let name: Name = "a/b/weights/m.safetensors".parse().unwrap();
        assert_eq!(name.file.as_deref(), Some("weights/m.safetensors"));
        for text in [
            "",
            "a",
            "a/",
            "/b",
            "a/..",
            "../b",
            "a/b/",
            "a/b/../c",
            "a/b//c",
            "a/b/.hidden",
            "a/b/c\\d",
            "a b/c",
            "a/b/c?d",
            "a/b/x..y",
        ] {
            assert_eq!(text.parse::<Name>(), Err(NO_NAME), "{text}");
        }
    }

    #[test]
    fn a_path_is_taken_as_it_is() {
        let path = Path::new("no/such.safetensors");
        assert_eq!(located(path, "--checkpoint").unwrap(), path);
    }

    #[test]
    fn what_lies_beside_is_not_meant() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let some = names(&["config.json", "README.md", "m.pth"]);
        assert_eq!(only_of(some.into_iter()), Ok("m.pth".to_owned()));
        let two = names(&["b.safetensors", "a.pth"]);
        assert_eq!(
            only_of(two.into_iter()),
            Err(names(&["a.pth", "b.safetensors"]))
        );
    }
}
