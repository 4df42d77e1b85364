//! Schemas in a crate with every lint on, whatever the names of their fields are.

#![deny(warnings, missing_debug_implementations, unreachable_pub, unused)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(missing_docs, reason = "the fields would say their names")]

use std::collections::BTreeMap;

use durable_object::livestore::schema::{
    BigInt, Event, EventMeta, Materialize, Pairs, Schema, Table, TaggedOption, Tx,
};
use durable_object::prelude::*;
use durable_object::value::{Blob, Value};
use serde::{Deserialize, Serialize};

type Names = Option<Vec<String>>;

/// The derives of serde may stand beside it, with attributes of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(rename_all_fields = "camelCase")]
#[serde(rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum NoteEvent {
    #[event(
        "v1.Added",
        sql = "INSERT INTO notes (id, args, name, reader, tx) VALUES (:id, :args, :name, :reader, :tx);
               UPDATE notes SET type = :type, self_ = :self_, tags = :tags WHERE id = :id"
    )]
    Added {
        id: String,
        args: u32,
        name: Option<Date>,
        reader: bool,
        tx: f64,
        r#type: String,
        self_: i64,
        #[event(json)]
        tags: Names,
        #[event(optional)]
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[event(default)]
        added: BTreeMap<String, u8>,
    },
    #[event("v1.Replaced", sql = ["DELETE FROM notes", "REPLACE INTO notes (id) VALUES (:id)"])]
    Replaced { id: String },
    #[event("v1.Seen", sql = [])]
    Seen {},
}

#[derive(Debug, Table)]
#[table("notes", index(name, reader), unique(args, tx))]
pub struct Note {
    #[column(primary_key)]
    pub id: String,
    #[column(default = 7)]
    pub args: u32,
    pub name: Option<Date>,
    #[column(default = false)]
    pub reader: bool,
    #[column(default = -0.5)]
    pub tx: f64,
    #[column(default = "it's", index)]
    pub r#type: String,
    #[column(rename = "self_")]
    pub me: Option<i64>,
    #[column(json)]
    pub tags: Names,
    #[column(sql_type = "ANY")]
    pub any: Value,
    pub bytes: Option<Blob>,
    pub big: TaggedOption<BigInt>,
}

#[derive(Debug)]
pub struct Notes;

impl Schema for Notes {
    type Event = NoteEvent;
    type Tables = (Note,);
}

#[derive(Debug, Event)]
pub enum ByHand {
    #[event("v1.Voted")]
    Voted { votes: Pairs<u8, (String, Option<u8>)> },
}

impl Materialize for ByHand {
    fn materialize(&self, tx: &Tx<'_>, meta: &EventMeta) -> Result<()> {
        let Self::Voted { votes } = self;
        let known: Vec<Note> = tx.query("SELECT * FROM notes ORDER BY id", ())?.all()?;
        tx.execute("UPDATE notes SET args = ? WHERE id = ?", (known.len() + votes.0.len(), &meta.client_id))
    }
}

#[derive(Debug)]
pub struct Votes;

impl Schema for Votes {
    type Event = ByHand;
    type Tables = (Note,);
    const VERSION: u32 = 2;
}

fn main() -> Result<()> {
    let seen = NoteEvent::decode("v1.Seen", "{}")?;
    assert_eq!(seen, Some(NoteEvent::Seen {}));
    let voted = ByHand::Voted { votes: Pairs::default() };
    assert_eq!(voted.encode()?, r#"{"votes":[]}"#);
    assert_eq!(Votes::VERSION + Notes::VERSION, 3);
    Ok(())
}
