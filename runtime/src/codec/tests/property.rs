//! Whatever is written is read back.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::{read, written};
use crate::Date;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Data {
    Nothing,
    Bool(bool),
    Integer(i64),
    Large(i128),
    Number(f64),
    Text(String),
    Bytes(Vec<u8>),
    Date(Date),
    Maybe(Option<Box<Data>>),
    List(Vec<Data>),
    Pair(Box<Data>, char),
    Map(BTreeMap<String, Data>),
    Numbered(BTreeMap<i32, Data>),
    Fields { id: u64, title: String, inner: Box<Data> },
}

fn data() -> impl Strategy<Value = Data> {
    let safe = (1_i64 << 53) - 1;
    let leaf = prop_oneof![
        Just(Data::Nothing),
        any::<bool>().prop_map(Data::Bool),
        prop_oneof![-safe..=safe, -300..300_i64].prop_map(Data::Integer),
        any::<i128>().prop_map(Data::Large),
        (any::<f64>()).prop_map(Data::Number),
        any::<String>().prop_map(Data::Text),
        vec(any::<u8>(), 0..300).prop_map(Data::Bytes),
        (-1_000_000_000_000_i64..4_000_000_000_000)
            .prop_map(|millis| Data::Date(Date::from_millis(millis).unwrap())),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            proptest::option::of(boxed.clone()).prop_map(Data::Maybe),
            vec(inner.clone(), 0..6).prop_map(Data::List),
            (boxed.clone(), any::<char>()).prop_map(|(first, second)| Data::Pair(first, second)),
            btree_map(any::<String>(), inner.clone(), 0..6).prop_map(Data::Map),
            btree_map(any::<i32>(), inner, 0..6).prop_map(Data::Numbered),
            (0..=safe.cast_unsigned(), any::<String>(), boxed).prop_map(|(id, title, inner)| Data::Fields {
                id,
                title,
                inner
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in data()) {
        let js = written(&value).unwrap();
        prop_assert_eq!(read::<Data>(&js), Ok(value));
    }
}
