//! `sweep report`: what is on the page, and what is refused.

use crate::folder::Folder;

const HOSTILE: &str = "</script><script>alert(1)</script>";

const SPEC: &str = r#"
title = "A & B"
orders = 6
grids = ["8x8"]
steps = [6, 10]
sizes = ["cosine"]
fields = ["exp:3"]
measures = ["total_correlation_nats", "nearest_context"]
[[methods]]
name = "lpd"
label = "</script><script>alert(1)</script>"
[[methods]]
name = "random"
"#;

fn swept() -> Folder {
    let folder = Folder::new();
    folder.write("sweep.toml", SPEC);
    folder.done("sweep sweep.toml --out results -q");
    folder
}

#[test]
fn a_report_has_settings_a_table_and_figures_with_their_commands() {
    let folder = swept();
    let printed = folder.done("sweep report results --against random --out report.html");
    assert_eq!(printed, "report.html\n");
    let page = String::from_utf8(folder.read("report.html")).unwrap();
    assert!(page.contains("<h1>A &amp; B</h1>"));
    assert!(page.contains("orders-cli sweep report results --against random --out report.html"));
    for setting in ["<dt>grid</dt><dd>8x8</dd>", "<dt>steps</dt><dd>6; 10</dd>"] {
        assert!(page.contains(setting), "{setting}");
    }
    assert_eq!(page.matches("<tr>").count(), 1 + 4);
    assert!(page.contains("difference to random"));
    // Two measures over steps, and both against each other.
    assert_eq!(page.matches("data:image/svg+xml;base64,").count(), 3);
    let captions = page.split("<figcaption>").skip(1);
    for caption in captions {
        let command = caption
            .split('>')
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap();
        let line = command.strip_prefix("orders-cli ").unwrap();
        folder.done(&format!("{line} --force"));
        assert!(folder.path("figure.svg").exists());
    }
    for outside in ["http:", "https:", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    // It is the same page again.
    folder.done("sweep report results --against random --out report.html --force");
    assert_eq!(folder.read("report.html"), page.as_bytes());
}

#[test]
fn labels_are_escaped() {
    let folder = swept();
    folder.done("sweep report results --out report.html");
    let page = String::from_utf8(folder.read("report.html")).unwrap();
    assert!(!page.contains(HOSTILE));
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
    assert_eq!(page.matches("<script").count(), 1);
}

#[test]
fn what_is_no_report_is_refused() {
    let folder = swept();
    for (line, message) in [
        (
            "sweep report results --out report.txt",
            "--out report.txt does not end in .html",
        ),
        (
            "sweep report results --where steps=7 --out report.html",
            "--where: no point has steps 7; there are 10, 6",
        ),
    ] {
        folder.refuses(2, line, message);
    }
    assert!(!folder.path("report.html").exists());
}
