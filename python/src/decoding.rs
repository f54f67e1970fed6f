//! Decoding with models of Python.

use std::sync::{Arc, Mutex, PoisonError};

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use orders_core::decoding::schedulers::Task;
use orders_core::decoding::{
    Asked, DecodeError, Decoded, Decoding, DraftRule, Drafts, ExactDecoding, FixedOrder, Scheduler,
    Settled, Window, decode as decode_all, decode_exactly as decode_all_exactly, draw,
};
use orders_core::{Cell, KnownCells, Order, OrderRng, UnknownName};
use pyo3::intern;
use pyo3::prelude::*;

use crate::decoder::PyDecoder;
use crate::error::{refused, told};
use crate::own_method::{self, read_cells};
use crate::problem::{PyProblem, grid_of, known_of};
use crate::rows;
use crate::scheduler::PyScheduler;

/// Streams of a seed from here on draw tokens; orders have those below.
const TOKEN_STREAMS: u64 = 1 << 61;

/// A scheduler of Python: `choose(step, cells, probabilities)`.
struct OwnScheduler {
    scheduler: Py<PyAny>,
    raised: Arc<Mutex<Option<PyErr>>>,
}

impl OwnScheduler {
    fn chosen(&self, settled: &Settled<'_>, asked: &Asked<'_>) -> PyResult<Vec<Cell>> {
        Python::attach(|py| {
            let cells = asked.cells.iter().map(|&cell| i64::from(cell));
            let cells = PyArray1::from_iter(py, cells);
            let probabilities = asked.distributions.rows().flatten().copied();
            let shape = [asked.cells.len(), asked.distributions.vocabulary()];
            let probabilities = PyArray1::from_iter(py, probabilities).reshape(shape)?;
            let given = (settled.step(), cells, probabilities);
            let scheduler = self.scheduler.bind(py);
            let chosen = scheduler.call_method1(intern!(py, "choose"), given)?;
            let mut cells = Vec::new();
            read_cells(&chosen, &mut cells)?;
            Ok(cells)
        })
    }
}

impl Scheduler for OwnScheduler {
    fn choose(&mut self, settled: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        self.chosen(settled, asked).unwrap_or_else(|error| {
            // Who chooses nothing ends the decoding, and then this is what is told of it.
            let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
            raised.get_or_insert(error);
            Vec::new()
        })
    }
}

/// What raised, if something of Python did, else what is wrong.
fn failure(error: DecodeError) -> PyErr {
    match error {
        DecodeError::Decoder(source) => match source.downcast::<PyErr>() {
            Ok(raised) => *raised,
            Err(source) => told(source.to_string()),
        },
        error => refused(&error),
    }
}

/// Rows of tokens, which are copied.
fn tokens_of(known: &KnownCells, tokens: &PyReadonlyArray2<'_, i64>) -> PyResult<Vec<Vec<i64>>> {
    let grid = known.grid();
    if tokens.shape()[1] != grid.cells() {
        return Err(told(format!(
            "tokens have the shape {:?}; of a {grid} grid it is (samples, {})",
            tokens.shape(),
            grid.cells()
        )));
    }
    let rows = tokens.as_array();
    for ((sample, cell), &token) in rows.indexed_iter() {
        if u32::try_from(token).is_err() {
            return Err(told(format!(
                "token {token} of cell {cell} of sample {sample} is no token; tokens count from 0"
            )));
        }
    }
    Ok(rows.rows().into_iter().map(|row| row.to_vec()).collect())
}

/// For each sample, what each cell cost in nats (shape (samples, cells of the grid)), its
/// tokens, the cells in the order in which they were revealed, and how many in each step.
type Found<'py> = (
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray2<i64>>,
    Bound<'py, PyArray2<i64>>,
    Vec<Vec<u32>>,
);

