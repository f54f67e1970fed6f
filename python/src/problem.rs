//! What is to be ordered.

use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use orders_core::{Grid, GroupSizes, KnownCells, Problem};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

use crate::error::{refused, told};

/// What is to be ordered: the free cells of a grid, and the sizes of the groups in which
/// they are generated.
#[pyclass(frozen, name = "Problem", module = "orders")]
pub(crate) struct PyProblem {
    problem: Problem,
    sizes: PyOnceLock<Py<PyArray1<i64>>>,
    free: PyOnceLock<Py<PyArray1<i64>>>,
    known: PyOnceLock<Py<PyArrayDyn<bool>>>,
}

impl PyProblem {
    pub(crate) fn of(problem: Problem) -> Self {
        Self {
            problem,
            sizes: PyOnceLock::new(),
            free: PyOnceLock::new(),
            known: PyOnceLock::new(),
        }
    }

    pub(crate) fn problem(&self) -> &Problem {
        &self.problem
    }
}

#[pymethods]
impl PyProblem {
    #[new]
    #[pyo3(signature = (grid, sizes, known=None))]
    fn new(grid: Vec<i64>, sizes: Vec<i64>, known: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let known = known_of(grid_of(&grid)?, known)?;
        problem_of(known, sizes_of(&sizes)?).map(Self::of)
    }

    /// Sides of the grid: (height, width), or (frames, height, width) of a video.
    #[getter]
    fn grid<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, sides(self.problem.grid()))
    }

    /// Cells of each group, first step first: int64, shape (steps,), read-only.
    #[getter]
    fn sizes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let sizes = self.sizes.get_or_try_init(py, || {
            let sizes = self.problem.group_sizes().as_slice().iter();
            read_only(PyArray1::from_iter(py, sizes.map(|&size| i64::from(size))))
        })?;
        Ok(sizes.bind(py).clone())
    }

    /// Number of steps.
    #[getter]
    fn steps(&self) -> usize {
        self.problem.group_sizes().steps()
    }

    /// Number of free cells.
    #[getter]
    fn cells(&self) -> usize {
        self.problem.cells()
    }

    /// The free cells in raster order: int64, shape (cells,), read-only.
    #[getter]
    fn free<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let free = self.free.get_or_try_init(py, || {
            let free = self.problem.known().free_cells();
            read_only(PyArray1::from_iter(py, free.map(i64::from)))
        })?;
        Ok(free.bind(py).clone())
    }

    /// Whether each cell is known from the start: bool, of the grid's shape, read-only.
    #[getter]
    fn known<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArrayDyn<bool>>> {
        let known = self.known.get_or_try_init(py, || {
            let mask = self.problem.known().mask().iter();
            let mask = PyArray1::from_iter(py, mask.copied());
            let shape: Vec<usize> = sides(self.problem.grid());
            let mask = mask.reshape(shape)?;
            mask.call_method1("setflags", (false,))?;
            Ok::<_, PyErr>(mask.unbind())
        })?;
        Ok(known.bind(py).clone())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let other = other.cast::<Self>();
        other.is_ok_and(|other| other.get().problem == self.problem)
    }

    fn __hash__(&self) -> u64 {
        let sizes = self.problem.group_sizes();
        (self.problem.cells() as u64) << 32 | sizes.steps() as u64
    }

    fn __repr__(&self) -> String {
        let (grid, steps) = (self.problem.grid(), self.problem.group_sizes().steps());
        match self.problem.known().count() {
            0 => format!("Problem({grid}, {steps} steps)"),
            known => format!("Problem({grid}, {known} known, {steps} steps)"),
        }
    }
}

/// (height, width), or with frames before them.
pub(crate) fn sides(grid: Grid) -> Vec<usize> {
    let mut sides = vec![grid.height() as usize, grid.width() as usize];
    if grid.frames() > 1 {
        sides.insert(0, grid.frames() as usize);
    }
    sides
}

fn read_only(array: Bound<'_, PyArray1<i64>>) -> PyResult<Py<PyArray1<i64>>> {
    array.call_method1("setflags", (false,))?;
    Ok(array.unbind())
}

/// A grid of sides.
pub(crate) fn grid_of(sides: &[i64]) -> PyResult<Grid> {
    let mut whole = Vec::new();
    for &side in sides {
        let side = u32::try_from(side);
        whole.push(side.map_err(|_| {
            let words: Vec<String> = sides.iter().map(i64::to_string).collect();
            told(format!(
                "the sides of a grid are whole numbers from 1, not {}",
                words.join("x")
            ))
        })?);
    }
    let grid = match whole[..] {
        [height, width] => Grid::new(height, width),
        [frames, height, width] => Grid::video(frames, height, width),
        _ => {
            return Err(told(format!(
                "a grid is (height, width) or (frames, height, width), not {} numbers",
                sides.len()
            )));
        }
    };
    grid.map_err(|error| refused(&error))
}

/// Group sizes of numbers.
pub(crate) fn sizes_of(sizes: &[i64]) -> PyResult<GroupSizes> {
    let whole: Result<Vec<u32>, i64> = sizes
        .iter()
        .map(|&size| u32::try_from(size).map_err(|_| size))
        .collect();
    let whole = whole.map_err(|size| {
        told(format!(
            "group sizes are whole numbers from 1 to {}, not {size}",
            Grid::MAX_CELLS
        ))
    })?;
    GroupSizes::new(whole).map_err(|error| refused(&error))
}

pub(crate) fn problem_of(known: KnownCells, sizes: GroupSizes) -> PyResult<Problem> {
    Problem::with_known(known, sizes).map_err(|error| refused(&error))
}

/// Known cells: an array of bool for all cells, or one of whole numbers that lists them.
pub(crate) fn known_of(grid: Grid, known: Option<&Bound<'_, PyAny>>) -> PyResult<KnownCells> {
    let Some(known) = known else {
        return Ok(KnownCells::none(grid));
    };
    if let Ok(mask) = known.extract::<PyReadonlyArrayDyn<'_, bool>>() {
        let shape = mask.shape();
        if shape != sides(grid) && shape != [grid.cells()] {
            return Err(told(format!(
                "the mask of known cells has the shape {shape:?}; of a {grid} grid it has {:?} or [{}]",
                sides(grid),
                grid.cells()
            )));
        }
        let mask: Vec<bool> = mask.as_array().iter().copied().collect();
        return KnownCells::from_mask(grid, mask).map_err(|error| refused(&error));
    }
    let listed = known.extract::<PyReadonlyArrayDyn<'_, i64>>();
    let listed = listed.map_err(|_| {
        told("known cells are an array of bool, or whole numbers that list the cells")
    })?;
    let mut cells = Vec::new();
    for (entry, &cell) in listed.as_array().iter().enumerate() {
        let cell = u32::try_from(cell);
        cells.push(cell.map_err(|_| {
            told(format!(
                "known cell {} (entry {entry}) is not on the {grid} grid, whose cells go from 0 to {}",
                listed.as_array().iter().nth(entry).copied().unwrap_or_default(),
                grid.cells() - 1
            ))
        })?);
    }
    KnownCells::new(grid, cells).map_err(|error| refused(&error))
}
