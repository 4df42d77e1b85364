//! Statements of this crate against SQLite itself, which is given values of its own types.

mod corpus;
mod differential;
mod grammar;
mod questions;
mod reference;
mod unread;
