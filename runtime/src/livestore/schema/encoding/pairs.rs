//! Maps as lists of pairs.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A map whose JSON is a list of pairs, `[["a",1]]`: Effect's `Schema.Map`. Its keys may have any type.
///
/// A `Vec<(K, V)>` has the same JSON, and keeps the order. `Schema.Set` is a `Vec` or a set of std, and
/// `Schema.Record` is a map with text as keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pairs<K, V>(pub BTreeMap<K, V>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Serialize, V: Serialize> Serialize for Pairs<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|pairs: Vec<(K, V)>| Self(pairs.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list() {
        let map = Pairs(BTreeMap::from([(2, "b".to_owned()), (1, "a".to_owned())]));
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"[[1,"a"],[2,"b"]]"#);
        assert_eq!(serde_json::from_str::<Pairs<i32, String>>(r#"[[2,"b"],[1,"a"]]"#).unwrap(), map);
        assert!(serde_json::from_str::<Pairs<i32, String>>("[[1]]").is_err());
    }
}
