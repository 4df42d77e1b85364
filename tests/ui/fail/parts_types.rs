//! Types that are not parts.

#![allow(unused)]

use durable_object::object::PartContext;
use durable_object::{part, prelude::*};
use std::time::Duration;

#[derive(Clone)]
struct Good;

#[part]
impl Good {
    #[rpc]
    fn answer(&self) {}

    #[scheduled]
    fn sweep(&self) {}
}

/// Does not implement `Clone`.
struct Unclonable;

#[part]
impl Unclonable {}

struct NoPart;

#[durable_object]
struct Wrong {
    ctx: Ctx,
    #[part]
    no_part: NoPart,
}

#[durable_object]
impl Wrong {
    #[init]
    fn init(ctx: Ctx) -> Self {
        todo!()
    }
}

fn main() {}
