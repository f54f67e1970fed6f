//! Codebooks in `.safetensors` files.
//!
//! The tensor `codes` is F32 of shape (codes, side, side, channels), values from
//! 0 to 255. The metadata have `format` = `patch-codebook`, the `id`, and how the
//! codebook was made.

use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

use orders_arrays::{ElementType, SafetensorsFile, safetensors_header};
use orders_core::files::open_regular;

use super::error::{CodebookFileError, MalformedCodebook};
use super::patches::PatchShape;
use super::tokenizer::PatchCodebook;
use crate::tokens::Provenance;

const TENSOR: &str = "codes";
const FORMAT: (&str, &str) = ("format", "patch-codebook");
const ID: &str = "id";

impl PatchCodebook {
    /// Writes the codebook to a file, which appears whole or not at all. The
    /// same codebook gives the same bytes.
    ///
    /// # Errors
    ///
    /// [`CodebookFileError::Write`], also if the file exists and `overwrite` is
    /// false; [`CodebookFileError::Encode`] if its provenance is too long.
    pub fn write(&self, path: impl AsRef<Path>, overwrite: bool) -> Result<(), CodebookFileError> {
        let mut metadata = self.provenance().clone();
        metadata.insert(FORMAT.0.into(), FORMAT.1.into());
        metadata.insert(ID.into(), self.id().to_string());
        let side = self.shape().side() as usize;
        let shape = [self.len(), side, side, self.shape().channels().into()];
        let mut bytes = safetensors_header(&metadata, &[(TENSOR, ElementType::F32, &shape)])?;
        bytes.extend(self.codes().iter().flat_map(|value| value.to_le_bytes()));
        CodebookFileError::write(path.as_ref(), overwrite, |file| file.write_all(&bytes))
    }

    /// Whether a file has codes.
    pub fn is_file(path: impl AsRef<Path>) -> bool {
        let file = open_regular(path).ok();
        let file = file.and_then(|file| SafetensorsFile::open(file).ok());
        file.is_some_and(|file| file.has(TENSOR))
    }

    /// Reads a codebook. Its codes must have the digest that the file says, where
    /// it says one.
    ///
    /// # Errors
    ///
    /// [`CodebookFileError::Open`] and [`CodebookFileError::Read`], which name
    /// the file. Sizes are held against its length before anything is allocated.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CodebookFileError> {
        CodebookFileError::read(path.as_ref(), "a patch codebook", read)
    }

    /// Reads a codebook from the bytes of a file.
    ///
    /// # Errors
    ///
    /// [`MalformedCodebook`], as for a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedCodebook> {
        read(Cursor::new(bytes))
    }
}

fn read(source: impl Read + Seek) -> Result<PatchCodebook, MalformedCodebook> {
    let mut file = SafetensorsFile::open(source)?;
    let mut provenance: Provenance = file.metadata();
    let tensor = file.array(TENSOR).ok_or(MalformedCodebook::NoCodes)?;
    let (Some(ElementType::F32), &[_, side, also_side, channels]) =
        (tensor.element_type(), tensor.shape())
    else {
        return Err(MalformedCodebook::NoCodes);
    };
    if side != also_side {
        return Err(MalformedCodebook::NoCodes);
    }
    let shape = PatchShape::new(
        u32::try_from(side).unwrap_or(u32::MAX),
        u8::try_from(channels).unwrap_or(u8::MAX),
    )?;
    let codes = tensor.entries()?.read_all()?;
    let declared = provenance.remove(ID);
    provenance.remove(FORMAT.0);
    let codebook = PatchCodebook::new(shape, codes, provenance)?;
    match declared {
        Some(declared) if declared != codebook.id().to_string() => Err(MalformedCodebook::Id {
            declared,
            found: codebook.id(),
        }),
        _ => Ok(codebook),
    }
}
