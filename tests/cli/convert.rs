//! `convert`: the same orders in another format.

use orders_core::files::Format;

use crate::folder::Folder;
use crate::foreign::npy;

#[test]
fn every_format_becomes_every_other() {
    let folder = Folder::new();
    let gen_to = "gen --grid 5x7 --group-sizes 1,4,10,20 --repulsion 1.5 --num 9 --seed 3 --out";
    for from in Format::ALL {
        folder.done(&format!("{gen_to} from.{from}"));
        let rows = folder.orders(&format!("from.{from}"));
        let original = folder.manifest(&format!("from.{from}"));
        for to in Format::ALL.into_iter().filter(|to| *to != from) {
            let made = format!("{from}.{to}");
            folder.run(&format!("convert from.{from} {made}")).is(
                0,
                &format!("9 orders of 35 cells, {to}: {made}\n"),
                "",
            );
            assert_eq!(folder.orders(&made), rows, "{made}");
            let manifest = folder.manifest(&made);
            assert_eq!(manifest.format, to);
            assert_eq!(manifest.count, 9);
            assert_eq!(manifest.grid, original.grid);
            assert_eq!(manifest.group_sizes, original.group_sizes);
            assert_eq!(manifest.method, original.method);
            assert_eq!(manifest.parameters, original.parameters);
            assert_eq!(manifest.seed, original.seed);
            let note = format!(
                "converted from from.{from}, which was made by {}",
                original.program
            );
            assert_eq!(manifest.note, Some(note));
            // It can be replayed with nothing but its manifest.
            folder.done(&format!("check {made}"));

            // And back.
            let back = format!("back-{made}.{from}");
            folder.done(&format!("convert {made} {back}"));
            assert_eq!(folder.orders(&back), rows, "{back}");
        }
    }
    // JSON and NumPy files hold nothing but the orders, so they come back byte
    // for byte.
    assert_eq!(folder.read("back-json.npy.json"), folder.read("from.json"));
    assert_eq!(folder.read("back-npy.json.npy"), folder.read("from.npy"));
}

#[test]
fn files_without_a_manifest_get_a_short_one() {
    let folder = Folder::new();
    folder.write("theirs.npy", npy("|i1", "(2, 3)", &[2, 0, 1, 1, 2, 0]));
    let before = folder.read("theirs.npy");
    folder.run("convert theirs.npy ours.json --json").is(
        0,
        "{\"path\":\"ours.json\",\"program\":\"orders-cli VERSION\",\"file\":\"ours.json\",\"format\":\"json\",\"count\":2,\"cells\":3,\"sha256\":\"DIGEST\",\"bytes\":17,\"note\":\"converted from theirs.npy\"}\n",
        "",
    );
    assert_eq!(folder.read("ours.json"), b"[[2,0,1],[1,2,0]]");
    let manifest = folder.manifest("ours.json");
    assert_eq!((manifest.grid, manifest.method), (None, None));
    assert_eq!(folder.read("theirs.npy"), before);
    assert_eq!(
        folder.names(),
        ["ours.json", "ours.json.toml", "theirs.npy"]
    );
}

#[test]
fn existing_outputs_are_kept() {
    let folder = Folder::new();
    folder.write("a.json", "[[1,0]]");
    folder.write("b.npy", "kept");
    folder.write("c.npy.toml", "kept");
    fs_err::create_dir(folder.path("d.npy")).unwrap();
    for (out, error) in [
        ("b.npy", "b.npy exists already; --force replaces it"),
        ("c.npy", "c.npy.toml exists already; --force replaces it"),
        ("a.json", "a.json exists already; --force replaces it"),
        ("d.npy", "d.npy is a folder"),
        ("e.npy/", "e.npy/ is a folder"),
        ("e", "e ends in neither .json, .npy nor .safetensors"),
        (
            "e.txt",
            "e.txt ends in neither .json, .npy nor .safetensors",
        ),
        (
            "nowhere/e.npy",
            "nowhere/e.npy can't be created: there is no such file or folder",
        ),
        (
            "a.json/e.npy",
            "a.json/e.npy can't be created: not a directory",
        ),
    ] {
        folder.refuses(2, &format!("convert a.json {out}"), error);
    }
    folder.done("convert a.json b.npy --force");
    assert_eq!(folder.orders("b.npy"), [[1, 0]]);
    folder.manifest("b.npy");
}

/// The file is read to its end before it is replaced, so nothing is lost; what
/// changes is how it is written, and that it has a manifest.
#[test]
fn a_file_converted_to_itself_keeps_its_orders() {
    let folder = Folder::new();
    folder.write("a.json", " [[2, 0, 1],\n  [1, 2, 0]]\n");
    folder.done("convert a.json a.json --force");
    assert_eq!(folder.read("a.json"), b"[[2,0,1],[1,2,0]]");
    let note = folder.manifest("a.json").note;
    assert_eq!(note.as_deref(), Some("converted from a.json"));
    assert_eq!(folder.names(), ["a.json", "a.json.toml"]);

    // What can't be read is not replaced.
    folder.write("b.json", "[[2,0,1],[1,2,");
    folder.refuses(
        2,
        "convert b.json b.json --force",
        "b.json can't be read as orders: the JSON ends in order 1, or before it, without the closing brackets",
    );
}

#[test]
fn no_orders_can_be_converted() {
    let folder = Folder::new();
    folder.write("none.json", "[]");
    folder.done("convert none.json none.npy");
    folder.done("convert none.npy none.safetensors");
    folder.done("convert none.safetensors back.json");
    assert_eq!(folder.read("back.json"), b"[]");
}

/// Group sizes that nobody wrote down before are in the new manifest, so that commands know
/// them.
#[test]
fn group_sizes_are_stated() {
    let folder = Folder::new();
    folder.write("a.json", "[[0,1,2,3]]");
    folder.done("convert a.json b.npy --grid 2x2 --group-sizes 1,3");
    assert_eq!(folder.manifest("b.npy").group_sizes, Some(vec![1, 3]));
    // What the origin states is kept, unless others are given.
    folder.done("convert b.npy c.json");
    assert_eq!(folder.manifest("c.json").group_sizes, Some(vec![1, 3]));
    folder.write("sizes.json", "[2, 2]");
    folder.done("convert b.npy d.json --group-sizes sizes.json");
    assert_eq!(folder.manifest("d.json").group_sizes, Some(vec![2, 2]));
    for (rest, error) in [
        (
            "e.npy --group-sizes 1,3",
            "--group-sizes are those of a grid: --grid HEIGHTxWIDTH",
        ),
        ("e.npy --grid 2x2 --group-sizes 1,4", "--group-sizes 1,4: "),
        (
            "- --grid 2x2 --group-sizes 1,3",
            "--group-sizes are for the manifest, which a file has and a stream has not",
        ),
    ] {
        let outcome = folder.run(&format!("convert a.json {rest}"));
        assert_eq!(outcome.status, 2, "{outcome}");
        assert!(
            outcome.stderr.starts_with(&format!("error: {error}")),
            "{outcome}"
        );
    }
}
