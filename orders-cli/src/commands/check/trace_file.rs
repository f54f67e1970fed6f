//! Records of decoders, and tokens by step, from files.

use std::fmt;
use std::path::{Path, PathBuf};

use orders_arrays::{Array, ArrayError, Element, ElementType, open_npy};
use orders_core::decoding::Trace;
use orders_core::files::open_regular;
use orders_core::{Cell, Grid};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::args::TraceMasks;
use crate::bounded_file::read_bounded;
use crate::failure::{Failure, Result};

/// The longest JSON file that is read. Arrays are read sample by sample and may be longer.
const MAX_JSON_BYTES: u64 = 16 << 20;

/// The most numbers of a sample: steps times cells.
const MAX_NUMBERS: usize = 1 << 25;

/// A file of records, sample by sample.
pub(super) struct TraceFile {
    path: PathBuf,
    masks: TraceMasks,
    /// The sample that comes next.
    sample: u64,
    content: Content,
}

enum Content {
    /// The cells of each step, for each sample.
    Cells(std::vec::IntoIter<Vec<Vec<Cell>>>),
    Masks(Blocks),
}

impl TraceFile {
    pub(super) fn open(path: &Path, grid: Grid, masks: TraceMasks) -> Result<Self> {
        let content = match nested(path)? {
            None => Content::Masks(Blocks::of_npy(path, grid)?),
            Some(Nested::List(lists)) if Nested::leaf(&lists).is_some_and(Nested::is_number) => {
                Content::Cells(cells_by_step(path, grid, lists)?.into_iter())
            }
            Some(nested) => Content::Masks(Blocks::of_json(path, grid, &nested)?),
        };
        Ok(Self {
            path: path.into(),
            masks,
            sample: 0,
            content,
        })
    }

    /// The next sample; none behind the last.
    pub(super) fn next_sample(&mut self) -> Result<Option<Trace>> {
        self.sample += 1;
        let blocks = match &mut self.content {
            Content::Cells(samples) => return Ok(samples.next().map(Trace::of_cells)),
            Content::Masks(blocks) => blocks,
        };
        let Some(rows) = blocks.next_block()? else {
            return Ok(None);
        };
        let mut masks = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(number) = row.iter().find(|number| !(0..=1).contains(*number)) {
                return Err(Failure::Input(format!(
                    "{}: sample {}: a mask has the number {number}; masks have true and false, or 1 and 0",
                    self.path.display(),
                    self.sample - 1
                )));
            }
            masks.push(row.into_iter().map(|number| number == 1).collect());
        }
        Ok(Some(match self.masks {
            TraceMasks::Revealed => Trace::of_revealed(masks),
            TraceMasks::Settled => Trace::of_settled(masks),
        }))
    }
}

/// A file of tokens by step.
pub(super) struct TokensFile {
    path: PathBuf,
    blocks: Blocks,
}

impl TokensFile {
    pub(super) fn open(path: &Path, grid: Grid) -> Result<Self> {
        let blocks = match nested(path)? {
            None => Blocks::of_npy(path, grid)?,
            Some(nested) => Blocks::of_json(path, grid, &nested)?,
        };
        let path = path.into();
        Ok(Self { path, blocks })
    }

    /// The tokens of the next sample, after each step.
    pub(super) fn next_sample(&mut self, record: &Path) -> Result<Vec<Vec<i64>>> {
        let block = self.blocks.next_block()?;
        block.ok_or_else(|| self.other_count(record, "more"))
    }

    /// Fails unless all samples were taken.
    pub(super) fn check_end(&self, record: &Path) -> Result<()> {
        match self.blocks.left {
            0 => Ok(()),
            _ => Err(self.other_count(record, "fewer")),
        }
    }

    fn other_count(&self, record: &Path, how: &str) -> Failure {
        Failure::Input(format!(
            "{} has {how} samples than {}, which has {}",
            record.display(),
            self.path.display(),
            self.blocks.samples
        ))
    }
}

type Fetch = Box<dyn FnMut(usize) -> Result<Vec<i64>, ArrayError>>;

/// Numbers of shape (samples, steps, cells), sample by sample.
struct Blocks {
    path: PathBuf,
    samples: usize,
    /// Samples that were not fetched yet.
    left: usize,
    steps: usize,
    cells: usize,
    fetch: Fetch,
}

