//! `gen`: what it writes, where, and what it says.

use orders_core::files::Format;
use orders_core::{Catalogue, Cell};
use orders_core::{FirstGroup, Grid, GroupSizes, Parameters, Problem, Shape, generate_batch};

use crate::folder::Folder;

/// The orders that the library makes.
fn from_library(
    grid: Grid,
    sizes: GroupSizes,
    method: &str,
    parameters: &Parameters,
    count: u64,
    seed: u64,
) -> Vec<Vec<Cell>> {
    let problem = Problem::new(grid, sizes).unwrap();
    let method = Catalogue::standard()
        .method(method, grid, parameters)
        .unwrap();
    let mut orders = Vec::new();
    generate_batch(method.as_ref(), &problem, count, seed, |cells| {
        orders.push(cells.to_vec());
    })
    .unwrap();
    orders
}

/// Width and height of a PNG file that is there to its end.
fn png_size(bytes: &[u8]) -> (u32, u32) {
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
    assert!(bytes.ends_with(b"\0\0\0\0IEND\xaeB`\x82"));
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_folder_gets_orders_manifest_and_picture() {
    let folder = Folder::new();
    folder.run("gen --res 256 --steps 20 --num 3 --out orders/").is(
        0,
        "3 orders (lpd, 16x16, 20 steps, proximity 1, repulsion 2, seed 0) in N s, N a second: orders/res256_steps20_repulsion2.json\n",
        "",
    );
    let file = "orders/res256_steps20_repulsion2.json";
    assert_eq!(
        folder.names(),
        [
            "orders/",
            file,
            &format!("{file}.png"),
            &format!("{file}.toml")
        ]
    );

    let grid = Grid::new(16, 16).unwrap();
    let sizes = GroupSizes::published(grid, 20).unwrap();
    let expected = from_library(grid, sizes.clone(), "lpd", &Parameters::new(), 3, 0);
    assert_eq!(folder.orders(file), expected);

    let manifest = folder.manifest(file);
    assert_eq!(
        manifest.program,
        concat!("orders-cli ", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(manifest.file, "res256_steps20_repulsion2.json");
    assert_eq!(manifest.format, Format::Json);
    assert_eq!((manifest.count, manifest.cells), (3, 256));
    assert_eq!(manifest.bytes, folder.read(file).len() as u64);
    assert_eq!(manifest.grid, Some(grid));
    assert_eq!(manifest.group_sizes.as_deref(), Some(sizes.as_slice()));
    assert_eq!(manifest.method.as_deref(), Some("lpd"));
    assert_eq!(manifest.seed, Some(0));
    assert_eq!(manifest.note, None);
    let parameters = [
        ("proximity".into(), 1.0.into()),
        ("repulsion".into(), 2.0.into()),
    ];
    assert_eq!(manifest.parameters, Parameters::from(parameters));

    let (width, height) = png_size(&folder.read(&format!("{file}.png")));
    assert!((300..4000).contains(&width), "{width}");
    assert!((300..4000).contains(&height), "{height}");
}

#[test]
fn files_are_named_after_what_is_in_them() {
    for (flags, name) in [
        ("--res 256 --steps 20", "res256_steps20_repulsion2.json"),
        ("--res 512 --steps 48", "res512_steps48_repulsion4.json"),
        (
            "--res 512 --steps 48 --method halton",
            "res512_steps48_halton.json",
        ),
        (
            "--res 256 --steps 20 --method raster",
            "res256_steps20_raster.json",
        ),
        (
            "--res 256 --steps 20 --method random",
            "res256_steps20_random.json",
        ),
        (
            "--res 256 --steps 20 --method farthest",
            "res256_steps20_farthest.json",
        ),
        (
            "--res 256 --steps 20 --method proximity",
            "res256_steps20_proximity.json",
        ),
        (
            "--res 256 --steps 20 --method proximity --proximity 0.5",
            "res256_steps20_proximity_proximity0.5.json",
        ),
        (
            "--res 256 --steps 20 --repulsion 3 --format npy",
            "res256_steps20_repulsion3.npy",
        ),
        (
            "--res 256 --steps 20 --proximity 1.5 --repulsion 2.5",
            "res256_steps20_proximity1.5_repulsion2.5.json",
        ),
        (
            "--res 256 --group-sizes 1,5,50,200",
            "res256_steps4_custom_repulsion2.json",
        ),
        (
            "--res 256 --steps 20 --shape cosine",
            "res256_steps20_cosine_repulsion2.json",
        ),
        (
            "--grid 4x6 --steps 5 --format safetensors",
            "grid4x6_steps5_repulsion1.safetensors",
        ),
        (
            "--grid 4x6 --steps 5 --shape power:2.5",
            "grid4x6_steps5_power2.5_repulsion1.json",
        ),
        (
            "--grid 4x6 --shape one-by-one",
            "grid4x6_steps24_one-by-one_repulsion1.json",
        ),
    ] {
        let folder = Folder::new();
        folder.done(&format!("gen {flags} --num 1 --out ./"));
        let mut expected = [
            name.to_owned(),
            format!("{name}.png"),
            format!("{name}.toml"),
        ];
        expected.sort();
        assert_eq!(folder.names(), expected, "{flags}");
        folder.manifest(name);
    }
}

#[test]
fn folders_are_made_and_found() {
    let folder = Folder::new();
    let gen_to = "gen --grid 4x4 --steps 4 -q --num 1 --out";
    folder.done(&format!("{gen_to} one/two/three/"));
    folder.done(&format!("{gen_to} without-a-slash"));
    fs_err::create_dir(folder.path("with.dot")).unwrap();
    folder.done(&format!("{gen_to} with.dot"));
    for made in ["one/two/three", "without-a-slash", "with.dot"] {
        folder.manifest(&format!("{made}/grid4x4_steps4_repulsion1.json"));
    }
}

#[test]
fn a_file_gets_no_picture() {
    let folder = Folder::new();
    folder.run("gen --res 256 --steps 20 --num 1 --seed 7 --out mine.json").is(
        0,
        "1 order (lpd, 16x16, 20 steps, proximity 1, repulsion 2, seed 7) in N s, N a second: mine.json\n",
        "",
    );
    assert_eq!(folder.names(), ["mine.json", "mine.json.toml"]);
    assert_eq!(folder.orders("mine.json").len(), 1);
    assert_eq!(folder.manifest("mine.json").seed, Some(7));
}

#[test]
fn all_formats_hold_the_same_orders() {
    let folder = Folder::new();
    for format in Format::ALL {
        folder.done(&format!(
            "gen --res 512 --steps 48 --num 3 --out a.{format}"
        ));
        let manifest = folder.manifest(&format!("a.{format}"));
        assert_eq!(manifest.format, format);
        folder.done(&format!("check a.{format}"));
    }
    let grid = Grid::new(32, 32).unwrap();
    let sizes = GroupSizes::published(grid, 48).unwrap();
    let expected = from_library(grid, sizes, "lpd", &Parameters::new(), 3, 0);
    for format in Format::ALL {
        assert_eq!(folder.orders(&format!("a.{format}")), expected, "{format}");
    }
    // An ending in capitals is one too.
    folder.done("gen --res 512 --steps 48 --num 3 --out A.NPY --format npy");
    assert_eq!(folder.read("A.NPY"), folder.read("a.npy"));
}

#[test]
fn every_method_writes_what_the_library_makes() {
    let grid = Grid::new(5, 7).unwrap();
    for entry in Catalogue::standard().methods() {
        let folder = Folder::new();
        folder.done(&format!(
            "gen --grid 5x7 --group-sizes 1,4,10,20 --method {} --num 4 --seed 11 --out a.npy",
            entry.name()
        ));
        let sizes = GroupSizes::new([1, 4, 10, 20]).unwrap();
        let expected = from_library(grid, sizes, entry.name(), &Parameters::new(), 4, 11);
        assert_eq!(folder.orders("a.npy"), expected, "{}", entry.name());
    }
    let folder = Folder::new();
    folder.done("gen --grid 5x7 --steps 6 --shape linear --first-group formula --proximity 0.5 --repulsion 1.5 --num 4 --seed 18446744073709551615 --out a.npy");
    let sizes = Shape::Linear
        .group_sizes(35, 6, FirstGroup::Formula)
        .unwrap();
    let parameters = Parameters::from([
        ("proximity".into(), 0.5.into()),
        ("repulsion".into(), 1.5.into()),
    ]);
    let expected = from_library(grid, sizes, "lpd", &parameters, 4, u64::MAX);
    assert_eq!(folder.orders("a.npy"), expected);
    assert_eq!(folder.manifest("a.npy").seed, Some(u64::MAX));
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = Folder::new();
    for threads in [1, 2, 5] {
        folder.done(&format!(
            "gen --res 256 --steps 20 --num 3000 --threads {threads} --out {threads}.json"
        ));
    }
    let one = folder.read("1.json");
    assert!(one == folder.read("2.json"));
    assert!(one == folder.read("5.json"));
    assert_eq!(folder.orders("1.json").len(), 3000);
}

#[test]
fn seeds_give_other_orders() {
    let folder = Folder::new();
    for (file, seed) in [("a", 1), ("b", 2), ("c", 1)] {
        folder.done(&format!(
            "gen --res 256 --steps 20 --num 5 --seed {seed} --out {file}.npy"
        ));
    }
    assert_eq!(folder.read("a.npy"), folder.read("c.npy"));
    let (a, b) = (folder.orders("a.npy"), folder.orders("b.npy"));
    assert!(a.iter().all(|order| !b.contains(order)));
}

#[test]
fn notes_go_to_stderr() {
    let cosine =
        "note: no group sizes were published for 4x4 in 4 steps; these are the cosine shape's\n";
    let same = "note: halton is not random: all 1,000 orders are the same\n";
    let result = |orders: &str, file: &str| {
        format!("{orders} (halton, 4x4, 4 steps, seed 0) in N s, N a second: {file}\n")
    };
    let folder = Folder::new();
    let halton = "gen --grid 4x4 --steps 4 --method halton";
    folder.run(&format!("{halton} --num 1000 --out a.npy")).is(
        0,
        &result("1,000 orders", "a.npy"),
        &format!("{cosine}{same}"),
    );
    let rows = folder.orders("a.npy");
    assert!(rows.iter().all(|row| *row == rows[0]));
    folder
        .run(&format!("{halton} --num 1 --out b.npy"))
        .is(0, &result("1 order", "b.npy"), cosine);
    folder
        .run(&format!("{halton} --num 1000 --out c.npy -q"))
        .is(0, &result("1,000 orders", "c.npy"), "");
    folder
        .run("--quiet gen --grid 4x4 --group-sizes 16 --num 1 --out d.npy")
        .is(
            0,
            "1 order (lpd, 4x4, 1 step, proximity 1, repulsion 1, seed 0) in N s, N a second: d.npy\n",
            "",
        );
}

#[test]
fn json_says_what_was_made() {
    let folder = Folder::new();
    let outcome = folder.run(
        "gen --grid 2x3 --group-sizes 1,2,3 --num 2 --seed 5 --method raster --json --out a.json",
    );
    outcome.is(
        0,
        "{\"path\":\"a.json\",\"seconds\":N,\"orders_per_second\":N,\"program\":\"orders-cli VERSION\",\"file\":\"a.json\",\"format\":\"json\",\"count\":2,\"cells\":6,\"sha256\":\"DIGEST\",\"bytes\":29,\"grid\":\"2x3\",\"group_sizes\":[1,2,3],\"method\":\"raster\",\"seed\":5}\n",
        "note: raster is not random: all 2 orders are the same\n",
    );
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let manifest = folder.manifest("a.json");
    assert_eq!(report["sha256"], manifest.sha256.to_string());
    assert_eq!(folder.read("a.json"), b"[[0,1,2,3,4,5],[0,1,2,3,4,5]]");
}

#[test]
fn sizes_may_come_from_a_file() {
    let folder = Folder::new();
    let sizes = folder.done("schedule --res 256 --steps 20 --json");
    folder.write("sizes.json", sizes);
    folder.done("gen --res 256 --steps 20 --num 2 --out a.npy");
    folder.done("gen --res 256 --group-sizes sizes.json --num 2 --out b.npy");
    assert_eq!(folder.read("a.npy"), folder.read("b.npy"));
}

#[test]
fn existing_files_are_replaced_when_asked() {
    let folder = Folder::new();
    let gen_all = "gen --grid 4x4 --group-sizes 1,3,12 --num 2 --out made/";
    folder.done(gen_all);
    let first = folder.content();
    let outcome = folder.run(&format!("{gen_all} --seed 9"));
    assert_eq!(outcome.status, 2);
    assert!(folder.content() == first, "nothing has changed");

    folder.done(&format!("{gen_all} --seed 9 --force"));
    let second = folder.content();
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    let file = "made/grid4x4_steps3_custom_repulsion1.json";
    assert_eq!(folder.manifest(file).seed, Some(9));
    for name in first.keys().filter(|name| !name.ends_with('/')) {
        assert!(first[name] != second[name], "{name} is the old one");
    }
}

#[test]
fn counts_are_read_in_thousands() {
    let folder = Folder::new();
    let line = "gen --grid 2x2 --group-sizes 1,3 -q --num";
    folder.done(&format!("{line} 1.5k --out a.npy"));
    assert_eq!(folder.manifest("a.npy").count, 1500);
    folder.done(&format!("{line} 0.002M --out b.npy"));
    assert_eq!(folder.manifest("b.npy").count, 2000);
}

/// An infinite threshold has no number in JSON.
#[test]
fn infinite_thresholds_are_in_manifests_and_json() {
    let folder = Folder::new();
    let text =
        folder.done("gen --grid 4x4 --steps 4 --num 2 --repulsion inf --out a.npy --json -q");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["parameters"]["repulsion"], "inf");
    let repulsion = &folder.manifest("a.npy").parameters["repulsion"];
    assert_eq!(repulsion.number(), Some(f64::INFINITY));
    let text = folder.done("inspect a.npy --json");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["manifest"]["parameters"]["repulsion"], "inf");
    let text = folder.done("plot a.npy --out a.png --json");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["orders"][0]["parameters"]["repulsion"], "inf");
    // -0 is 0, also in names.
    folder.done("gen --grid 4x4 --steps 4 --num 2 --repulsion -0 --out ./ -q");
    assert!(
        folder
            .names()
            .contains(&"grid4x4_steps4_repulsion0.json".to_owned())
    );
}

