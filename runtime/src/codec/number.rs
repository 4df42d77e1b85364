//! Which JavaScript numbers are which integers.

use super::Error;

/// The largest integer up to which every integer is a JavaScript number of its own: 2⁵³−1,
/// `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// An integer as a number, unless it would be rounded or could be mistaken for one that was.
#[expect(clippy::cast_precision_loss, reason = "checked to be a safe integer")]
pub(super) fn from_integer(negative: bool, magnitude: u64) -> Result<f64, Error> {
    if magnitude > MAX_SAFE {
        let sign = if negative { "-" } else { "" };
        return Err(Error::new(format!(
            "{sign}{magnitude} is beyond ±(2^53-1), where JavaScript numbers are not exact; \
             use i128 or u128, which are a bigint there"
        )));
    }
    let number = magnitude as f64;
    Ok(if negative { -number } else { number })
}

/// What a number is when an integer is expected.
pub(super) enum Integral {
    /// This integer.
    Exact(i64),
    /// An integer, but perhaps not the one that was meant.
    Rounded,
    /// No integer.
    Fraction,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "checked to be a safe integer"
)]
pub(super) fn integral(number: f64) -> Integral {
    if number.fract() != 0.0 {
        Integral::Fraction
    } else if number.abs() <= MAX_SAFE as f64 {
        Integral::Exact(number as i64)
    } else {
        Integral::Rounded
    }
}
