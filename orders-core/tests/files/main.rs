//! Order files: what is written, what is read, and what is refused.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod fuzz;
mod input;
mod manifest;
mod output;
mod refused;
mod written;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Cursor;

use orders_core::Cell;
use orders_core::files::{Encoder, Format, Limits, Malformed, ReadError, Summary, read_orders};

/// A file of these rows.
fn encode(format: Format, cells: usize, rows: &[Vec<Cell>]) -> Vec<u8> {
    encode_with(format, cells, rows, &BTreeMap::new())
}

fn encode_with(
    format: Format,
    cells: usize,
    rows: &[Vec<Cell>],
    metadata: &BTreeMap<String, String>,
) -> Vec<u8> {
    let encoder = Encoder::new(format, rows.len() as u64, cells, metadata).unwrap();
    let mut file = encoder.header().to_vec();
    for (index, row) in (0..).zip(rows) {
        encoder.row(index, row, &mut file);
    }
    file.extend_from_slice(encoder.footer());
    file
}

/// The rows of a file.
fn decode(format: Format, file: &[u8]) -> Result<(Summary, Vec<Vec<Cell>>), Malformed> {
    decode_within(&Limits::default(), format, file)
}

fn decode_within(
    limits: &Limits,
    format: Format,
    file: &[u8],
) -> Result<(Summary, Vec<Vec<Cell>>), Malformed> {
    let mut rows = Vec::new();
    let read = read_orders(Cursor::new(file), format, limits, |index, row| {
        assert_eq!(index, rows.len() as u64);
        rows.push(row.to_vec());
        Ok::<(), Infallible>(())
    });
    match read {
        Ok(summary) => Ok((summary, rows)),
        Err(ReadError::Malformed(malformed)) => Err(malformed),
        Err(ReadError::Io(error)) => panic!("reading from memory failed: {error}"),
        Err(ReadError::Take(never)) => match never {},
    }
}

/// A `.npy` file with this header text and these data.
fn npy(text: &str, data: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend_from_slice(&u16::try_from(text.len()).unwrap().to_le_bytes());
    file.extend_from_slice(text.as_bytes());
    file.extend_from_slice(data);
    file
}

/// A `.npy` file of this type and shape.
fn npy_array(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n");
    npy(&text, data)
}

/// A safetensors file with this header and these data.
fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.extend_from_slice(data);
    file
}
