//! A store's log in a file. Each page is a line of JSON, `{"backendId":…,"batch":[…]}`, with the items of a
//! pull response.

use std::borrow::Cow;

use super::event::{Event, push_json_string};
use super::json::{self, Reader, required, set};

/// One line.
#[derive(Debug)]
pub(crate) struct ArchivePage<'a> {
    pub(crate) backend_id: Cow<'a, str>,
    pub(crate) batch: Vec<Archived<'a>>,
}

/// A stored event.
#[derive(Debug)]
pub(crate) struct Archived<'a> {
    pub(crate) event_encoded: Event<'a>,
    pub(crate) metadata: Option<Metadata<'a>>,
}

/// The data that the backend adds to an event.
#[derive(Debug)]
pub(crate) struct Metadata<'a> {
    pub(crate) created_at: Cow<'a, str>,
}

impl<'a> ArchivePage<'a> {
    pub(crate) fn parse(line: &'a str) -> Result<Self, String> {
        json::parse(line, Self::read).map_err(|why| why.to_string())
    }

    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let (mut backend_id, mut batch) = (None, None);
        reader.object(&mut |reader, name| match name {
            "backendId" => set(&mut backend_id, name, reader.text()?),
            "batch" => set(&mut batch, name, reader.list(Archived::read)?),
            _ => reader.skip(),
        })?;
        Ok(Self { backend_id: required(backend_id, "backendId")?, batch: required(batch, "batch")? })
    }

    /// Returns the page's events with the time at which each was stored, or `now` where the page does not
    /// give it.
    pub(crate) fn events<'s>(
        &'s self,
        now: &'s str,
    ) -> impl Iterator<Item = (&'s Event<'a>, &'s str)> + Clone {
        self.batch.iter().map(move |item| {
            let created_at = item.metadata.as_ref().map_or(now, |it| &it.created_at);
            (&item.event_encoded, created_at)
        })
    }
}

impl<'a> Archived<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let (mut event, mut metadata) = (None, None);
        reader.object(&mut |reader, name| match name {
            "eventEncoded" => set(&mut event, name, Event::read(reader)?),
            "metadata" => set(&mut metadata, name, reader.option(Metadata::read)?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            event_encoded: required(event, "eventEncoded")?,
            metadata: required(metadata, "metadata")?,
        })
    }
}

impl<'a> Metadata<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut created_at = None;
        reader.object(&mut |reader, name| match name {
            "createdAt" => set(&mut created_at, name, reader.text()?),
            _ => reader.skip(),
        })?;
        Ok(Self { created_at: required(created_at, "createdAt")? })
    }
}

/// Returns a line. `items` holds the batch's items, already JSON and separated by commas.
pub(crate) fn archive_line(items: &str, backend_id: &str) -> String {
    let mut line = String::with_capacity(items.len() + 64);
    line.push_str(r#"{"backendId":"#);
    push_json_string(&mut line, backend_id);
    line.push_str(r#","batch":["#);
    line.push_str(items);
    line.push_str("]}\n");
    line
}
