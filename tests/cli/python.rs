//! Files that `gen` wrote, read by Python. Where there is no python3 or no NumPy, these do not
//! run, and say so.

use std::process::Command;

use crate::folder::Folder;
use crate::needed::{not_run, numpy_is_here};

const SCRIPT: &str = include_str!("read_orders.py");

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
    let stdout = String::from_utf8_lossy(&output.stdout);
    let left_out = stdout.strip_suffix("all the same\n").unwrap();
    if !left_out.is_empty() {
        not_run(left_out.trim_end());
    }
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
