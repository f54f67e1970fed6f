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

    fn fault_at(&mut self, byte: u8, offset: u64) -> Option<ScreenFault> {
        match byte {
            b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E' => {
                self.number += 1;
                (self.number > NUMBER_BYTES).then_some(ScreenFault::LongNumber)
            }
            b'[' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' => {
                self.number = 0;
                None
            }
            _ => Some(ScreenFault::Byte { offset, byte }),
        }
    }
}

impl<R: Read> Read for Screen<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_none() {
            let read = self.source.read(buffer)?;
            let mut passed = 0;
            for &byte in &buffer[..read] {
                self.fault = self.fault_at(byte, self.offset + passed as u64);
                if self.fault.is_some() {
                    break;
                }
                passed += 1;
            }
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
