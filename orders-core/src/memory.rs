//! Memory that work may take.

use std::fmt;

/// The most memory that work may take. What it needs is estimated and held against this
/// before anything is allocated; without a limit, all is tried.
///
/// ```
/// use orders_core::MemoryLimit;
///
/// let limit = MemoryLimit::of_bytes(7_500_000_000);
/// assert!(limit.check(1 << 30).is_ok());
/// // Ten megabytes in any case, and one for each of 20,000.
/// let error = limit.check_count(10_000_000, 1_000_000, 20_000).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "needs about 20 GB of memory, and 7.5 GB are free: at most 7490 fit"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryLimit(Option<u64>);

impl MemoryLimit {
    /// No limit: that of whoever does not know how much there is.
    pub const NONE: Self = Self(None);

    /// So many bytes.
    pub fn of_bytes(bytes: u64) -> Self {
        Self(Some(bytes))
    }

    /// The bytes, if there is a limit.
    pub fn bytes(self) -> Option<u64> {
        self.0
    }

    /// What each of several has, if they work at the same time.
    pub fn shared(self, among: usize) -> Self {
        Self(self.0.map(|bytes| bytes / among.max(1) as u64))
    }

    /// Whether so many bytes fit.
    ///
    /// # Errors
    ///
    /// [`MemoryError`] if they don't.
    pub fn check(self, needed: u64) -> Result<(), MemoryError> {
        self.fits(needed, None)
    }

    /// Whether `count` things fit, of which each takes `each` bytes, beside `fixed` bytes
    /// that are taken in any case.
    ///
    /// # Errors
    ///
    /// [`MemoryError`] if they don't; it says how many do.
    pub fn check_count(self, fixed: u64, each: u64, count: u64) -> Result<(), MemoryError> {
        let room = self.0.unwrap_or(u64::MAX).saturating_sub(fixed);
        let needed = fixed.saturating_add(each.saturating_mul(count));
        self.fits(needed, Some(room / each.max(1)))
    }

    fn fits(self, needed: u64, most: Option<u64>) -> Result<(), MemoryError> {
        match self.0 {
            Some(free) if needed > free => Err(MemoryError { needed, free, most }),
            _ => Ok(()),
        }
    }
}

/// There is too little memory: what asks for it stands before the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "needs about {} of memory, and {} are free{}",
    Bytes(*needed),
    Bytes(*free),
    fitting(*most)
)]
#[non_exhaustive]
pub struct MemoryError {
    /// Bytes that it takes, estimated.
    pub needed: u64,
    /// Bytes that there are.
    pub free: u64,
    /// How many of the things that were asked for fit, if they are counted.
    pub most: Option<u64>,
}

fn fitting(most: Option<u64>) -> String {
    match most {
        None => String::new(),
        Some(0) => ": not even one fits".to_owned(),
        Some(most) => format!(": at most {most} fit"),
    }
}

/// Bytes as people read them, to two digits.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 7] = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
        let mut value = self.0 as f64;
        let mut unit = 0;
        while value >= 1000.0 && unit + 1 < UNITS.len() {
            value /= 1000.0;
            unit += 1;
        }
        let digits = usize::from(value < 9.95 && unit > 0);
        write!(f, "{value:.digits$} {}", UNITS[unit])
    }
}

/// The bytes that an estimate comes to, which is a product of sizes that may be absurd:
/// it never overflows.
pub fn estimated_bytes(bytes: f64) -> u64 {
    // What has no room in 64 bits, and what is no number, has the largest.
    if bytes.is_nan() {
        u64::MAX
    } else {
        bytes as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_said() {
        let limit = MemoryLimit::of_bytes(1000);
        assert_eq!(limit.check(1000), Ok(()));
        let error = limit.check(1001).unwrap_err();
        assert_eq!((error.needed, error.free, error.most), (1001, 1000, None));
        assert_eq!(limit.check_count(100, 90, 10), Ok(()));
        let error = limit.check_count(100, 90, 11).unwrap_err();
        assert_eq!((error.needed, error.most), (1090, Some(10)));
        // As many as it says fit, and no more.
        assert_eq!(limit.check_count(100, 90, 10), Ok(()));
        let error = limit.check_count(2000, 90, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "needs about 2.1 kB of memory, and 1.0 kB are free: not even one fits"
        );
        assert_eq!(limit.shared(4), MemoryLimit::of_bytes(250));
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let limit = MemoryLimit::of_bytes(1 << 30);
        let error = limit.check_count(u64::MAX, u64::MAX, u64::MAX).unwrap_err();
        assert_eq!(error.needed, u64::MAX);
        assert!(limit.check_count(0, 0, u64::MAX).is_ok());
        let none = MemoryLimit::NONE;
        assert_eq!(none.check_count(u64::MAX, u64::MAX, u64::MAX), Ok(()));
        assert_eq!(none.shared(0), none);
        for (bytes, expected) in [(1e30, u64::MAX), (f64::NAN, u64::MAX), (12.7, 12)] {
            assert_eq!(estimated_bytes(bytes), expected);
        }
    }

    #[test]
    fn bytes_are_read_by_people() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (7_480_000_000, "7.5 GB"),
            (21_400_000_000, "21 GB"),
            (9_960_000, "10 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
