//! A database for each user. A user has to log in, and then reaches only their own object.
//!
//! | request | with | what it does |
//! |---|---|---|
//! | `POST /sessions` | the login key; `{ "user": ".." }` | logs a user in; the answer is a token |
//! | `DELETE /sessions` | a token | logs out |
//! | `GET /notes?tag=..&before=..` | a token | the user's notes |
//! | `POST /notes` | a token; `{ "text": "..", "tags": [..] }` | adds one |
//! | `GET`, `PUT`, `DELETE /notes/<id>` | a token | one of them |
//!
//! Keys and tokens are in the header `Authorization: Bearer ..`.

mod database;
mod route;
mod session;

use durable_object::prelude::*;
use worker::{Context, event};

pub use database::{Draft, Note, NoteError, UserDatabase, UserDatabaseStub};
pub use session::{Session, SessionStub};

/// The configuration of the worker.
#[derive(FromEnv)]
pub(crate) struct Bindings {
    pub(crate) user_database: Namespace<UserDatabase>,
    pub(crate) session: Namespace<Session>,
    pub(crate) login_key: Secret,
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _ctx: Context) -> Result<Response> {
    route::answer(request, &Bindings::from_env(&env)?).await
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