impl Blocks {
    fn of_npy(path: &Path, grid: Grid) -> Result<Self> {
        let refused = |error: ArrayError| Failure::input_at(path.display(), &error);
        let file = open_regular(path).map_err(Failure::bad_input)?;
        let array = open_npy(file).map_err(refused)?;
        let shape = array.shape().to_vec();
        let (samples, steps) = samples_and_steps(path, grid, &shape)?;
        let fetch = match array.element_type() {
            Some(ElementType::Bool) => fetched::<bool>(array),
            Some(ElementType::I8) => fetched::<i8>(array),
            Some(ElementType::I16) => fetched::<i16>(array),
            Some(ElementType::I32) => fetched::<i32>(array),
            Some(ElementType::I64) => fetched::<i64>(array),
            _ => fetched::<u32>(array),
        };
        let fetch = fetch.map_err(refused)?;
        Ok(Self::new(path, grid, (samples, steps), fetch))
    }

    fn of_json(path: &Path, grid: Grid, nested: &Nested) -> Result<Self> {
        let (shape, mut numbers) = (nested.shape(), Vec::new());
        if !nested.append(&shape, &mut numbers) {
            return Err(Failure::Input(format!(
                "{} has lists of different lengths; those of masks and of tokens are alike",
                path.display()
            )));
        }
        let (samples, steps) = samples_and_steps(path, grid, &shape)?;
        let mut numbers = numbers.into_iter();
        let fetch = move |count| Ok(numbers.by_ref().take(count).collect());
        Ok(Self::new(path, grid, (samples, steps), Box::new(fetch)))
    }

    fn new(path: &Path, grid: Grid, (samples, steps): (usize, usize), fetch: Fetch) -> Self {
        Self {
            path: path.into(),
            samples,
            left: samples,
            steps,
            cells: grid.cells(),
            fetch,
        }
    }

    /// The rows of the next sample, one for each step; none behind the last.
    fn next_block(&mut self) -> Result<Option<Vec<Vec<i64>>>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let numbers = (self.fetch)(self.steps * self.cells);
        let numbers = numbers.map_err(|error| Failure::input_at(self.path.display(), &error))?;
        Ok(Some(
            numbers.chunks(self.cells).map(<[i64]>::to_vec).collect(),
        ))
    }
}

fn fetched<T: Element + Into<i64> + 'static>(
    array: Array<std::fs::File>,
) -> Result<Fetch, ArrayError> {
    let mut entries = array.entries::<T>()?;
    let mut block = Vec::new();
    Ok(Box::new(move |count| {
        block.clear();
        entries.read(count, &mut block)?;
        Ok(block.iter().map(|&number| number.into()).collect())
    }))
}

/// What a shape means on a grid: (samples, steps) before its cells, which are one dimension
/// or those of the grid; without the former, it is one sample. Where both can be, the cells
/// have as many dimensions as the grid.
fn samples_and_steps(path: &Path, grid: Grid, shape: &[usize]) -> Result<(usize, usize)> {
    let (height, width) = (grid.height() as usize, grid.width() as usize);
    let by_frame = [grid.frames() as usize, height, width];
    let forms = [&by_frame[..], &by_frame[1..], &[grid.cells()]];
    let fitting = forms.into_iter().filter(|form| {
        let is_whole = form.iter().product::<usize>() == grid.cells();
        is_whole && shape.ends_with(form)
    });
    let found = fitting
        .map(|form| &shape[..shape.len() - form.len()])
        .find_map(|leading| match *leading {
            [steps] => Some((1, steps)),
            [samples, steps] => Some((samples, steps)),
            _ => None,
        });
    let shown = path.display();
    let Some((samples, steps)) = found else {
        let sides = match grid.frames() {
            1 => format!("{height}, {width}"),
            frames => format!("{frames}, {height}, {width}"),
        };
        let cells = grid.cells();
        return Err(Failure::Input(format!(
            "{shown} has the shape {shape:?}; on a {grid} grid it is (steps, {sides}) or (steps, {cells}), or the same with (samples, ...) before it"
        )));
    };
    match steps.checked_mul(grid.cells()) {
        Some(numbers) if numbers <= MAX_NUMBERS => Ok((samples, steps)),
        _ => Err(Failure::Input(format!(
            "{shown} has {steps} steps of {} cells; at most {MAX_NUMBERS} numbers of a sample are read",
            grid.cells()
        ))),
    }
}

