//! Events that JavaScript could not read, or whose SQL does not fit.

#![allow(unused)]

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use durable_object::Date;
use durable_object::livestore::schema::Event;
use serde::{Deserialize, Serialize};

#[derive(Event)]
struct Struct {
    id: String,
}

#[derive(Event)]
enum Nothing {}

#[derive(Event)]
enum Generic<T> {
    #[event("v1.A")]
    A { value: T },
}

#[derive(Event)]
enum Names {
    Unnamed { id: String },
    #[event]
    Bare {},
    #[event("")]
    Empty {},
    #[event("v1.Twice")]
    First {},
    #[event("v1.Twice")]
    Second {},
    #[event("v1.More", name = "x")]
    More {},
    #[event("v1.Again")]
    #[event("v2.Again")]
    Again {},
}

#[derive(Event)]
enum Shapes {
    #[event("v1.Unit")]
    Unit,
    #[event("v1.Tuple")]
    Tuple(String, u32),
}

#[derive(Event)]
#[event(rename_all_fields = "kebab-case")]
enum Fields {
    #[event("v1.Same")]
    Same {
        id: String,
        #[event(rename = "id")]
        other: String,
    },
    #[event("v1.Options")]
    Options {
        #[event(optional)]
        number: u32,
        #[event(optional, default)]
        both: Option<u32>,
        #[event(flatten)]
        flat: u32,
        #[event(with = "not a path")]
        with: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        skipped: Option<u32>,
    },
}

#[derive(Serialize, Deserialize, Event)]
#[serde(rename_all_fields = "camelCase")]
enum Renamed {
    #[event("v1.A")]
    A { an_id: String },
}

#[derive(Event)]
enum Types {
    #[event("v1.Types")]
    Types {
        wide: i128,
        inside: Vec<Option<u128>>,
        map: HashMap<u32, String>,
        pairs: HashMap<(u8, u8), String>,
        duration: Duration,
        time: SystemTime,
        borrowed: &'static str,
        json: durable_object::Json<Vec<String>>,
        raw: Box<serde_json::value::RawValue>,
        function: fn(u32) -> u32,
    },
}

#[derive(Event)]
enum Statements {
    #[event("v1.Unknown", sql = "UPDATE todos SET text = :txt, at = :deletedAt, n = :completely WHERE id = :id")]
    Unknown { id: String, text: String, deleted_at: Date },
    #[event("v1.None", sql = "DELETE FROM todos WHERE id = :id")]
    None {},
    #[event("v1.Positions", sql = "DELETE FROM todos WHERE id = ? OR id = ?1 OR id = $id OR id = @id")]
    Positions { id: String },
    #[event("v1.Select", sql = "SELECT 1; CREATE TABLE more (id); DELETE FROM todos")]
    Select {},
    #[event("v1.Open", sql = "DELETE FROM todos WHERE id = 'a")]
    Open {},
    #[event("v1.Empty", sql = " -- DELETE FROM todos")]
    Empty {},
    #[event("v1.Constant", sql = [DELETE, "DELETE FROM todos"])]
    Constant {},
    #[event("v1.Without")]
    Without {},
}

const DELETE: &str = "DELETE FROM todos";

fn main() {}
