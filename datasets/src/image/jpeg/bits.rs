//! The bits of a scan.

use super::JpegFault;

/// Why a block can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockFault {
    /// The data end within it.
    Cut,
    /// No table has its code.
    Code,
}

impl BlockFault {
    pub(super) fn of_scan(self, scan: usize) -> JpegFault {
        match self {
            Self::Cut => JpegFault::Cut { scan },
            Self::Code => JpegFault::Code { scan },
        }
    }
}

/// The next marker from a place on, and where what follows it begins. Bytes between
/// segments are passed over, and so are those that fill up to a marker.
pub(super) fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)? + 1;
        match bytes.get(at)? {
            // A byte of the data that is 255, or one that fills.
            0 | 0xff => {}
            &marker => return Some((marker, at + 1)),
        }
    }
}

/// The bits of a scan's data, up to a marker or to the end of the file.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Bits that were read ahead, the next one on top; below them zeros.
    ahead: u64,
    /// How many these are.
    count: u32,
    /// Whether no more come.
    has_ended: bool,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            ahead: 0,
            count: 0,
            has_ended: false,
        }
    }

    /// A place that is not behind the marker at which the data end.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next 16 bits; those that are not there are 0.
    pub(super) fn peek(&mut self) -> u16 {
        if self.count < 16 {
            self.fill();
        }
        (self.ahead >> 48) as u16
    }

    /// Whether 16 bits are there.
    pub(super) fn has_16(&self) -> bool {
        self.count >= 16
    }

    /// Takes up to 16 bits.
    pub(super) fn take(&mut self, count: u32) -> Result<u16, BlockFault> {
        if self.count < count {
            self.fill();
            if self.count < count {
                return Err(BlockFault::Cut);
            }
        }
        if count == 0 {
            return Ok(0);
        }
        let taken = (self.ahead >> (64 - count)) as u16;
        self.ahead <<= count;
        self.count -= count;
        Ok(taken)
    }

    /// Goes on behind the next restart marker. What is left before it fills a byte, or was
    /// put there by a program that is not exact.
    pub(super) fn restart(&mut self, scan: usize) -> Result<(), JpegFault> {
        match next_marker(self.bytes, self.at) {
            Some((0xd0..=0xd7, at)) => {
                *self = Self::new(self.bytes, at);
                Ok(())
            }
            _ => Err(JpegFault::Cut { scan }),
        }
    }

    fn fill(&mut self) {
        while self.count <= 56 && !self.has_ended {
            let byte = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                (Some(0xff), Some(0)) => {
                    self.at += 1;
                    0xff
                }
                (Some(0xff), _) | (None, _) => {
                    self.has_ended = true;
                    return;
                }
                (Some(&byte), _) => byte,
            };
            self.at += 1;
            self.ahead |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_end_at_a_marker() {
        let bytes = [0xff, 0x00, 0x0f, 0xff, 0xff, 0xd0, 0xaa, 0xff, 0xd9];
        let mut bits = Bits::new(&bytes, 0);
        assert_eq!(bits.take(8), Ok(0xff));
        assert_eq!(bits.peek(), 0x0f00);
        assert!(!bits.has_16());
        assert_eq!(bits.take(4), Ok(0));
        assert_eq!(bits.take(5), Err(BlockFault::Cut));
        assert_eq!(bits.take(4), Ok(15));
        assert_eq!(bits.restart(1), Ok(()));
        assert_eq!(bits.take(8), Ok(0xaa));
        assert_eq!(bits.restart(1), Err(JpegFault::Cut { scan: 1 }));
        assert_eq!(next_marker(&bytes, bits.position()), Some((0xd9, 9)));
    }
}
