//! Files that `gen` wrote, read by Python. Left out, with a message, where
//! there is no python3 or no NumPy.

use std::process::Command;

use crate::folder::Folder;

const SCRIPT: &str = include_str!("read_orders.py");

fn numpy_is_here() -> bool {
    let found = Command::new("python3")
        .args(["-c", "import numpy"])
        .output();
    let is_here = found.is_ok_and(|output| output.status.success());
    if !is_here {
        println!("left out: python3 with numpy is not installed");
    }
    is_here
}

#[track_caller]
fn python_reads(flags: &str, count: usize, cells: usize) {
    if !numpy_is_here() {
        return;
    }
    let folder = Folder::new();
    folder.write("read_orders.py", SCRIPT);
    for format in ["json", "npy", "safetensors"] {
        folder.done(&format!("gen {flags} --num {count} --out a.{format}"));
    }
    let output = Command::new("python3")
        .args([
            "read_orders.py",
            &count.to_string(),
            &cells.to_string(),
            "a",
        ])
        .current_dir(folder.path(""))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{flags}: {stderr}");
    // It may say that a part was left out.
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.stdout.ends_with(b"all the same\n"));
}

#[test]
fn published_settings_at_256_pixels() {
    python_reads("--res 256 --steps 20", 200, 256);
}

#[test]
fn published_settings_at_512_pixels() {
    python_reads("--res 512 --steps 48", 50, 1024);
}

#[test]
fn a_grid_of_any_form() {
    python_reads("--grid 3x11 --steps 7", 10, 33);
}

/// More cells than 16 bits can name.
#[test]
fn a_grid_that_needs_wide_entries() {
    python_reads("--grid 257x256 --steps 300", 2, 65_792);
}
