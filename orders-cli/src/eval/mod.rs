//! An evaluation: order variants compared by a model, with results kept as they come.
//!
//! An [`EvalRequest`] holds resolved values. It is [prepared](EvalRequest::prepare)
//! against the folder of results, and [run](request::PreparedEval::run), which asks the model
//! about what is not there yet.

mod folder;
mod likelihood;
mod real;
mod request;
mod result;
mod samples;
mod table;

pub(crate) use likelihood::HeldOut;
pub(crate) use request::EvalRequest;
pub(crate) use result::{EvalProgress, Name, SampleResult, Variant};
pub(crate) use samples::SampleJudge;
pub(crate) use table::Row;
