//! The program as its users meet it: each test runs `orders-cli` in a folder of
//! its own and looks at exit status, stdout, stderr and the files it leaves.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod analyze;
mod animate;
mod bad_files;
mod bad_input;
mod check;
mod checkpoint;
mod convert;
mod data;
mod distance;
#[cfg(unix)]
mod ends;
mod eval;
mod features;
mod folder;
mod foreign;
mod generate;
mod help;
mod inspect;
mod known;
mod model;
mod model_sweep;
mod optimize;
mod parameters;
mod picture;
mod plot;
mod python;
mod schedule;
mod sweep;
mod tokenize;
mod train;
mod train_classifier;
mod video;
