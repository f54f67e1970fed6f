//! Rows out of JSON text that is as it should be.
//!
//! A parser for any JSON asks a visitor for every number, which takes more than twice
//! as long as reading it: too long to check a file in less time than it takes to make it. What
//! is well formed needs no more than the states below. All else, faults first, is left to
//! the parser, which says what it is.

use std::io::{self, Read};

use crate::files::read_error::ReadError;
use crate::files::rows::{Limits, Summary, TakeRow};
use crate::grid::Cell;

/// Bytes that are read at once.
const BLOCK_BYTES: usize = 1 << 16;

/// What became of a text.
pub(super) enum Outcome {
    /// All rows were handed out.
    Read(Summary),
    /// There is something else in it, behind so many rows that were handed out.
    Unusual(u64),
}

/// Where the text is.
#[derive(Clone, Copy)]
enum Place {
    /// Before everything.
    Start,
    /// Behind the first bracket: a row, or the end.
    Rows,
    /// Behind a comma: a row.
    Row,
    /// Behind a bracket or a comma of a row: an entry.
    Entry,
    /// In an entry, which is this so far.
    Digits(u64),
    /// Behind an entry.
    BehindEntry,
    /// Behind a row.
    BehindRow,
    /// Behind everything.
    End,
}

/// Reads a list of rows for as long as it is one. Memory is O(N) for rows of N entries.
pub(super) fn read<E>(
    mut source: impl Read,
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Outcome, ReadError<E>> {
    let mut rows = Rows {
        limits,
        take,
        row: Vec::new(),
        cells: None,
        count: 0,
    };
    let mut place = Place::Start;
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let read = match source.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        for &byte in &block[..read] {
            place = match rows.step(place, byte)? {
                Some(place) => place,
                None => return Ok(Outcome::Unusual(rows.count)),
            };
        }
    }
    Ok(match place {
        Place::End => Outcome::Read(Summary {
            count: rows.count,
            cells: rows.cells.unwrap_or(0),
        }),
        _ => Outcome::Unusual(rows.count),
    })
}

/// The rows as they come.
struct Rows<'a, 'b, E> {
    limits: &'a Limits,
    take: TakeRow<'b, E>,
    /// The row being read.
    row: Vec<Cell>,
    /// Entries of the first row, once it is read.
    cells: Option<usize>,
    /// Rows that were handed out.
    count: u64,
}

impl<E> Rows<'_, '_, E> {
    /// The place behind a byte; none if it is not to be expected.
    #[inline(always)]
    fn step(&mut self, place: Place, byte: u8) -> Result<Option<Place>, ReadError<E>> {
        Ok(match (place, byte) {
            // JSON has no zeros before other digits.
            (Place::Digits(1..), b'0'..=b'9') | (Place::Entry, b'0'..=b'9') => {
                let so_far = match place {
                    Place::Digits(so_far) => so_far,
                    _ => 0,
                };
                let number = 10 * so_far + u64::from(byte - b'0');
                (number <= Cell::MAX.into()).then_some(Place::Digits(number))
            }
            (Place::Digits(number), b',') => self.entry(number).then_some(Place::Entry),
            (Place::Digits(number), b']') if self.entry(number) => self.end_row()?,
            (Place::Digits(number), b' ' | b'\n' | b'\r' | b'\t') => {
                self.entry(number).then_some(Place::BehindEntry)
            }
            (Place::BehindEntry, b',') => Some(Place::Entry),
            (Place::BehindEntry, b']') => self.end_row()?,
            (Place::BehindRow, b',') => Some(Place::Row),
            (Place::Rows | Place::Row, b'[') => {
                self.row.clear();
                Some(Place::Entry)
            }
            (Place::Start, b'[') => Some(Place::Rows),
            (Place::Rows | Place::BehindRow, b']') => Some(Place::End),
            (place, b' ' | b'\n' | b'\r' | b'\t') => Some(place),
            _ => None,
        })
    }

    /// Takes an entry, if the row has room for it.
    #[inline(always)]
    fn entry(&mut self, number: u64) -> bool {
        let has_room = self.row.len() < self.cells.unwrap_or(self.limits.cells());
        if has_room {
            self.row.push(number as Cell);
        }
        has_room
    }

    /// Hands a row out, if it is as long as the others and not one too many.
    fn end_row(&mut self) -> Result<Option<Place>, ReadError<E>> {
        let cells = *self.cells.get_or_insert(self.row.len());
        if self.row.len() != cells || self.count == self.limits.rows {
            return Ok(None);
        }
        (self.take)(self.count, &self.row).map_err(ReadError::Take)?;
        self.count += 1;
        Ok(Some(Place::BehindRow))
    }
}
