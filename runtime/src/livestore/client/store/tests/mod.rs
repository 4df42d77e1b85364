//! The tables of a store through random histories, beside the same events applied from the beginning.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod histories;
mod inherited;
mod odd;
mod schema;
mod steps;
mod takeover;