/// The content of a JSON file; none, if it is an array file by its name.
fn nested(path: &Path) -> Result<Option<Nested>> {
    let shown = path.display();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("npy") => return Ok(None),
        Some("json") => {}
        _ => {
            return Err(Failure::Input(format!(
                "{shown}: records are read from .npy and .json files"
            )));
        }
    }
    let bytes = read_bounded(path, "a record as JSON", MAX_JSON_BYTES, shown)?;
    let nested = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::Input(format!(
            "{} is no JSON list of lists: {error}",
            path.display()
        ))
    });
    nested.map(Some)
}

/// Lists of lists, of numbers or of true and false.
enum Nested {
    Flag(bool),
    Number(i64),
    List(Vec<Self>),
}

impl Nested {
    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// The first that is no list.
    fn leaf(lists: &[Self]) -> Option<&Self> {
        lists.iter().find_map(|nested| match nested {
            Self::List(lists) => Self::leaf(lists),
            leaf => Some(leaf),
        })
    }

    /// How long the lists are at each depth, by the first of each.
    fn shape(&self) -> Vec<usize> {
        let (mut shape, mut inner) = (Vec::new(), Some(self));
        while let Some(Self::List(items)) = inner {
            shape.push(items.len());
            inner = items.first();
        }
        shape
    }

    /// Appends all numbers; whether they have a shape.
    fn append(&self, shape: &[usize], numbers: &mut Vec<i64>) -> bool {
        match (self, shape) {
            (Self::List(items), [length, rest @ ..]) => {
                items.len() == *length && items.iter().all(|item| item.append(rest, numbers))
            }
            (Self::Flag(flag), []) => {
                numbers.push((*flag).into());
                true
            }
            (Self::Number(number), []) => {
                numbers.push(*number);
                true
            }
            _ => false,
        }
    }
}

/// Cells by step, of one sample or of several.
fn cells_by_step(path: &Path, grid: Grid, lists: Vec<Nested>) -> Result<Vec<Vec<Vec<Cell>>>> {
    let refused = || {
        Failure::Input(format!(
            "{}: a record is a list of steps, each a list of cells, or a list of such records",
            path.display()
        ))
    };
    let is_step = |nested: &Nested| match nested {
        Nested::List(items) => items.iter().all(Nested::is_number),
        _ => false,
    };
    let samples = match lists.iter().all(is_step) {
        true => vec![Nested::List(lists)],
        false => lists,
    };
    let cell = |nested: Nested| match nested {
        Nested::Number(number) => Cell::try_from(number).map_err(|_| {
            Failure::Input(format!(
                "{} has the cell {number}; cells go from 0 to {}",
                path.display(),
                grid.cells() - 1
            ))
        }),
        _ => Err(refused()),
    };
    let list = |nested: Nested| match nested {
        Nested::List(items) => Ok(items),
        _ => Err(refused()),
    };
    let step =
        |nested: Nested| -> Result<Vec<Cell>> { list(nested)?.into_iter().map(cell).collect() };
    let record = |nested: Nested| -> Result<Vec<Vec<Cell>>> {
        list(nested)?.into_iter().map(step).collect()
    };
    let samples: Vec<Vec<Vec<Cell>>> = samples.into_iter().map(record).collect::<Result<_>>()?;
    let mut steps = samples.iter().flatten().peekable();
    let is_mask = |cells: &Vec<Cell>| {
        cells.len() == grid.cells() && cells.len() > 2 && cells.iter().all(|&cell| cell <= 1)
    };
    if steps.peek().is_some() && steps.all(is_mask) {
        return Err(Failure::Input(format!(
            "{} has a 0 or a 1 for each of the {} cells, which is a mask; masks in JSON have true and false",
            path.display(),
            grid.cells()
        )));
    }
    Ok(samples)
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Nested;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, true, false or a list of them")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Nested, E> {
                Ok(Nested::Flag(flag))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Nested, E> {
                Ok(Nested::Number(number))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Nested, E> {
                let number = number.try_into();
                number
                    .map(Nested::Number)
                    .map_err(|_| E::custom("a number is too large"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Nested, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Nested::List(list))
            }
        }

        deserializer.deserialize_any(Items)
    }
}
