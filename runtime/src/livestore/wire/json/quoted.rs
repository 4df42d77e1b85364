//! Quoted text, and its value.

use std::borrow::Cow;

/// Returns the number of bytes at the front that are neither a quote, a backslash nor a control character.
pub(super) fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    // Returns a word with the highest bit of each byte that is less than `limit`. The bits after the first
    // such byte may be wrong.
    let less = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGHEST;
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let is = |byte: u8| less(word ^ (ONES * u64::from(byte)), 1);
        let special = less(word, b' ') | is(b'"') | is(b'\\');
        if special != 0 {
            return index * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let special = |byte: &u8| matches!(byte, ..b' ' | b'"' | b'\\');
    text.len() - rest.len() + rest.iter().position(special).unwrap_or(rest.len())
}

/// Returns whether valid JSON has no space between its parts.
pub(crate) fn is_compact(json: &str) -> bool {
    let mut rest = json.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' => after_text(after),
            ..=b' ' => return false,
            _ => after,
        };
    }
    true
}

/// Returns the bytes behind a quoted text, of which the first quote is read.
fn after_text(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = rest.get(plain_length(rest)..).unwrap_or_default();
        rest = match rest {
            [b'"', after @ ..] => return after,
            [b'\\', _, after @ ..] | [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

/// Returns the bytes of a valid quoted text: UTF-8, except that half of a surrogate pair is encoded like a
/// character.
pub(crate) fn unquoted(quoted: &str) -> Cow<'_, [u8]> {
    let mut rest = quoted.as_bytes();
    if let [b'"', inside @ .., b'"'] = rest {
        rest = inside;
    }
    if !rest.contains(&b'\\') {
        return Cow::Borrowed(rest);
    }
    let mut out = Vec::with_capacity(rest.len());
    while let Some((plain, after)) =
        rest.iter().position(|byte| *byte == b'\\').and_then(|at| rest.split_at_checked(at))
    {
        out.extend_from_slice(plain);
        rest = match *after {
            [_, b'u', ref digits @ ..] => push_units(&mut out, digits),
            [_, escaped, ref after @ ..] => {
                out.push(match escaped {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    itself => itself,
                });
                after
            }
            _ => &[],
        };
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Returns valid JSON in which `\ufffd` stands for each half of a surrogate pair that is alone. JavaScript has
/// such texts, and stores them so when it needs UTF-8; Rust does not read them.
pub(crate) fn with_whole_characters(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    let surrogate = |at: usize| match json.as_bytes().get(at..) {
        Some([b'\\', b'u', digits @ ..]) => {
            Some(unit(digits).0).filter(|unit| matches!(unit, 0xd800..0xe000))
        }
        _ => None,
    };
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        at += match (surrogate(at), surrogate(at + UNIT)) {
            (Some(0xd800..0xdc00), Some(0xdc00..)) => 2 * UNIT,
            (Some(_), _) => {
                out.push_str(json.get(copied..at).unwrap_or_default());
                out.push_str("\\ufffd");
                copied = at + UNIT;
                UNIT
            }
            // A backslash and the character that it escapes.
            (None, _) => 2,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(json.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The length of `\u` and its four digits.
const UNIT: usize = 6;

/// Appends the UTF-16 code unit after `\u`, or the pair that it begins. Returns the rest.
fn push_units<'a>(out: &mut Vec<u8>, digits: &'a [u8]) -> &'a [u8] {
    let (unit, rest) = unit(digits);
    let second = match *rest {
        [b'\\', b'u', ref digits @ ..] if matches!(unit, 0xd800..0xdc00) => self::unit(digits),
        _ => (0, rest),
    };
    let (code, rest) = match second {
        (low @ 0xdc00..0xe000, rest) => (0x1_0000 + ((unit - 0xd800) << 10 | (low - 0xdc00)), rest),
        _ => (unit, rest),
    };
    match char::from_u32(code) {
        Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => {
            let six_bits = |shift: u32| 0x80 | (code >> shift & 0x3f) as u8;
            out.extend([0xed, six_bits(6), six_bits(0)]);
        }
    }
    rest
}

/// Returns the code unit of four hexadecimal digits.
fn unit(digits: &[u8]) -> (u32, &[u8]) {
    let (digits, rest) = digits.split_at_checked(4).unwrap_or((digits, &[]));
    let value = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or(0);
    (digits.iter().fold(0, |unit, digit| unit << 4 | value(digit)), rest)
}

/// Passes a quoted text on, piece by piece, as `JSON.stringify` writes it.
pub(crate) fn push_quoted(text: &str, out: &mut dyn FnMut(&str)) {
    out("\"");
    push_escaped(text, out);
    out("\"");
}

/// Passes a text on in the same way, without the quotes.
pub(crate) fn push_escaped(text: &str, out: &mut dyn FnMut(&str)) {
    const DIGITS: &str = "0123456789abcdef";
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at_checked(plain_length(rest.as_bytes())).unwrap_or((rest, ""));
        out(plain);
        let Some(&byte) = special.as_bytes().first() else { break };
        match byte {
            b'"' => out("\\\""),
            b'\\' => out("\\\\"),
            8 => out("\\b"),
            12 => out("\\f"),
            b'\n' => out("\\n"),
            b'\r' => out("\\r"),
            b'\t' => out("\\t"),
            control => {
                let digit =
                    |value: u8| DIGITS.get(usize::from(value)..=usize::from(value)).unwrap_or_default();
                out("\\u00");
                out(digit(control >> 4));
                out(digit(control & 15));
            }
        }
        rest = special.get(1..).unwrap_or_default();
    }
}
