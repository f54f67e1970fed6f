//! Finding out what a path holds.

use std::path::{Path, PathBuf};

use super::array::ImageArray;
use super::array_file::{is_npy, read_images, read_labels};
use super::error::SourceError;
use super::folder::{ImageFolder, sorted};
use super::idx::{read_idx_images, read_idx_labels};
use super::image_source::ImageSource;

/// What IDX files of images are called, after the name of their split.
const IDX_IMAGES: [&str; 4] = [
    "-images-idx3-ubyte",
    "-images-idx3-ubyte.gz",
    "-images.idx3-ubyte",
    "-images.idx3-ubyte.gz",
];

/// Images with the name of their split.
pub struct NamedSource {
    /// `train` and `test` for data sets that come in these parts, else `all`.
    pub split: String,
    /// What kind of files they are from, in words.
    pub kind: &'static str,
    /// The images.
    pub images: Box<dyn ImageSource>,
}

/// What the files of images leave open.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// A `.npy` file with the labels of an array.
    pub labels: Option<PathBuf>,
    /// Number of classes; by the largest label if not given. Folders have as
    /// many as there are.
    pub classes: Option<u32>,
}

/// Opens the images at a path: a folder of IDX files (`train-images-idx3-ubyte`
/// and `train-labels-idx1-ubyte`, the same with `t10k` for the test images, each
/// also with `.gz`), a folder with a folder of image files for each class, or an
/// array in a `.npy` or `.safetensors` file.
///
/// # Errors
///
/// [`SourceError`] if there are no images, or if an IDX or array file is not
/// what it should be. Image files are looked at when they are asked for.
pub fn open(
    path: impl AsRef<Path>,
    options: &OpenOptions,
) -> Result<Vec<NamedSource>, SourceError> {
    let path = path.as_ref();
    fs_err::metadata(path).map_err(SourceError::Open)?;
    let is_array = is_npy(path) || path.extension().is_some_and(|end| end == "safetensors");
    if options.labels.is_some() && !(is_array && path.is_file()) {
        return Err(SourceError::LabelsNotWanted(path.into()));
    }
    if path.is_dir() {
        let parts = idx_files(path)?;
        if !parts.is_empty() {
            let parts = parts.into_iter();
            return parts
                .map(|(split, images)| idx_source(split, &images, options))
                .collect();
        }
        return Ok(vec![NamedSource {
            split: "all".into(),
            kind: "image folder",
            images: Box::new(ImageFolder::open(path)?),
        }]);
    }
    if let Some((split, _)) = split_of(path) {
        return Ok(vec![idx_source(split, path, options)?]);
    }
    if !is_array {
        return Err(SourceError::NoImages(path.into()));
    }
    let labels = options.labels.as_ref().map(read_labels).transpose()?;
    Ok(vec![NamedSource {
        split: "all".into(),
        kind: "array",
        images: Box::new(read_images(path, labels, options.classes)?),
    }])
}

/// The IDX files of images in a folder by split, the training images first.
fn idx_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, SourceError> {
    let mut parts: Vec<(String, PathBuf)> = Vec::new();
    // The plain file comes before the compressed one.
    for path in sorted(folder)? {
        if let Some((split, _)) = split_of(&path)
            && parts.iter().all(|(known, _)| *known != split)
        {
            parts.push((split, path));
        }
    }
    parts.sort_by_key(|(split, _)| (split != "train", split.clone()));
    Ok(parts)
}

/// The split of an IDX file of images, and the name of its labels.
fn split_of(path: &Path) -> Option<(String, String)> {
    let name = path.file_name()?.to_str()?;
    let ending = IDX_IMAGES.iter().find(|ending| name.ends_with(**ending))?;
    let prefix = name.strip_suffix(ending)?;
    let labels = ending.replace("images", "labels").replace("idx3", "idx1");
    let split = if prefix == "t10k" { "test" } else { prefix };
    Some((split.to_owned(), format!("{prefix}{labels}")))
}

fn idx_source(
    split: String,
    path: &Path,
    options: &OpenOptions,
) -> Result<NamedSource, SourceError> {
    let labels_path = match split_of(path) {
        Some((_, name)) => path.with_file_name(name),
        None => return Err(SourceError::NoImages(path.into())),
    };
    if !labels_path.exists() {
        return Err(SourceError::NoLabels {
            images: path.into(),
            labels: labels_path,
        });
    }
    let (height, width, pixels) = read_idx_images(path)?;
    let labels = read_idx_labels(&labels_path)?;
    let shape = (height, width, 1);
    let images = ImageArray::new(shape, pixels, Some(labels), options.classes)
        .map_err(|error| error.at(path))?;
    Ok(NamedSource {
        split,
        kind: "IDX files",
        images: Box::new(images),
    })
}
