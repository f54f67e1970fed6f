//! Whether tokens are of the tokenizer that they are taken for.

use std::fmt::Display;

use crate::failure::{Failure, Result};

/// Tokens, or what takes them: what a user calls it, and the identity of the tokenizer, if it
/// is known.
pub(crate) struct Tokens<'a, P> {
    pub(crate) place: P,
    pub(crate) tokenizer: Option<&'a str>,
}

/// An error if both are known to be of different tokenizers; a note if that can't be known.
pub(crate) fn check(
    given: &Tokens<'_, impl Display>,
    taker: &Tokens<'_, impl Display>,
    notes: &mut Vec<String>,
) -> Result<()> {
    let silent = match (given.tokenizer, taker.tokenizer) {
        (Some(of_given), Some(of_taker)) if of_given != of_taker => {
            return Err(Failure::input(format!(
                "{} has tokens of {of_given}, but those of {} are of {of_taker}",
                given.place, taker.place
            )));
        }
        (Some(_), Some(_)) => return Ok(()),
        (None, Some(_)) => format!("{} doesn't say", given.place),
        (Some(_), None) => format!("{} doesn't say", taker.place),
        (None, None) => format!("neither {} nor {} says", given.place, taker.place),
    };
    notes.push(format!(
        "tokens are taken as they are: {silent} which tokenizer they are of"
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_must_agree() {
        let tokens = |place, tokenizer| Tokens { place, tokenizer };
        for (given, taker, note) in [
            (Some("a:1"), Some("a:1"), None),
            (None, Some("a:1"), Some("t doesn't say")),
            (Some("a:1"), None, Some("m doesn't say")),
            (None, None, Some("neither t nor m says")),
        ] {
            let mut notes = Vec::new();
            check(&tokens("t", given), &tokens("m", taker), &mut notes).unwrap();
            let expected = note.map(|silent| {
                format!("tokens are taken as they are: {silent} which tokenizer they are of")
            });
            assert_eq!(notes, Vec::from_iter(expected));
        }
        let mut notes = Vec::new();
        let others = check(
            &tokens("t", Some("a:1")),
            &tokens("m", Some("a:2")),
            &mut notes,
        );
        let Err(Failure::Input(message)) = others else {
            panic!("they were taken");
        };
        assert_eq!(message, "t has tokens of a:1, but those of m are of a:2");
        assert!(notes.is_empty());
    }
}
