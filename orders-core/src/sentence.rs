//! Errors in words.

use std::error::Error;

/// An error and what caused it, in one sentence on one line: what it quotes of a file may have
/// control characters, which could be commands to a terminal, and these are escaped.
///
/// ```
/// use orders_core::{Grid, with_sources};
///
/// let error = Grid::new(0, 4).unwrap_err();
/// assert_eq!(with_sources(&error), "a 0x4 grid has no cells; every side must be at least 1");
/// ```
pub fn with_sources(error: &dyn Error) -> String {
    let mut sentence = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors tell their cause themselves.
        if !sentence.ends_with(&cause_text) {
            sentence.push_str(": ");
            sentence.push_str(&cause_text);
        }
        source = cause.source();
    }
    if sentence.contains(char::is_control) {
        sentence = on_one_line(&sentence);
    }
    sentence
}

fn on_one_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

/// A message without the numbers that the system has for its errors, as in "No space
/// left on device (os error 28)".
pub fn without_numbers(message: &str) -> String {
    let mut parts = message.split(" (os error ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                kept.push_str(rest);
            }
            _ => {
                kept.push_str(" (os error ");
                kept.push_str(part);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{with_sources, without_numbers};

    #[test]
    fn what_is_quoted_commands_no_terminal() {
        let error = std::io::Error::other("no field \u{1b}[2J\nis 'é'");
        assert_eq!(with_sources(&error), r"no field \u{1b}[2J\nis 'é'");
    }

    #[test]
    fn only_numbers_of_the_system_are_left_out() {
        let full = "a can't be written: No space left on device (os error 28)";
        assert_eq!(
            without_numbers(full),
            "a can't be written: No space left on device"
        );
        let twice = "x (os error 2): y (os error 2), z";
        assert_eq!(without_numbers(twice), "x: y, z");
        for other in ["", "plain", "a (os error b) c", "a (os error 2"] {
            assert_eq!(without_numbers(other), other);
        }
    }
}
