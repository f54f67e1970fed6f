//! Image files in a folder.

use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use orders_core::MemoryLimit;
use orders_core::files::{Digest, open_regular};

use super::error::SourceError;
use super::image_source::ImageSource;
use super::listing::{ClassFiles, LeftOut, Wanted};
use crate::image::{DecodeError, Image, decode_within};

/// The longest image file that is read: 256 MiB.
const FILE_BYTES: u64 = 1 << 28;
/// Endings of image files.
const IMAGES: Wanted = Wanted {
    endings: &["png", "jpg", "jpeg", "webp"],
    other_endings: &[
        "apng", "avif", "bmp", "dib", "gif", "heic", "heif", "ico", "jfif", "jp2", "jpe", "jxl",
        "pbm", "pgm", "pnm", "ppm", "tga", "tif", "tiff",
    ],
};
/// The file that the program writes beside samples.
const OVERVIEW: &str = "sheet.png";

/// PNG, JPEG and WebP files in a folder that has a folder for each class, in the order of
/// [`ClassFiles`]; or, in a folder without such folders, files side by side, which have no
/// classes. Of these `sheet.png` is left out, the overview that the program writes beside
/// samples.
#[derive(Clone, Debug)]
pub struct ImageFolder {
    all: ClassFiles,
    memory: MemoryLimit,
}

impl ImageFolder {
    /// Lists the files. O(files log files); no image is opened.
    ///
    /// # Errors
    ///
    /// [`SourceError::Open`] if a folder can't be listed,
    /// [`SourceError::Name`] if the name of a class or an image is not UTF-8,
    /// [`SourceError::NoImages`] if there is no image file.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, SourceError> {
        let root = root.as_ref();
        let of_classes = ClassFiles::list(root, IMAGES)?;
        let with = |all| Self {
            all,
            memory: MemoryLimit::NONE,
        };
        if !of_classes.files.is_empty() {
            return Ok(with(of_classes));
        }
        let flat = ClassFiles::list_flat(root, IMAGES, OVERVIEW)?;
        match flat.files.is_empty() {
            true => Err(SourceError::NoImages {
                path: root.into(),
                left_out: of_classes.left_out,
            }),
            false => Ok(with(flat)),
        }
    }

    /// What was left out, and why.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.all.left_out
    }

    /// The same, with what each image may take while it is read.
    #[must_use]
    pub fn within(self, memory: MemoryLimit) -> Self {
        Self { memory, ..self }
    }

    /// The file of each image.
    pub fn files(&self) -> &[PathBuf] {
        &self.all.files
    }

    fn decoded<T>(
        &self,
        index: usize,
        decode: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, SourceError> {
        let path = self.path(index)?;
        decode(&read(path)?).map_err(|source| SourceError::Image {
            path: path.into(),
            source,
        })
    }

    fn path(&self, index: usize) -> Result<&Path, SourceError> {
        let count = self.all.files.len();
        let path = self.all.files.get(index);
        path.map(PathBuf::as_path)
            .ok_or(SourceError::Index { index, count })
    }
}

impl ImageSource for ImageFolder {
    fn len(&self) -> usize {
        self.all.files.len()
    }

    fn image(&self, index: usize) -> Result<Image, SourceError> {
        self.decoded(index, |bytes| decode_within(bytes, self.memory))
    }

    fn labels(&self) -> Option<&[u32]> {
        (!self.all.class_names.is_empty()).then_some(&self.all.labels)
    }

    fn class_names(&self) -> &[String] {
        &self.all.class_names
    }

    fn name(&self, index: usize) -> String {
        let name = self.all.files.get(index).and_then(|path| path.file_name());
        name.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn place(&self, index: usize) -> String {
        self.path(index)
            .map_or_else(|_| String::new(), |path| path.display().to_string())
    }

    fn identity(&self) -> Result<Digest, SourceError> {
        self.digest(|_, _| {})
    }

    fn state(&self) -> Result<Digest, SourceError> {
        self.digest(|metadata, state| {
            // Systems that keep no such time say nothing of it.
            let changed = metadata.modified().unwrap_or(UNIX_EPOCH);
            let (is_later, since) = match changed.duration_since(UNIX_EPOCH) {
                Ok(since) => (true, since),
                Err(error) => (false, error.duration()),
            };
            state.push(is_later.into());
            state.extend(since.as_nanos().to_le_bytes());
        })
    }
}

impl ImageFolder {
    /// A digest of the class, the name and the length of every file, and of what is added of
    /// its metadata.
    fn digest(&self, add: impl Fn(&Metadata, &mut Vec<u8>)) -> Result<Digest, SourceError> {
        let mut identity = Vec::new();
        for (index, path) in self.all.files.iter().enumerate() {
            let metadata = fs_err::metadata(path).map_err(SourceError::Open)?;
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            let class = self.all.labels.get(index);
            let class = class.and_then(|&class| self.all.class_names.get(class as usize));
            identity.extend_from_slice(class.map_or("", String::as_str).as_bytes());
            identity.push(b'/');
            identity.extend_from_slice(name);
            identity.push(0);
            identity.extend_from_slice(&metadata.len().to_le_bytes());
            add(&metadata, &mut identity);
        }
        let (digest, _) = Digest::of(&identity[..]).map_err(SourceError::Open)?;
        Ok(digest)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, SourceError> {
    let file = open_regular(path).map_err(SourceError::Open)?;
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
