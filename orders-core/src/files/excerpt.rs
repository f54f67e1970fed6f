//! Foreign text in messages.

/// The most characters that a message quotes of a file.
const CHARACTERS: usize = 160;

/// Text from a file, or that may quote one, as a message can show it: without
/// control characters, which could be commands to a terminal, and cut if it is
/// long.
pub(super) fn excerpt(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown = String::new();
    for character in characters.by_ref().take(CHARACTERS) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if characters.next().is_some() {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unprintable_text_is_tamed() {
        assert_eq!(excerpt("a 'b'"), "a 'b'");
        assert_eq!(excerpt("\u{1b}[2J\n"), "\\u{1b}[2J\\n");
        assert_eq!(excerpt(&"\u{e9}".repeat(200)).chars().count(), 163);
    }
}
