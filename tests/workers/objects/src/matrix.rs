//! Every kind of value, sent to another object by Rust code and back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use durable_object::Date;
use durable_object::prelude::*;
use durable_object::value::Blob;

use crate::echo::{Echo, Flat, Nested, Shape, Tagged, Todo};

/// Returns the mistakes by kind of value: `None` where the value came back as it was sent.
pub(crate) async fn echo_all(env: &Env) -> Result<BTreeMap<String, Option<String>>> {
    let echo = Echo::named(env, "echo of everything")?;
    let since = Date::from_millis(1_767_225_600_000).ok_or_else(|| Error::new("no date"))?;
    let mut outcomes = BTreeMap::new();
    macro_rules! echo {
        ($($method:ident: $value:expr),* $(,)?) => {$(
            let value = $value;
            let answer = echo.$method(value.clone()).await;
            outcomes.insert(stringify!($method).to_owned(), difference(&value, answer));
        )*};
    }
    echo! {
        long: -(1_i64 << 53) + 1,
        huge: i128::MIN,
        unsigned_huge: u128::MAX,
        number: -0.5_f64,
        float: 0.1_f32,
        text: "ä 🎉\0".to_owned(),
        character: '🎉',
        bytes: vec![0_u8, 1, 255],
        blob: Blob(Vec::new()),
        files: BTreeMap::from([("a".to_owned(), Some(vec![1])), ("b".to_owned(), None)]),
        floats: vec![0.5_f64],
        set: BTreeSet::from([-1_i32, 1]),
        todos: vec![Todo { id: 1, title: "ä".to_owned(), done: true, tags: vec![String::new()], score: 0.5 }; 2],
        map: BTreeMap::from([("__proto__".to_owned(), 1_i32)]),
        numbered: BTreeMap::from([(i64::MIN, "b".to_owned())]),
        votes: BTreeMap::from([(true, 1_u32)]),
        shapes: vec![Shape::Empty, Shape::Pair(1, "x".to_owned()), Shape::Named { name: None }],
        tagged: Tagged::File { content: vec![1], since },
        flat: Flat { id: 1, rest: BTreeMap::from([("a".to_owned(), 2)]) },
        date: since,
        nested: Nested(vec![Nested(Vec::new())]),
    }
    Ok(outcomes)
}

fn difference<T: PartialEq + Debug>(sent: &T, answer: Result<T>) -> Option<String> {
    match answer {
        Ok(answer) if answer == *sent => None,
        other => Some(format!("sent {sent:?}, got {other:?}")),
    }
}
