//! Which positions of a sequence attend to which.

use std::ops::Range;

use ndarray::Array2;
use orders_core::GroupSizes;

/// What the positions of a pass may attend to.
///
/// Every position sees a prefix of the keys and, apart from it, one range of
/// them: its group, if it is a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttentionMask {
    keys: usize,
    rows: Vec<MaskRow>,
}

/// What one position may attend to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskRow {
    /// So many of the first keys.
    pub prefix: usize,
    /// Keys beyond the prefix: the queries of its group, for a query.
    pub own: Range<usize>,
}

impl AttentionMask {
    /// The training pass: class, `known` cells that are given, tokens in the
    /// order of generation without the last group, and then the queries of
    /// all groups in the same order.
    ///
    /// A context position of group g sees the context of groups up to its
    /// own, whole; a query of group g sees the context of groups before g and
    /// all queries of g; nobody else sees queries. The class is a group of its
    /// own, and so are known cells, which come after it.
    pub fn training(sizes: &GroupSizes, known: usize) -> Self {
        let groups = sizes.as_slice().iter().map(|&size| size as usize);
        let last = sizes.as_slice().last().map_or(0, |&size| size as usize);
        let context = 1 + known + sizes.cells() - last;
        let keys = context + sizes.cells();
        let mut rows = Vec::with_capacity(keys);
        let context_groups = [1, known].into_iter().chain(groups.clone());
        for size in context_groups {
            let end = rows.len() + size;
            if end > context {
                break;
            }
            let row = MaskRow {
                prefix: end,
                own: end..end,
            };
            rows.resize(end, row);
        }
        let mut prefix = 1 + known;
        for size in groups {
            let own = rows.len()..rows.len() + size;
            rows.resize(own.end, MaskRow { prefix, own });
            prefix += size;
        }
        Self { keys, rows }
    }

    /// A step of generation after `past` keys: `new` tokens, which see the past
    /// and each other, and `queries`, which see all of that and each other.
    pub fn step(past: usize, new: usize, queries: usize) -> Self {
        let prefix = past + new;
        let keys = prefix + queries;
        let token = MaskRow {
            prefix,
            own: prefix..prefix,
        };
        let query = MaskRow {
            prefix,
            own: prefix..keys,
        };
        let mut rows = vec![token; new];
        rows.resize(new + queries, query);
        Self { keys, rows }
    }

    /// How many new tokens there are, if it is that of a [step](Self::step) after `past`
    /// keys.
    pub(crate) fn as_step(&self, past: usize) -> Option<usize> {
        let has_own = |row: &MaskRow| !row.own.is_empty();
        let fresh = self.rows.iter().take_while(|row| !has_own(row)).count();
        (*self == Self::step(past, fresh, self.rows.len() - fresh)).then_some(fresh)
    }

    /// What each of the last positions of so many keys sees.
    pub(crate) fn of_rows(keys: usize, rows: Vec<MaskRow>) -> Self {
        Self { keys, rows }
    }

    /// Number of keys.
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// What each position sees.
    pub fn rows(&self) -> &[MaskRow] {
        &self.rows
    }

    /// The mask of shape (positions, keys) to be added to attention scores: 0
    /// where a position may attend, minus infinity elsewhere.
    pub fn additive(&self) -> Array2<f32> {
        let mut mask = Array2::from_elem((self.rows.len(), self.keys), f32::NEG_INFINITY);
        for (row, mut mask) in self.rows.iter().zip(mask.rows_mut()) {
            for range in [0..row.prefix, row.own.clone()] {
                mask.slice_mut(ndarray::s![range]).fill(0.0);
            }
        }
        mask
    }

    /// Whether all positions see all keys.
    pub(crate) fn is_full(&self) -> bool {
        let sees_all =
            |row: &MaskRow| row.prefix == self.keys || (row.own == (row.prefix..self.keys));
        self.rows.iter().all(sees_all)
    }
}
