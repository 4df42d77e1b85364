//! The question whether two events are the same one.
//!
//! A client has to know its own events again when the backend sends them back. Their arguments may come back
//! as another text, because a backend in JavaScript parses and writes them.

use std::collections::BinaryHeap;

use super::event::LogEvent;
use crate::livestore::wire::json;
use crate::livestore::wire::msgpack::{Token, Tokens};
use crate::sys;

/// Returns whether two events are the same one.
///
/// They are if place, name, client, session and arguments are equal. The parent and the generation do not
/// count, because a rebase changes them.
pub(crate) fn is_same(a: &LogEvent, b: &LogEvent) -> bool {
    let (x, y) = (&*a.content, &*b.content);
    a.seq.place() == b.seq.place()
        && x.name == y.name
        && x.client_id == y.client_id
        && x.session_id == y.session_id
        && same_args(x.args.as_deref(), y.args.as_deref())
}

/// Returns whether two texts are the same arguments.
///
/// Backends store missing arguments as SQL's NULL, and some of them return `null` for it. LiveStore's own clients
/// keep `{}` for both in their logs. So the three are the same here.
fn same_args(a: Option<&str>, b: Option<&str>) -> bool {
    let (a, b) = (a.unwrap_or("null"), b.unwrap_or("null"));
    let are_same = |a: &[u8], b: &[u8]| a == b || (is_nothing(a) && is_nothing(b));
    a == b || canonical(a).is_some_and(|a| canonical(b).is_some_and(|b| are_same(&a, &b)))
}

/// Returns whether arguments in their canonical form are `null` or `{}`.
fn is_nothing(canonical: &[u8]) -> bool {
    matches!(canonical, b"n" | b"{]")
}

/// An array or an object that has begun.
struct Open<'a> {
    /// The place at which its first member begins.
    start: usize,
    /// The names of an object's members, and the places at which their values begin.
    members: Vec<(&'a str, usize)>,
    is_object: bool,
}

/// Returns bytes that are equal for all texts of one value. Numbers are equal if JavaScript reads the same
/// number, the order of an object's members does not count, and the last one of equal names is the member.
/// Returns `None` for a text that is not JSON.
///
/// It does not call itself: arguments may nest deeper than the stack of a worker.
fn canonical(text: &str) -> Option<Vec<u8>> {
    json::check(text).ok()?;
    let mut out = Vec::with_capacity(text.len());
    let mut open: Vec<Open<'_>> = Vec::new();
    for token in Tokens::new(text) {
        match token {
            Token::BeginArray | Token::BeginObject => {
                let is_object = token == Token::BeginObject;
                out.push(if is_object { b'{' } else { b'[' });
                open.push(Open { start: out.len(), members: Vec::new(), is_object });
            }
            Token::Key(name) => open.last_mut()?.members.push((name, out.len())),
            Token::End => {
                let closed = open.pop()?;
                if closed.is_object {
                    sort_members(&mut out, closed)?;
                }
                out.push(b']');
            }
            Token::Text(quoted) => push_text(&mut out, quoted),
            Token::Other("null") => out.push(b'n'),
            Token::Other("true") => out.push(b't'),
            Token::Other("false") => out.push(b'f'),
            Token::Other(digits) => push_number(&mut out, digits),
        }
    }
    Some(out)
}

fn push_text(out: &mut Vec<u8>, quoted: &str) {
    let text = json::unquoted(quoted);
    out.push(b'"');
    out.extend(text.len().to_le_bytes());
    out.extend_from_slice(&text);
}

/// Appends a number as a 64-bit float. `JSON.stringify` writes 0 for its negative, and `null` for infinity.
fn push_number(out: &mut Vec<u8>, digits: &str) {
    let number = sys::number(digits);
    if number.is_finite() {
        out.push(b'0');
        out.extend((number + 0.0).to_le_bytes());
    } else {
        out.push(b'n');
    }
}

