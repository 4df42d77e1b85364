//! The form of a connection in its socket's attachment: compact JSON.

use super::{Connection, InHand, Pull};
use crate::livestore::backend::headers::ForwardedHeaders;
use crate::livestore::wire::RequestId;
use crate::livestore::wire::json::{self, JsonError, Reader, push_quoted, required, set};
use crate::socket::Attachment;
use crate::{Error, Result};

impl Attachment for Connection {
    fn write(&self, to: &mut Vec<u8>) -> Result<()> {
        self.write_json(&mut |piece| to.extend_from_slice(piece.as_bytes()));
        Ok(())
    }

    fn read(json: &str) -> Result<Self> {
        json::parse(json, Self::read_json)
            .map_err(|why| Error::Attachment(format!("it has another shape: {why}")))
    }
}

impl Connection {
    fn write_json(&self, out: &mut dyn FnMut(&str)) {
        out(r#"{"pulled":"#);
        out(text_of(self.pulled));
        out(r#","pulls":["#);
        for (index, pull) in self.pulls.iter().enumerate() {
            out(if index == 0 { "" } else { "," });
            pull.write(out);
        }
        out("]");
        if !self.in_hand.is_nothing() {
            out(r#","in_hand":"#);
            out(&self.in_hand.0.to_string());
        }
        if !self.headers.is_empty() {
            out(r#","headers":"#);
            self.headers.write(out);
        }
        if let Some(until) = self.until {
            out(r#","until":"#);
            out(&until.to_string());
        }
        out("}");
    }

    fn read_json(reader: &mut Reader<'_>) -> json::Result<Self> {
        let (mut pulled, mut pulls, mut in_hand, mut headers, mut until) = (None, None, None, None, None);
        reader.object(&mut |reader, name| match name {
            "pulled" => set(&mut pulled, name, reader.boolean()?),
            "pulls" => set(&mut pulls, name, reader.list(Pull::read)?),
            "in_hand" => set(&mut in_hand, name, InHand(reader.integer()?)),
            "headers" => set(&mut headers, name, ForwardedHeaders::read(reader)?),
            "until" => set(&mut until, name, reader.integer()?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            pulled: required(pulled, "pulled")?,
            pulls: required(pulls, "pulls")?,
            in_hand: in_hand.unwrap_or_default(),
            headers: headers.unwrap_or_default(),
            until,
        })
    }
}

impl Pull {
    fn write(&self, out: &mut dyn FnMut(&str)) {
        out(r#"{"id":"#);
        push_quoted(self.id.as_json(), out);
        out(r#","key":"#);
        out(&self.key.to_string());
        out(r#","live":"#);
        out(text_of(self.live));
        out(r#","at":"#);
        out(&self.last_sent.to_string());
        out(r#","up":"#);
        out(text_of(self.caught_up));
        out(r#","due":"#);
        out(&self.unacknowledged.to_string());
        out("}");
    }

    fn read(reader: &mut Reader<'_>) -> json::Result<Self> {
        let (mut id, mut key, mut live, mut at, mut up, mut due) = (None, None, None, None, None, None);
        reader.object(&mut |reader, name| match name {
            "id" => set(&mut id, name, RequestId::stored(reader.text()?.into_owned())),
            "key" => set(&mut key, name, unsigned(reader)?),
            "live" => set(&mut live, name, reader.boolean()?),
            "at" => set(&mut at, name, reader.integer()?),
            "up" => set(&mut up, name, reader.boolean()?),
            "due" => set(&mut due, name, unsigned(reader)?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            id: required(id, "id")?,
            key: required(key, "key")?,
            live: required(live, "live")?,
            last_sent: required(at, "at")?,
            caught_up: required(up, "up")?,
            unacknowledged: required(due, "due")?,
        })
    }
}

fn unsigned<T: TryFrom<i64>>(reader: &mut Reader<'_>) -> json::Result<T> {
    let number = reader.integer()?;
    T::try_from(number).map_err(|_| JsonError::new(format!("{number} is out of range")))
}

fn text_of(boolean: bool) -> &'static str {
    if boolean { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::super::{MAX_HEADER_BYTES, MAX_PULLS};
    use super::*;
    use crate::Date;
    use crate::livestore::wire::Frame;

    fn written(connection: &Connection) -> String {
        let mut text = Vec::new();
        connection.write(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_connection_comes_back_as_it_was() {
        let mut headers = ForwardedHeaders::default();
        headers.insert("x-user", "\"Ada\"");
        let mut connection = Connection::new(headers, Date::from_millis(1_700_000_000_000)).unwrap();
        connection.open(RequestId::stored(r#""a\"b""#.to_owned()), 7, true, -3).unwrap().fall_behind(9, 2);
        connection.open(RequestId::stored("5".to_owned()), 8, false, 0).unwrap().sent(None, false);
        assert!(connection.frame_begins(3));
        let text = written(&connection);
        assert_eq!(
            text,
            r#"{"pulled":true,"pulls":[{"id":"\"a\\\"b\"","key":7,"live":true,"at":9,"up":false,"due":2},{"id":"5","key":8,"live":false,"at":0,"up":true,"due":0}],"in_hand":769,"headers":[["x-user","\"Ada\""]],"until":1700000000000}"#
        );
        assert_eq!(Connection::read(&text).unwrap(), connection);
        assert_eq!(written(&Connection::default()), r#"{"pulled":false,"pulls":[]}"#);
        assert_eq!(
            Connection::read(r#"{"later":[1],"pulls":[],"pulled":false}"#).unwrap(),
            Connection::default()
        );
    }

    #[test]
    fn the_fullest_connection_fits_an_attachment() {
        let mut headers = ForwardedHeaders::default();
        headers.insert("x", "y".repeat(MAX_HEADER_BYTES - r#"[["x",""]]"#.len()));
        let mut connection = Connection::new(headers.clone(), Some(Date::MAX)).unwrap();
        headers.insert("x-one", "more");
        assert!(Connection::new(headers, None).is_none());
        for number in 0..MAX_PULLS {
            let frame = format!(r#"{{"_tag":"Ack","requestId":"{number:062}"}}"#);
            let Ok(Frame::Ack { id }) = Frame::parse(&frame) else { panic!("{frame}") };
            connection.open(id, (1 << 48) - 1, true, i64::MIN).unwrap();
        }
        assert!(connection.frame_begins(u32::MAX));
        let attached = written(&connection);
        assert!(attached.len() < 16_000);
        assert_eq!(Connection::read(&attached).unwrap(), connection);
    }

    #[test]
    fn as_many_pulls_fit_where_a_character_takes_two_bytes() {
        let mut connection = Connection::default();
        for number in 10..10 + MAX_PULLS {
            let frame = format!(r#"{{"_tag":"Ack","requestId":"{number}{}"}}"#, "😀".repeat(15));
            let Ok(Frame::Ack { id }) = Frame::parse(&frame) else { panic!("{frame}") };
            connection.open(id, (1 << 48) - 1, true, i64::MIN).unwrap().fall_behind(0, 10_000);
        }
        assert!(2 * written(&connection).encode_utf16().count() < 16_000);
    }

    #[test]
    fn another_shape_is_an_error() {
        for broken in ["", "{}", r#"{"pulled":1,"pulls":[]}"#, r#"{"pulled":true,"pulls":[{"id":"5"}]}"#] {
            assert!(matches!(Connection::read(broken), Err(Error::Attachment(_))), "{broken}");
        }
        let pull = r#"{"id":"5","key":-7,"live":true,"at":9,"up":false,"due":2}"#;
        let why =
            Connection::read(&format!(r#"{{"pulled":true,"pulls":[{pull}]}}"#)).unwrap_err().to_string();
        assert!(why.contains("-7 is out of range"), "{why}");
    }
}
