//! The conversion from JSON to msgpack.

use super::tokens::{Token, Tokens};
use super::{DEFINITION, FIRST_RECORD, MsgpackError, RECORDS};
use crate::livestore::wire::json;
use crate::sys;

/// Returns the msgpack of a JSON text, as msgpackr writes it: objects are records, and each shape's keys are
/// written once.
pub(crate) fn from_json(json: &str) -> Result<Vec<u8>, MsgpackError> {
    json::check(json)?;
    let containers = containers(json);
    let mut next = containers.iter();
    let mut encoder = Encoder { out: Vec::with_capacity(json.len()), shapes: Vec::new() };
    for token in Tokens::new(json) {
        match token {
            Token::BeginArray => encoder.header(&ARRAY, next.next().map_or(0, |array| array.items)),
            Token::BeginObject => encoder.object(next.next().map_or(&[], |object| &object.keys)),
            Token::End | Token::Key(_) => {}
            Token::Text(quoted) => encoder.text(quoted),
            Token::Other("null") => encoder.out.push(0xc0),
            Token::Other("false") => encoder.out.push(0xc2),
            Token::Other("true") => encoder.out.push(0xc3),
            Token::Other(number) => encoder.number(number),
        }
    }
    Ok(encoder.out)
}

/// Returns the list of some messages.
pub(crate) fn list(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut encoder = Encoder { out: Vec::new(), shapes: Vec::new() };
    encoder.header(&ARRAY, messages.len());
    messages.iter().for_each(|message| encoder.out.extend_from_slice(message));
    encoder.out
}

/// The part of an array or an object that msgpack writes before its contents.
#[derive(Default)]
struct Container<'a> {
    /// The number of values in an array.
    items: usize,
    /// The names of an object's members, with their quotes.
    keys: Vec<&'a str>,
}

/// Returns the arrays and objects of a text, in the order in which they begin.
fn containers(json: &str) -> Vec<Container<'_>> {
    let mut containers: Vec<Container<'_>> = Vec::new();
    let mut open = Vec::new();
    for token in Tokens::new(json) {
        if let Some(inside) = open.last().and_then(|&index: &usize| containers.get_mut(index)) {
            match token {
                Token::Key(key) => inside.keys.push(key),
                Token::End => {}
                _ => inside.items += 1,
            }
        }
        match token {
            Token::BeginArray | Token::BeginObject => {
                open.push(containers.len());
                containers.push(Container::default());
            }
            Token::End => drop(open.pop()),
            _ => {}
        }
    }
    containers
}

struct Encoder<'a> {
    out: Vec<u8>,
    /// The keys of each record that was defined, in the order of their numbers.
    shapes: Vec<&'a [&'a str]>,
}

/// The forms of a length: in the first byte up to a limit, and otherwise after a byte that gives the length's
/// own size.
struct Header {
    short: u8,
    limit: usize,
    of_one_byte: Option<u8>,
    of_two_bytes: u8,
    of_four_bytes: u8,
}

const ARRAY: Header =
    Header { short: 0x90, limit: 15, of_one_byte: None, of_two_bytes: 0xdc, of_four_bytes: 0xdd };
const TEXT: Header =
    Header { short: 0xa0, limit: 31, of_one_byte: Some(0xd9), of_two_bytes: 0xda, of_four_bytes: 0xdb };

impl<'a> Encoder<'a> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the text is in memory, which has less than 2^32 bytes"
    )]
    fn header(&mut self, header: &Header, length: usize) {
        match (length, header.of_one_byte) {
            (short, _) if short <= header.limit => self.out.push(header.short | short as u8),
            (..0x100, Some(tag)) => self.out.extend([tag, length as u8]),
            (..0x1_0000, _) => self.tagged(header.of_two_bytes, (length as u16).to_be_bytes()),
            _ => self.tagged(header.of_four_bytes, (length as u32).to_be_bytes()),
        }
    }

    fn tagged<const N: usize>(&mut self, tag: u8, bytes: [u8; N]) {
        self.out.push(tag);
        self.out.extend(bytes);
    }

    /// Writes the record of an object with these keys. The object's fields follow.
    #[expect(clippy::cast_possible_truncation, reason = "there are 64 records")]
    fn object(&mut self, keys: &'a [&'a str]) {
        if let Some(known) = self.shapes.iter().position(|shape| *shape == keys) {
            self.out.push(FIRST_RECORD | known as u8);
            return;
        }
        if self.shapes.len() == RECORDS {
            // Their numbers get new meanings, one by one.
            self.shapes.clear();
        }
        self.out.extend(DEFINITION);
        self.out.push(FIRST_RECORD | self.shapes.len() as u8);
        self.shapes.push(keys);
        self.header(&ARRAY, keys.len());
        keys.iter().for_each(|key| self.text(key));
    }

    fn text(&mut self, quoted: &str) {
        let text = json::unquoted(quoted);
        self.header(&TEXT, text.len());
        self.out.extend_from_slice(&text);
    }

    /// Writes the number that JavaScript reads: an integer if 32 bits can hold it, otherwise a float.
    #[expect(clippy::cast_possible_truncation, reason = "each is in the range of the type it becomes")]
    #[expect(clippy::cast_sign_loss, reason = "as above")]
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounded as JavaScript does it, and what is compared is small"
    )]
    fn number(&mut self, digits: &str) {
        let number = digits.parse::<i64>().map_or_else(|_| sys::number(digits), |integer| integer as f64);
        let integer = number as i64;
        let is_integer = integer as f64 == number;
        match integer {
            _ if !is_integer => self.tagged(0xcb, number.to_be_bytes()),
            0..0x40 => self.out.push(integer as u8),
            0x40..0x100 => self.tagged(0xcc, (integer as u8).to_be_bytes()),
            0x100..0x1_0000 => self.tagged(0xcd, (integer as u16).to_be_bytes()),
            0x1_0000..0x1_0000_0000 => self.tagged(0xce, (integer as u32).to_be_bytes()),
            -0x20..0 => self.out.push(integer as u8),
            -0x80..0 => self.tagged(0xd0, (integer as i8).to_be_bytes()),
            -0x8000..0 => self.tagged(0xd1, (integer as i16).to_be_bytes()),
            -0x8000_0000..0 => self.tagged(0xd2, (integer as i32).to_be_bytes()),
            _ => self.tagged(0xcb, number.to_be_bytes()),
        }
    }
}
