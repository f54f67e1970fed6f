//! The field of natural photographs.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use super::field::{Entries, MeasuredField, Offsets};
use super::file::array;

/// Correlations at offsets of 0 to 63 rows and 0 to 63 columns: float64
/// [64, 64]. `photos.md` beside it says how they were measured.
const FILE: &[u8] = include_bytes!("../../../data/photos.npy");

static OFFSETS: LazyLock<Arc<Offsets>> = LazyLock::new(|| {
    let (shape, values) = array(Cursor::new(FILE)).expect("the array is whole");
    Offsets::mirrored(&values, shape[0], shape[1]).into()
});

impl MeasuredField {
    /// The luminance of natural photographs whose shorter side has 64 cells: the
    /// field `photos` ([`FieldKind::Photos`](super::super::FieldKind::Photos)).
    pub fn photos() -> Self {
        Self {
            entries: Entries::Offsets(OFFSETS.clone()),
        }
    }
}
