//! Rows out of any JSON text, and what is wrong with it.

use std::fmt;
use std::io::{BufReader, Read};

use orders_arrays::excerpt;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::files::json::screen::{Screen, ScreenFault};
use crate::files::read_error::{Malformed, ReadError};
use crate::files::rows::{Limits, Summary, TakeRow};
use crate::grid::Cell;

/// Reads a JSON order file to its end. Memory is O(N) for rows of N entries.
pub(super) fn read<E>(
    source: impl Read,
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Summary, ReadError<E>> {
    let mut rows = Rows {
        limits,
        take,
        place: Place::Document,
        is_flat: false,
        index: 0,
        row: Vec::new(),
        length: 0,
        cells: None,
        fault: None,
    };
    let mut screen = Screen::new(source);
    let mut parser =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, &mut screen));
    let parsed = parser
        .deserialize_seq(&mut rows)
        .and_then(|()| parser.end());
    drop(parser);
    match parsed {
        Ok(()) => Ok(Summary {
            count: rows.index,
            cells: rows.cells.unwrap_or(0),
        }),
        Err(error) => Err(rows.explain(error, screen.fault())),
    }
}

/// Where the parser is.
#[derive(Clone, Copy)]
enum Place {
    /// Before the outer list, or between rows.
    Document,
    /// At the beginning of a row.
    Row,
    /// In a row.
    Entry,
    /// Behind the outer list.
    End,
}

/// The rows as they come.
struct Rows<'a, 'b, E> {
    limits: &'a Limits,
    take: TakeRow<'b, E>,
    place: Place,
    /// Whether the outer list has entries, those of the only row.
    is_flat: bool,
    /// Number of the row being read.
    index: u64,
    /// Its entries: no more than the first row has.
    row: Vec<Cell>,
    /// How many entries it has had so far.
    length: usize,
    /// Entries of the first row, once it is read.
    cells: Option<usize>,
    /// What went wrong, where that is not the JSON itself. The parser's error
    /// type holds text only, so it is kept here.
    fault: Option<ReadError<E>>,
}

impl<E> Rows<'_, '_, E> {
    fn begin_row(&mut self) {
        self.place = Place::Entry;
        self.row.clear();
        self.length = 0;
    }

    /// Takes an entry; if it is wrong, there is a fault, and the parser must stop.
    fn entry<P: serde::de::Error>(&mut self, entry: Number) -> Result<(), P> {
        let most = self.cells.unwrap_or(self.limits.cells());
        match entry {
            Ok(cell) if self.length < most => self.row.push(cell),
            // Entries too many are counted, for the error, but not kept.
            Ok(_) if self.cells.is_some() => {}
            Ok(_) => {
                return Err(self.stop(Malformed::TooManyCells { limit: most }.into()));
            }
            Err(found) => {
                let malformed = Malformed::Entry {
                    row: self.index,
                    entry: self.length,
                    found,
                };
                return Err(self.stop(malformed.into()));
            }
        }
        self.length += 1;
        Ok(())
    }

    fn stop<P: serde::de::Error>(&mut self, fault: ReadError<E>) -> P {
        self.fault = Some(fault);
        P::custom("stopped")
    }

    fn end_row(&mut self) -> Result<(), ReadError<E>> {
        let (row, length) = (self.index, self.length);
        if length == 0 {
            return Err(Malformed::EmptyRow { row }.into());
        }
        let expected = *self.cells.get_or_insert(length);
        if length != expected {
            return Err(Malformed::RowLength {
                row,
                length,
                expected,
            }
            .into());
        }
        if row == self.limits.rows {
            return Err(Malformed::TooManyRows { limit: row }.into());
        }
        (self.take)(row, &self.row).map_err(ReadError::Take)?;
        self.index += 1;
        self.place = Place::Document;
        Ok(())
    }

