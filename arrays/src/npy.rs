//! The files of `numpy.save`.
//!
//! The parser of headers is our own because the crates that read `.npy` files
//! (`npyz`, `ndarray-npy`) parse them as any Python literal, with backtracking:
//! fifteen opening braces take minutes. `npyz` also multiplies the shape without
//! a check for overflow and allocates up to 4 GiB for the text. Files come from
//! anywhere, and what a header needs is three keys.

use std::io::{Read, Seek};

use crate::array::{Array, extent, header_bytes};
use crate::element::ElementType;
use crate::error::{ArrayError, HeaderError};

/// What every file begins with.
const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The longest text of a header that is read. NumPy's own have about 120 bytes.
const TEXT_BYTES: u64 = 1 << 16;

/// The most dimensions that NumPy arrays have.
const MAX_DIMENSIONS: usize = 64;

/// Reads the header of a `.npy` file, which goes from where `source` stands to
/// its end: version 1.0, 2.0 or 3.0, with a text of at most 64 KiB. O(1) time and
/// memory.
///
/// # Errors
///
/// [`ArrayError`] at the first fault. Whether the file is as long as its array
/// is for [`Array::entries`] to say.
pub fn open_npy<R: Read + Seek>(source: R) -> Result<Array<R>, ArrayError> {
    open(source, None)
}

/// Opens an array of a name, which is a file within a file.
pub(crate) fn open<R: Read + Seek>(
    mut source: R,
    name: Option<String>,
) -> Result<Array<R>, ArrayError> {
    let (file_at, length) = extent(&mut source)?;
    let start = header_bytes(&mut source, 0, length.min(8) as usize, length)?;
    let (Some(&[major, minor]), true) = (
        start.get(6..).and_then(<[u8]>::first_chunk),
        start.starts_with(MAGIC),
    ) else {
        return Err(ArrayError::NotNpy);
    };
    // Later versions have a longer length and may have other characters.
    let length_bytes = match (major, minor) {
        (1, 0) => 2,
        (2 | 3, 0) => 4,
        _ => return Err(ArrayError::NpyVersion { major, minor }),
    };
    let text_bytes = header_bytes(&mut source, 8, length_bytes, length)?;
    let little_endian = text_bytes.iter().rev();
    let text_bytes = little_endian.fold(0, |number, &byte| number << 8 | u64::from(byte));
    if text_bytes > TEXT_BYTES {
        return Err(ArrayError::HeaderTooLong {
            bytes: text_bytes,
            limit: TEXT_BYTES,
        });
    }
    let text_at = 8 + length_bytes as u64;
    let text = header_bytes(&mut source, text_at, text_bytes as usize, length)?;
    let header = Header::parse(&text)?;
    Ok(Array {
        source,
        name,
        type_name: header.descr.into(),
        element: ElementType::from_numpy(header.descr),
        fortran_order: header.fortran_order,
        shape: header.shape,
        file_at,
        data: (text_at + text_bytes, length),
    })
}

/// The start of a version 1.0 file with an array in C order: byte for byte what
/// `numpy.save` writes (NumPy 1.23 and later). The entries follow it, little
/// endian.
///
/// ```
/// use orders_arrays::{ElementType, npy_header};
///
/// let header = npy_header(ElementType::I64, &[256])?;
/// assert_eq!(header.len(), 128);
/// assert!(header[10..].starts_with(b"{'descr': '<i8', 'fortran_order': False, 'shape': (256,), }"));
/// # Ok::<(), orders_arrays::HeaderError>(())
/// ```
///
/// # Errors
///
/// [`HeaderError::NoNumpyType`] for bfloat16; [`HeaderError::TooLong`] if there
/// are more dimensions than 2^16 bytes of text have room for (the 64 of NumPy
/// always fit).
pub fn npy_header(element: ElementType, shape: &[usize]) -> Result<Vec<u8>, HeaderError> {
    let descr = element
        .numpy()
        .ok_or(HeaderError::NoNumpyType { element })?;
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut text = format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}{comma}), }}",
        sides.join(", ")
    );
    // NumPy leaves room for the first dimension to grow to 21 digits.
    if let Some(first) = sides.first() {
        text.extend(std::iter::repeat_n(' ', 21 - first.len()));
    }
    // The data begin at a multiple of 64 bytes, after one space or more and a
    // newline. 10 bytes come before the text.
    let padding = 64 - (10 + text.len() + 1) % 64;
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');

    let text_bytes = u16::try_from(text.len()).map_err(|_| HeaderError::TooLong {
        bytes: text.len(),
        limit: u16::MAX.into(),
    })?;
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&[1, 0]);
    header.extend_from_slice(&text_bytes.to_le_bytes());
    header.extend_from_slice(text.as_bytes());
    Ok(header)
}

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Header<'a> {
    /// The type of the entries.
    descr: &'a str,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl<'a> Header<'a> {
    /// Reads `{'descr': .., 'fortran_order': .., 'shape': ..}`: the three
    /// keys in any order, each once, and white space after it.
    fn parse(text: &'a [u8]) -> Result<Self, ArrayError> {
        let mut cursor = Cursor { text, at: 0 };
        let mut descr = None;
        let mut fortran_order = None;
        let mut shape = None;
        cursor.expect(b'{', "'{'")?;
        while !cursor.take(b'}') {
            match cursor.string()? {
                "descr" if descr.is_none() => {
                    cursor.expect(b':', "':'")?;
                    if cursor.peek() == Some(b'[') {
                        // No cells in there, and no need to read on.
                        return Err(ArrayError::NpyRecords);
                    }
                    descr = Some(cursor.string()?);
                }
                "fortran_order" if fortran_order.is_none() => {
                    cursor.expect(b':', "':'")?;
                    fortran_order = Some(cursor.boolean()?);
                }
                "shape" if shape.is_none() => {
                    cursor.expect(b':', "':'")?;
                    shape = Some(cursor.shape()?);
                }
                _ => return Err(cursor.fault("'descr', 'fortran_order' and 'shape', each once")),
            }
            if !cursor.take(b',') {
                cursor.expect(b'}', "',' or '}'")?;
                break;
            }
        }
        if cursor.peek().is_some() {
            return Err(cursor.fault("white space"));
        }
        match (descr, fortran_order, shape) {
            (Some(descr), Some(fortran_order), Some(shape)) => Ok(Self {
                descr,
                fortran_order,
                shape,
            }),
            _ => Err(cursor.fault("'descr', 'fortran_order' and 'shape', each once")),
        }
    }
}

