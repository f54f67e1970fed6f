//! An array in a file: its header, then its entries.

use std::cmp::Ordering;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::marker::PhantomData;

use crate::element::{Element, ElementType};
use crate::error::{ArrayError, excerpt};

/// Bytes of entries in C order that are read at once; a multiple of every
/// number's width.
const BLOCK_BYTES: usize = 1 << 16;

/// The most bytes of entries in Fortran order that are held at once, unless one
/// item has more.
const FORTRAN_BYTES: usize = 1 << 26;

/// What a file says of an array; nothing but the header has been read.
///
/// Look at the [`shape`](Self::shape) and refuse what you don't want, then ask
/// for the [`entries`](Self::entries).
#[derive(Debug)]
pub struct Array<R> {
    pub(crate) source: R,
    /// The name, if there are others in the file.
    pub(crate) name: Option<String>,
    /// The type, as the file names it.
    pub(crate) type_name: String,
    /// The type, if it is known, and whether the highest byte comes first.
    pub(crate) element: Option<(ElementType, bool)>,
    pub(crate) fortran_order: bool,
    pub(crate) shape: Vec<usize>,
    /// Where the file begins in the source.
    pub(crate) file_at: u64,
    /// Where entries begin and end in the file.
    pub(crate) data: (u64, u64),
}

impl<R: Read + Seek> Array<R> {
    /// The length of each dimension; the last runs fastest. It has not been held
    /// against the length of the file.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The type of the entries, if it is one that can be read.
    pub fn element_type(&self) -> Option<ElementType> {
        self.element.map(|(element, _)| element)
    }

    /// The type of the entries as the file names it, fit to be shown.
    pub fn type_name(&self) -> String {
        excerpt(&self.type_name)
    }

    /// Bytes of the entries, by shape and type (0 for types that can't be read).
    ///
    /// # Errors
    ///
    /// [`ArrayError::ShapeOverflow`] if there are 2^64 or more.
    pub fn bytes(&self) -> Result<u64, ArrayError> {
        if self.shape.contains(&0) {
            return Ok(0);
        }
        let width = self
            .element
            .map_or(0, |(element, _)| element.bytes() as u64);
        let mut sides = self.shape.iter();
        let bytes = sides.try_fold(width, |product, &side| product.checked_mul(side as u64));
        bytes.ok_or_else(|| ArrayError::ShapeOverflow {
            shape: self.shape.clone(),
        })
    }

    /// The entries, to be read as numbers of type `T`.
    ///
    /// # Errors
    ///
    /// [`ArrayError::ElementType`] if `T` is not read from this type (see
    /// [`Element`]); [`ArrayError::ShapeOverflow`], [`ArrayError::Truncated`] and
    /// [`ArrayError::TrailingBytes`] if the file does not have as many bytes as the
    /// entries take; [`ArrayError::Io`].
    pub fn entries<T: Element>(mut self) -> Result<Entries<R, T>, ArrayError> {
        let Some((element, big_endian)) = self.element.filter(|&(element, _)| T::takes(element))
        else {
            return Err(ArrayError::ElementType {
                found: self.type_name(),
                name: self.name,
                allowed: T::ALLOWED,
            });
        };
        let (start, length) = self.data;
        let needed = start.saturating_add(self.bytes()?);
        let name = self.name;
        check_length(&name, length, needed)?;
        let at = self.file_at + start;
        self.source.seek(SeekFrom::Start(at))?;
        // One side that is longer than 1 lies in both orders alike.
        let sides = self.shape.iter().copied();
        let long_sides: Vec<usize> = sides.filter(|&side| side > 1).collect();
        let fortran = (self.fortran_order && long_sides.len() > 1).then_some(long_sides);
        // As many bytes are there, so that memory has addresses for them.
        let count = self.shape.iter().product();
        Ok(Entries {
            source: self.source,
            name,
            element,
            big_endian,
            shape: self.shape,
            at,
            count,
            fetched: 0,
            fortran,
            fortran_bytes: FORTRAN_BYTES,
            block: Vec::new(),
            block_at: 0,
            values: PhantomData,
        })
    }
}

/// The entries of an array in C order, which are all there and come next, as
/// numbers of type `T`.
#[derive(Debug)]
pub struct Entries<R, T> {
    source: R,
    name: Option<String>,
    element: ElementType,
    big_endian: bool,
    shape: Vec<usize>,
    /// Where they begin in the source.
    at: u64,
    count: usize,
    /// Entries that were put into the block, of this one and those before it.
    fetched: usize,
    /// The sides over 1, if the first of them runs fastest.
    fortran: Option<Vec<usize>>,
    /// The most bytes of the block, in that case.
    fortran_bytes: usize,
    /// Entries in C order, little endian.
    block: Vec<u8>,
    /// Where those begin that were not taken yet.
    block_at: usize,
    values: PhantomData<T>,
}

impl<R: Read + Seek, T: Element> Entries<R, T> {
    /// The length of each dimension; the last runs fastest. As many entries are
    /// in the file.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of all entries, taken or not.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Appends the next `count` entries to `values`, or all that are left if
    /// there are fewer. O(`count`) time for entries in C order.
    ///
    /// # Errors
    ///
    /// [`ArrayError::NotAnIndex`] at the first integer that is negative or does
    /// not fit 32 bits, those before it having been appended;
    /// [`ArrayError::Io`] if reading fails or memory is full.
    pub fn read(&mut self, count: usize, values: &mut Vec<T>) -> Result<(), ArrayError> {
        let width = self.element.bytes();
        let mut left = count.min(self.count - self.taken());
        values
            .try_reserve(left)
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        while left > 0 {
            if self.block_at == self.block.len() {
                self.fetch()?;
            }
            let before = self.taken();
            let bytes = &self.block[self.block_at..];
            let bytes = &bytes[..bytes.len().min(left.saturating_mul(width))];
            T::decode(self.element, bytes, values).map_err(|(place, found)| {
                ArrayError::NotAnIndex {
                    name: self.name.clone(),
                    entry: before + place,
                    found,
                }
            })?;
            left -= bytes.len() / width;
            self.block_at += bytes.len();
        }
        Ok(())
    }

