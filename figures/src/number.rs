//! Numbers as readers like them.

/// A number with commas between thousands from 10,000 on, where it becomes hard
/// to read without.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_grouped() {
        let texts = [0, 999, 1024, 9999, 10_000, 60_000, 16_777_216].map(grouped);
        let expected = ["0", "999", "1024", "9999", "10,000", "60,000", "16,777,216"];
        assert_eq!(texts, expected);
    }
}
