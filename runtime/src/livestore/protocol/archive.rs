//! A store's log in a file: a line of JSON for each page, `{"backendId":…,"batch":[…]}`, with the items of a pull
//! response.

use std::borrow::Cow;

use serde::Deserialize;

use super::event::{Event, push_json_string};
use super::optional;

/// One line.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArchivePage<'a> {
    #[serde(borrow)]
    pub(crate) backend_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) batch: Vec<Archived<'a>>,
}

/// A stored event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Archived<'a> {
    #[serde(borrow)]
    pub(crate) event_encoded: Event<'a>,
    #[serde(borrow, deserialize_with = "optional::object")]
    pub(crate) metadata: Option<Metadata<'a>>,
}

/// What the backend adds to an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata<'a> {
    #[serde(borrow)]
    pub(crate) created_at: Cow<'a, str>,
}

impl<'a> ArchivePage<'a> {
    pub(crate) fn parse(line: &'a str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|why| why.to_string())
    }

    /// Its events, and when each was stored: `now`, where that is not said.
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

/// A line; `items` are the batch's items, already JSON and separated by commas.
pub(crate) fn archive_line(items: &str, backend_id: &str) -> String {
    let mut line = String::with_capacity(items.len() + 64);
    line.push_str(r#"{"backendId":"#);
    push_json_string(&mut line, backend_id);
    line.push_str(r#","batch":["#);
    line.push_str(items);
    line.push_str("]}\n");
    line
}
