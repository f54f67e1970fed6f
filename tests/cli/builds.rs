//! A build without all features: the commands that it lacks are named, and how to get
//! them is said.

use crate::folder::Folder;

const LACKING: [(&str, &str); 5] = [
    ("explore lpd --out orders.html", "analyze"),
    ("analyze orders.npy", "analyze"),
    ("sweep rho.toml --out results", "tables"),
    ("eval --out results", "full"),
    ("sample --labels 0", "model"),
];

#[test]
fn commands_of_other_builds_are_named() {
    let folder = Folder::new();
    let help = folder.done("--help");
    let (_, lacking) = help.split_once("Not in this build").expect("a list");
    assert!(lacking.contains("--features full"), "{help}");
    for (line, feature) in LACKING {
        let name = line.split(' ').next().unwrap();
        assert!(lacking.contains(&format!("\n  {name} ")), "{help}");
        folder.refuses(
            2,
            line,
            &format!(
                "{name} is not in this build, which was made without the feature '{feature}'; 'cargo install --path orders-cli --features {feature}' brings it"
            ),
        );
    }
    // Neither is what is in no build at all.
    let outcome = folder.run("evul --out results");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(
        outcome.stderr.contains("there is no command 'evul'"),
        "{outcome}"
    );
}

#[test]
fn checkpoints_are_read_by_other_builds() {
    let folder = Folder::new();
    folder.write("lpd.pth", "PK");
    folder.refuses(
        2,
        "convert lpd.pth lpd.safetensors",
        "reading lpd.pth, a checkpoint by its ending, is not in this build, which was made without the feature 'model'; 'cargo install --path orders-cli --features model' brings it",
    );
}
