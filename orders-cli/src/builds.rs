//! The commands that a build lacks, and how to get them.

/// Commands that not every build has: the feature that brings them, and what they do.
const BY_FEATURE: [(&str, &str, &str); 17] = [
    ("explore", "analyze", "Write a page to look at orders with"),
    (
        "analyze",
        "analyze",
        "Measure orders: geometry, and what they lose",
    ),
    (
        "optimize",
        "analyze",
        "Find group sizes, orders and thresholds that lose little",
    ),
    (
        "curve",
        "model",
        "Ask a model about all cells that are left after every prefix of orders",
    ),
    (
        "sweep",
        "tables",
        "Try a declared space of methods, sizes, fields and models",
    ),
    ("data", "model", "Images to tokens of a patch codebook"),
    ("tokenize", "model", "Turn images into tokens with VQ-16"),
    ("detokenize", "model", "Turn tokens into images"),
    (
        "features",
        "model",
        "Turn images into features or statistics",
    ),
    (
        "distance",
        "model",
        "Say how far two sets of images lie apart",
    ),
    ("train", "model", "Train an LPD model on tokens"),
    (
        "train-classifier",
        "model",
        "Train a small classifier of images",
    ),
    (
        "sample",
        "model",
        "Generate tokens or images with an LPD model",
    ),
    (
        "score",
        "model",
        "Say how likely given tokens are under an order",
    ),
    ("eval", "full", "Compare orders by an LPD model"),
    ("attention", "full", "Measure how local attention is"),
    ("bench", "model", "Time an LPD model"),
];

/// Which features this build has, of those that bring commands.
fn has(feature: &str) -> bool {
    match feature {
        "analyze" => cfg!(feature = "analyze"),
        "tables" => cfg!(feature = "tables"),
        "full" => cfg!(all(feature = "model", feature = "tables")),
        _ => cfg!(feature = "model"),
    }
}

/// How a build with a feature is made.
fn how(feature: &str) -> String {
    format!("cargo install --path orders-cli --features {feature}")
}

/// Why a command of this name is not in this build, and how to get it; none if there is
/// no such command in any.
pub(crate) fn lacking(name: &str) -> Option<String> {
    let (_, feature, _) = BY_FEATURE.iter().find(|(known, ..)| *known == name)?;
    (!has(feature)).then(|| lacking_feature(name, feature))
}

/// The same for anything that a feature brings.
pub(crate) fn lacking_feature(what: &str, feature: &str) -> String {
    format!(
        "{what} is not in this build, which was made without the feature '{feature}'; '{}' brings it",
        how(feature)
    )
}

/// What the help of the program says of commands that are not in this build.
pub(crate) fn help() -> String {
    let missing = BY_FEATURE.iter().filter(|(_, feature, _)| !has(feature));
    let lines: Vec<String> = missing
        .map(|(name, feature, what)| format!("  {name:<16}  {what} (feature {feature})"))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let how = how("full");
    format!(
        "Not in this build ('{how}' brings all):\n{}",
        lines.join("\n")
    )
}
