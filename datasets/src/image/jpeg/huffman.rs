//! Huffman codes.

use super::bits::{Bits, BlockFault};

/// Bits of the codes that are looked up at once.
const SHORT: usize = 9;

/// A table of codes of up to 16 bits.
pub(super) struct HuffmanTable {
    /// For the first bits of a code its length, in the high byte, and its value; 0 if it is
    /// longer.
    short: [u16; 1 << SHORT],
    /// The first number of 16 bits that begins with no code of a length, or of a shorter one.
    ends: [u32; 17],
    /// The place of a length's first value, less its first code.
    places: [i32; 17],
    values: Vec<u8>,
}

impl HuffmanTable {
    /// A table from its part of a segment, and the bytes of that part.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let counts: &[u8; 16] = bytes.first_chunk()?;
        let count: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let values = bytes.get(16..16 + count)?.to_vec();
        let mut table = Self {
            short: [0; 1 << SHORT],
            ends: [0; 17],
            places: [0; 17],
            values,
        };
        let (mut code, mut place) = (0_u32, 0_usize);
        for (length, &count) in (1..).zip(counts) {
            table.places[length] = place as i32 - code as i32;
            let end = code + u32::from(count);
            if end > 1 << length {
                return None;
            }
            if length <= SHORT {
                for code in code..end {
                    let value = table.values[(code as i32 + table.places[length]) as usize];
                    let free = SHORT - length;
                    let same = (code as usize) << free..(code as usize + 1) << free;
                    table.short[same].fill((length as u16) << 8 | u16::from(value));
                }
            }
            table.ends[length] = end << (16 - length);
            place += usize::from(count);
            code = end << 1;
        }
        Some((table, 16 + count))
    }

    /// The value of the next code.
    pub(super) fn value(&self, bits: &mut Bits<'_>) -> Result<u8, BlockFault> {
        let next = bits.peek();
        let short = self.short[usize::from(next) >> (16 - SHORT)];
        if short > 0 {
            bits.take(u32::from(short >> 8))?;
            return Ok(short as u8);
        }
        let long = (SHORT + 1..=16).find(|&length| u32::from(next) < self.ends[length]);
        let Some(length) = long else {
            return Err(match bits.has_16() {
                true => BlockFault::Code,
                false => BlockFault::Cut,
            });
        };
        let code = bits.take(length as u32)?;
        let value = self
            .values
            .get((i32::from(code) + self.places[length]) as usize);
        value.copied().ok_or(BlockFault::Code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes of 1 to 16 bits: 0, 10, 110, ... of which all ones is none.
    #[test]
    fn codes_of_all_lengths_are_read() {
        let mut bytes = vec![1; 16];
        bytes.extend(0..16);
        let (table, length) = HuffmanTable::parse(&bytes).unwrap();
        assert_eq!(length, 32);
        for zeros_at in 0..16_u32 {
            let code = !(0x8000_u16 >> zeros_at);
            // A byte of ones is followed by a zero.
            let mut file = Vec::new();
            for byte in code.to_be_bytes() {
                file.push(byte);
                file.extend((byte == 0xff).then_some(0));
            }
            let mut bits = Bits::new(&file, 0);
            assert_eq!(table.value(&mut bits), Ok(zeros_at as u8), "{code:b}");
            assert_eq!(bits.take(16 - zeros_at), Err(BlockFault::Cut), "{code:b}");
            assert!(bits.take(15 - zeros_at).is_ok(), "{code:b}");
        }
        let mut ones = Bits::new(&[0xff, 0, 0xff, 0], 0);
        assert_eq!(table.value(&mut ones), Err(BlockFault::Code));
        let mut cut = Bits::new(&[0xff, 0], 0);
        assert_eq!(table.value(&mut cut), Err(BlockFault::Cut));
        // Three codes of one bit.
        bytes[0] = 3;
        assert!(HuffmanTable::parse(&bytes).is_none());
    }
}
