//! The values of a TOML file with their places.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use toml::{Spanned, Value};

use super::error::SpecError;

/// The line of a place in a text, from 1.
fn line_at(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// Turns what is written into what is meant; errors name the line.
pub(super) struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// The text as TOML.
    pub(super) fn toml<T: DeserializeOwned>(&self) -> Result<T, SpecError> {
        toml::from_str(self.text).map_err(|error| SpecError {
            line: error.span().map(|span| line_at(self.text, span.start)),
            reason: error.message().trim().replace('\n', " "),
        })
    }

    /// Wrong input at a place of the text.
    pub(super) fn refuse<T>(
        &self,
        span: Range<usize>,
        reason: impl Into<String>,
    ) -> Result<T, SpecError> {
        Err(SpecError {
            line: Some(line_at(self.text, span.start)),
            reason: reason.into(),
        })
    }

    /// The entries of a list, none of which may come twice.
    pub(super) fn list<T: PartialEq>(
        &self,
        what: &str,
        values: &[Spanned<Value>],
        read: impl Fn(&Spanned<Value>) -> Result<T, SpecError>,
    ) -> Result<Vec<T>, SpecError> {
        let mut list = Vec::with_capacity(values.len());
        for value in values {
            let item = read(value)?;
            if list.contains(&item) {
                let shown = value.get_ref();
                return self.refuse(value.span(), format!("{what} lists {shown} twice"));
            }
            list.push(item);
        }
        Ok(list)
    }

    /// A text.
    pub(super) fn text<'v>(
        &self,
        what: &str,
        value: &'v Spanned<Value>,
    ) -> Result<&'v str, SpecError> {
        match value.get_ref() {
            Value::String(text) => Ok(text),
            other => self.refuse(
                value.span(),
                format!("{what}: {other} is no text in quotes"),
            ),
        }
    }

    /// What a text stands for.
    pub(super) fn parsed<T: FromStr<Err: Display>>(
        &self,
        what: &str,
        value: &Spanned<Value>,
    ) -> Result<T, SpecError> {
        let text = self.text(what, value)?;
        text.parse()
            .or_else(|error| self.refuse(value.span(), format!("{what}: {error}")))
    }

    /// A whole number of a range.
    pub(super) fn whole(
        &self,
        what: &str,
        value: &Spanned<Value>,
        least: u64,
        most: u64,
    ) -> Result<u64, SpecError> {
        let number = match value.get_ref() {
            Value::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(number),
            None => {
                let shown = value.get_ref();
                self.refuse(
                    value.span(),
                    format!("{what}: {shown} is no whole number from {least} to {most}"),
                )
            }
        }
    }
}
