//! The Python package `orders`: what Python can't do itself, for its modules to shape.

mod analysis;
mod catalogue;
mod check;
mod decoder;
mod decoding;
mod error;
mod figures;
mod files;
mod generate;
mod method;
mod own_method;
mod pool;
mod problem;
mod program;
mod rng;
mod rows;
mod scheduler;
mod sizes;
mod statistics;
mod sweep;
mod work;

/// What `orders/_native.pyi` describes.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::analysis::{Covariance, analyze, optimal_sizes, search, total_correlation};
    #[pymodule_export]
    use crate::catalogue::{methods, register};
    #[pymodule_export]
    use crate::check::{check_rows, trace_violations, violations};
    #[pymodule_export]
    use crate::decoding::{decode, decode_exactly};
    #[pymodule_export]
    use crate::error::OrdersError;
    #[pymodule_export]
    use crate::figures::{Figure, animate, line_chart, plot};
    #[pymodule_export]
    use crate::files::{read_orders, save_orders, write_file};
    #[pymodule_export]
    use crate::generate::generate;
    #[pymodule_export]
    use crate::method::{PyMethod, method};
    #[pymodule_export]
    use crate::problem::PyProblem;
    #[pymodule_export]
    use crate::program::run_program;
    #[pymodule_export]
    use crate::rng::PyRng;
    #[pymodule_export]
    use crate::scheduler::{PyScheduler, scheduler, schedulers};
    #[pymodule_export]
    use crate::sizes::{grid_of_image, group_sizes};
    #[pymodule_export]
    use crate::statistics::{compare_pairs, mean_interval};
    #[pymodule_export]
    use crate::sweep::sweep;
}
