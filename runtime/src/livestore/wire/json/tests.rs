//! The reader against serde_json's, which takes neither more nor less.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use super::*;

/// JSON as people and programs write it, and nearly so.
fn texts() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:e}")),
        r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        r#""([ -!#-\[\]-~é∞😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|\\ud83d\\ude0[0-9]){0,20}""#,
    ];
    let value = leaf.prop_recursive(70, 200, 5, |inner| {
        let member = (r#""[a-c]{0,2}""#, inner.clone()).prop_map(|(name, value)| format!("{name} :{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{}\n}}", members.join(","))),
        ]
    });
    (value, prop::option::of((any::<prop::sample::Index>(), "[ -~\\n\\t\u{1}\u{7f}]{0,2}", 0..3_usize)))
        .prop_map(|(json, edit)| match edit {
            None => json,
            Some((at, inserted, removed)) => {
                let mut characters: Vec<char> = json.chars().collect();
                let at = at.index(characters.len());
                let end = characters.len().min(at + removed);
                characters.splice(at..end, inserted.chars());
                characters.into_iter().collect()
            }
        })
}

proptest! {
    #[test]
    fn what_is_json_and_what_is_not(text in texts()) {
        let ours = parse(&text, Reader::raw);
        let theirs = serde_json::from_str::<&RawValue>(&text);
        prop_assert_eq!(ours.as_ref().ok().copied(), theirs.ok().map(RawValue::get), "{:?}", ours);
    }

    #[test]
    fn texts_stand_for_the_same(text in r#""([ -!#-\[\]-~é∞😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|\\u[dD][89a-fA-F][0-9a-f]{2}){0,20}""#) {
        let ours = parse(&text, Reader::text);
        let theirs = serde_json::from_str::<String>(&text);
        prop_assert_eq!(ours.as_deref().ok(), theirs.as_deref().ok());
    }

    #[test]
    fn texts_are_written_alike(text: String) {
        let mut written = String::new();
        push_quoted(&text, &mut |piece| written.push_str(piece));
        prop_assert_eq!(&written, &serde_json::to_string(&text).unwrap());
        prop_assert_eq!(parse(&written, Reader::text).unwrap(), &*text);
        prop_assert_eq!(unquoted(&written), text.as_bytes());
    }

    #[test]
    fn objects_and_arrays_are_read_as_they_are_skipped(text in texts()) {
        prop_assert_eq!(walk(&text).is_ok(), check(&text).is_ok());
    }

    #[test]
    fn integers_are_those_of_64_bits(number in any::<i128>()) {
        for number in [number, number >> 60, number >> 64, number >> 100] {
            prop_assert_eq!(parse(&number.to_string(), Reader::integer).ok(), i64::try_from(number).ok());
        }
    }
}

/// Looks into everything.
fn walk(text: &str) -> Result<()> {
    let inside = |reader: &mut Reader<'_>| walk(reader.raw()?);
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{') => parse(text, |reader| reader.object(&mut |reader, _| inside(reader))),
        Some(b'[') => parse(text, |reader| reader.array(&mut |reader| inside(reader))),
        _ => check(text),
    }
}

