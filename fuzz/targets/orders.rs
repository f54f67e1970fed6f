//! Order files: what is read was in the file, and is read back if it is written.
#![no_main]

use std::convert::Infallible;
use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use orders_core::files::{Encoder, Format, Limits, RowChecker, Summary, read_orders};
use orders_fuzz::read;

fn rows(format: Format, bytes: &[u8]) -> Option<(Summary, Vec<Vec<u32>>)> {
    let mut rows = Vec::new();
    let file = Cursor::new(bytes);
    let summary = read(read_orders(
        file,
        format,
        &Limits::default(),
        |index, row| {
            assert_eq!(index, rows.len() as u64);
            rows.push(row.to_vec());
            Ok::<(), Infallible>(())
        },
    ))?;
    Some((summary, rows))
}

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Json, Format::Npy, Format::Safetensors] {
        let Some((summary, found)) = rows(format, bytes) else {
            continue;
        };
        assert_eq!(summary.count, found.len() as u64);
        assert!(found.iter().all(|row| row.len() == summary.cells));
        assert!(found.len() * summary.cells <= bytes.len());
        let mut checker = RowChecker::new(summary.cells);
        let mut are_permutations = true;
        for (index, row) in (0..).zip(&found) {
            are_permutations &= read(checker.check(index, row)).is_some();
        }
        // An empty list says nothing of cells.
        if !are_permutations || found.is_empty() {
            continue;
        }
        let encoder = Encoder::new(format, summary.count, summary.cells, &Default::default());
        let encoder = encoder.expect("it has the size of a file that was read");
        let mut written = encoder.header().to_vec();
        for (index, row) in (0..).zip(&found) {
            encoder.row(index, row, &mut written);
        }
        written.extend_from_slice(encoder.footer());
        let (_, again) = rows(format, &written).expect("what is written can be read");
        assert_eq!(again, found);
    }
});