/// A place in the text. Every method skips white space first.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn fault(&self, expected: &'static str) -> ArrayError {
        ArrayError::NpyHeader {
            offset: self.at,
            expected,
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// Steps over `byte` if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), ArrayError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.fault(expected))
        }
    }

    /// A string in single or double quotes, without escapes.
    fn string(&mut self) -> Result<&'a str, ArrayError> {
        let expected = "a string of ASCII characters without a backslash";
        let quote = match self.peek() {
            Some(quote @ (b'\'' | b'"')) => quote,
            _ => return Err(self.fault(expected)),
        };
        let rest = &self.text[self.at + 1..];
        let content = rest
            .iter()
            .position(|&byte| byte == quote)
            .map(|end| &rest[..end])
            .filter(|content| {
                content
                    .iter()
                    .all(|&b| (b' '..=b'~').contains(&b) && b != b'\\')
            })
            .and_then(|content| std::str::from_utf8(content).ok())
            .ok_or_else(|| self.fault(expected))?;
        self.at += content.len() + 2;
        Ok(content)
    }

    fn boolean(&mut self) -> Result<bool, ArrayError> {
        self.peek();
        for (word, value) in [("True", true), ("False", false)] {
            if self.text[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.fault("True or False"))
    }

    /// A tuple of whole numbers.
    fn shape(&mut self) -> Result<Vec<usize>, ArrayError> {
        let mut shape = Vec::new();
        self.expect(b'(', "'('")?;
        while !self.take(b')') {
            if shape.len() == MAX_DIMENSIONS {
                return Err(self.fault("at most 64 dimensions"));
            }
            shape.push(self.dimension()?);
            if !self.take(b',') {
                self.expect(b')', "',' or ')'")?;
                break;
            }
        }
        Ok(shape)
    }

    fn dimension(&mut self) -> Result<usize, ArrayError> {
        self.peek();
        let start = self.at;
        let mut value = 0_usize;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(usize::from(digit - b'0')))
                .ok_or_else(|| self.fault("a dimension that fits 64 bits"))?;
            self.at += 1;
        }
        if self.at == start {
            return Err(self.fault("a whole number from 0"));
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_any_order_and_quotes() {
        let header = Header {
            descr: "<u2",
            fortran_order: false,
            shape: vec![3, 4],
        };
        for text in [
            "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }   \n",
            "{\"shape\":(3,4,),\"fortran_order\":False,\"descr\":\"<u2\"}",
            " {\t'fortran_order' : False , 'descr':'<u2','shape': ( 3 , 4 ) } \r\n",
        ] {
            assert_eq!(Header::parse(text.as_bytes()).unwrap(), header, "{text}");
        }
    }

    #[test]
    fn shapes_of_any_rank_are_read() {
        for (text, shape) in [
            ("()", vec![]),
            ("(5,)", vec![5]),
            ("(1,2,3)", vec![1, 2, 3]),
        ] {
            let text = format!("{{'descr': '<u2', 'fortran_order': True, 'shape': {text}}}");
            assert_eq!(Header::parse(text.as_bytes()).unwrap().shape, shape);
        }
    }

    #[test]
    fn malformed_headers_are_refused() {
        for text in [
            "",
            "{",
            "{}",
            "[]",
            "{'descr'",
            "{'descr': '<u2",
            "{'descr': '<u\\x32', 'fortran_order': False, 'shape': (3, 4)}",
            "{'descr': b'<u2', 'fortran_order': False, 'shape': (3, 4)}",
            "{'descr': '<u2', 'fortran_order': False}",
            "{'descr': '<u2', 'fortran_order': 0, 'shape': (3, 4)}",
            "{'descr': '<u2', 'fortran_order': False, 'shape': (3 4)}",
            "{'descr': '<u2', 'fortran_order': False, 'shape': (-3, 4)}",
            "{'descr': '<u2', 'fortran_order': False, 'shape': 12}",
            "{'descr': '<u2', 'fortran_order': False, 'shape': (,)}",
            "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4)} x",
            "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), 'more': 1}",
            "{'descr': '<u2', 'descr': '<u2', 'fortran_order': False, 'shape': (3, 4)}",
            "{'descr': '<u2' 'fortran_order': False, 'shape': (3, 4)}",
            "{'descr': '<u2', 'fortran_order': False, 'shape': (18446744073709551616, 4)}",
        ] {
            let error = Header::parse(text.as_bytes()).unwrap_err();
            assert!(
                matches!(error, ArrayError::NpyHeader { .. }),
                "{text}: {error}"
            );
        }
    }
}
