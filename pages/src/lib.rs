//! HTML pages that are looked at in a browser: the explorer of orders, and reports of
//! results.
//!
//! ```
//! use orders_core::{Grid, GroupSizes, LocalityAware, OrderingMethod, Problem};
//! use orders_pages::{Explorer, ExplorerOrder, FieldTable};
//!
//! let grid = Grid::new(16, 16)?;
//! let sizes = GroupSizes::published(grid, 20).expect("a published row");
//! let order = LocalityAware::new(1.0, 4.0)?.order(&Problem::new(grid, sizes)?, 0, 0)?;
//!
//! let explorer = Explorer {
//!     title: "lpd, 16x16, 20 steps".into(),
//!     program: "an example".into(),
//!     field: None,
//!     measures: Vec::new(),
//!     orders: vec![ExplorerOrder {
//!         label: "</script> is a label like any other".into(),
//!         about: String::new(),
//!         order: &order,
//!         values: Vec::new(),
//!     }],
//! };
//! let page = explorer.to_html()?;
//! assert!(page.starts_with("<!doctype html>"));
//! assert!(!page.contains("</script> is"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pages
//!
//! A page is one file that needs no other and asks no network for anything: its data, its
//! style and its JavaScript stand in it, and its Content-Security-Policy forbids the rest.
//! Only scripts and styles of this crate run, which the policy names by their digests, so
//! that a text from outside can't run even where it would get into the markup. All such
//! texts are escaped besides.
//!
//! All functions take values and give text; none touches a file. The same values give the
//! same bytes.
//!
//! # What this crate does not do
//!
//! It measures nothing and draws no figures: values and SVG documents are given to it. Only
//! the explorer's page computes, once it is open, for orders that are changed by hand.

mod document;
mod error;
mod explorer;
mod report;

pub use error::PageError;
pub use explorer::{Explorer, ExplorerOrder, FieldTable, PageMeasure, Scope};
pub use report::{Align, Column, Report, ReportTable};
