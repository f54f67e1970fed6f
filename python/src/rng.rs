//! The random source of one order, for methods of Python.

use numpy::{PyArray1, PyReadonlyArray1};
use orders_core::OrderRng;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyListMethods};

use crate::error::told;

/// The random source of one order: it depends on the seed and the number of the order only.
///
/// >>> import orders
/// >>> rng = orders.Rng(seed=0, index=7)
/// >>> rng.integers(10) in range(10)
/// True
#[pyclass(name = "Rng", module = "orders")]
pub(crate) struct PyRng {
    pub(crate) rng: OrderRng,
}

#[pymethods]
impl PyRng {
    #[new]
    fn new(seed: u64, index: u64) -> Self {
        let rng = OrderRng::new(seed, index);
        Self { rng }
    }

    /// The number of the order that this is the source of.
    #[getter]
    fn index(&self) -> u64 {
        self.rng.index()
    }

    /// A number from 0 up to 1, without 1: all multiples of 2^-53 are equally likely.
    fn random(&mut self) -> f64 {
        self.rng.uniform()
    }

    /// A whole number from 0 to bound - 1, all equally likely.
    fn integers(&mut self, bound: i64) -> PyResult<u32> {
        let whole = u32::try_from(bound).ok().filter(|&bound| bound > 0);
        let whole = whole.ok_or_else(|| {
            told(format!(
                "the bound is {bound}; it takes a whole number from 1 to {}",
                u32::MAX
            ))
        })?;
        Ok(self.rng.below(whole))
    }

    /// A random permutation of an array of cells (int64, one dimension), which stays as it is.
    fn permutation<'py>(
        &mut self,
        py: Python<'py>,
        cells: PyReadonlyArray1<'py, i64>,
    ) -> Bound<'py, PyArray1<i64>> {
        let mut cells: Vec<i64> = cells.as_array().iter().copied().collect();
        self.rng.shuffle(&mut cells);
        PyArray1::from_vec(py, cells)
    }

    /// Puts a list into random order.
    fn shuffle(&mut self, items: &Bound<'_, PyList>) -> PyResult<()> {
        let mut shuffled: Vec<Py<PyAny>> = items.iter().map(Bound::unbind).collect();
        self.rng.shuffle(&mut shuffled);
        for (place, item) in shuffled.into_iter().enumerate() {
            items.set_item(place, item)?;
        }
        Ok(())
    }

    /// A generator of NumPy that is seeded by this one, for all that NumPy can draw.
    fn numpy<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let random = py.import("numpy.random")?;
        let key = self.rng.next_u64();
        let bits = random.call_method1("Philox", (key,))?;
        random.call_method1("Generator", (bits,))
    }
}
