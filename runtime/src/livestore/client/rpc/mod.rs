//! The client's side of calls between durable objects.
//!
//! `request` writes the calls of the backend, `answer` reads its answers, and `page` is a page of events,
//! which comes in an answer or in a call of this object. `call_id` is the id of a call.

pub(crate) mod answer;
mod call_id;
pub(crate) mod page;
pub(crate) mod request;
#[cfg(test)]
mod tests;
