//! How a file was made.

use std::collections::BTreeMap;

/// How a file was made: what programs, data, settings and seeds there were, by
/// name. Files carry it in their metadata.
pub type Provenance = BTreeMap<String, String>;