/// The bytes of a file, to whoever reads them.
#[test]
fn orders_flow_to_stdout() {
    let folder = Folder::new();
    let line = "gen --res 256 --steps 20 --num 300";
    for format in Format::ALL {
        folder.done(&format!("{line} --out a.{format} -q"));
    }
    for format in Format::ALL {
        let output = folder
            .command(&format!("{line} --out - --format {format}"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(
            output.stdout == folder.read(&format!("a.{format}")),
            "{format}"
        );
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.starts_with("note: 300 orders (lpd, 16x16, 20 steps")
                && said.ends_with(": stdout\n"),
            "{said}"
        );
        let output = folder
            .command(&format!("convert a.npy - --format {format}"))
            .output()
            .unwrap();
        assert_eq!(
            (output.status.code(), &output.stderr[..]),
            (Some(0), &b""[..])
        );
        let converted = match format {
            // The one with something to say of itself has less to say.
            Format::Safetensors => {
                folder.done("convert a.npy c.safetensors -q");
                folder.read("c.safetensors")
            }
            _ => folder.read(&format!("a.{format}")),
        };
        assert!(output.stdout == converted, "{format}");
    }
    // JSON, if nothing is said.
    let output = folder
        .command(&format!("{line} --out - -q"))
        .output()
        .unwrap();
    assert!(output.stdout == folder.read("a.json"));
    assert!(output.stderr.is_empty());
    folder.refuses(
        2,
        &format!("{line} --out - --json"),
        "--json says what was written to a file, and stdout is none",
    );
    folder.refuses(
        2,
        "plot --grid 4x4 --shape uniform --steps 4 --out -",
        "invalid value '-' for '--out <FILE>': '-' is stdout, which 'gen' and 'convert' write orders to; ./- is a file or folder of that name",
    );
}

#[cfg(unix)]
#[test]
fn orders_flow_into_pipes() {
    let folder = Folder::new();
    folder.done("gen --grid 4x4 --steps 4 --num 50 --out a.npy -q");
    let script = "mkfifo p.npy q; cat p.npy > copy.npy & cat q > copy.json & \"$0\" gen --grid 4x4 --steps 4 --num 50 --out p.npy -q && \"$0\" convert a.npy q && wait";
    let status = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_orders-cli")])
        .current_dir(folder.path(""))
        .status();
    assert!(status.unwrap().success());
    assert!(folder.read("copy.npy") == folder.read("a.npy"));
    assert_eq!(folder.orders("copy.json"), folder.orders("a.npy"));
    // The pipes are what they were, and nothing lies beside them.
    use std::os::unix::fs::FileTypeExt;
    for name in ["p.npy", "q"] {
        let metadata = fs_err::metadata(folder.path(name)).unwrap();
        assert!(metadata.file_type().is_fifo());
    }
    assert!(!folder.path("p.npy.toml").exists());
}
