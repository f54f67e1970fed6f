//! What goes where: results to stdout, everything else to stderr.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;

use crate::failure::{Failure, INTERRUPTED, Result, SAID_NO, WRONG_INPUT, without_numbers};
use crate::progress_lines::{LastLine, ProgressLines};

/// The only way to the terminal.
#[derive(Debug)]
pub(crate) struct Printer {
    quiet: bool,
    /// Of progress, where stderr is no terminal.
    last_line: LastLine,
}

impl Printer {
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            quiet,
            last_line: LastLine::now(),
        }
    }

    /// A result in lines, with a newline. What it quotes of files and their names may have
    /// other control characters, which could be commands to a terminal, and these are escaped.
    pub(crate) fn result(&self, text: &str) -> Result<()> {
        let is_command = |c: char| c.is_control() && c != '\n' && c != '\t';
        let mut shown = String::with_capacity(text.len() + 1);
        for character in text.chars() {
            match is_command(character) {
                true => shown.extend(character.escape_default()),
                false => shown.push(character),
            }
        }
        shown.push('\n');
        self.result_bytes(shown.as_bytes())
    }

    /// A result, as it is.
    pub(crate) fn result_bytes(&self, bytes: &[u8]) -> Result<()> {
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(bytes)
            .and_then(|()| stdout.flush())
            .map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
                _ => Failure::Work(format!("stdout can't be written to: {error}")),
            })
    }

    /// A result as one line of JSON.
    pub(crate) fn result_json(&self, value: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_string(value).map_err(Failure::work)?;
        text.push('\n');
        self.result_bytes(text.as_bytes())
    }

    /// What measures are, a line each below an empty one.
    #[cfg(feature = "analyze")]
    pub(crate) fn explanations(&self, lines: impl Iterator<Item = String>) -> Result<()> {
        self.result(&format!("\n{}", lines.collect::<Vec<_>>().join("\n")))
    }

    /// A result, as one line of JSON if that is asked for, else in words.
    pub(crate) fn report(
        &self,
        json: bool,
        value: &impl Serialize,
        words: impl FnOnce() -> String,
    ) -> Result<()> {
        match json {
            true => self.result_json(value),
            false => self.result(&words()),
        }
    }

    /// Something that is good to know.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            stderr(&format!("note: {text}"));
        }
    }

    /// Says why a command ended early, and gives the exit status.
    pub(crate) fn failure(&self, failure: Failure) -> u8 {
        let (text, status) = match failure {
            Failure::Input(message) => (without_numbers(&message), WRONG_INPUT),
            Failure::Work(message) => (without_numbers(&message), SAID_NO),
            Failure::Interrupted => ("interrupted; nothing was written".into(), INTERRUPTED),
            Failure::Paused(kept) => (format!("interrupted; {kept}"), INTERRUPTED),
            Failure::Told(status) => return status,
            Failure::ClosedPipe => return 0,
        };
        stderr(&format!("error: {text}"));
        status
    }

    /// Several of them.
    pub(crate) fn notes(&self, notes: &[String]) {
        for note in notes {
            self.note(note);
        }
    }

    /// A progress bar; where stderr is no terminal, a line every 30 seconds.
    pub(crate) fn progress(&self, length: u64, what: &str) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let (target, template) = match io::stderr().is_terminal() {
            true => (
                ProgressDrawTarget::stderr_with_hz(10),
                "{msg} {wide_bar} {human_pos}/{human_len} ({rate} a second, {eta} left)",
            ),
            false => (
                ProgressDrawTarget::term_like_with_hz(
                    Box::new(ProgressLines::new(self.last_line.clone())),
                    1,
                ),
                "{msg}: {human_pos} of {human_len} ({rate} a second, {eta} left)",
            ),
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                // What can't be drawn is left out.
                let _ = write!(out, "{}", HumanCount(state.per_sec() as u64));
            });
        bar.set_style(style);
        bar.set_message(what.to_owned());
        if io::stderr().is_terminal() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        bar
    }
}

/// If stderr is gone, nobody is left to be told.
fn stderr(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
