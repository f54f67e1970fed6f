//! Time to write and to read orders of 32 x 32 cells, for each order.

use std::convert::Infallible;
use std::io::Cursor;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use orders_core::files::{Encoder, Format, Limits, read_orders};
use orders_core::methods::Random;
use orders_core::{Cell, Grid, GroupSizes, Problem, generate_batch};

fn main() {
    divan::main();
}

const FORMATS: [Format; 3] = [Format::Json, Format::Npy, Format::Safetensors];
const CELLS: usize = 1024;
const COUNT: u64 = 1000;

fn encoder(format: Format) -> Encoder {
    Encoder::new(format, COUNT, CELLS, &Default::default()).expect("a size that fits")
}

/// Random permutations: the digits of LPD orders, in another order.
fn rows() -> Vec<Cell> {
    let sizes = GroupSizes::new([CELLS as u32]).expect("one group");
    let problem = Problem::new(Grid::new(32, 32).expect("a grid"), sizes).expect("all cells");
    let mut rows = Vec::new();
    let take = |cells: &[Cell]| rows.extend_from_slice(cells);
    generate_batch(&Random::default(), &problem, COUNT, 0, take).expect("permutations");
    rows
}

/// One row.
#[divan::bench(args = FORMATS)]
fn encode_row(bencher: Bencher<'_, '_>, format: Format) {
    let (encoder, rows) = (encoder(format), rows());
    let mut rows = (0..COUNT).zip(rows.chunks_exact(CELLS)).cycle();
    let mut bytes = Vec::new();
    bencher.bench_local(|| {
        bytes.clear();
        let (index, row) = rows.next().expect("a cycle does not end");
        encoder.row(index, row, &mut bytes);
        bytes.len()
    });
}

/// A file of 1,000 rows, from memory.
#[divan::bench(args = FORMATS)]
fn read_1000_rows(bencher: Bencher<'_, '_>, format: Format) {
    let encoder = encoder(format);
    let mut file = encoder.header().to_vec();
    for (index, row) in (0..).zip(rows().chunks_exact(CELLS)) {
        encoder.row(index, row, &mut file);
    }
    file.extend_from_slice(encoder.footer());
    bencher
        .counter(ItemsCount::new(COUNT))
        .counter(BytesCount::new(file.len()))
        .bench_local(|| {
            let mut sum = 0;
            let take = |_: u64, row: &[Cell]| {
                sum += row[0];
                Ok::<(), Infallible>(())
            };
            read_orders(Cursor::new(&file), format, &Limits::default(), take)
                .map(|summary| (summary.count, sum))
        });
}