    /// The error to give for one of the parser.
    fn explain(self, error: serde_json::Error, screened: Option<ScreenFault>) -> ReadError<E> {
        if let Some(fault) = self.fault {
            return fault;
        }
        let (row, entry) = (self.index, self.length);
        let malformed = match (error.classify(), screened, self.place) {
            (Category::Io, None, _) => return ReadError::Io(error.into()),
            (Category::Syntax, _, Place::End) | (Category::Io, Some(_), Place::End) => {
                Malformed::TrailingText
            }
            (Category::Io, Some(ScreenFault::LongNumber), _) => Malformed::Entry {
                row,
                entry,
                found: "a number of more than 32 characters".into(),
            },
            (Category::Io, Some(ScreenFault::Byte { offset, byte }), _) => Malformed::JsonByte {
                offset,
                text: byte.escape_ascii().to_string(),
            },
            (Category::Eof, ..) => Malformed::JsonTruncated { row },
            // Only numbers and lists get here, so a wrong type is the other
            // one of the two.
            (Category::Data, _, Place::Document | Place::End) => Malformed::JsonNotAList,
            (Category::Data, _, Place::Row) => Malformed::JsonRowNotAList { row },
            (Category::Data, _, Place::Entry) => Malformed::Entry {
                row,
                entry,
                found: "a list".into(),
            },
            (Category::Syntax, ..) => Malformed::Json {
                row,
                reason: excerpt(&error.to_string()),
            },
        };
        malformed.into()
    }
}

/// The outer list.
impl<'de, E> Visitor<'de> for &mut Rows<'_, '_, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of orders")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        loop {
            if rows.next_element_seed(Row(&mut *self))?.is_none() {
                if self.is_flat
                    && let Err(fault) = self.end_row()
                {
                    return Err(self.stop(fault));
                }
                self.place = Place::End;
                return Ok(());
            }
        }
    }
}

/// One row, or one entry of the only row.
struct Row<'r, 'a, 'b, E>(&'r mut Rows<'a, 'b, E>);

impl<'de, E> DeserializeSeed<'de> for Row<'_, '_, '_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.is_flat {
            let entry = deserializer.deserialize_u64(Entry)?;
            return self.0.entry(entry);
        }
        self.0.place = Place::Row;
        match self.0.index {
            0 => deserializer.deserialize_any(self),
            _ => deserializer.deserialize_seq(self),
        }
    }
}

impl<'de, E> Visitor<'de> for Row<'_, '_, '_, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an order: a list of cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self(rows) = self;
        rows.begin_row();
        while let Some(entry) = entries.next_element_seed(Entry)? {
            rows.entry(entry)?;
        }
        rows.end_row().map_err(|fault| rows.stop(fault))
    }

    fn visit_u64<P: serde::de::Error>(self, value: u64) -> Result<(), P> {
        self.first_entry(Entry.visit_u64(value)?)
    }

    fn visit_i64<P: serde::de::Error>(self, value: i64) -> Result<(), P> {
        self.first_entry(Entry.visit_i64(value)?)
    }

    fn visit_f64<P: serde::de::Error>(self, value: f64) -> Result<(), P> {
        self.first_entry(Entry.visit_f64(value)?)
    }
}

impl<E> Row<'_, '_, '_, E> {
    /// There is a number where the first row could begin.
    fn first_entry<P: serde::de::Error>(self, entry: Number) -> Result<(), P> {
        self.0.is_flat = true;
        self.0.begin_row();
        self.0.entry(entry)
    }
}

/// A number in a row, or its text if it is no cell.
type Number = Result<Cell, String>;

/// One entry.
struct Entry;

impl<'de> DeserializeSeed<'de> for Entry {
    type Value = Number;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_u64(self)
    }
}

impl Visitor<'_> for Entry {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell: a whole number")
    }

    fn visit_u64<P: serde::de::Error>(self, value: u64) -> Result<Self::Value, P> {
        Ok(Cell::try_from(value).map_err(|_| value.to_string()))
    }

    fn visit_i64<P: serde::de::Error>(self, value: i64) -> Result<Self::Value, P> {
        Ok(Cell::try_from(value).map_err(|_| value.to_string()))
    }

    fn visit_f64<P: serde::de::Error>(self, value: f64) -> Result<Self::Value, P> {
        // Whole numbers over 64 bits come here too. With a point or an exponent.
        Ok(Err(format!("{value:?}")))
    }
}
