//! The integers that JavaScript numbers stand for.

use super::Error;

/// The largest integer up to which every integer is a separate JavaScript number: 2⁵³−1,
/// `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Returns an integer as a number, unless it would be rounded or could be mistaken for a rounded one.
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

/// The result of reading a number as an integer.
pub(super) enum Integral {
    /// This integer.
    Exact(i64),
    /// An integer, but perhaps not the intended one.
    Rounded,
    /// Not an integer.
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
