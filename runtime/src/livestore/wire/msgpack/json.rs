//! Single values in the form of `JSON.stringify`.

use std::io::Write;

use super::{MAX_JSON_BYTES, MsgpackError};
use crate::livestore::wire::is_safe_integer;
use crate::livestore::wire::json::{push_escaped, push_quoted};
use crate::{Date, sys};

/// Appends text. A write to memory cannot fail, so these functions always write all of their text.
fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

pub(super) fn push_integer(out: &mut Vec<u8>, integer: i64) -> Result<(), MsgpackError> {
    if !is_safe_integer(integer) {
        return Err(MsgpackError::BigInt);
    }
    write(out, format_args!("{integer}"));
    Ok(())
}

/// Appends a number. A number that is not finite becomes `null`.
pub(super) fn push_float(out: &mut Vec<u8>, number: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
    let integer = number as i64;
    #[expect(clippy::cast_precision_loss, reason = "safe integers are exact")]
    if !number.is_finite() {
        out.extend_from_slice(b"null");
    } else if is_safe_integer(integer) && integer as f64 == number {
        write(out, format_args!("{integer}"));
    } else {
        out.extend_from_slice(sys::number_text(number).as_bytes());
    }
}

/// Appends text in UTF-8. msgpackr writes half of a surrogate pair in it like a character.
pub(super) fn push_text(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), MsgpackError> {
    match str::from_utf8(bytes) {
        Ok(text) => {
            push_quoted(text, &mut |piece| out.extend_from_slice(piece.as_bytes()));
            Ok(())
        }
        Err(_) => push_halves(out, bytes),
    }
}

/// Appends text that is not UTF-8, in the same way. JSON has an escape for such a half.
fn push_halves(out: &mut Vec<u8>, mut bytes: &[u8]) -> Result<(), MsgpackError> {
    out.push(b'"');
    loop {
        let valid = str::from_utf8(bytes).map_or_else(|why| why.valid_up_to(), str::len);
        let (text, rest) = bytes.split_at_checked(valid).ok_or(MsgpackError::Text)?;
        let text = str::from_utf8(text).map_err(|_| MsgpackError::Text)?;
        push_escaped(text, &mut |piece| out.extend_from_slice(piece.as_bytes()));
        bytes = match rest {
            [] => break,
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, after @ ..] => {
                let unit = 0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f);
                write(out, format_args!("\\u{unit:04x}"));
                after
            }
            _ => return Err(MsgpackError::Text),
        };
    }
    out.push(b'"');
    Ok(())
}

/// Appends bytes. `JSON.stringify` writes them as an object with a number for each.
pub(super) fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), MsgpackError> {
    out.push(b'{');
    for (index, byte) in bytes.iter().enumerate() {
        if out.len() > MAX_JSON_BYTES {
            return Err(MsgpackError::TooLarge);
        }
        let comma = if index > 0 { "," } else { "" };
        write(out, format_args!("{comma}\"{index}\":{byte}"));
    }
    out.push(b'}');
    Ok(())
}

/// Appends a date from the forms of msgpack's timestamp, or `null` for a date that JavaScript cannot have.
pub(super) fn push_date(out: &mut Vec<u8>, timestamp: &[u8]) {
    match date(timestamp) {
        Some(date) => write(out, format_args!("\"{date}\"")),
        None => out.extend_from_slice(b"null"),
    }
}

fn date(timestamp: &[u8]) -> Option<Date> {
    let (seconds, nanos) = match *timestamp {
        [a, b, c, d] => (i64::from(u32::from_be_bytes([a, b, c, d])), 0),
        [a, b, c, d, e, f, g, h] => {
            let both = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
            (i64::try_from(both & 0x3_ffff_ffff).ok()?, u32::try_from(both >> 34).ok()?)
        }
        [a, b, c, d, ref seconds @ ..] => {
            (i64::from_be_bytes(seconds.try_into().ok()?), u32::from_be_bytes([a, b, c, d]))
        }
        _ => return None,
    };
    let millis = seconds.checked_mul(1_000)?.checked_add(i64::from(nanos / 1_000_000))?;
    Date::from_millis(millis)
}
