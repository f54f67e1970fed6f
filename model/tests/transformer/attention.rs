//! Attention maps are what locality analysis asks for: rows that sum to 1, and no
//! weight on what is not visible.

use ndarray::s;
use orders_model::lpd::{Batch, LpdError};

use crate::reference::{ALL_KERNELS, Tiny};

#[test]
fn maps_are_what_locality_analysis_reads() {
    let tiny = Tiny::load();
    let (orders, labels, tokens) = (tiny.orders(), tiny.labels(), tiny.tokens());
    let batch = Batch::new(&orders[1..2], &labels[1..2]).unwrap();
    let tokens = tokens.slice(s![1..2, ..]);
    let mut all = Vec::new();
    for kernels in ALL_KERNELS {
        let lpd = tiny.lpd(kernels);
        let maps = lpd.attention_maps(&batch, tokens, &[0, 2]).unwrap();
        assert_eq!(maps.dim(), (2, 4, 65, 65));
        for layer in maps.outer_iter() {
            for row in layer.rows() {
                assert!((row.sum() - 1.0).abs() < 1e-5);
            }
        }
        all.push(maps);
    }
    for maps in &all[1..] {
        let largest = maps
            .iter()
            .zip(&all[0])
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(largest < 1e-5, "{largest}");
    }
    // What is in sight gets weight: the cells of the same group and before.
    let order = &orders[1];
    let steps: Vec<u32> = order.step_from_cell().into_iter().flatten().collect();
    for ((_, _, row, column), &weight) in all[0].indexed_iter() {
        let is_seen = match (row, column) {
            (0, _) => column == 0,
            (_, 0) => true,
            _ => steps[column - 1] <= steps[row - 1],
        };
        assert_eq!(weight > 0.0, is_seen, "{row} {column}");
    }
}

#[test]
fn layers_that_are_not_there_are_refused() {
    let tiny = Tiny::load();
    let lpd = tiny.lpd(ALL_KERNELS[0]);
    let batch = Batch::new(&tiny.orders()[..1], &tiny.labels()[..1]).unwrap();
    let tokens = tiny.tokens();
    let tokens = tokens.slice(s![..1, ..]);
    let error = lpd.attention_maps(&batch, tokens, &[3]).unwrap_err();
    assert!(matches!(error, LpdError::Layer { layer: 3, depth: 3 }));
    let whole = tiny.tokens();
    let error = lpd
        .attention_maps(&tiny.batch(), whole.view(), &[0])
        .unwrap_err();
    assert!(matches!(error, LpdError::Count { found: 3, .. }));
}
