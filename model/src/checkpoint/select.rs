//! Which of a pickle's values are the tensors of the network.

use std::collections::{BTreeMap, HashMap};

use super::error::Malformed;
use super::names::unwrapped;
use super::note::CheckpointNote;
use super::pickle::{Heap, TensorView, Value};

/// Keys under which training programs keep the network's tensors.
const USUAL_KEYS: [&str; 5] = ["model", "state_dict", "model_state_dict", "module", "net"];
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
    notes: &mut Vec<CheckpointNote>,
) -> Result<BTreeMap<String, TensorView>, Malformed> {
    let state = match key {
        Some(key) => key.split('/').try_fold(root, |value, key| {
            child(heap, value, key).ok_or_else(|| Malformed::NoKey {
                key: key.into(),
                found: keys(heap, value),
            })
        })?,
        None => usual(heap, root, notes)?,
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
        passed_over: Vec::new(),
        visited: 0,
    };
    selected.add(state, "", 0)?;
    if selected.tensors.is_empty() {
        return Err(Malformed::NoTensors(keys_and_objects(heap, state)));
    }
    if !selected.passed_over.is_empty() {
        notes.push(CheckpointNote::PassedOver(selected.passed_over));
    }
    Ok(unwrapped(selected.tensors, notes))
}

fn usual<'a>(
    heap: &'a Heap,
    root: &'a Value,
    notes: &mut Vec<CheckpointNote>,
) -> Result<&'a Value, Malformed> {
    let Some(pairs) = heap.dictionary(root) else {
        return Ok(root);
    };
    let mut with_tensors: BTreeMap<&str, &Value> = BTreeMap::new();
    // One dictionary may have many keys.
    let mut looked_at: HashMap<usize, bool> = HashMap::new();
    for (key, value) in pairs {
        if let Value::Text(key) = key {
            with_tensors.remove(&**key);
            let has_tensors = || tensors(heap, value).next().is_some();
            let has_tensors = match value {
                Value::Object(place) => *looked_at.entry(*place).or_insert_with(has_tensors),
                _ => false,
            };
            if has_tensors {
                with_tensors.insert(key, value);
            }
        }
    }
    let of_usual_key = USUAL_KEYS
        .iter()
        .find_map(|key| with_tensors.get_key_value(key));
    let only = with_tensors
        .first_key_value()
        .filter(|_| with_tensors.len() == 1);
    let is_whole = tensors(heap, root).next().is_some();
    let chosen = match (of_usual_key, only) {
        (Some(of_usual_key), _) => Some(of_usual_key),
        (None, only) if !is_whole => only,
        // Names of tensors in a network have dots. The state of a random generator beside
        // a network's dictionary has none.
        (None, Some((key, value))) => {
            let is_loose = tensors(heap, root).all(|name| !name.contains('.'));
            let is_fewer = tensors(heap, root).count() < tensors(heap, value).count();
            (is_loose && is_fewer).then_some((key, value))
        }
        (None, None) => None,
    };
    let Some((&key, &value)) = chosen else {
        return match (is_whole, with_tensors.is_empty()) {
            (true, _) => Ok(root),
            (false, true) => Err(Malformed::NoTensors(keys_and_objects(heap, root))),
            (false, false) => Err(Malformed::Several(
                with_tensors.into_keys().take(SHOWN).map(shown).collect(),
            )),
        };
    };
    let others = with_tensors.into_keys().filter(|other| *other != key);
    let others: Vec<String> = others.map(|other| format!("'{}'", shown(other))).collect();
    if !others.is_empty() {
        notes.push(CheckpointNote::Others {
            read: shown(key),
            others,
        });
    }
    Ok(value)
}

/// The names of the tensors right in a dictionary.
fn tensors<'a>(heap: &'a Heap, value: &Value) -> impl Iterator<Item = &'a str> {
    let pairs = heap.dictionary(value).unwrap_or_default();
    pairs.iter().filter_map(|(key, value)| match key {
        Value::Text(key) => heap.tensor(value).map(|_| &**key),
        _ => None,
    })
}

/// A text of the file, cut if it is long.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(100)
        .collect()
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
    listed(heap, value, |_| String::new())
}

/// The same, with what objects would have been, had anything been run.
fn keys_and_objects(heap: &Heap, value: &Value) -> Vec<String> {
    listed(heap, value, |value| match value {
        Value::Foreign(_) => format!(" ({})", heap.kind(value)),
        _ => String::new(),
    })
}

/// The first few keys of a dictionary, with words about their values.
fn listed(heap: &Heap, value: &Value, words: impl Fn(&Value) -> String) -> Vec<String> {
    let pairs = heap.dictionary(value).unwrap_or_default();
    let mut keys: Vec<String> = pairs
        .iter()
        .take(SHOWN)
        .map(|(key, value)| {
            let key = match key {
                Value::Text(text) => shown(text),
                Value::Int(number) => number.to_string(),
                other => heap.kind(other).into_owned(),
            };
            key + &words(value)
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
    /// Names of other things, and what they are.
    passed_over: Vec<String>,
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
            self.visited += 1;
            let too_many = || Malformed::Names {
                tensors: MOST_TENSORS,
                bytes: NAME_BYTES,
            };
            if self.visited > MOST_TENSORS {
                return Err(too_many());
            }
            let Value::Text(key) = key else {
                let place = if prefix.is_empty() { "it" } else { prefix };
                let kind = heap.kind(key);
                self.pass_over(&format!("a key of {}", shown(place)), &kind);
                continue;
            };
            if prefix.len() + 1 + key.len() > NAME_BYTES {
                return Err(too_many());
            }
            entries.insert(key, value);
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
                self.pass_over(&shown(&name), &heap.kind(value));
            }
        }
        Ok(())
    }

    /// Texts and numbers of 65,536 entries at most: those that are looked at.
    fn pass_over(&mut self, name: &str, kind: &str) {
        self.passed_over.push(format!("{name} ({kind})"));
    }
}
