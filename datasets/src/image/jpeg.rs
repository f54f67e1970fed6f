//! Whether a JPEG file holds the whole of its image.
//!
//! Decoders fill in what a cut file lacks, and say nothing: the rest of the picture is grey,
//! or blurred. So the scans are gone through once more, code by code, as ITU-T T.81 has
//! them: every block must be there before the marker that ends its data, and every
//! coefficient must have come with all its bits before the end of the image. What lies
//! behind that end is not looked at.

mod bits;
mod blocks;
mod huffman;

use self::bits::{Bits, next_marker};
use self::blocks::{BlockCodes, Component, Frame};
use self::huffman::HuffmanTable;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DHT: u8 = 0xc4;
const DRI: u8 = 0xdd;
/// The most scans. Programs write up to 20; the work of one grows with the image, not with
/// its bytes.
const MOST_SCANS: usize = 100;

/// What is wrong with a JPEG file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JpegFault {
    /// There is no end-of-image marker.
    #[error("it ends before its end-of-image marker")]
    NoEnd,
    /// The data of a scan are too short.
    #[error("it is cut short: the data of scan {scan} end before all its blocks are there")]
    Cut {
        /// The scan, from 1.
        scan: usize,
    },
    /// The image ends before all of it has come.
    #[error("it is cut short: its image ends after scan {scans}, before all of it has come")]
    Unfinished {
        /// Scans that there are.
        scans: usize,
    },
    /// A scan has a code that no table has.
    #[error("it is damaged: the data of scan {scan} have a code that its tables don't have")]
    Code {
        /// The scan, from 1.
        scan: usize,
    },
    /// A part of the header is wrong.
    #[error("it is damaged: its {0} is malformed")]
    Header(&'static str),
    /// There are more scans than any program writes.
    #[error("it has over {MOST_SCANS} scans")]
    Scans,
}

/// Checks a file that a decoder has taken, so that its sizes are known to be allowed.
/// O(bytes + scans * blocks) time; in progressive files 8 bytes of memory for each block.
pub(super) fn check_complete(bytes: &[u8]) -> Result<(), JpegFault> {
    let mut file = File {
        bytes,
        at: 0,
        frame: None,
        tables: Default::default(),
        restart_interval: 0,
        scans: 0,
    };
    loop {
        let (marker, at) = next_marker(bytes, file.at).ok_or(JpegFault::NoEnd)?;
        file.at = at;
        match marker {
            EOI => return file.end(),
            // SOI, TEM and RST have no content.
            SOI | 0x01 | 0xd0..=0xd7 => {}
            _ => {
                let content = file.segment()?;
                match marker {
                    SOS => {
                        let has_tables = file.scan(content)?;
                        if !has_tables {
                            return file.has_end();
                        }
                    }
                    DHT => file.huffman_tables(content)?,
                    DRI => {
                        let interval = content.first_chunk().ok_or(RESTARTS)?;
                        file.restart_interval = u16::from_be_bytes(*interval).into();
                    }
                    0xc0..=0xc2 => file.frame = Some(Frame::parse(content, marker == 0xc2)?),
                    _ => {}
                }
            }
        }
    }
}

const FRAME: JpegFault = JpegFault::Header("frame header");
const SCAN: JpegFault = JpegFault::Header("scan header");
const TABLE: JpegFault = JpegFault::Header("Huffman table");
const RESTARTS: JpegFault = JpegFault::Header("restart interval");

/// A file, as far as it was read.
struct File<'a> {
    bytes: &'a [u8],
    at: usize,
    frame: Option<Frame>,
    /// Of DC and AC codes, four each.
    tables: [[Option<HuffmanTable>; 4]; 2],
    /// MCUs between restarts; 0 is none.
    restart_interval: usize,
    scans: usize,
}

