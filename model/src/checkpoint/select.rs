//! Which of a pickle's values are the tensors of the network.

use std::collections::BTreeMap;

use super::error::Malformed;
use super::pickle::{Heap, TensorView, Value};

/// Keys under which training programs keep the network's tensors.
const USUAL_KEYS: [&str; 2] = ["model", "state_dict"];
/// The deepest dictionary.
const MOST_DEPTH: usize = 16;
/// The most tensors.
const MOST_TENSORS: usize = 1 << 16;
/// The longest name.
const NAME_BYTES: usize = 1 << 10;
/// The most keys that an error lists, and the most characters of each.
const SHOWN: usize = 10;

/// The tensors below a key, or where they are usually; see
/// [`read_checkpoint`](super::read_checkpoint).
pub(super) fn select(
    heap: &Heap,
    root: &Value,
    key: Option<&str>,
) -> Result<BTreeMap<String, TensorView>, Malformed> {
    let state = match key {
        Some(key) => key.split('/').try_fold(root, |value, key| {
            child(heap, value, key).ok_or_else(|| Malformed::NoKey {
                key: key.into(),
                found: keys(heap, value),
            })
        })?,
        None => usual(heap, root).ok_or_else(|| Malformed::NoTensors(keys(heap, root)))?,
    };
    if heap.dictionary(state).is_none() {
        return Err(Malformed::Kind {
            name: key.unwrap_or("what it holds").into(),
            found: heap.kind(state),
            expected: "a dictionary",
        });
    }
    let mut selected = Flattened {
        heap,
        tensors: BTreeMap::new(),
        visited: 0,
    };
    selected.add(state, "", 0)?;
    Ok(selected.tensors)
}

fn usual<'a>(heap: &'a Heap, root: &'a Value) -> Option<&'a Value> {
    if has_tensors(heap, root) {
        return Some(root);
    }
    let usual = USUAL_KEYS
        .iter()
        .filter_map(|key| child(heap, root, key))
        .find(|value| has_tensors(heap, value));
    if usual.is_some() {
        return usual;
    }
    let mut with_tensors = heap
        .dictionary(root)?
        .iter()
        .map(|(_, value)| value)
        .filter(|value| has_tensors(heap, value));
    match (with_tensors.next(), with_tensors.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Whether a value is a dictionary with tensors in it.
fn has_tensors(heap: &Heap, value: &Value) -> bool {
    let pairs = heap.dictionary(value).unwrap_or_default();
    pairs.iter().any(|(_, value)| heap.tensor(value).is_some())
}

/// The value that was set last.
fn child<'a>(heap: &'a Heap, value: &'a Value, key: &str) -> Option<&'a Value> {
    let pairs = heap.dictionary(value)?;
    let mut pairs = pairs.iter().rev();
    let found = pairs.find(|(name, _)| matches!(name, Value::Text(name) if &**name == key));
    found.map(|(_, value)| value)
}

/// The first few keys of a dictionary.
fn keys(heap: &Heap, value: &Value) -> Vec<String> {
    let pairs = heap.dictionary(value).unwrap_or_default();
    let mut keys: Vec<String> = pairs
        .iter()
        .take(SHOWN)
        .map(|(key, _)| match key {
            Value::Text(text) => text.chars().take(100).collect(),
            Value::Int(number) => number.to_string(),
            other => heap.kind(other).to_owned(),
        })
        .collect();
    if pairs.is_empty() {
        keys.push("none".into());
    }
    if pairs.len() > SHOWN {
        keys.push(format!("and {} more", pairs.len() - SHOWN));
    }
    keys
}

/// Tensors of dictionaries within dictionaries.
struct Flattened<'a> {
    heap: &'a Heap,
    tensors: BTreeMap<String, TensorView>,
    /// Entries that were looked at: one dictionary can be in many.
    visited: usize,
}

impl Flattened<'_> {
    fn add(&mut self, dictionary: &Value, prefix: &str, depth: usize) -> Result<(), Malformed> {
        if depth > MOST_DEPTH {
            return Err(Malformed::Depth(MOST_DEPTH));
        }
        let heap = self.heap;
        let mut entries: BTreeMap<&str, &Value> = BTreeMap::new();
        for (key, value) in heap.dictionary(dictionary).unwrap_or_default() {
            let Value::Text(key) = key else {
                let place = if prefix.is_empty() { "it" } else { prefix };
                return Err(Malformed::Kind {
                    name: format!("a key of {place}"),
                    found: heap.kind(key),
                    expected: "a text",
                });
            };
            entries.insert(key, value);
            self.visited += 1;
            if self.visited > MOST_TENSORS || prefix.len() + 1 + key.len() > NAME_BYTES {
                return Err(Malformed::Names {
                    tensors: MOST_TENSORS,
                    bytes: NAME_BYTES,
                });
            }
        }
        for (key, value) in entries {
            let name = if prefix.is_empty() {
                key.to_owned()
            } else {
                format!("{prefix}.{key}")
            };
            if let Some(view) = heap.tensor(value) {
                if self.tensors.contains_key(&name) {
                    return Err(Malformed::Twice(name));
                }
                self.tensors.insert(name, view.clone());
            } else if heap.dictionary(value).is_some() {
                self.add(value, &name, depth + 1)?;
            } else {
                return Err(Malformed::Kind {
                    name,
                    found: heap.kind(value),
                    expected: "a tensor",
                });
            }
        }
        Ok(())
    }
}
