//! Structs that no environment can become.

#![allow(unused)]

use durable_object::prelude::*;

#[derive(FromEnv)]
enum Either {
    Greeting(String),
}

#[derive(FromEnv)]
struct Tuple(String, Secret);

#[derive(FromEnv)]
struct Unit;

#[derive(FromEnv)]
struct Options {
    #[binding]
    bare: String,
    #[binding(secret)]
    key: String,
    #[binding(name = "no-name")]
    name: String,
    #[binding(name = "NAME", name = "OTHER")]
    twice: String,
    #[binding(name = "BARE")]
    again: String,
}

#[derive(FromEnv)]
struct Types {
    greeting: &'static str,
    count: u32,
    limits: Json<Limits>,
    list: Option<Vec<String>>,
    room: Namespace<Limits>,
}

struct Limits;

#[durable_object]
struct Counter;

#[durable_object]
impl Counter {
    #[init]
    fn init(_: Ctx, _: Limits) -> Self {
        Self
    }
}

fn main() {}
