//! JavaScript's half of the codec, in Rust: what `build.js` and `tape.js` do with a tape.

use super::super::encode::Encoded;
use super::super::tape::{MAX_KEYS, Tag, Tape, write_length, write_number};

/// A JavaScript value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Js {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    BigInt(bool, [u8; 16]),
    Text(String),
    Bytes(Vec<u8>),
    View(&'static str, Vec<u8>),
    Array(Vec<Js>),
    Object(Vec<(String, Js)>),
    Date(f64),
    Other(&'static str),
    LargeText(String),
    LargeBytes(Vec<u8>),
}

impl Js {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn object<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Object(fields.map(|(key, value)| (key.to_owned(), value)).into())
    }

    pub(super) fn array<const N: usize>(elements: [Self; N]) -> Self {
        Self::Array(elements.into())
    }

    pub(super) fn bigint(value: i128) -> Self {
        Self::BigInt(value < 0, value.to_le_bytes())
    }

    /// The value of what was encoded.
    pub(super) fn build(encoded: &Encoded) -> Self {
        let text = encoded.text.encode_utf16().collect();
        let mut builder = Builder { tape: &encoded.tape, text, cut: 0, names: Vec::new() };
        let tag = builder.byte();
        let value = builder.value(tag);
        assert!(builder.tape.is_empty() && builder.cut == builder.text.len(), "all of it was read");
        value
    }

    /// Its tape.
    pub(super) fn tape(&self) -> Tape {
        let (mut bytes, mut large) = (Vec::new(), Vec::new());
        self.write(&mut bytes, &mut large, &mut Vec::new());
        Tape { bytes, large }
    }

    fn write<'a>(&'a self, tape: &mut Vec<u8>, large: &mut Vec<Vec<u8>>, keys: &mut Vec<&'a str>) {
        let text = |tape: &mut Vec<u8>, text: &str| {
            write_length(tape, text.len());
            tape.extend_from_slice(text.as_bytes());
        };
        match self {
            Self::Undefined => tape.push(Tag::Undefined as u8),
            Self::Null => tape.push(Tag::Null as u8),
            Self::Bool(value) => tape.push(if *value { Tag::True } else { Tag::False } as u8),
            Self::Number(number) => write_number(tape, *number),
            Self::BigInt(negative, bits) => {
                tape.extend([Tag::BigInt as u8, u8::from(*negative)]);
                tape.extend(bits);
            }
            Self::Text(value) => {
                tape.push(Tag::Text as u8);
                text(tape, value);
            }
            Self::Bytes(bytes) => {
                tape.push(Tag::Bytes as u8);
                write_length(tape, bytes.len());
                tape.extend(bytes);
            }
            Self::View(class, bytes) => {
                tape.push(Tag::View as u8);
                text(tape, class);
                write_length(tape, bytes.len());
                tape.extend(bytes);
            }
            Self::Array(elements) => {
                tape.push(Tag::Array as u8);
                write_length(tape, elements.len());
                elements.iter().for_each(|element| element.write(tape, large, keys));
            }
            Self::Object(fields) => {
                tape.push(Tag::Object as u8);
                for (key, value) in fields.iter().filter(|(_, value)| *value != Self::Undefined) {
                    if let Some(index) = keys.iter().position(|known| known == key) {
                        write_length(tape, index + 2);
                    } else {
                        tape.push(1);
                        text(tape, key);
                        if keys.len() < MAX_KEYS {
                            keys.push(key);
                        }
                    }
                    value.write(tape, large, keys);
                }
                tape.push(0);
            }
            Self::Date(millis) => {
                tape.push(Tag::Date as u8);
                tape.extend(millis.to_le_bytes());
            }
            Self::Other(what) => {
                tape.push(Tag::Other as u8);
                text(tape, what);
            }
            Self::LargeText(text) => {
                tape.push(Tag::AsideText as u8);
                large.push(text.clone().into_bytes());
            }
            Self::LargeBytes(bytes) => {
                tape.push(Tag::AsideBytes as u8);
                large.push(bytes.clone());
            }
        }
    }
}

struct Builder<'a> {
    tape: &'a [u8],
    text: Vec<u16>,
    cut: usize,
    names: Vec<String>,
}

impl Builder<'_> {
    fn value(&mut self, tag: u8) -> Js {
        let tags = [
            (Tag::Undefined, Js::Undefined),
            (Tag::Null, Js::Null),
            (Tag::False, Js::Bool(false)),
            (Tag::True, Js::Bool(true)),
        ];
        if let Some((_, value)) = tags.into_iter().find(|(simple, _)| *simple as u8 == tag) {
            return value;
        }
        match tag {
            _ if tag == Tag::Integer as u8 => {
                let zigzag = u32::try_from(self.length()).unwrap();
                Js::Number(((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed()).into())
            }
            _ if tag == Tag::Number as u8 => Js::Number(f64::from_le_bytes(self.take())),
            _ if tag == Tag::BigInt as u8 => Js::BigInt(self.byte() == 1, self.take()),
            _ if tag == Tag::Text as u8 => Js::Text(self.piece()),
            _ if tag == Tag::Name as u8 => {
                let number = self.length();
                Js::Text(self.name(number))
            }
            _ if tag == Tag::Bytes as u8 => {
                let length = self.length();
                let (bytes, rest) = self.tape.split_at(length);
                self.tape = rest;
                Js::Bytes(bytes.to_vec())
            }
            _ if tag == Tag::Array as u8 => {
                let mut array = Vec::new();
                loop {
                    match self.byte() {
                        end if end == Tag::End as u8 => return Js::Array(array),
                        tag => array.push(self.value(tag)),
                    }
                }
            }
            _ if tag == Tag::Object as u8 => {
                let mut fields: Vec<(String, Js)> = Vec::new();
                loop {
                    let number = self.length();
                    if number == 0 {
                        return Js::Object(fields);
                    }
                    let key = self.name(number);
                    let tag = self.byte();
                    fields.push((key, self.value(tag)));
                }
            }
            _ if tag == Tag::Date as u8 => Js::Date(f64::from_le_bytes(self.take())),
            _ => panic!("no tag {tag}"),
        }
    }

    fn name(&mut self, number: usize) -> String {
        if number == 1 {
            return self.piece();
        }
        if number - 2 == self.names.len() {
            let piece = self.piece();
            self.names.push(piece);
        }
        self.names[number - 2].clone()
    }

    fn piece(&mut self) -> String {
        let start = self.cut;
        self.cut += self.length();
        String::from_utf16(&self.text[start..self.cut]).unwrap()
    }

    fn byte(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.tape.split_first_chunk().unwrap();
        self.tape = rest;
        *taken
    }

    fn length(&mut self) -> usize {
        let mut length = 0;
        for shift in (0..).step_by(7) {
            let byte = self.byte();
            length |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        length
    }
}
