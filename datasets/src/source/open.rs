//! Finding out what a path holds.

use std::path::{Path, PathBuf};

use orders_core::MemoryLimit;

use super::array::ImageArray;
use super::array_file::{is_array, read_images, read_labels_within};
use super::error::SourceError;
use super::folder::ImageFolder;
use super::idx::{read_idx_images_within, read_idx_labels_within};
use super::image_source::ImageSource;
use super::listing::{LeftOut, sorted};

/// What IDX files of images are called, after the name of their split, and what those of
/// their labels are, the usual name first. Each may end in `.gz`.
const IDX_NAMES: [(&str, [&str; 2]); 2] = [
    (
        "-images-idx3-ubyte",
        ["-labels-idx1-ubyte", "-labels-idx2-int"],
    ),
    (
        "-images.idx3-ubyte",
        ["-labels.idx1-ubyte", "-labels.idx2-int"],
    ),
];
/// How names of splits end, and what the splits are called here.
const SPLITS: [(&str, &str); 7] = [
    ("train", "train"),
    ("training", "train"),
    ("test", "test"),
    ("t10k", "test"),
    ("val", "val"),
    ("valid", "val"),
    ("validation", "val"),
];

/// Images with the name of their split.
pub struct NamedSource {
    /// `train`, `test` and `val` for data sets that come in these parts, else `all`.
    pub split: String,
    /// What kind of files they are from, in words.
    pub kind: &'static str,
    /// The images.
    pub images: Box<dyn ImageSource>,
    /// What was left out, and why.
    pub left_out: Vec<LeftOut>,
}

/// What the files of images leave open.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// A `.npy` file with the labels of an array.
    pub labels: Option<PathBuf>,
    /// Number of classes; by the largest label if not given. Folders have as
    /// many as there are.
    pub classes: Option<u32>,
    /// What each image of a folder may take while it is read.
    pub memory: MemoryLimit,
    /// What the images of an array or of an IDX file may take, which are read whole.
    pub array_memory: MemoryLimit,
}

/// Opens the images at a path: a folder of IDX files, a folder of image files or with such
/// a folder for each class, or an array in a `.npy`, `.npz` (`arr_0`, with labels as
/// `arr_1`) or `.safetensors` file (`images`, with `labels`).
///
/// IDX files are called by their split: `train-images-idx3-ubyte` and
/// `train-labels-idx1-ubyte`, the same with `t10k` for the test images, or with other words
/// before `-train` and `-test`; labels may be `idx2-int`, as those of QMNIST; each may end
/// in `.gz`. The training images come first.
///
/// # Errors
///
/// [`SourceError`] if there are no images, or if an IDX or array file is not
/// what it should be or takes more memory than it may. Image files are looked at when they are
/// asked for.
pub fn open(
    path: impl AsRef<Path>,
    options: &OpenOptions,
) -> Result<Vec<NamedSource>, SourceError> {
    let path = path.as_ref();
    fs_err::metadata(path).map_err(SourceError::Open)?;
    if options.labels.is_some() && !(is_array(path) && path.is_file()) {
        return Err(SourceError::LabelsNotWanted(path.into()));
    }
    if path.is_dir() {
        let parts = idx_files(path)?;
        if !parts.is_empty() {
            let parts = parts.iter();
            return parts.map(|part| part.open(options)).collect();
        }
        let images = ImageFolder::open(path)?;
        return Ok(vec![NamedSource {
            split: "all".into(),
            kind: "image folder",
            left_out: images.left_out().to_vec(),
            images: Box::new(images.within(options.memory)),
        }]);
    }
    if let Some(part) = IdxImages::of(path) {
        return Ok(vec![part.open(options)?]);
    }
    if !is_array(path) {
        return Err(SourceError::NoImages {
            path: path.into(),
            left_out: Vec::new(),
        });
    }
    let memory = options.array_memory;
    let labels = options.labels.as_ref();
    let labels = labels.map(|labels| read_labels_within(labels, memory));
    let labels = labels.transpose()?;
    Ok(vec![NamedSource {
        split: "all".into(),
        kind: "array",
        images: Box::new(read_images(path, labels, options.classes, memory)?),
        left_out: Vec::new(),
    }])
}

/// The IDX files of images in a folder by split, the training images first.
fn idx_files(folder: &Path) -> Result<Vec<IdxImages>, SourceError> {
    let mut parts: Vec<IdxImages> = Vec::new();
    let mut sets: Vec<String> = Vec::new();
    // The plain file comes before the compressed one.
    for path in sorted(folder)? {
        let Some(part) = IdxImages::of(&path) else {
            continue;
        };
        if let Some(set) = &part.set
            && !sets.contains(set)
        {
            sets.push(set.clone());
        }
        if parts.iter().all(|known| known.split != part.split) {
            parts.push(part);
        }
    }
    if sets.len() > 1 {
        let named = |name: String| {
            if name.is_empty() {
                "one without a name".into()
            } else {
                name
            }
        };
        return Err(SourceError::SeveralSets {
            path: folder.into(),
            names: sets.into_iter().map(named).collect(),
        });
    }
    parts.sort_by_key(|part| (part.split != "train", part.split.clone()));
    Ok(parts)
}

/// An IDX file of images.
struct IdxImages {
    path: PathBuf,
    split: String,
    /// The name of the data set, where it is known what of the name is the split.
    set: Option<String>,
    /// What files of its labels are called, the likeliest first.
    labels: Vec<String>,
}

impl IdxImages {
    /// What the name of a file says, if it is one of images.
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (plain, endings) = match name.strip_suffix(".gz") {
            Some(plain) => (plain, [".gz", ""]),
            None => (name, ["", ".gz"]),
        };
        let (prefix, labels) = IDX_NAMES
            .iter()
            .find_map(|(images, labels)| Some((plain.strip_suffix(images)?, labels)))?;
        let labels = labels
            .iter()
            .flat_map(|labels| endings.map(|ending| format!("{prefix}{labels}{ending}")));
        let split = SPLITS.iter().find_map(|(ending, split)| {
            let set = prefix.strip_suffix(ending)?;
            let name = set.strip_suffix(['-', '_', '.']);
            let is_word = set.is_empty() || name.is_some();
            is_word.then(|| ((*split).to_owned(), name.unwrap_or(set).to_owned()))
        });
        let (split, set) = match split {
            Some((split, set)) => (split, Some(set)),
            None => (prefix.to_owned(), None),
        };
        Some(Self {
            path: path.into(),
            split,
            set,
            labels: labels.collect(),
        })
    }

    fn open(&self, options: &OpenOptions) -> Result<NamedSource, SourceError> {
        let mut labels = self
            .labels
            .iter()
            .map(|name| self.path.with_file_name(name));
        let labels = labels.find(|path| path.exists());
        let labels = labels.ok_or_else(|| SourceError::NoLabels {
            images: self.path.clone(),
            labels: self.path.with_file_name(&self.labels[0]),
        })?;
        let memory = options.array_memory;
        let (height, width, pixels) = read_idx_images_within(&self.path, memory)?;
        let labels = read_idx_labels_within(&labels, memory)?;
        let shape = (height, width, 1);
        let images = ImageArray::new(shape, pixels, Some(labels), options.classes)
            .map_err(|error| error.at(&self.path))?;
        Ok(NamedSource {
            split: self.split.clone(),
            kind: "IDX files",
            images: Box::new(images),
            left_out: Vec::new(),
        })
    }
}
