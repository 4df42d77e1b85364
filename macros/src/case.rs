//! `rename_all`: the case of names in JavaScript and SQL.

use syn::LitStr;

use crate::{naming, report::Report};

/// The function that gives names to fields without a name of their own.
pub(crate) type Case = fn(&str) -> String;

/// The cases by their names.
const CASES: [(&str, Case); 3] = [
    ("camelCase", naming::camel_case),
    ("PascalCase", naming::pascal_case),
    ("SCREAMING_SNAKE_CASE", naming::screaming_snake_case),
];

/// Returns the case with the name in `given`, the value of `option`.
pub(crate) fn named(given: &LitStr, option: &str, report: &mut Report) -> Option<Case> {
    let found = CASES.iter().find(|(name, _)| *name == given.value());
    if found.is_none() {
        report.add(
            given,
            format!("`{option}` knows no `{}`", given.value()),
            format!("write one of {}", CASES.map(|(name, _)| format!("`{name}`")).join(", ")),
        );
    }
    found.map(|(_, case)| *case)
}
