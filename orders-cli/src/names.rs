//! Names that were mistyped.

/// Words for a name that is not known: the one that was probably meant, and
/// all there are.
pub(crate) fn unknown(kind: &str, name: &str, known: &[&str]) -> String {
    let typed = name.to_lowercase();
    let nearest = known
        .iter()
        .map(|&candidate| (similarity(&typed, candidate), candidate))
        .filter(|&(similarity, _)| similarity > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest.map_or_else(String::new, |(_, name)| format!("; did you mean '{name}'?"));
    let all = known.join(", ");
    if hint.is_empty() {
        format!("there is no {kind} '{name}'; there are {all}")
    } else {
        format!("there is no {kind} '{name}'{hint} There are {all}")
    }
}

/// From 0 to 1. Two letters in the wrong order, which is one slip on a
/// keyboard, count as one difference.
fn similarity(typed: &str, candidate: &str) -> f64 {
    if strsim::damerau_levenshtein(typed, candidate) <= 1 {
        return 1.0;
    }
    strsim::jaro_winkler(typed, candidate)
}
