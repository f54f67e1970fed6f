//! The frame of an image, and the codes of its blocks.

use super::bits::{Bits, BlockFault};
use super::huffman::HuffmanTable;
use super::{FRAME, JpegFault};

/// What the frame header says.
pub(super) struct Frame {
    pub(super) is_progressive: bool,
    /// Columns and rows of MCUs, where components are interleaved.
    pub(super) mcus: (usize, usize),
    pub(super) components: Vec<Component>,
}

/// A component of the image.
pub(super) struct Component {
    pub(super) id: u8,
    /// Columns and rows of its blocks in an MCU.
    pub(super) sampling: (usize, usize),
    /// Columns and rows of its blocks in a scan of its own.
    pub(super) blocks: (usize, usize),
    /// For each coefficient how many of its low bits have not come.
    pub(super) missing_bits: [u8; 64],
    /// Columns of blocks with those that fill MCUs.
    columns: usize,
    /// In progressive images, which coefficients of each block are known not to be 0.
    known: Vec<u64>,
}

impl Frame {
    pub(super) fn parse(content: &[u8], is_progressive: bool) -> Result<Self, JpegFault> {
        let &[
            _,
            height,
            low_height,
            width,
            low_width,
            count,
            ref rest @ ..,
        ] = content
        else {
            return Err(FRAME);
        };
        let side = |high, low| usize::from(u16::from_be_bytes([high, low]));
        let (width, height) = (side(width, low_width), side(height, low_height));
        let components = rest.get(..3 * usize::from(count)).ok_or(FRAME)?;
        let components = components.as_chunks::<3>().0;
        let samplings = components
            .iter()
            .map(|&[_, sampling, _]| (usize::from(sampling >> 4), usize::from(sampling & 15)));
        let samplings: Vec<(usize, usize)> = samplings.collect();
        let is_allowed =
            |&(wide, high): &(usize, usize)| (1..=4).contains(&wide) && (1..=4).contains(&high);
        if !(1..=4).contains(&count) || !samplings.iter().all(is_allowed) {
            return Err(FRAME);
        }
        let widest = samplings.iter().map(|sampling| sampling.0).max();
        let highest = samplings.iter().map(|sampling| sampling.1).max();
        let (widest, highest) = (widest.unwrap_or(1), highest.unwrap_or(1));
        let mcus = (width.div_ceil(8 * widest), height.div_ceil(8 * highest));
        let components = components.iter().zip(samplings);
        let components = components.map(|(&[id, ..], sampling)| {
            let (wide, high) = sampling;
            let (columns, rows) = (mcus.0 * wide, mcus.1 * high);
            let blocks = if is_progressive { columns * rows } else { 0 };
            Component {
                id,
                sampling,
                blocks: (
                    (width * wide).div_ceil(8 * widest),
                    (height * high).div_ceil(8 * highest),
                ),
                missing_bits: [u8::MAX; 64],
                columns,
                known: vec![0; blocks],
            }
        });
        Ok(Self {
            is_progressive,
            mcus,
            components: components.collect(),
        })
    }
}

impl Component {
    /// What is known of the block at a row and a column.
    pub(super) fn known_at(&mut self, (row, column): (usize, usize)) -> Option<&mut u64> {
        self.known.get_mut(row * self.columns + column)
    }
}

/// How the blocks of a scan are coded.
pub(super) struct BlockCodes {
    pub(super) is_progressive: bool,
    /// The coefficients of the scan, in zigzag order.
    pub(super) first: u8,
    pub(super) last: u8,
    /// Whether it has one more bit of what is known already.
    pub(super) is_refinement: bool,
    /// Blocks that have no more new coefficients.
    pub(super) end_of_band: u32,
}

impl BlockCodes {
    /// Reads a block. The tables that it needs are there.
    pub(super) fn block(
        &mut self,
        bits: &mut Bits<'_>,
        dc: Option<&HuffmanTable>,
        ac: Option<&HuffmanTable>,
        known: Option<&mut u64>,
    ) -> Result<(), BlockFault> {
        let (dc, ac) = (dc.ok_or(BlockFault::Code), ac.ok_or(BlockFault::Code));
        if !self.is_progressive {
            number(bits, dc?)?;
            return self.band(bits, ac?, 1, &mut 0);
        }
        match (self.first, self.is_refinement) {
            (0, false) => number(bits, dc?),
            (0, true) => bits.take(1).map(|_| ()),
            (first, false) if self.end_of_band == 0 => {
                self.band(bits, ac?, first.into(), known.unwrap_or(&mut 0))
            }
            (_, false) => {
                self.end_of_band -= 1;
                Ok(())
            }
            (_, true) => self.refined(bits, ac?, known.unwrap_or(&mut 0)),
        }
    }

    /// Coefficients from one on, up to the last or to the end of the band.
    fn band(
        &mut self,
        bits: &mut Bits<'_>,
        table: &HuffmanTable,
        mut at: u32,
        known: &mut u64,
    ) -> Result<(), BlockFault> {
        while at <= u32::from(self.last) {
            let code = table.value(bits)?;
            let (zeros, size) = (u32::from(code >> 4), u32::from(code & 15));
            match (zeros, size) {
                (15, 0) => at += 16,
                (_, 0) => {
                    if self.is_progressive {
                        self.end_of_band = (1 << zeros) - 1 + u32::from(bits.take(zeros)?);
                    }
                    break;
                }
                _ => {
                    bits.take(size)?;
                    at += zeros;
                    // Beyond the block there is nothing; decoders pass it over.
                    *known |= 1_u64.checked_shl(at).unwrap_or(0);
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// One more bit of coefficients that are known, and new ones between them.
    fn refined(
        &mut self,
        bits: &mut Bits<'_>,
        table: &HuffmanTable,
        known: &mut u64,
    ) -> Result<(), BlockFault> {
        let (mut at, last) = (u32::from(self.first), u32::from(self.last));
        if self.end_of_band == 0 {
            while at <= last {
                let code = table.value(bits)?;
                let (mut zeros, size) = (u32::from(code >> 4), code & 15);
                if size > 0 {
                    bits.take(1)?;
                } else if zeros < 15 {
                    self.end_of_band = (1 << zeros) + u32::from(bits.take(zeros)?);
                    break;
                }
                while at <= last {
                    if *known >> at & 1 == 1 {
                        bits.take(1)?;
                    } else if zeros == 0 {
                        break;
                    } else {
                        zeros -= 1;
                    }
                    at += 1;
                }
                if size > 0 && at <= last {
                    *known |= 1 << at;
                }
                at += 1;
            }
        }
        if self.end_of_band > 0 {
            for at in at..=last {
                if *known >> at & 1 == 1 {
                    bits.take(1)?;
                }
            }
            self.end_of_band -= 1;
        }
        Ok(())
    }
}

/// A number that follows its length in bits.
fn number(bits: &mut Bits<'_>, table: &HuffmanTable) -> Result<(), BlockFault> {
    match table.value(bits)? {
        length @ 0..=16 => bits.take(length.into()).map(|_| ()),
        _ => Err(BlockFault::Code),
    }
}