    /// All entries that were not taken yet: those of the whole array, if none
    /// was. O(n) memory for n entries, O(n) time for those in C order.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_all(mut self) -> Result<Vec<T>, ArrayError> {
        let mut values = Vec::new();
        self.read(self.count, &mut values)?;
        Ok(values)
    }

    /// Entries that were taken.
    fn taken(&self) -> usize {
        self.fetched - (self.block.len() - self.block_at) / self.element.bytes()
    }

    /// Puts the next entries into the block.
    fn fetch(&mut self) -> io::Result<()> {
        let width = self.element.bytes();
        self.block_at = 0;
        if let Some(sides) = &self.fortran {
            let sides = sides.clone();
            self.fetch_fortran(&sides)?;
        } else {
            let bytes = BLOCK_BYTES.min((self.count - self.fetched) * width);
            self.block.resize(bytes, 0);
            self.source.read_exact(&mut self.block)?;
        }
        if self.big_endian {
            for number in self.block.chunks_exact_mut(width) {
                number.reverse();
            }
        }
        self.fetched += self.block.len() / width;
        Ok(())
    }

    /// Puts as many items as fit into the block: an item has all entries that
    /// share the index in the first dimension.
    ///
    /// In the file, that index runs fastest. So for each place in an item, those
    /// of all items of the block lie side by side.
    fn fetch_fortran(&mut self, sides: &[usize]) -> io::Result<()> {
        let width = self.element.bytes();
        let (items, inner) = (sides[0], &sides[1..]);
        let item = self.count / items;
        let first = self.fetched / item;
        let items_now = (self.fortran_bytes / (item * width)).clamp(1, items - first);
        self.block.clear();
        self.block.resize(items_now * item * width, 0);
        let mut run = vec![0; items_now * width];
        self.source
            .seek(SeekFrom::Start(self.at + (first * width) as u64))?;
        let mut source = BufReader::with_capacity(1 << 14, &mut self.source);
        // The place in an item by its indices, and in C order.
        let mut index = vec![0; inner.len()];
        let mut place = 0;
        for visited in 0..item {
            if visited > 0 {
                source.seek_relative(((items - items_now) * width) as i64)?;
            }
            source.read_exact(&mut run)?;
            for (number, at) in run.chunks_exact(width).zip((place..).step_by(item)) {
                self.block[at * width..][..width].copy_from_slice(number);
            }
            let mut stride = item;
            for (index, &side) in index.iter_mut().zip(inner) {
                stride /= side;
                *index += 1;
                place += stride;
                if *index < side {
                    break;
                }
                *index = 0;
                place -= side * stride;
            }
        }
        Ok(())
    }
}

/// Where a file stands and ends in its source: from here to the end.
///
/// # Errors
///
/// [`ArrayError::Empty`], [`ArrayError::Io`].
pub(crate) fn extent(source: &mut impl Seek) -> Result<(u64, u64), ArrayError> {
    let start = source.stream_position()?;
    let end = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(start))?;
    match end.saturating_sub(start) {
        0 => Err(ArrayError::Empty),
        length => Ok((start, length)),
    }
}

/// Whether a file of `length` bytes, or a part of it, ends after `needed`.
pub(crate) fn check_length(
    name: &Option<String>,
    length: u64,
    needed: u64,
) -> Result<(), ArrayError> {
    let name = name.clone();
    match length.cmp(&needed) {
        Ordering::Less => Err(ArrayError::Truncated {
            name,
            length,
            needed,
        }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(ArrayError::TrailingBytes {
            name,
            length,
            needed,
        }),
    }
}

/// Reads `count` bytes of a header, from `offset` of a file of `length` bytes.
pub(crate) fn header_bytes(
    source: &mut impl Read,
    offset: u64,
    count: usize,
    length: u64,
) -> Result<Vec<u8>, ArrayError> {
    let needed = offset.saturating_add(count as u64);
    if length < needed {
        check_length(&None, length, needed)?;
    }
    let mut bytes = vec![0; count];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::npy::open_npy;

    /// Blocks of one item, of several, and of all.
    #[test]
    fn fortran_order_is_read_in_blocks() {
        let text = "{'descr': '>u2', 'fortran_order': True, 'shape': (5, 1, 2, 3)}\n";
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((text.len() as u16).to_le_bytes());
        file.extend(text.bytes());
        for (k, j, i) in (0..30_u16).map(|place| (place / 10, place / 5 % 2, place % 5)) {
            file.extend((i * 6 + j * 3 + k).to_be_bytes());
        }
        let expected: Vec<u32> = (0..30).collect();
        for bytes in [0, 12, 30, 36, 1000] {
            let array = open_npy(Cursor::new(&file)).unwrap();
            let mut entries = array.entries::<u32>().unwrap();
            entries.fortran_bytes = bytes;
            let mut values = Vec::new();
            while values.len() < 30 {
                entries.read(4, &mut values).unwrap();
            }
            assert_eq!(values, expected, "{bytes}");
            assert!(entries.block.len() <= bytes.max(12));
        }
    }
}
