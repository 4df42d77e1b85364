//! A todo list, and the object that is a client of its store.

use durable_object::livestore::client::{Client, ClientDO, OpenUntil};
use durable_object::livestore::schema::{Event, Schema, Table};
use durable_object::prelude::*;
use serde::Serialize;

use crate::claims::{LEEWAY, until};
use crate::credential;
use crate::token::Token;

/// The events of todo lists.
#[derive(Debug, Clone, Event)]
#[event(rename_all_fields = "camelCase")]
pub enum TodoEvent {
    /// There is something to do.
    #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
    Created {
        /// Its id.
        id: String,
        /// The text.
        text: String,
    },
}

/// A line of a list.
#[derive(Debug, Serialize, Table)]
#[table("todos")]
pub struct Todo {
    /// Its id.
    #[column(primary_key)]
    pub id: String,
    /// The text.
    pub text: String,
}

/// The schema of todo lists.
#[derive(Debug)]
pub struct Todos;

impl Schema for Todos {
    type Event = TodoEvent;
    type Tables = (Todo,);
}

impl Client for Todos {
    const OPEN_UNTIL: Option<OpenUntil> = Some(end_of_token);
    const PROTOCOLS: &'static [&'static str] = &[credential::PROTOCOL];
}

/// The worker has verified the token of this request, so the object only reads it.
fn end_of_token(request: &Request) -> Result<Option<Date>> {
    let token = credential::of(request)?;
    Ok(Some(until(&Token::parse(&token)?.claims, LEEWAY)?))
}

export_object! {
    /// A client on the server: it shows one list.
    pub LiveStoreClientDO = ClientDO<Todos>, binding = "CLIENT_DO"
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use durable_object::livestore::schema::{Findings, check};

    use super::*;

    #[test]
    fn the_schema_holds() -> Result<(), Findings> {
        check::<Todos>(&[TodoEvent::Created { id: "a".to_owned(), text: "milk".to_owned() }])
    }
}
