//! Files as other programs write them, and a folder for them.

use std::fmt::{Debug, Display};
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// A folder that goes away with the value.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, content).unwrap();
        path
    }
}

/// The whole sentence of an error.
#[track_caller]
pub fn sentence<T>(result: Result<T, impl std::error::Error>) -> String {
    let Err(error) = result else {
        panic!("it was taken, but it must be refused");
    };
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Asserts that an error says all of these.
#[track_caller]
pub fn says<T: Debug>(result: Result<T, impl std::error::Error>, parts: &[&dyn Display]) {
    let text = sentence(result);
    for part in parts {
        assert!(text.contains(&part.to_string()), "{text:?} has no {part}");
    }
    assert!(!text.contains('\n'), "{text}");
}

/// An IDX file of unsigned bytes.
pub fn idx(shape: &[u32], entries: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, shape.len() as u8];
    file.extend(shape.iter().flat_map(|side| side.to_be_bytes()));
    file.extend(entries);
    file
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A PNG file of grey (1) or red-green-blue (3) pixels.
pub fn png(height: u32, width: u32, channels: u8, pixels: &[u8]) -> Vec<u8> {
    let colour = match channels {
        1 => image::ExtendedColorType::L8,
        _ => image::ExtendedColorType::Rgb8,
    };
    let mut file = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut file);
    image::ImageEncoder::write_image(encoder, pixels, width, height, colour).unwrap();
    file
}

/// A `.npy` file.
pub fn npy(descr: &str, shape: &[u64], entries: &[u8]) -> Vec<u8> {
    let shape: String = shape.iter().map(|side| format!("{side},")).collect();
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((text.len() as u16).to_le_bytes());
    file.extend(text.bytes());
    file.extend(entries);
    file
}
