//! A compile error that names the wrong migration and the place of the mistake.

use crate::storage::forbidden::Forbidden;

/// Fails with ``migration `0003_x`, line 3: `COMMIT`: advice``. While code compiles, a panic takes one text
/// without arguments, so this function builds the text by hand.
#[expect(clippy::panic, reason = "a compile error where migrations belong, in a constant")]
#[track_caller]
pub(super) const fn refuse(name: &str, sql: &str, mistake: Forbidden) -> ! {
    let Forbidden { start, end, advice } = mistake;
    let mut text = Text { bytes: [0; 512], length: 0 };
    text.push(b"migration `");
    text.push(name.as_bytes());
    text.push(b"`, line ");
    text.push_number(line(sql, start));
    text.push(b": ");
    if start < end {
        text.push(b"`");
        text.push(sql.as_bytes().split_at(end).0.split_at(start).1);
        text.push(b"`: ");
    }
    text.push(advice.as_bytes());
    match std::str::from_utf8(text.bytes.split_at(text.length).0) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("{}", advice),
    }
}

/// Returns the line of the byte at `at`.
const fn line(sql: &str, at: usize) -> usize {
    let mut line = 1;
    let mut before = 0;
    while before < at && before < sql.len() {
        line += (sql.as_bytes()[before] == b'\n') as usize;
        before += 1;
    }
    line
}

struct Text {
    bytes: [u8; 512],
    length: usize,
}

impl Text {
    /// Appends as much of `more` as fits.
    const fn push(&mut self, more: &[u8]) {
        let mut at = 0;
        while at < more.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = more[at];
            self.length += 1;
            at += 1;
        }
    }

    const fn push_number(&mut self, number: usize) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }
}
