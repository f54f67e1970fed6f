//! Orders on graphs, and how few steps repulsion allows.

use crate::folder::Folder;

/// A ring of 12 nodes, as a JSON file.
fn ring() -> Folder {
    let folder = Folder::new();
    let edges: Vec<[u32; 2]> = (0..12).map(|node| [node, (node + 1) % 12]).collect();
    let graph = serde_json::json!({"nodes": 12, "edges": edges});
    folder.write("ring.json", graph.to_string());
    folder
}

#[test]
fn nodes_are_ordered() {
    let folder = ring();
    let text = folder.done("gen --graph ring.json --steps 4 --repulsion 1 --num 20 --out a.npy");
    assert!(
        text.starts_with("20 orders (graph-lpd, 1x12, 4 steps"),
        "{text}"
    );
    let manifest = folder.manifest("a.npy");
    let sizes: Vec<usize> = manifest
        .group_sizes
        .unwrap()
        .iter()
        .map(|&size| size as usize)
        .collect();
    assert_eq!((sizes.len(), sizes[0]), (4, 1));
    for order in folder.orders("a.npy") {
        // The second group: neighbours of the first cell, which do not repel each other.
        let near = |cell: u32| (cell + 12 - order[0]) % 12;
        let group = &order[1..1 + sizes[1]];
        assert!([1, 11].contains(&near(group[0])), "{order:?}");
        assert!(
            group
                .iter()
                .all(|&a| group.iter().all(|&b| near(a).abs_diff(near(b)) != 1))
        );
    }
    let said = folder.done("check a.npy");
    assert!(
        said.starts_with("a.npy: ok: 20 orders of 12 cells"),
        "{said}"
    );
    // In a folder it gets a name, and no picture of a grid.
    folder.done("gen --graph ring.json --steps 4 --method random --num 2 --out graphs/");
    assert!(
        folder
            .names()
            .contains(&"graphs/graph12_steps4_random.json".to_owned())
    );
    assert!(!folder.names().iter().any(|name| name.ends_with(".png")));
}

#[test]
fn graphs_that_are_none_are_refused() {
    let folder = ring();
    folder.write("text.json", "nodes");
    folder.write("loop.json", r#"{"nodes": 2, "edges": [[0, 1], [1, 1]]}"#);
    for (line, error) in [
        (
            "--graph none.json",
            "--graph none.json can't be read: there is no such file or folder",
        ),
        (
            "--graph loop.json",
            "--graph loop.json: an edge joins node 1 with itself; edges join two different nodes",
        ),
        (
            "--graph ring.json --method halton",
            "--method halton orders grids; methods for graphs are lpd, proximity, farthest, raster, random",
        ),
    ] {
        folder.refuses(2, &format!("gen {line} --steps 2 --out a.npy"), error);
    }
    let outcome = folder.run("gen --graph text.json --steps 2 --out a.npy");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(
        outcome
            .stderr
            .starts_with("error: --graph text.json: it is no graph"),
        "{outcome}"
    );
}

#[test]
fn the_fewest_steps_are_found() {
    let folder = ring();
    folder.run("schedule --grid 6x7 --least-steps 2").is(
        0,
        "6,6,6,4,4,4,4,4,4\n",
        "note: 9 steps are the fewest without two cells within 2 of each other in a group\n",
    );
    // The order behind it has no violation.
    let text = folder.done("-q schedule --grid 6x7 --least-steps 2 --json");
    let found: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&found["at_least"], &found["at_most"]),
        (&9.into(), &9.into())
    );
    let mut cells = found["order"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell.as_u64().unwrap());
    for size in found["group_sizes"].as_array().unwrap() {
        let group: Vec<u64> = cells
            .by_ref()
            .take(size.as_u64().unwrap() as usize)
            .collect();
        for (i, a) in group.iter().enumerate() {
            for b in &group[i + 1..] {
                let (rows, columns) = ((a / 7).abs_diff(b / 7), (a % 7).abs_diff(b % 7));
                assert!(rows.max(columns) > 2, "{a} {b}");
            }
        }
    }
    assert_eq!(cells.next(), None);
    let around = folder.done("-q schedule --graph ring.json --least-steps 1");
    assert_eq!(around, "6,6\n");
    folder.refuses(
        2,
        "schedule --grid 6x7 --least-steps -1",
        "--least-steps: a distance of -1 is not allowed; it takes a number from 0",
    );
    folder.refuses(
        2,
        "schedule --grid 6x7",
        "a grid and group sizes are needed: --res or --grid, and --steps",
    );
}
