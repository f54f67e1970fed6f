//! Image arrays in `.npy`, `.npz` and `.safetensors` files.

use std::io::{BufReader, Read, Seek};
use std::path::Path;

use orders_arrays::{Array, ArrayError, NpzFile, SafetensorsFile, excerpt, open_npy};
use orders_core::MemoryLimit;
use orders_core::files::open_regular;
use zip::ZipArchive;

use super::array::ImageArray;
use super::error::{ImageArrayError, SourceError};

/// The names of images and of their labels in a `.safetensors` file.
const TENSORS: [&str; 2] = ["images", "labels"];
/// The same in an `.npz` file: those that `numpy.savez` gives, as programs that sample
/// images leave them.
const ARRAYS: [&str; 2] = ["arr_0", "arr_1"];
/// The most bytes of an array in an `.npz` file: over 80,000 images of 256x256 pixels.
const MOST_BYTES: u64 = 1 << 34;

/// What arrays hold, for messages.
const IMAGES: &str = "images";
const LABELS: &str = "labels";

/// Whether files of images have such a name.
pub(super) fn is_array(path: &Path) -> bool {
    ["npy", "npz", "safetensors"]
        .iter()
        .any(|ending| has_ending(path, ending))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

/// Reads images from an array file, with the labels that a file of several arrays
/// may have, or with those given. What that takes is held against a limit first.
pub(super) fn read_images(
    path: &Path,
    labels: Option<Vec<u32>>,
    classes: Option<u32>,
    memory: MemoryLimit,
) -> Result<ImageArray, SourceError> {
    let file = open_regular(path).map_err(SourceError::Open)?;
    let has_labels = labels.is_some();
    let read = || {
        if has_ending(path, "npy") {
            return Ok((
                images_of(open_npy(file)?, has_labels, Room::of(memory))?,
                None,
            ));
        }
        if has_ending(path, "npz") {
            let mut file = BufReader::new(file);
            let [image_bytes, label_bytes] = unpacked_bytes(&mut file);
            let mut file = NpzFile::open(file)?;
            let [images, labels] = ARRAYS;
            let limit = most(labels, label_bytes)?;
            let room = Room::beside(memory, label_bytes);
            room.check(LABELS, 0)?;
            let own_labels = file.array(labels, limit)?;
            let own_labels = own_labels.map(|array| labels_of(array, room));
            let own_labels = own_labels.transpose()?;
            let limit = most(images, image_bytes)?;
            // What is unpacked becomes as many pixels, in memory of their own.
            let room = Room::beside(memory, image_bytes);
            room.check(IMAGES, image_bytes)?;
            let found = file.names();
            let array = file.array(images, limit)?;
            let array = array.ok_or(ImageArrayError::NoImages {
                expected: images,
                found,
            })?;
            let has_labels = has_labels || own_labels.is_some();
            return Ok((images_of(array, has_labels, room)?, own_labels));
        }
        let mut file = SafetensorsFile::open(file)?;
        let [images, labels] = TENSORS;
        let room = Room::of(memory);
        let own_labels = file.array(labels).map(|array| labels_of(array, room));
        let own_labels = own_labels.transpose()?;
        let found = file.names().iter().map(|name| excerpt(name)).collect();
        let array = file.array(images);
        let array = array.ok_or(ImageArrayError::NoImages {
            expected: images,
            found,
        })?;
        Ok((
            images_of(array, has_labels || own_labels.is_some(), room)?,
            own_labels,
        ))
    };
    let ((shape, pixels), own_labels) = read().map_err(at(path))?;
    if own_labels.is_some() && labels.is_some() {
        return Err(SourceError::LabelsNotWanted(path.into()));
    }
    ImageArray::new(shape, pixels, labels.or(own_labels), classes).map_err(|error| error.at(path))
}

/// Reads labels, whole numbers in one dimension, from a `.npy` file.
///
/// # Errors
///
/// [`SourceError::Open`] and [`SourceError::Array`], which name the file.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Vec<u32>, SourceError> {
    read_labels_within(path.as_ref(), MemoryLimit::NONE)
}

