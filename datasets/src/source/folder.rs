//! Image files, one folder for each class.

use std::io::Read;
use std::path::{Path, PathBuf};

use orders_core::files::Digest;

use super::error::SourceError;
use super::image_source::ImageSource;
use crate::image::{DecodeError, Image, decode, decoded_size};

/// The longest image file that is read: 256 MiB.
const FILE_BYTES: u64 = 1 << 28;
/// Endings of image files.
const ENDINGS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// Files in folders, one folder for each class. Classes are numbered in the order of their
/// folders' names, files by class and then by name, both compared byte by byte.
#[derive(Clone, Debug, Default)]
pub struct ClassFiles {
    /// The files.
    pub files: Vec<PathBuf>,
    /// The class of each.
    pub labels: Vec<u32>,
    /// The names of the classes: those of their folders.
    pub class_names: Vec<String>,
}

impl ClassFiles {
    /// Those that are wanted of the files in the folders of a folder. O(files log files).
    pub(crate) fn list(
        root: &Path,
        is_wanted: impl Fn(&Path) -> bool,
    ) -> Result<Self, SourceError> {
        let mut all = Self::default();
        for folder in sorted(root)?.into_iter().filter(|path| path.is_dir()) {
            let before = all.files.len();
            let files = sorted(&folder)?.into_iter();
            all.files.extend(files.filter(|path| is_wanted(path)));
            if all.files.len() > before {
                let class = all.class_names.len() as u32;
                all.labels.resize(all.files.len(), class);
                let name = folder.file_name().unwrap_or_default();
                all.class_names.push(name.to_string_lossy().into_owned());
            }
        }
        Ok(all)
    }
}

/// PNG, JPEG and WebP files in a folder that has a folder for each class, in the order of
/// [`ClassFiles`]. Files of other endings and folders below those of the classes are left
/// out.
#[derive(Clone, Debug)]
pub struct ImageFolder {
    all: ClassFiles,
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
        let all = ClassFiles::list(root, is_image)?;
        match all.files.is_empty() {
            true => Err(SourceError::NoImages(root.into())),
            false => Ok(Self { all }),
        }
    }

    /// The file of each image.
    pub fn files(&self) -> &[PathBuf] {
        &self.all.files
    }

    /// Height and width of image `index` by the header of its file.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if it can't be read, or if there is no such image.
    pub fn size(&self, index: usize) -> Result<(u32, u32), SourceError> {
        self.decoded(index, decoded_size)
    }

    fn decoded<T>(
        &self,
        index: usize,
        decode: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, SourceError> {
        let count = self.all.files.len();
        let path = self.all.files.get(index);
        let path = path.ok_or(SourceError::Index { index, count })?;
        decode(&read(path)?).map_err(|source| SourceError::Image {
            path: path.clone(),
            source,
        })
    }
}

impl ImageSource for ImageFolder {
    fn len(&self) -> usize {
        self.all.files.len()
    }

    fn image(&self, index: usize) -> Result<Image, SourceError> {
        self.decoded(index, decode)
    }

    fn labels(&self) -> Option<&[u32]> {
        Some(&self.all.labels)
    }

    fn class_names(&self) -> &[String] {
        &self.all.class_names
    }

    fn name(&self, index: usize) -> String {
        let name = self.all.files.get(index).and_then(|path| path.file_name());
        name.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn identity(&self) -> Result<Digest, SourceError> {
        let mut identity = Vec::new();
        for (path, label) in self.all.files.iter().zip(&self.all.labels) {
            let bytes = fs_err::metadata(path).map_err(SourceError::Open)?.len();
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            identity.extend_from_slice(self.all.class_names[*label as usize].as_bytes());
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