impl<'a> File<'a> {
    /// The content behind a marker, which begins with its length.
    fn segment(&mut self) -> Result<&'a [u8], JpegFault> {
        let rest = &self.bytes[self.at..];
        let length = rest.first_chunk().ok_or(JpegFault::NoEnd)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length < 2 {
            return Err(JpegFault::Header("length of a segment"));
        }
        let content = rest.get(2..length).ok_or(JpegFault::NoEnd)?;
        self.at += length;
        Ok(content)
    }

    fn huffman_tables(&mut self, mut content: &[u8]) -> Result<(), JpegFault> {
        while let [class_and_place, rest @ ..] = content {
            let (class, place) = (class_and_place >> 4, class_and_place & 15);
            if class > 1 || place > 3 {
                return Err(TABLE);
            }
            let (table, bytes) = HuffmanTable::parse(rest).ok_or(TABLE)?;
            self.tables[usize::from(class)][usize::from(place)] = Some(table);
            content = &rest[bytes..];
        }
        Ok(())
    }

    /// Goes through the data of a scan, up to the marker behind it, if the tables that it
    /// needs are there. Without them nothing can be said of it: the frames of some films leave
    /// out the usual ones.
    fn scan(&mut self, header: &[u8]) -> Result<bool, JpegFault> {
        self.scans += 1;
        let scan = self.scans;
        if scan > MOST_SCANS {
            return Err(JpegFault::Scans);
        }
        let frame = self.frame.as_mut().ok_or(SCAN)?;
        let (&count, rest) = header.split_first().ok_or(SCAN)?;
        let count = usize::from(count);
        let (chosen, rest) = rest.split_at_checked(2 * count).ok_or(SCAN)?;
        let &[start, end, bits, ..] = rest else {
            return Err(SCAN);
        };
        let (start, end, bits, bits_before) = match frame.is_progressive {
            true => (start, end, bits & 15, bits >> 4),
            false => (0, 63, 0, 0),
        };
        let is_allowed = start <= end && end < 64 && (start == 0 || count == 1);
        if !is_allowed || count == 0 || count > frame.components.len() {
            return Err(SCAN);
        }
        let (needs_dc, needs_ac) = match frame.is_progressive {
            true => (start == 0 && bits_before == 0, start > 0),
            false => (true, true),
        };
        let mut parts = Vec::with_capacity(count);
        for &[id, tables] in chosen.as_chunks::<2>().0 {
            let component = frame.components.iter().position(|known| known.id == id);
            let component = component.ok_or(SCAN)?;
            let [dc, ac] = [tables >> 4, tables & 15].map(|place| usize::from(place.min(3)));
            let (dc, ac) = (self.tables[0][dc].as_ref(), self.tables[1][ac].as_ref());
            if needs_dc && dc.is_none() || needs_ac && ac.is_none() {
                return Ok(false);
            }
            parts.push((component, dc, ac));
        }
        let is_interleaved = count > 1;
        let (columns, rows) = match is_interleaved {
            true => frame.mcus,
            false => frame.components[parts[0].0].blocks,
        };
        let mut bits_of_scan = Bits::new(self.bytes, self.at);
        let mut codes = BlockCodes {
            is_progressive: frame.is_progressive,
            first: start,
            last: end,
            is_refinement: bits_before > 0,
            end_of_band: 0,
        };
        for mcu in 0..columns * rows {
            if self.restart_interval > 0 && mcu > 0 && mcu.is_multiple_of(self.restart_interval) {
                bits_of_scan.restart(scan)?;
                codes.end_of_band = 0;
            }
            let (row, column) = (mcu / columns, mcu % columns);
            for &(component, dc, ac) in &parts {
                let Component { sampling, .. } = frame.components[component];
                let (wide, high) = if is_interleaved { sampling } else { (1, 1) };
                for (y, x) in (0..high).flat_map(|y| (0..wide).map(move |x| (y, x))) {
                    let place = (row * high + y, column * wide + x);
                    let known = frame.components[component].known_at(place);
                    let read = codes.block(&mut bits_of_scan, dc, ac, known);
                    read.map_err(|fault| fault.of_scan(scan))?;
                }
            }
        }
        self.at = bits_of_scan.position();
        for (component, ..) in parts {
            let missing = &mut frame.components[component].missing_bits;
            missing[usize::from(start)..=usize::from(end)].fill(bits);
        }
        Ok(true)
    }

    /// Whether all of the image has come when it ends.
    fn end(&self) -> Result<(), JpegFault> {
        let components = self.frame.iter().flat_map(|frame| &frame.components);
        let mut missing = components.flat_map(|component| component.missing_bits);
        match self.frame.is_none() || missing.any(|bits| bits > 0) {
            true => Err(JpegFault::Unfinished { scans: self.scans }),
            false => Ok(()),
        }
    }

    /// Whether there is an end of the image.
    fn has_end(&mut self) -> Result<(), JpegFault> {
        while let Some((marker, at)) = next_marker(self.bytes, self.at) {
            if marker == EOI {
                return Ok(());
            }
            self.at = at;
        }
        Err(JpegFault::NoEnd)
    }
}
