//! A program of one's own (`orders-cli/examples/own_program.rs`): its method has a name
//! in every command.

use std::path::PathBuf;

use crate::folder::Folder;

/// Where the example is built: in a folder beside the program.
fn program() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_orders-cli"));
    let program = beside.with_file_name("examples").join("own_program");
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        program.exists(),
        "{} is not built; 'cargo test -p orders-cli' builds examples, and so does 'cargo build -p orders-cli --example own_program'",
        program.display()
    );
    program
}

fn folder() -> Folder {
    Folder::new().with_program(program())
}

#[test]
fn orders_are_made_checked_and_drawn() {
    let folder = folder();
    let listed = folder.done("methods");
    assert!(listed.contains("every n-th column first"), "{listed}");
    let told = folder.done("methods columns");
    assert!(told.contains("a whole number from 1; default 4"), "{told}");

    let line = "gen --grid 8x8 --steps 8 --method columns --set every=2 --num 20 --out c.npy";
    folder.done(line);
    let manifest = folder.manifest("c.npy");
    assert_eq!(manifest.method.as_deref(), Some("columns"));
    assert_eq!(manifest.parameters["every"], 2.0.into());
    for order in folder.orders("c.npy") {
        assert!(order[..32].iter().all(|cell| cell % 2 == 0), "{order:?}");
        assert!(order[32..].iter().all(|cell| cell % 2 == 1), "{order:?}");
    }
    let said = folder.done("check c.npy");
    assert!(said.starts_with("c.npy: ok: 20 orders"), "{said}");
    let flags = "--grid 8x8 --steps 8 --method columns,every=2 --method lpd";
    folder.done(&format!("plot {flags} --out c.svg"));
    folder.done(&format!("animate {flags} --out c.gif"));
    folder.done("plot --grid 8x8 --steps 8 --all-methods --out zoo.svg");
    let zoo = String::from_utf8(folder.read("zoo.svg")).unwrap();
    assert!(zoo.contains("columns"));
    let outcome = folder.run("gen --grid 8x8 --steps 8 --method colums --out d.npy");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(
        outcome.stderr.contains("did you mean 'columns'?"),
        "{outcome}"
    );
    folder.refuses(
        2,
        "gen --grid 8x8 --steps 8 --method columns --set every=0 --out d.npy",
        "--set every=0: '0' is not allowed; it takes a whole number from 1",
    );
}

#[cfg(feature = "analyze")]
#[test]
fn orders_are_measured_and_optimised() {
    let folder = folder();
    let sizes = "--grid 8x8 --steps 8";
    folder.done(&format!("gen {sizes} --method columns --num 3 --out c.npy"));
    let measured = folder.done("analyze c.npy --field exp:5 --json");
    assert!(measured.contains("total_correlation"), "{measured}");
    let optimal = folder.done(&format!(
        "optimize sizes {sizes} --method columns --field exp:5 --num 5"
    ));
    assert!(!optimal.is_empty());
    let line = format!("optimize order {sizes} --start columns --field exp:5 --rounds 1");
    folder.done(&format!("{line} --out best.json"));
}

#[cfg(feature = "tables")]
#[test]
fn it_is_swept() {
    let folder = folder();
    folder.write(
        "own.toml",
        "orders = 4\ngrids = [\"8x8\"]\nsteps = [8]\nsizes = [\"cosine\"]\n[[methods]]\nname = \"columns\"\nset = { every = [2, 4] }\n[[methods]]\nname = \"lpd\"\n",
    );
    folder.done("sweep own.toml --out results");
    // Results are read again without the method being made anew.
    let table = folder.done("sweep table results --measures discrepancy");
    assert!(table.contains("columns"), "{table}");
    let text = String::from_utf8(folder.read("own.toml")).unwrap();
    folder.write(
        "jumps.toml",
        format!("measures = [\"column_jump\"]\n{text}"),
    );
    folder.done("sweep jumps.toml --out jumps");
    let table = folder.done("sweep table jumps --where label=columns --where every=2");
    assert!(table.contains("| column jump (columns) |"), "{table}");
    folder.done("sweep plot jumps --kind box --y column_jump --out jumps.svg");
    let line = "sweep own.toml --out results";
    let again = folder.done(line);
    assert!(again.contains("(3 of them before)"), "{again}");
}

#[cfg(feature = "model")]
#[test]
fn it_is_evaluated_and_trained_on() {
    let folder = folder();
    let line = "eval --method columns,every=2 --no-baselines --steps 8 --limit 8 --runs 0";
    let compared = folder.done(&format!("{line} --out results"));
    assert!(compared.contains("columns"), "{compared}");
    let line = "sample --method columns --steps 8 --labels 0,1 --tokens-out tokens.safetensors";
    folder.done(line);
}

#[cfg(feature = "model")]
#[test]
fn a_model_is_trained_on_it() {
    let folder = crate::train::folder().with_program(program());
    let recipe = String::from_utf8(folder.read("recipe.toml")).unwrap();
    folder.write("recipe.toml", recipe.replace("\"random\"", "\"columns\""));
    let text = folder.done(&format!("{} --out own", crate::train::TRAIN));
    assert!(text.ends_with("own/model.safetensors\n"), "{text}");
}
