//! The bytes of a pickle.

use crate::checkpoint::error::PickleError;

/// A place in a pickle. Nothing is copied, so a length that lies costs nothing.
pub(super) struct Bytes<'a> {
    all: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], PickleError> {
        let rest = self.all.get(self.at..).unwrap_or_default();
        let taken = rest.get(..count).ok_or(PickleError::Truncated)?;
        self.at += count;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| PickleError::Truncated)
    }

    pub(super) fn byte(&mut self) -> Result<u8, PickleError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16, PickleError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, PickleError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A length of 8 bytes; one that no memory has is beyond the end as well.
    pub(super) fn length(&mut self) -> Result<usize, PickleError> {
        let length = u64::from_le_bytes(self.array()?);
        usize::try_from(length).map_err(|_| PickleError::Truncated)
    }

    /// A text of a known length.
    pub(super) fn text(&mut self, bytes: usize) -> Result<&'a str, PickleError> {
        std::str::from_utf8(self.take(bytes)?).map_err(|_| PickleError::Text)
    }

    /// A text up to the end of a line.
    pub(super) fn line(&mut self) -> Result<&'a str, PickleError> {
        let rest = self.all.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|&byte| byte == b'\n');
        let line = self.text(end.ok_or(PickleError::Truncated)?)?;
        self.at += 1;
        Ok(line)
    }
}
