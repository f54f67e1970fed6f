//! The dictionary in a `.npy` header.
//!
//! The parser is our own because the crates that read `.npy` files (`npyz`,
//! `ndarray-npy`) parse it as any Python literal, with backtracking: fifteen
//! opening braces take minutes. `npyz` also multiplies the shape without a
//! check for overflow and allocates up to 4 GiB for the text. Files come from
//! anywhere, and what a header needs is three keys.

use crate::files::read_error::Malformed;

/// The most dimensions that NumPy arrays have.
const MAX_DIMENSIONS: usize = 64;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// The type of the entries.
    pub(super) descr: &'a str,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<u64>,
}

impl<'a> Header<'a> {
    /// Reads `{'descr': .., 'fortran_order': .., 'shape': ..}`: the three
    /// keys in any order, each once, and white space after it.
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, Malformed> {
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
                        return Err(Malformed::NpyRecords);
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
    fn fault(&self, expected: &'static str) -> Malformed {
        Malformed::NpyHeader {
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

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.fault(expected))
        }
    }

    /// A string in single or double quotes, without escapes.
    fn string(&mut self) -> Result<&'a str, Malformed> {
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

    fn boolean(&mut self) -> Result<bool, Malformed> {
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
    fn shape(&mut self) -> Result<Vec<u64>, Malformed> {
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

    fn dimension(&mut self) -> Result<u64, Malformed> {
        self.peek();
        let start = self.at;
        let mut value = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(u64::from(digit - b'0')))
                .ok_or_else(|| self.fault("a dimension below 2^64"))?;
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
                matches!(error, Malformed::NpyHeader { .. }),
                "{text}: {error}"
            );
        }
    }
}
