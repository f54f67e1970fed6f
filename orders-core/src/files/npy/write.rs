//! The `.npy` header.

use crate::files::npy::MAGIC;
use crate::files::npy::array_header::NpyHeader;

impl NpyHeader {
    /// The header of a version 1.0 file with an array in C order: byte for byte
    /// what `numpy.save` writes (NumPy 1.23 and later). The entries follow it.
    ///
    /// `None` if there are more dimensions than the text has room for in 2^16
    /// bytes; the 64 of NumPy always fit.
    ///
    /// ```
    /// use orders_core::files::NpyHeader;
    ///
    /// let bytes = NpyHeader::encode("<i8", &[256]).expect("one dimension fits");
    /// assert_eq!(bytes.len() % 64, 0);
    /// let header = NpyHeader::read(&mut &bytes[..], bytes.len() as u64)?;
    /// assert_eq!((&header.descr[..], &header.shape[..]), ("<i8", &[256][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encode(descr: &str, shape: &[u64]) -> Option<Vec<u8>> {
        let sides: Vec<String> = shape.iter().map(u64::to_string).collect();
        let comma = if shape.len() == 1 { "," } else { "" };
        let mut text = format!(
            "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}{comma}), }}",
            sides.join(", ")
        );
        // NumPy leaves room for the first dimension to grow to 21 digits.
        if let Some(first) = sides.first() {
            text.extend(std::iter::repeat_n(' ', 21 - first.len()));
        }
        // The data begin at a multiple of 64 bytes, after one space or more and
        // a newline. 10 bytes come before the text.
        let padding = 64 - (10 + text.len() + 1) % 64;
        text.extend(std::iter::repeat_n(' ', padding));
        text.push('\n');

        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&[1, 0]);
        header.extend_from_slice(&u16::try_from(text.len()).ok()?.to_le_bytes());
        header.extend_from_slice(text.as_bytes());
        Some(header)
    }
}

/// The header of an array of shape `(count, cells)`.
pub(in crate::files) fn header(descr: &str, count: u64, cells: usize) -> Vec<u8> {
    NpyHeader::encode(descr, &[count, cells as u64]).expect("two dimensions take at most 192 bytes")
}
