//! Schemas whose parts do not fit.

#![allow(unused)]

use durable_object::value::Value;
use durable_object::livestore::schema::{Event, Schema, Table};

#[derive(Event)]
enum ByHand {
    #[event("v1.A")]
    A { id: String },
}

struct NotARow;

struct WithoutMaterialize;

impl Schema for WithoutMaterialize {
    type Event = ByHand;
    type Tables = (NotARow,);
}

struct WithoutTuple;

impl Schema for WithoutTuple {
    type Event = NotARow;
    type Tables = Todo;
}

#[derive(Event)]
enum Unbound {
    #[event("v1.A", sql = "INSERT INTO todos (tags) VALUES (:tags)")]
    A { tags: Vec<String> },
    #[event("v1.B", sql = [])]
    B { value: NotARow },
}

#[derive(Table)]
#[table("todos")]
struct Todo {
    #[column(primary_key)]
    id: String,
    tags: Vec<String>,
    any: Value,
    #[column(sql_type = "ANY")]
    custom: NotARow,
}

fn main() {}
