//! Image files, one folder for each class.

use std::io::Read;
use std::path::{Path, PathBuf};

use orders_core::files::Digest;

use super::error::SourceError;
use super::image_source::ImageSource;
use crate::image::{Image, decode, decoded_size};

/// The longest image file that is read: 256 MiB.
const FILE_BYTES: u64 = 1 << 28;
/// Endings of image files.
const ENDINGS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// PNG, JPEG and WebP files in a folder that has a folder for each class.
///
/// Classes are numbered in the order of their folders' names, images by class
/// and then by file name, both compared byte by byte. Files of other endings
/// and folders below those of the classes are left out.
#[derive(Clone, Debug)]
pub struct ImageFolder {
    files: Vec<PathBuf>,
    labels: Vec<u32>,
    class_names: Vec<String>,
}

impl ImageFolder {
    /// Lists the files. O(files log files); no image is opened.
    ///
    /// # Errors
    ///
    /// [`SourceError::Open`] if a folder can't be listed,
    /// [`SourceError::NoImages`] if there is no image file.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, SourceError> {
        let root = root.as_ref();
        let (mut files, mut labels, mut class_names) = (Vec::new(), Vec::new(), Vec::new());
        for folder in sorted(root)?.into_iter().filter(|path| path.is_dir()) {
            let images = sorted(&folder)?.into_iter();
            let images: Vec<PathBuf> = images.filter(|path| is_image(path)).collect();
            if images.is_empty() {
                continue;
            }
            labels.resize(labels.len() + images.len(), class_names.len() as u32);
            files.extend(images);
            let name = folder.file_name().unwrap_or_default();
            class_names.push(name.to_string_lossy().into_owned());
        }
        if files.is_empty() {
            return Err(SourceError::NoImages { path: root.into() });
        }
        Ok(Self {
            files,
            labels,
            class_names,
        })
    }

    /// The file of each image.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Height and width of image `index` by the header of its file.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if it can't be read, or if there is no such image.
    pub fn size(&self, index: usize) -> Result<(u32, u32), SourceError> {
        let path = self.file(index)?;
        decoded_size(&read(path)?).map_err(|source| SourceError::Image {
            path: path.into(),
            source,
        })
    }

    fn file(&self, index: usize) -> Result<&Path, SourceError> {
        let count = self.files.len();
        let file = self.files.get(index).map(PathBuf::as_path);
        file.ok_or(SourceError::Index { index, count })
    }
}

impl ImageSource for ImageFolder {
    fn len(&self) -> usize {
        self.files.len()
    }

    fn image(&self, index: usize) -> Result<Image, SourceError> {
        let path = self.file(index)?;
        decode(&read(path)?).map_err(|source| SourceError::Image {
            path: path.into(),
            source,
        })
    }

    fn labels(&self) -> Option<&[u32]> {
        Some(&self.labels)
    }

    fn class_names(&self) -> &[String] {
        &self.class_names
    }

    fn name(&self, index: usize) -> String {
        let name = self.files.get(index).and_then(|path| path.file_name());
        name.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn identity(&self) -> Result<Digest, SourceError> {
        let mut identity = Vec::new();
        for (path, label) in self.files.iter().zip(&self.labels) {
            let bytes = fs_err::metadata(path).map_err(SourceError::Open)?.len();
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            identity.extend_from_slice(self.class_names[*label as usize].as_bytes());
            identity.push(b'/');
            identity.extend_from_slice(name);
            identity.push(0);
            identity.extend_from_slice(&bytes.to_le_bytes());
        }
        let (digest, _) = Digest::of(&identity[..]).map_err(SourceError::Open)?;
        Ok(digest)
    }
}

/// What is in a folder, by name.
pub(crate) fn sorted(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let mut paths = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(SourceError::Open)? {
        paths.push(entry.map_err(SourceError::Open)?.path());
    }
    paths.sort_unstable();
    Ok(paths)
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&&*ending.to_ascii_lowercase())) && path.is_file()
}

fn read(path: &Path) -> Result<Vec<u8>, SourceError> {
    let file = fs_err::File::open(path).map_err(SourceError::Open)?;
    let bytes = file.metadata().map_err(SourceError::Open)?.len();
    if bytes > FILE_BYTES {
        return Err(SourceError::FileTooLarge {
            path: path.into(),
            bytes,
            limit: FILE_BYTES,
        });
    }
    let mut content = Vec::new();
    file.take(FILE_BYTES)
        .read_to_end(&mut content)
        .map_err(SourceError::Open)?;
    Ok(content)
}
