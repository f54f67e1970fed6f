//! Names of tensors, without what wrappers of networks put before them.

use std::collections::BTreeMap;

use super::note::CheckpointNote;

/// What wrappers for several devices, compilers and programs of training put before all
/// names.
const PREFIXES: [&str; 4] = ["module.", "_orig_mod.", "model.", "net."];

/// Leaves out what all names begin with, as long as wrappers put it there.
pub(super) fn unwrapped<T>(
    mut tensors: BTreeMap<String, T>,
    notes: &mut Vec<CheckpointNote>,
) -> BTreeMap<String, T> {
    let mut dropped = String::new();
    let is_of_all = |tensors: &BTreeMap<String, T>, prefix: &str| {
        let is_longer = |name: &String| name.len() > prefix.len() && name.starts_with(prefix);
        !tensors.is_empty() && tensors.keys().all(is_longer)
    };
    while let Some(prefix) = PREFIXES.iter().find(|prefix| is_of_all(&tensors, prefix)) {
        dropped.push_str(prefix);
        let shorter = tensors.into_iter();
        tensors = shorter
            .map(|(name, tensor)| (name[prefix.len()..].to_owned(), tensor))
            .collect();
    }
    if !dropped.is_empty() {
        notes.push(CheckpointNote::Prefix(dropped));
    }
    tensors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> (Vec<String>, Vec<CheckpointNote>) {
        let tensors = all.iter().map(|name| ((*name).to_owned(), ())).collect();
        let mut notes = Vec::new();
        let tensors = unwrapped(tensors, &mut notes);
        (tensors.into_keys().collect(), notes)
    }

    #[test]
    fn what_all_names_begin_with_is_left_out() {
        for (prefix, of) in [
            ("module.", ["module.a.w", "module.b"]),
            ("_orig_mod.", ["_orig_mod.a.w", "_orig_mod.b"]),
            (
                "module._orig_mod.",
                ["module._orig_mod.a.w", "module._orig_mod.b"],
            ),
            ("net.", ["net.a.w", "net.b"]),
            ("model.module.", ["model.module.a.w", "model.module.b"]),
        ] {
            let expected = vec![CheckpointNote::Prefix(prefix.into())];
            assert_eq!(names(&of), (vec!["a.w".into(), "b".into()], expected));
        }
        for kept in [
            &["b", "module.a"][..],
            &["model.a", "model_ema.a"],
            &["module."],
            &["modules.a"],
            &[],
        ] {
            assert_eq!(
                names(kept),
                (kept.iter().map(|&name| name.into()).collect(), vec![])
            );
        }
    }
}
