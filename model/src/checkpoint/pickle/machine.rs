//! The instructions.

use std::collections::BTreeMap;

use super::builders::{build, persistent};
use super::value::{Global, Heap, Object, Value};
use crate::checkpoint::error::PickleError;

/// The most values on the stack, marks on it, and values remembered.
const MOST_VALUES: usize = 1 << 20;

/// The stack machine of Python's `pickle`, protocols 2 to 5, with the
/// instructions that `torch.save` writes.
///
/// Nothing in a pickle is executed: names are looked up in a fixed list, and
/// what is applied to arguments is Rust code that makes values. Of any other name nothing is
/// made but a value that has that name. Time and memory
/// are O(bytes) of the pickle.
#[derive(Debug, Default)]
pub(in crate::checkpoint) struct Machine {
    pub(in crate::checkpoint) heap: Heap,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: BTreeMap<usize, Value>,
}

impl Machine {
    /// Reads one pickle from the start of `bytes`: its value and its length.
    /// The heap keeps what earlier pickles of the same file made.
    ///
    /// # Errors
    ///
    /// The byte at which the pickle is refused, and why.
    pub(in crate::checkpoint) fn run(
        &mut self,
        bytes: &[u8],
    ) -> Result<(Value, usize), (usize, PickleError)> {
        self.stack.clear();
        self.marks.clear();
        self.memo.clear();
        let mut bytes = Bytes { all: bytes, at: 0 };
        loop {
            let at = bytes.at;
            match self.step(&mut bytes) {
                Ok(None) => {}
                Ok(Some(value)) => return Ok((value, bytes.at)),
                Err(error) => return Err((at, error)),
            }
        }
    }

    /// Follows one instruction; the value if it was the last.
    fn step(&mut self, bytes: &mut Bytes<'_>) -> Result<Option<Value>, PickleError> {
        let instruction = bytes.byte()?;
        match instruction {
            // PROTO, FRAME
            0x80 => match bytes.byte()? {
                2..=5 => {}
                other => return Err(PickleError::Protocol(other)),
            },
            0x95 => {
                bytes.take(8)?;
            }
            // STOP
            b'.' => return self.pop().map(Some),
            // NONE, NEWTRUE, NEWFALSE
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Bool(true))?,
            0x89 => self.push(Value::Bool(false))?,
            // BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
            b'J' => self.push(Value::Int(i32::from_le_bytes(bytes.array()?).into()))?,
            b'K' => self.push(Value::Int(bytes.byte()?.into()))?,
            b'M' => self.push(Value::Int(u16::from_le_bytes(bytes.array()?).into()))?,
            0x8a => {
                let count = bytes.byte()?;
                self.push(long(bytes.take(count.into())?))?;
            }
            0x8b => {
                let count = bytes.count(instruction)?;
                self.push(long(bytes.take(count)?))?;
            }
            b'G' => {
                bytes.take(8)?;
                self.push(Value::Float)?;
            }
            // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8; SHORT_BINSTRING and BINSTRING
            // of Python 2: its plain texts
            b'X' | 0x8c | 0x8d | b'U' | b'T' => {
                let count = bytes.count(instruction)?;
                self.push(Value::Text(bytes.text(count)?.into()))?;
            }
            // SHORT_BINBYTES, BINBYTES, BINBYTES8, BYTEARRAY8
            b'C' | b'B' | 0x8e | 0x96 => {
                let count = bytes.count(instruction)?;
                bytes.take(count)?;
                self.push(Value::Bytes)?;
            }
            // MARK, POP, POP_MARK, DUP
            b'(' => {
                limit("marks", self.marks.len())?;
                self.marks.push(self.stack.len());
            }
            b'0' => {
                self.pop()?;
            }
            b'1' => {
                self.since_mark()?;
            }
            b'2' => {
                let top = self.top()?.clone();
                self.push(top)?;
            }
            // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
            b')' => self.push_object(Object::Tuple(Vec::new()))?,
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(instruction - 0x84))?;
                self.push_object(Object::Tuple(items))?;
            }
            b't' => {
                let items = self.since_mark()?;
                self.push_object(Object::Tuple(items))?;
            }
            // EMPTY_LIST, LIST, APPEND, APPENDS
            b']' => self.push_object(Object::List(Vec::new()))?,
            b'l' => {
                let items = self.since_mark()?;
                self.push_object(Object::List(items))?;
            }
            b'a' | b'e' => {
                let items = match instruction {
                    b'a' => self.pop_many(1)?,
                    _ => self.since_mark()?,
                };
                let list = self.top()?.clone();
                self.heap.extend(&list, items)?;
            }
            // EMPTY_SET, ADDITEMS, FROZENSET
            0x8f => self.push_foreign("set")?,
            0x90 => {
                self.since_mark()?;
            }
            0x91 => {
                self.since_mark()?;
                self.push_foreign("frozenset")?;
            }
            // EMPTY_DICT, DICT, SETITEM, SETITEMS
            b'}' => self.push_object(Object::Dictionary(Vec::new()))?,
            b'd' => {
                let pairs = pairs(self.since_mark()?)?;
                self.push_object(Object::Dictionary(pairs))?;
            }
            b's' | b'u' => {
                let pairs = pairs(match instruction {
                    b's' => self.pop_many(2)?,
                    _ => self.since_mark()?,
                })?;
                let dictionary = self.top()?.clone();
                self.heap.insert(&dictionary, pairs)?;
            }
            // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
            b'q' | b'r' => {
                let index = bytes.count(instruction)?;
                self.remember(index)?;
            }
            0x94 => self.remember(self.memo.len())?,
            b'h' | b'j' => {
                let value = self.memo.get(&bytes.count(instruction)?).cloned();
                self.push(value.ok_or(PickleError::Value(
                    "a value is recalled that was never made",
                ))?)?;
            }
            // GLOBAL, STACK_GLOBAL
            b'c' => {
                let (module, name) = (bytes.line()?, bytes.line()?);
                self.push(Value::Global(Global::of(module, name)))?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(module), Value::Text(name)) = (module, name) else {
                    return Err(PickleError::Value("a name is no text"));
                };
                self.push(Value::Global(Global::of(&module, &name)))?;
            }
            // REDUCE, NEWOBJ, NEWOBJ_EX, BUILD
            b'R' | 0x81 | 0x92 => {
                if instruction == 0x92 {
                    // Arguments by name, which what is made here doesn't have.
                    self.pop()?;
                }
                let (arguments, callable) = (self.pop()?, self.pop()?);
                let value = build(&mut self.heap, &callable, &arguments)?;
                self.push(value)?;
            }
            b'b' => {
                self.pop()?;
                // Attributes of dictionaries and tensors say nothing about tensors.
                if !matches!(self.top()?, Value::Object(_) | Value::Foreign(_)) {
                    return Err(PickleError::Value(
                        "attributes are set on a value that has none",
                    ));
                }
            }
            // BINPERSID
            b'Q' => {
                let id = self.pop()?;
                let storage = persistent(&mut self.heap, &id)?;
                self.push(storage)?;
            }
            other => return Err(PickleError::Instruction(other)),
        }
        Ok(None)
    }

    fn push(&mut self, value: Value) -> Result<(), PickleError> {
        limit("values", self.stack.len())?;
        self.stack.push(value);
        Ok(())
    }

    fn push_object(&mut self, object: Object) -> Result<(), PickleError> {
        let value = self.heap.add(object)?;
        self.push(value)
    }

    /// A value of a kind that is passed over.
    fn push_foreign(&mut self, name: &'static str) -> Result<(), PickleError> {
        self.push(Value::Foreign(name.into()))
    }

    /// How far down values may be taken: to the last mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Value, PickleError> {
        let value = self.top()?.clone();
        self.stack.pop();
        Ok(value)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, PickleError> {
        match self.stack.len().checked_sub(count) {
            Some(from) if from >= self.floor() => Ok(self.stack.split_off(from)),
            _ => Err(PickleError::Value("a value is missing")),
        }
    }

    fn top(&self) -> Result<&Value, PickleError> {
        match self.stack.last() {
            Some(value) if self.stack.len() > self.floor() => Ok(value),
            _ => Err(PickleError::Value("a value is missing")),
        }
    }

    fn since_mark(&mut self) -> Result<Vec<Value>, PickleError> {
        let mark = self.marks.pop();
        let from = mark.ok_or(PickleError::Value("a mark is missing"))?;
        Ok(self.stack.split_off(from))
    }

    fn remember(&mut self, index: usize) -> Result<(), PickleError> {
        limit("remembered values", self.memo.len())?;
        let value = self.top()?.clone();
        self.memo.insert(index, value);
        Ok(())
    }
}

