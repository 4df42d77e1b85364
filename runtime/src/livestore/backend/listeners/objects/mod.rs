//! The durable objects that listen: each is called with what it lacks.

mod subscriber;
mod subscribers;
mod table;

pub(super) use subscribers::Subscribers;
