use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::render::module;
use super::super::types::Types;
use crate::Date;
use crate::object::export;
use crate::prelude::*;
use crate::rpc::{Js, Stream, Streaming};
use crate::value::Blob;

/// Has a method of every kind.
///
/// And */ in its documentation.
#[durable_object(binding = "ALL")]
struct Everything;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: u64,
    lines: Vec<Line>,
    note: Option<String>,
    state: State,
    extra: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
struct Line(String, u32);

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum State {
    Open,
    Shipped { carrier: String, parts: Option<u8> },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    not_before: Option<Date>,
    at: Date,
    street: Street,
    plan: Option<Vec<u8>>,
    seal: Blob,
    receipt: Option<u128>,
}

/// Not every text is one.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String")]
struct Street(String);

impl TryFrom<String> for Street {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        if text.ends_with("Street") { Ok(Self(text)) } else { Err("no street") }
    }
}

#[derive(Serialize, Deserialize)]
struct Category {
    name: String,
    parent: Option<Box<Category>>,
    children: Vec<Category>,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
enum SoldOut {
    #[error("sold out")]
    ForNow,
    #[error("only {left} left")]
    Nearly { left: u32 },
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
#[error("closed")]
struct Closed {
    until: Option<Date>,
}

#[durable_object]
impl Everything {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    /// Takes an order.
    ///
    /// # Errors
    /// When there is nothing left.
    #[rpc]
    async fn order(&self, order: Order, in_a_hurry: Option<bool>) -> Result<u64, SoldOut> {
        if in_a_hurry == Some(true) { Err(SoldOut::ForNow) } else { Ok(order.order_id) }
    }

    #[rpc(name = "delete")]
    fn remove(&mut self, delete: Option<u32>, r#default: BTreeMap<String, Line>) -> Option<Vec<u8>> {
        delete.map(|_| r#default.into_keys().next().unwrap_or_default().into_bytes())
    }

    #[rpc]
    fn deliver(&self, order_id: u64, delivery: Delivery) -> Delivery {
        if order_id > 0 { delivery } else { Delivery { receipt: None, ..delivery } }
    }

    #[rpc]
    fn tree(&self, root: Category) -> Category {
        root
    }

    #[rpc]
    fn anything(&self, anything: serde_json::Value) -> std::result::Result<serde_json::Value, Error> {
        Ok(anything)
    }

    #[rpc]
    fn lines(&self) -> Result<impl Stream<Item = Result<Line>>, SoldOut> {
        Err::<Streaming<Line>, _>(SoldOut::Nearly { left: 1 })
    }

    #[rpc]
    fn deliveries(&self, orders: Streaming<Order>) -> Result<Streaming<Delivery>, Closed> {
        drop(orders);
        Err(Closed { until: None })
    }

    #[rpc]
    fn pass_on(&self, bytes: Streaming<Vec<u8>>, _anything: Js) -> Streaming<Vec<u8>> {
        bytes
    }

    #[rpc]
    fn nothing(&self) -> Result<()> {
        Ok(())
    }

    #[fetch]
    fn fetch(&self, _: Request) -> Result<Response> {
        Ok(Response::empty()?)
    }

    #[websocket(message)]
    fn message(&self, _: Socket<()>, _: Message) {}
}

#[test]
fn the_whole_module() {
    let mut types = Types::default();
    let docs = &[" Has a method of every kind.", "", " And */ in its documentation."];
    let class = export::<Everything>(docs).described(&mut types);
    // The same file is compiled with calls of its methods in tests/types.
    assert_eq!(module(vec![class], &types), include_str!("everything.d.ts"));
}