fn limit(what: &'static str, count: usize) -> Result<(), PickleError> {
    if count >= MOST_VALUES {
        return Err(PickleError::TooMany {
            what,
            limit: MOST_VALUES,
        });
    }
    Ok(())
}

/// Two's complement, little endian, of any length.
fn long(bytes: &[u8]) -> Value {
    if bytes.len() > 8 {
        return Value::Long(bytes.into());
    }
    let sign = match bytes.last() {
        Some(last) if last & 0x80 != 0 => 0xff,
        _ => 0,
    };
    let mut number = [sign; 8];
    number[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(number))
}

fn pairs(items: Vec<Value>) -> Result<Vec<(Value, Value)>, PickleError> {
    if !items.len().is_multiple_of(2) {
        return Err(PickleError::Value("a key has no value"));
    }
    let mut items = items.into_iter();
    let mut pairs = Vec::with_capacity(items.len() / 2);
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        pairs.push((key, value));
    }
    Ok(pairs)
}

/// A place in a pickle. Nothing is copied, so a length that lies costs nothing.
struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PickleError> {
        let rest = self.all.get(self.at..).unwrap_or_default();
        let taken = rest.get(..count).ok_or(PickleError::Truncated)?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| PickleError::Truncated)
    }

    fn byte(&mut self) -> Result<u8, PickleError> {
        Ok(self.array::<1>()?[0])
    }

    /// The length or the index that follows an instruction: of 1 byte, of 4, or of 8. One
    /// that no memory has is beyond the end as well.
    fn count(&mut self, instruction: u8) -> Result<usize, PickleError> {
        match instruction {
            0x8c | b'U' | b'C' | b'q' | b'h' => self.byte().map(usize::from),
            b'X' | b'T' | b'B' | b'r' | b'j' | 0x8b => {
                Ok(u32::from_le_bytes(self.array()?) as usize)
            }
            _ => usize::try_from(u64::from_le_bytes(self.array()?))
                .map_err(|_| PickleError::Truncated),
        }
    }

    /// A text of a known length.
    fn text(&mut self, bytes: usize) -> Result<&'a str, PickleError> {
        std::str::from_utf8(self.take(bytes)?).map_err(|_| PickleError::Text)
    }

    /// A text up to the end of a line.
    fn line(&mut self) -> Result<&'a str, PickleError> {
        let rest = self.all.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|&byte| byte == b'\n');
        let line = self.text(end.ok_or(PickleError::Truncated)?)?;
        self.at += 1;
        Ok(line)
    }
}
