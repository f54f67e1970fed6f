//! Texts of users that stand in pictures and tables.

use crate::description::plural;
use crate::failure::{Failure, Result};

/// Whether a text is a line: without line breaks and other characters that nobody sees.
/// `what` is where it is from.
pub(crate) fn line_of_text(what: &str, text: &str) -> Result<()> {
    if text.contains(char::is_control) {
        return Err(Failure::input(format!(
            "{what} {text:?} has a control character; it takes one line of text"
        )));
    }
    Ok(())
}

/// Whether there are as many labels as things to be called by them, and they can be told
/// apart. `what` is one of these things.
pub(crate) fn check_labels(labels: &[String], (what, count): (&str, usize)) -> Result<()> {
    if labels.len() != count {
        let are = if count == 1 { "is" } else { "are" };
        return Err(Failure::input(format!(
            "--label is given {} time{}, but {count} {what}{} {are} shown; each has one, or none has",
            labels.len(),
            plural(labels.len() as u64),
            plural(count as u64),
        )));
    }
    for (index, label) in labels.iter().enumerate() {
        line_of_text("the label", label)?;
        if labels[..index].contains(label) {
            return Err(Failure::input(format!(
                "two {what}s are called '{label}'; give each a --label of its own"
            )));
        }
    }
    Ok(())
}
