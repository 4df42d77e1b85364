//! Every kind of value, sent to another object by Rust code and back.

use std::collections::BTreeMap;
use std::fmt::Debug;

use durable_object::prelude::*;

use crate::values::{Kind, Record, Values};

/// What went wrong, by kind of value; `None` where the value came back as it was sent.
pub(crate) async fn echo_all(env: &Env) -> Result<BTreeMap<&'static str, Option<String>>> {
    let values = Values::named(env, "echo of everything")?;
    let record = Record { full_name: "Ada".to_owned(), age: Some(36), tags: vec!["x".to_owned()] };
    let map = BTreeMap::from([("a".to_owned(), 1), ("__proto__".to_owned(), 2)]);
    let mut outcomes = BTreeMap::new();
    macro_rules! echo {
        ($($method:ident: $value:expr),* $(,)?) => {$(
            let value = $value;
            let answer = values.$method(value.clone()).await;
            outcomes.insert(stringify!($method), difference(&value, answer));
        )*};
    }
    echo! {
        int: i32::MIN,
        byte: u8::MAX,
        long: (1_i64 << 53) - 1,
        unsigned: 0_u64,
        number: -0.5_f64,
        boolean: true,
        text: "ä 🎉\0".to_owned(),
        list: vec!["a".to_owned(), String::new()],
        bytes: vec![0_u8, 1, 255],
        pair: (1_i32, "a".to_owned()),
        maybe: Some(7_i32),
        map: map,
        record: record,
        kind: Kind::Sized { size: 3 },
    }
    Ok(outcomes)
}

fn difference<T: PartialEq + Debug>(sent: &T, answer: Result<T>) -> Option<String> {
    match answer {
        Ok(answer) if answer == *sent => None,
        other => Some(format!("sent {sent:?}, got {other:?}")),
    }
}