/// Writes the members of an object again, in the order of their names.
fn sort_members(out: &mut Vec<u8>, object: Open<'_>) -> Option<()> {
    let values = out.split_off(object.start);
    let ends = object.members.iter().skip(1).map(|(_, start)| *start).chain([object.start + values.len()]);
    // The place orders members of one name. A heap sorts with less code than the sorts of slices.
    let mut members = BinaryHeap::with_capacity(object.members.len());
    for ((name, start), end) in object.members.iter().zip(ends) {
        let value = values.get(start.checked_sub(object.start)?..end.checked_sub(object.start)?)?;
        members.push((json::unquoted(name), *start, value));
    }
    let members = members.into_sorted_vec();
    for (index, (name, _, value)) in members.iter().enumerate() {
        if members.get(index + 1).is_none_or(|(next, ..)| next != name) {
            out.push(b':');
            out.extend(name.len().to_le_bytes());
            out.extend_from_slice(name);
            out.extend_from_slice(value);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value as Json, json};

    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, same: bool) {
        assert_eq!(same_args(Some(a), Some(b)), same, "{a} and {b}");
        assert_eq!(same_args(Some(b), Some(a)), same, "{b} and {a}");
    }

    #[test]
    fn arguments_are_compared_as_upstreams_tests_do() {
        for (a, b) in [
            (r#"{"a":1,"b":2}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":1,"b":2}"#, r#"{ "b" : 2 , "a" : 1 }"#),
            (r#"{"x":{"a":1,"b":[2,{"c":3,"d":4}]},"y":0}"#, r#"{"y":0,"x":{"b":[2,{"d":4,"c":3}],"a":1}}"#),
            ("null", "null"),
            ("[]", "[ ]"),
            ("{}", "{ }"),
            ("1", "1.0"),
            ("-0", "0"),
            ("1e999", "null"),
            ("1e21", "1000000000000000000000"),
            ("9007199254740993", "9007199254740992"),
            (r#""\u0061\/""#, r#""a/""#),
            (r#""\ud83d\ude00""#, r#""😀""#),
            (r#"{"\u0061":1}"#, r#"{"a":1}"#),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        ] {
            check(a, b, true);
        }
        for (a, b) in [
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":null}"#),
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            ("[1,2]", "[2,1]"),
            ("[1]", "[[1]]"),
            ("[]", "{}"),
            ("[]", "null"),
            ("[[],[]]", "[[[]]]"),
            ("true", "false"),
            (r#""a""#, r#""A""#),
            (r#"["ab","c"]"#, r#"["a","bc"]"#),
            (r#""\ud800""#, r#""\ud801""#),
            (r#"{"a":{"b":1}}"#, r#"{"a":{},"b":1}"#),
        ] {
            check(a, b, false);
        }
    }

    #[test]
    fn missing_arguments_are_null_or_an_empty_object() {
        assert!(same_args(None, Some("null")) && same_args(None, None));
        assert!(same_args(None, Some("{}")) && same_args(Some("null"), Some("{ }")));
        for other in ["[]", "false", "0", r#"""#, r#"{"a":null}"#, "[{}]"] {
            assert!(!same_args(None, Some(other)) && !same_args(Some("{}"), Some(other)), "{other}");
        }
    }

    #[test]
    fn a_text_that_is_not_json_equals_only_itself() {
        assert!(same_args(Some("{"), Some("{")));
        check("{", "[", false);
        check("{", "{ ", false);
    }

    #[test]
    fn deep_arguments_are_compared() {
        let nested =
            |inner: &str| format!("{}{inner}{}", r#"{"b":1,"a":["#.repeat(5_000), "]}".repeat(5_000));
        check(&nested("1"), &nested("1.0"), true);
        check(&nested("1"), &nested("2"), false);
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let scalar = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            (-3_i64..3).prop_map(Json::from),
            "[a-b]{0,2}".prop_map(Json::from),
        ];
        scalar.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map("[a-c]{0,1}", inner, 0..4).prop_map(|fields| json!(fields)),
            ]
        })
    }

    /// Writes a value with spaces, and with the members of its objects in reverse.
    fn otherwise(value: &Json) -> String {
        match value {
            Json::Array(items) => {
                format!("[{} ]", items.iter().map(otherwise).collect::<Vec<_>>().join(" , "))
            }
            Json::Object(fields) => {
                let fields =
                    fields.iter().rev().map(|(name, value)| format!("\"{name}\": {}", otherwise(value)));
                format!("{{ {}}}", fields.collect::<Vec<_>>().join(","))
            }
            Json::Number(number) => format!("{number}.0"),
            other => other.to_string(),
        }
    }

    proptest! {
        #[test]
        fn two_texts_are_the_same_exactly_when_their_values_are(a in any_json(), b in any_json()) {
            prop_assert!(same_args(Some(&a.to_string()), Some(&otherwise(&a))));
            let is_nothing = |value: &Json| value.is_null() || value.as_object().is_some_and(Map::is_empty);
            let are_same = a == b || (is_nothing(&a) && is_nothing(&b));
            prop_assert_eq!(same_args(Some(&a.to_string()), Some(&otherwise(&b))), are_same);
        }
    }
}