/// The same, if what it takes is within a limit.
pub(super) fn read_labels_within(
    path: &Path,
    memory: MemoryLimit,
) -> Result<Vec<u32>, SourceError> {
    let file = open_regular(path).map_err(SourceError::Open)?;
    let array = open_npy(file).map_err(ImageArrayError::from);
    let labels = array.and_then(|array| labels_of(array, Room::of(memory)));
    labels.map_err(at(path))
}

/// What the arrays of an `.npz` file have in bytes when they are unpacked, by the directory of
/// the archive; 0 for one that is not there or can't be read, which asking for it says.
fn unpacked_bytes(file: impl Read + Seek) -> [u64; 2] {
    let Ok(mut archive) = ZipArchive::new(file) else {
        return [0; 2];
    };
    ARRAYS.map(|name| {
        let index = archive.index_for_name(&format!("{name}.npy"));
        let entry = index.and_then(|index| archive.by_index_raw(index).ok());
        entry.map_or(0, |entry| entry.size())
    })
}

/// The most that is unpacked of an array: what the directory says, if that is allowed.
fn most(name: &str, bytes: u64) -> Result<u64, ArrayError> {
    match bytes > MOST_BYTES {
        true => Err(ArrayError::TooLarge {
            name: name.into(),
            limit: MOST_BYTES,
        }),
        false => Ok(bytes),
    }
}

/// Room for an array.
#[derive(Clone, Copy)]
struct Room {
    memory: MemoryLimit,
    /// Bytes that are held while it is read: those of the array as it was unpacked.
    held: u64,
}

impl Room {
    fn of(memory: MemoryLimit) -> Self {
        Self::beside(memory, 0)
    }

    fn beside(memory: MemoryLimit, held: u64) -> Self {
        Self { memory, held }
    }

    /// Whether there is room for so many bytes more, of what the array holds.
    fn check(self, what: &'static str, bytes: u64) -> Result<(), ImageArrayError> {
        let checked = self.memory.check(self.held.saturating_add(bytes));
        checked.map_err(|source| ImageArrayError::Memory { what, source })
    }
}

fn at(path: &Path) -> impl FnOnce(ImageArrayError) -> SourceError {
    |source| SourceError::Array {
        path: path.into(),
        source,
    }
}

type Shape = (u32, u32, u8);

/// Height, width and channels, and the pixels of all images. Without labels, which say how
/// many these are, an array of pixels with channels is not taken for rows of grey ones.
fn images_of<R: Read + Seek>(
    array: Array<R>,
    has_labels: bool,
    room: Room,
) -> Result<(Shape, Vec<u8>), ImageArrayError> {
    let (height, width, channels) = match *array.shape() {
        [rows, columns, channels @ (1 | 3 | 4)] if rows > 1 && !has_labels => {
            return Err(ImageArrayError::OneOrMany {
                rows,
                columns,
                channels,
            });
        }
        [_, height, width] => (height, width, 1),
        [_, height, width, channels @ (1 | 3)] => (height, width, channels as u8),
        _ => {
            let shape = array.shape().into();
            return Err(ImageArrayError::ImageShape(shape));
        }
    };
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let shape = (side(height), side(width), channels);
    let entries = array.entries()?;
    room.check(IMAGES, entries.count() as u64)?;
    Ok((shape, entries.read_all()?))
}

fn labels_of<R: Read + Seek>(array: Array<R>, room: Room) -> Result<Vec<u32>, ImageArrayError> {
    if array.shape().len() != 1 {
        let shape = array.shape().into();
        return Err(ImageArrayError::LabelShape(shape));
    }
    let entries = array.entries::<u32>()?;
    let bytes = (entries.count() as u64).saturating_mul(size_of::<u32>() as u64);
    room.check(LABELS, bytes)?;
    Ok(entries.read_all()?)
}
