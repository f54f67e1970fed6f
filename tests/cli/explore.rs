//! `explore`: what is in the page, and what is refused. That it works in a browser is tested
//! in `tests/explorer`.

use serde_json::Value;

use crate::folder::Folder;

/// The data of a page.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()
}

fn page(folder: &Folder, line: &str) -> String {
    folder.done(&format!("explore {line} --out page.html --force -q"));
    String::from_utf8(folder.read("page.html")).unwrap()
}

#[test]
fn a_page_has_all_that_it_needs() {
    let folder = Folder::new();
    let page = page(&folder, "--grid 8x8 --steps 6 --all-methods");
    let data = data(&page);
    let orders = data["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 18);
    assert_eq!(data["field"]["name"], "exp:5");
    for order in orders {
        let sizes = order["sizes"].as_array().unwrap();
        assert_eq!(sizes.iter().map(|s| s.as_u64().unwrap()).sum::<u64>(), 64);
    }
    // Nothing is asked of any network.
    assert!(page.contains("default-src 'none'"));
    for outside in ["http:", "https:", "src=\"", "href=\"", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    // The same command writes the same bytes.
    folder.done("explore --grid 8x8 --steps 6 --all-methods --threads 1 --out again.html -q");
    assert_eq!(folder.read("again.html"), page.as_bytes());
}

#[test]
fn totals_are_those_of_analyze() {
    let folder = Folder::new();
    folder.done("gen --grid 9x7 --steps 8 --num 2 --out lpd.npy");
    let page = page(&folder, "lpd.npy halton --index 1 --field matern32:3");
    let data = data(&page);
    let printed = folder.done("analyze lpd.npy --field matern32:3 --json");
    let analyzed: Value = serde_json::from_str(&printed).unwrap();
    let order = &analyzed["orders"][1];
    let measures = data["measures"].as_array().unwrap();
    let totals = data["orders"][0]["totals"].as_array().unwrap();
    let mut compared = 0;
    for (measure, total) in measures.iter().zip(totals) {
        let name = measure["name"].as_str().unwrap();
        let expected = match name {
            "reverse_total_correlation_nats" => continue,
            "total_correlation_nats" => &order[name],
            name => &order["geometry"][name],
        };
        assert_eq!(total, expected, "{name}");
        compared += 1;
    }
    assert_eq!(compared, 5);
    assert_eq!(data["orders"][1]["label"], "halton");
}

#[test]
fn names_that_are_files_are_files() {
    let folder = Folder::new();
    folder.done("gen --grid 4x4 --steps 4 --num 1 --out halton.json");
    fs_err::rename(folder.path("halton.json"), folder.path("halton")).unwrap();
    // A file without an ending is no order file, and not taken for a method either.
    let outcome = folder.run("explore halton --grid 4x4 --steps 4 --out page.html");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(outcome.stderr.contains("halton"), "{outcome}");
    assert!(!folder.path("page.html").exists());
    let data = data(&page(&folder, "lpd,repulsion=2 lpd --grid 4x4 --steps 4"));
    assert_eq!(data["orders"][0]["label"], "lpd, repulsion 2");
}

#[test]
fn several_orders_of_random_methods_are_told_apart() {
    let folder = Folder::new();
    folder.done("gen --grid 4x4 --steps 4 --method random --num 4 --out random.json");
    let data = data(&page(&folder, "random.json lpd raster --num 3"));
    let orders = data["orders"].as_array().unwrap();
    let labels: Vec<&str> = orders
        .iter()
        .map(|o| o["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "random",
            "lpd",
            "raster",
            "random #1",
            "lpd #1",
            "random #2",
            "lpd #2"
        ]
    );
    let line = "explore random.json --num 5 --out page.html --force";
    let outcome = folder.run(line);
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(outcome.stderr.contains("random.json"), "{outcome}");
}

#[test]
fn texts_from_outside_are_escaped() {
    let folder = Folder::new();
    let label = "</script><script>alert(1)</script><!--";
    folder.done(&format!(
        "explore lpd --grid 4x4 --steps 4 --label {label} --title {label} --out page.html"
    ));
    let page = String::from_utf8(folder.read("page.html")).unwrap();
    assert!(!page.contains("<script>alert"));
    assert!(!page.contains("<!--"));
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(data(&page)["orders"][0]["label"], label);
}

#[test]
fn what_no_page_can_show_is_refused() {
    let folder = Folder::new();
    folder.done("gen --grid 4x4 --steps 4 --num 1 --out small.json");
    folder.done("gen --grid 5x5 --steps 4 --num 1 --out large.json");
    for (line, message) in [
        (
            "explore small.json large.json --out page.html",
            "small is of a 4x4 grid and large of 5x5; a page shows one grid",
        ),
        (
            "explore lpd --grid 65x64 --steps 8 --out page.html",
            "a 65x64 grid has 4160 cells; a page shows grids of at most 4096",
        ),
        (
            "explore lpd --grid 4x4 --steps 4 --out page.svg",
            "--out page.svg does not end in .html",
        ),
        (
            "explore lpd --grid 4x4 --steps 4 --results none --out page.html",
            "--results: none is no folder of a sweep's results",
        ),
    ] {
        folder.refuses(2, line, message);
    }
    folder.write("page.html", "mine");
    folder.refuses(
        2,
        "explore small.json --out page.html",
        "page.html exists already; --force replaces it",
    );
    assert_eq!(folder.read("page.html"), b"mine");
}
