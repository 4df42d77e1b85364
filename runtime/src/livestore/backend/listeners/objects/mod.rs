//! The durable objects that listen. Each is called with the events that it lacks.

mod subscriber;
mod subscribers;
mod table;

pub(super) use subscribers::Subscribers;
