//! JSON to values. It goes over a tape of the codec, which reads what calls bring as well, so that a worker carries one
//! reader for both. And `JSON.parse` and the tape agree about numbers.

use serde::de::DeserializeOwned;

use crate::codec::{self, MAX_DEPTH, Tape, TapeWriter};
use crate::livestore::wire::json::{self, JsonError, Kind, Reader, with_whole_characters};

/// Returns the value in some JSON, or the reason why it is not a `T`.
pub(in crate::livestore::schema) fn decode<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    codec::decode(tape(json)?).map_err(|why| why.to_string())
}

fn tape(json: &str) -> Result<Tape, String> {
    let mut tape = TapeWriter::default();
    let json = with_whole_characters(json);
    json::parse(&json, |reader| write(reader, &mut tape, 0)).map_err(|why| why.to_string())?;
    Ok(tape.finish())
}

fn write(reader: &mut Reader<'_>, tape: &mut TapeWriter, depth: u8) -> json::Result<()> {
    if depth > MAX_DEPTH {
        return Err(JsonError::new(format!("it is nested deeper than {MAX_DEPTH} levels")));
    }
    match reader.kind() {
        Kind::Object => {
            tape.object();
            reader.object(&mut |reader, key| {
                tape.key(key);
                write(reader, tape, depth + 1)
            })?;
            tape.end_object();
        }
        Kind::Array => {
            let (start, mut length) = (tape.array(), 0);
            reader.array(&mut |reader| {
                length += 1;
                write(reader, tape, depth + 1)
            })?;
            tape.end_array(start, length);
        }
        Kind::Text => tape.text(&reader.text()?),
        Kind::Bool => tape.bool(reader.boolean()?),
        Kind::Null => {
            reader.null()?;
            tape.null();
        }
        Kind::Number => tape.number(reader.float()?),
    }
    Ok(())
}
