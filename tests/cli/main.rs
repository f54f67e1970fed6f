//! The program as its users meet it: each test runs `orders-cli` in a folder of
//! its own and looks at exit status, stdout, stderr and the files it leaves.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

#[cfg(all(feature = "model", target_os = "linux"))]
mod absurd;
#[cfg(feature = "analyze")]
mod analyze;
mod animate;
mod bad_files;
mod bad_input;
#[cfg(not(any(feature = "analyze", feature = "tables", feature = "model")))]
mod builds;
mod check;
#[cfg(feature = "model")]
mod checkpoint;
mod convert;
#[cfg(feature = "model")]
mod curve;
#[cfg(feature = "model")]
mod data;
#[cfg(feature = "model")]
mod decoding;
#[cfg(feature = "model")]
mod distance;
#[cfg(unix)]
mod ends;
#[cfg(feature = "full")]
mod eval;
#[cfg(feature = "analyze")]
mod explore;
#[cfg(feature = "model")]
mod features;
mod folder;
mod foreign;
mod r#gen;
mod graph;
#[cfg(unix)]
mod guide;
#[cfg(feature = "full")]
mod help;
#[cfg(all(feature = "model", unix))]
mod hub;
mod inspect;
mod known;
#[cfg(feature = "model")]
mod model;
#[cfg(feature = "full")]
mod model_sweep;
#[path = "../needed.rs"]
mod needed;
#[cfg(feature = "analyze")]
mod optimize;
mod own_program;
mod parameters;
mod picture;
mod plot;
mod python;
#[cfg(feature = "tables")]
mod report;
#[cfg(feature = "full")]
mod sample_shards;
mod schedule;
#[cfg(feature = "tables")]
mod sweep;
#[cfg(feature = "model")]
mod tokenize;
mod trace;
#[cfg(feature = "model")]
mod train;
#[cfg(feature = "model")]
mod train_classifier;
mod video;
