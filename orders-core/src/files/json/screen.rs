//! What may not reach the JSON parser.

use std::io::{self, Read};

/// The longest run of number characters that is let through. No cell index
/// has more than ten digits.
const NUMBER_BYTES: usize = 32;

/// Passes JSON text on up to the first byte that can't be part of a list of
/// lists of numbers, and fails there.
///
/// A JSON parser holds a string in memory whole before anybody can say that it
/// is not wanted; behind a screen it never sees one, so memory is bounded by
/// the longest row, whatever the file.
pub(super) struct Screen<R> {
    source: R,
    /// Bytes passed on.
    offset: u64,
    /// Length of the run of number characters that ends here.
    number: usize,
    fault: Option<ScreenFault>,
}

/// Why a [`Screen`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScreenFault {
    /// This byte.
    Byte { offset: u64, byte: u8 },
    /// A number of too many characters, which goes on here.
    LongNumber,
}

/// What a byte is good for.
#[derive(Clone, Copy)]
enum Kind {
    /// Part of a number.
    Number,
    /// What comes between numbers.
    Between,
    /// Nothing.
    Foreign,
}

/// The kind of each byte.
const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Foreign; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E' => Kind::Number,
            b'[' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' => Kind::Between,
            _ => Kind::Foreign,
        };
        byte += 1;
    }
    kinds
};

impl<R> Screen<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            offset: 0,
            number: 0,
            fault: None,
        }
    }

    /// Why reading failed, if it was the screen that stopped it.
    pub(super) fn fault(&self) -> Option<ScreenFault> {
        self.fault
    }

    /// How many of these bytes may pass; notes the fault if not all.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut number = self.number;
        for (passed, &byte) in bytes.iter().enumerate() {
            match KINDS[usize::from(byte)] {
                Kind::Number if number < NUMBER_BYTES => number += 1,
                Kind::Number => {
                    self.fault = Some(ScreenFault::LongNumber);
                    return passed;
                }
                Kind::Between => number = 0,
                Kind::Foreign => {
                    let offset = self.offset + passed as u64;
                    self.fault = Some(ScreenFault::Byte { offset, byte });
                    return passed;
                }
            }
        }
        self.number = number;
        bytes.len()
    }
}

impl<R: Read> Read for Screen<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_none() {
            let read = self.source.read(buffer)?;
            let passed = self.pass(&buffer[..read]);
            self.offset += passed as u64;
            // What comes before the fault is let through, so that a fault
            // there is reported first.
            if self.fault.is_none() || passed > 0 {
                return Ok(passed);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }
}