/// Decodes samples by fixed orders, a row for each, by a scheduler of the catalogue (with
/// what it orders, if it needs sizes, and its seed), or by schedulers of Python. With
/// `given`, the tokens are those that are given, else they are drawn.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "Python gives each by its name")]
pub(crate) fn decode<'py>(
    py: Python<'py>,
    ask: &Bound<'py, PyAny>,
    grid: Vec<i64>,
    known: Option<&Bound<'py, PyAny>>,
    tokens: PyReadonlyArray2<'py, i64>,
    given: bool,
    fixed: Option<(Bound<'py, PyProblem>, PyReadonlyArray2<'py, i64>)>,
    named: Option<(Bound<'py, PyScheduler>, Option<Bound<'py, PyProblem>>, u64)>,
    own: Vec<Py<PyAny>>,
    seed: u64,
    first: u64,
    at_once: usize,
) -> PyResult<Found<'py>> {
    let known = known_of(grid_of(&grid)?, known)?;
    let tokens = tokens_of(&known, &tokens)?;
    let raised = Arc::new(Mutex::new(None));
    let all: Vec<Box<dyn Scheduler>> = match (&fixed, &named) {
        (Some((problem, cells)), _) => orders_of(problem, cells)?
            .into_iter()
            .map(|order| Box::new(FixedOrder::new(order)) as Box<dyn Scheduler>)
            .collect(),
        (None, Some((rule, problem, seed))) => {
            let task = match problem {
                Some(problem) => Task::from(problem.get().problem().clone()),
                None => Task::from(known.clone()),
            };
            let rule = &rule.get().rule;
            if given && rule.looks_at_tokens() {
                return Err(told(format!(
                    "scheduler {} looks at drawn tokens, so that no likelihood can be had under it",
                    rule.name()
                )));
            }
            own_method::take_raised();
            let indices = first..first + tokens.len() as u64;
            let made = indices.map(|index| rule.scheduler(&task, *seed, index));
            made.collect::<Result<_, _>>()
                .map_err(|error| own_method::take_raised().unwrap_or_else(|| refused(&error)))?
        }
        (None, None) => own
            .into_iter()
            .map(|scheduler| {
                let raised = Arc::clone(&raised);
                Box::new(OwnScheduler { scheduler, raised }) as Box<dyn Scheduler>
            })
            .collect(),
    };
    let cells = known.grid().cells();
    let mut nats = vec![0.0; tokens.len() * cells];
    let mut impossible = None;
    let of_sample = |sample: u64| OrderRng::new(seed, TOKEN_STREAMS | (first + sample));
    let mut rngs: Vec<OrderRng> = (0..tokens.len() as u64).map(of_sample).collect();
    let mut decoder = PyDecoder::new(ask, &known, &tokens, at_once);
    let mut source = |sample: usize, cell: Cell, row: &[f32]| {
        let token = match given {
            true => tokens[sample][cell as usize] as u32,
            false => draw(row, rngs[sample].uniform()).unwrap_or_default(),
        };
        if let Some(&probability) = row.get(token as usize) {
            nats[sample * cells + cell as usize] = -f64::from(probability).ln();
            if probability == 0.0 {
                impossible.get_or_insert((sample, cell, token));
            }
        }
        token
    };
    let mut decoding = Decoding::new(&known, all);
    let decoded = decode_all(&mut decoder, &mut decoding, &mut source);
    if let Some(error) = raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(error);
    }
    let decoded = decoded.map_err(failure)?;
    if let Some((sample, cell, token)) = impossible {
        return Err(told(format!(
            "the decoder gave token {token} of cell {cell} of sample {} the probability 0, so that the sample has no likelihood",
            first + sample as u64
        )));
    }
    found(py, nats, &decoded, &known)
}

fn found<'py>(
    py: Python<'py>,
    nats: Vec<f64>,
    decoded: &[Decoded],
    known: &KnownCells,
) -> PyResult<Found<'py>> {
    let (samples, cells, free) = (decoded.len(), known.grid().cells(), known.free_count());
    let tokens = decoded.iter().flat_map(|sample| &sample.tokens);
    let orders = decoded
        .iter()
        .flat_map(|sample| sample.order.cell_from_rank());
    let sizes = decoded
        .iter()
        .map(|sample| sample.order.group_sizes().as_slice().to_vec());
    let whole = |&number: &u32| i64::from(number);
    Ok((
        PyArray1::from_vec(py, nats).reshape([samples, cells])?,
        PyArray1::from_iter(py, tokens.map(whole)).reshape([samples, cells])?,
        PyArray1::from_iter(py, orders.map(whole)).reshape([samples, free])?,
        sizes.collect(),
    ))
}

fn orders_of(
    problem: &Bound<'_, PyProblem>,
    cells: &PyReadonlyArray2<'_, i64>,
) -> PyResult<Vec<Order>> {
    let problem = problem.get().problem();
    let rows = rows::checked(problem, cells)?.into_iter();
    rows.map(|row| Order::new(problem.clone(), row).map_err(|error| refused(&error)))
        .collect()
}

/// Tokens (samples, cells), and for each sample the passes that it took and the drafts
/// that did not hold.
type FoundExactly<'py> = (Bound<'py, PyArray2<i64>>, Vec<usize>, Vec<usize>);

/// Draws samples of the one-by-one distribution of orders in fewer passes.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "Python gives each by its name")]
pub(crate) fn decode_exactly<'py>(
    py: Python<'py>,
    ask: &Bound<'py, PyAny>,
    problem: &Bound<'py, PyProblem>,
    cells: PyReadonlyArray2<'py, i64>,
    tokens: PyReadonlyArray2<'py, i64>,
    rule: &str,
    window: Option<usize>,
    seed: u64,
    first: u64,
    at_once: usize,
) -> PyResult<FoundExactly<'py>> {
    let rule = DraftRule::named(rule).ok_or_else(|| {
        let known = DraftRule::ALL.map(DraftRule::name);
        refused(&UnknownName::new("draft rule", rule, known))
    })?;
    let known = problem.get().problem().known().clone();
    let given = tokens_of(&known, &tokens)?;
    let orders = orders_of(problem, &cells)?;
    let mut decoder = PyDecoder::new(ask, &known, &given, at_once);
    let request = ExactDecoding {
        orders: &orders,
        drafts: Drafts {
            rule,
            window: window.map_or(Window::Groups(0), Window::Cells),
        },
        draws: (seed, first),
    };
    let mut watch = || std::ops::ControlFlow::Continue(());
    let samples = decode_all_exactly(&mut decoder, &request, &mut watch).map_err(failure)?;
    let tokens = samples.iter().flat_map(|sample| &sample.tokens);
    let tokens = PyArray1::from_iter(py, tokens.map(|&token| i64::from(token)));
    Ok((
        tokens.reshape([samples.len(), known.grid().cells()])?,
        samples.iter().map(|sample| sample.passes).collect(),
        samples.iter().map(|sample| sample.refusals).collect(),
    ))
}
