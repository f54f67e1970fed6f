//! The `.npy` header.

use crate::files::npy::MAGIC;

/// The header of a version 1.0 file with an array of shape `(count, cells)` in
/// C order: byte for byte what `numpy.save` writes (NumPy 1.23 and later).
pub(in crate::files) fn header(descr: &str, count: u64, cells: usize) -> Vec<u8> {
    let count = count.to_string();
    // NumPy leaves room for the first dimension to grow to 21 digits.
    let spare = 21 - count.len();
    let mut text =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({count}, {cells}), }}");
    text.extend(std::iter::repeat_n(' ', spare));
    // The data begin at a multiple of 64 bytes, after one space or more and a
    // newline. 10 bytes come before the text.
    let padding = 64 - (10 + text.len() + 1) % 64;
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');

    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&[1, 0]);
    // At most 192 bytes, so that two bytes hold the length.
    header.extend_from_slice(&(text.len() as u16).to_le_bytes());
    header.extend_from_slice(text.as_bytes());
    header
}
