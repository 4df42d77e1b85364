//! Types that JavaScript cannot hold, or whose JSON Effect does not read. Only types that are written by their usual
//! names are found here. The runtime refuses the values of others.

use syn::Type;

use crate::{naming, report::Report, shape};

/// Types of integers, floats and others that are not the keys of an object.
const NOT_KEYS: [&str; 15] = [
    "bool", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
    "f64",
];

/// Reports the parts of a field's type that cannot be in an event.
pub(super) fn check(ty: &Type, report: &mut Report) {
    match ty {
        Type::Array(array) => check(&array.elem, report),
        Type::Group(group) => check(&group.elem, report),
        Type::Paren(paren) => check(&paren.elem, report),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| check(elem, report)),
        Type::Path(_) => path(ty, report),
        Type::Reference(_) => report.add(
            ty,
            "an event is kept, so it owns its data",
            "write the owned type: `String` for `&str`, `Vec<T>` for `&[T]`",
        ),
        Type::FnPtr(_) => {
            report.add(
                ty,
                "a function is not data, and an event is",
                "write the data that the function needs",
            );
        }
        _ => {}
    }
}

fn path(ty: &Type, report: &mut Report) {
    let Some(segment) = shape::last_segment(ty) else { return };
    let arguments = shape::arguments(segment);
    let name = segment.ident.to_string();
    let mistake = match (name.as_str(), arguments.as_slice()) {
        ("i128" | "u128", []) => Some((
            "the numbers of JavaScript are exact only up to ±(2^53-1)",
            "write `BigInt`, which is `Schema.BigInt` of Effect",
        )),
        ("Duration", []) => Some((
            "the JSON of std's `Duration` is one that Effect does not read",
            "write `TaggedDuration` for `Schema.Duration`, or `DurationMillis` for `Schema.DurationFromMillis`",
        )),
        ("SystemTime" | "Instant", []) => Some((
            "JavaScript cannot read the JSON of this type",
            "write `Date` of this crate for `Schema.Date`, or `Millis` for `Schema.DateFromNumber`",
        )),
        ("RawValue", []) => Some((
            "raw JSON may hold numbers that JavaScript would round",
            "write `serde_json::Value`, whose numbers are checked",
        )),
        ("Json", [_]) => Some((
            "the arguments of an event are JSON already, and `Json` is for columns and variables",
            "write the type inside; `#[event(json)]` on the field hands it to SQL as JSON text",
        )),
        _ => None,
    };
    if let Some((problem, help)) = mistake {
        report.add(ty, problem, help);
        return;
    }
    if let ("HashMap" | "BTreeMap" | "IndexMap", [key, ..]) = (name.as_str(), arguments.as_slice())
        && !may_be_key(key)
    {
        report.add(
            key,
            format!("the keys of an object in JavaScript are text, and `{}` is not", naming::type_text(key)),
            "write `Pairs<K, V>` for `Schema.Map` of Effect, or `String` as the key for `Schema.Record`",
        );
    }
    arguments.iter().for_each(|argument| check(argument, report));
}

fn may_be_key(ty: &Type) -> bool {
    match ty {
        Type::Path(_) => {
            shape::last_segment(ty).is_none_or(|segment| !NOT_KEYS.iter().any(|name| segment.ident == name))
        }
        Type::Tuple(_) | Type::Array(_) => false,
        _ => true,
    }
}
