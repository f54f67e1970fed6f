//! What every update did, as a CSV file.

use std::io::Write;
use std::path::{Path, PathBuf};

use fs_err::{File, OpenOptions};
use orders_model::train::StepReport;

use crate::bounded_file::read_bounded;
use crate::failure::{Failure, reason};
use crate::single_file::SingleFile;

/// The first line.
const HEADER: &str = "update,epoch,loss,learning_rate,gradient_norm,held_out\n";
/// The longest log that is read: over ten million updates.
const MOST_BYTES: u64 = 1 << 30;

/// One line.
pub(super) struct Row {
    pub(super) report: StepReport,
    pub(super) held_out: Option<f64>,
}

/// The log of a run.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// Lines that are not in the file yet.
    waiting: String,
}

impl Log {
    /// A log that ends with update `step`: what is behind it in a file that is
    /// there already was done after the state that the run goes on from.
    pub(super) fn open(path: &Path, step: u64) -> Result<Self, Failure> {
        let mut kept = HEADER.to_owned();
        if step > 0 {
            let bytes = read_bounded(path, "a log", MOST_BYTES, |why| {
                format!("{} can't be read: {why}", path.display())
            })?;
            let text = String::from_utf8_lossy(&bytes);
            let lines = text.split_inclusive('\n').skip(1);
            let is_kept = |line: &&str| {
                let update = line
                    .split(',')
                    .next()
                    .and_then(|word| word.parse::<u64>().ok());
                line.ends_with('\n') && update.is_some_and(|update| update <= step)
            };
            let lines: Vec<&str> = lines.filter(is_kept).collect();
            if lines.len() as u64 != step {
                return Err(Failure::input(format!(
                    "{} has {} of the {step} updates that were made; without it the run can't go on",
                    path.display(),
                    lines.len()
                )));
            }
            kept.extend(lines);
        }
        SingleFile::new(path, true)?.write(kept.as_bytes())?;
        let file = OpenOptions::new().append(true).open(path);
        Ok(Self {
            path: path.into(),
            file: file.map_err(|error| Failure::work(&error))?,
            waiting: String::new(),
        })
    }

    pub(super) fn add(&mut self, row: &Row) {
        let StepReport {
            step,
            epoch,
            loss,
            learning_rate,
            gradient_norm,
        } = row.report;
        let held_out = row
            .held_out
            .map_or_else(String::new, |loss| format!("{loss:.6}"));
        self.waiting.push_str(&format!(
            "{step},{epoch:.6},{loss:.6},{learning_rate:.6e},{gradient_norm:.6},{held_out}\n"
        ));
    }

    /// Writes what is waiting.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        let written = self.file.write_all(self.waiting.as_bytes());
        let written = written.and_then(|()| self.file.sync_data());
        written.map_err(|error| {
            Failure::Work(format!(
                "{} can't be written: {}",
                self.path.display(),
                reason(&error)
            ))
        })?;
        self.waiting.clear();
        Ok(())
    }
}
