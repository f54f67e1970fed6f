//! What tests need and a machine may lack. It is a file of several tests.

use std::io::Write;
use std::process::Command;

/// Says that a test did not run, and why: past the harness, which shows nothing of tests that
/// pass. With `ORDERS_TEST_ALL=1`, the test fails.
#[track_caller]
pub fn not_run(why: &str) {
    let all = std::env::var("ORDERS_TEST_ALL").is_ok_and(|value| value == "1");
    assert!(!all, "ORDERS_TEST_ALL is 1, and this can't run: {why}");
    // Whoever closed stderr is not told.
    let _ = writeln!(std::io::stderr(), "NOT RUN: {why}");
}

/// Whether there is a python3 with NumPy; says so if not.
#[track_caller]
#[allow(dead_code, reason = "not all tests need it")]
pub fn numpy_is_here() -> bool {
    let found = Command::new("python3")
        .args(["-c", "import numpy"])
        .output();
    let is_here = found.is_ok_and(|output| output.status.success());
    if !is_here {
        not_run("python3 with numpy is not installed");
    }
    is_here
}
