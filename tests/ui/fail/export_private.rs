//! A public marker would show a private type.

#![allow(unused)]

use durable_object::prelude::*;

#[durable_object]
pub struct Cache<T>(T);

#[durable_object]
impl<T: Default> Cache<T> {
    #[init]
    fn init(_: Ctx) -> Self {
        Self(T::default())
    }
}

#[derive(Default)]
struct Private;

export_object!(Fine = Cache<Private>);
export_object!(pub Public = Cache<Private>);

fn main() {}