#[test]
fn nothing_is_too_deep() {
    for depth in [63, 64, 65, 127, 128, 129, 100_000] {
        let (open, close) = (r#"[{"a":"#.repeat(depth), "}]".repeat(depth));
        assert!(parse(&format!("{open}1{close}"), Reader::raw).is_ok(), "{depth}");
        let (mut wrong, half) = (close.clone(), depth);
        wrong.replace_range(half..=half, if close.as_bytes()[half] == b']' { "}" } else { "]" });
        assert!(parse(&format!("{open}1{wrong}"), Reader::raw).is_err(), "{depth}");
    }
}

#[test]
fn half_of_a_pair_is_bytes_but_no_text() {
    for (text, bytes) in [(r#""a\ud83d""#, &b"a\xed\xa0\xbd"[..]), (r#""\ude00b""#, b"\xed\xb8\x80b")] {
        assert_eq!(unquoted(text), bytes);
        let why = parse(text, Reader::text).unwrap_err().to_string();
        assert!(why.contains("half of a surrogate pair"), "{why}");
    }
    assert_eq!(unquoted(r#""\ud83d\ude00\ud83d\u0041""#), &b"\xf0\x9f\x98\x80\xed\xa0\xbdA"[..]);
}

#[test]
fn what_has_no_escapes_is_borrowed() {
    assert!(matches!(parse(r#""plain""#, Reader::text), Ok(Cow::Borrowed("plain"))));
    assert!(matches!(parse(r#""""#, Reader::text), Ok(Cow::Borrowed(""))));
    assert!(matches!(parse(r#""\"""#, Reader::text), Ok(Cow::Owned(text)) if text == "\""));
}

#[test]
fn plain_length_finds_every_special_byte_at_every_place() {
    for special in (0..=255).filter(|byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\')) {
        for place in 0..20 {
            let mut text = *b"\xff\x80\x7f\x20\x21\x23\x5b\x5d\xe2\x88\x9eabcdefghi";
            text[place] = special;
            assert_eq!(quoted::plain_length(&text), place, "{special}");
        }
    }
    assert_eq!(quoted::plain_length(&[0xff; 19]), 19);
}

#[test]
fn members_are_there_once() {
    let read = |text| {
        parse(text, |reader| {
            let mut number = None;
            reader.object(&mut |reader, name| match name {
                "n" => set(&mut number, name, reader.integer()?),
                _ => reader.skip(),
            })?;
            required(number, "n")
        })
    };
    assert_eq!(read(r#"{"a":[],"n":-5,"a":{}}"#), Ok(-5));
    assert_eq!(read(r#"{"\u006e":1}"#), Ok(1), "a name may be escaped");
    assert_eq!(read("{}").unwrap_err().to_string(), "missing field `n`");
    assert_eq!(read(r#"{"n":1,"n":1}"#).unwrap_err().to_string(), "duplicate field `n`");
}

#[test]
fn mistakes_are_explained() {
    let value = |text| parse(text, Reader::raw).unwrap_err().to_string();
    for (text, why) in [
        ("", "it ends at byte 0, where a value was expected"),
        ("[1", "it ends at byte 2, where `,` or `]` was expected"),
        ("[1}", "expected `,` or `]` at byte 2, not something else"),
        (r#"{"a" 1}"#, "expected `:` at byte 5, not a number"),
        ("{1:2}", "expected a string at byte 1, not a number"),
        ("1 2", "expected the end at byte 2, not a number"),
        ("01", "expected the end at byte 1, not a number"),
        ("-", "it ends at byte 1, where a digit was expected"),
        (r#""a"#, "it ends at byte 2, where a string's end was expected"),
        (r#""\x""#, "unknown escape at byte 1"),
        ("\"\n\"", "a control character at byte 1"),
        ("nul", "expected a value at byte 0, not null"),
    ] {
        assert_eq!(value(text), why, "{text}");
    }
    assert_eq!(
        parse("1.0", Reader::integer).unwrap_err().to_string(),
        "expected an integer at byte 0, not 1.0"
    );
    assert_eq!(
        parse("1", Reader::boolean).unwrap_err().to_string(),
        "expected a boolean at byte 0, not a number"
    );
    assert_eq!(
        parse(r#"{"_tag":"\n"}"#, |reader| reader.option(Reader::integer)).unwrap_err().to_string(),
        r"`_tag` is `\n`, and must be `None` or `Some`"
    );
}

#[test]
fn the_values_of_effects_options() {
    let read = |text| parse(text, |reader| reader.option(Reader::integer));
    assert_eq!(read(r#"{"_id":"Option","_tag":"None"}"#), Ok(None));
    assert_eq!(read(r#"{"value":5,"_tag":"Some"}"#), Ok(Some(5)));
    assert!(read(r#"{"_tag":"Some"}"#).unwrap_err().to_string().contains("missing field `value`"));
    assert_eq!(parse(" null ", |reader| reader.nullable(Reader::integer)), Ok(None));
}

#[test]
fn large_numbers_and_strange_texts_stay_as_they_are() {
    let text = r#"{"n":1e999,"m":-0.10e+5,"s":"\ud800","t":"é"}"#;
    assert_eq!(parse(&format!("\t{text} "), Reader::raw), Ok(text));
    assert!(serde_json::from_str::<Value>(text).is_err());
}
