//! The kinds of values: the rest of the check reads them.

use super::Check;
use crate::environment::Environment;
use crate::problem::Problem;
use crate::value::Value;

/// A rule: the keys that lead to a value, and the kind that it has to be.
struct Rule {
    path: &'static [&'static str],
    expected: &'static str,
    fits: fn(&Value) -> bool,
}

const LIST: &str = "a list of tables";
const TABLE: &str = "a table";
const TEXT: &str = "a text";

const RULES: [Rule; 13] = [
    Rule { path: &["name"], expected: TEXT, fits: is_text },
    Rule { path: &["main"], expected: TEXT, fits: is_text },
    Rule { path: &["compatibility_date"], expected: TEXT, fits: is_text },
    Rule { path: &["compatibility_flags"], expected: "a list of texts", fits: is_list_of_texts },
    Rule { path: &["build"], expected: TABLE, fits: Value::is_table },
    Rule { path: &["build", "command"], expected: TEXT, fits: is_text },
    Rule { path: &["durable_objects"], expected: TABLE, fits: Value::is_table },
    Rule { path: &["durable_objects", "bindings"], expected: LIST, fits: is_list_of_tables },
    Rule { path: &["migrations"], expected: LIST, fits: is_list_of_tables },
    Rule { path: &["exports"], expected: TABLE, fits: Value::is_table },
    Rule { path: &["vars"], expected: TABLE, fits: Value::is_table },
    Rule { path: &["secrets"], expected: TABLE, fits: Value::is_table },
    Rule { path: &["secrets", "required"], expected: "a list of texts", fits: is_list_of_texts },
];

/// Notes values of the wrong kind; `false` if there are any.
pub(super) fn check(check: &mut Check<'_>) -> bool {
    let (config, before) = (check.config, check.findings.len());
    let top = config.top();
    let malformed = |path: String, expected| Problem::Malformed { path, expected };
    if !config.root().is_table() {
        check.note(top, Some(config.root()), malformed("the file".into(), TABLE), []);
    }
    if let Some(environments) = config.root().get("env") {
        let tables = environments.entries().iter().map(|entry| (format!("env.{}", entry.key), &entry.value));
        for (path, value) in std::iter::once(("env".to_owned(), environments)).chain(tables) {
            if !value.is_table() {
                check.note(top, Some(value), malformed(path, TABLE), []);
            }
        }
    }
    for environment in config.environments() {
        for Rule { path, expected, fits } in RULES {
            if let Some(value) = environment.own(path).filter(|value| !fits(value)) {
                check.note(environment, Some(value), malformed(path.join("."), expected), []);
            }
        }
        objects(check, environment);
        exports(check, environment);
        migrations(check, environment);
    }
    check.findings.len() == before
}

fn objects(check: &mut Check<'_>, environment: Environment<'_>) {
    let bindings = environment.own(&["durable_objects", "bindings"]).map_or(&[][..], Value::items);
    for (number, binding) in bindings.iter().enumerate().filter(|(_, binding)| binding.is_table()) {
        for key in ["name", "class_name"] {
            if binding.text(key).is_none() {
                let path = format!("durable_objects.bindings[{number}].{key}");
                check.note(environment, Some(binding), Problem::Malformed { path, expected: TEXT }, []);
            }
        }
    }
}

fn exports(check: &mut Check<'_>, environment: Environment<'_>) {
    const STATES: &str =
        "\"created\", \"deleted\", \"renamed\", \"transferred\" or \"expecting-transfer\", or not there";
    const STORAGES: &str = "\"sqlite\" or \"legacy-kv\"";
    for entry in environment.own(&["exports"]).map_or(&[][..], Value::entries) {
        let (class, value) = (&entry.key, &entry.value);
        let expected = match (value.text("type"), value.get("state").map(Value::as_text)) {
            (None, _) => Some(("type", "\"durable-object\", for a class of objects")),
            (Some("durable-object"), None | Some(Some("created" | "expecting-transfer"))) => {
                let fits = matches!(value.text("storage"), Some("sqlite" | "legacy-kv"));
                (!fits).then_some(("storage", STORAGES))
            }
            (Some("durable-object"), Some(Some("renamed"))) => {
                value.text("renamed_to").is_none().then_some(("renamed_to", "the new name"))
            }
            (Some("durable-object"), Some(Some("transferred"))) => value
                .text("transferred_to")
                .is_none()
                .then_some(("transferred_to", "the name of the other worker")),
            (Some("durable-object"), Some(Some("deleted"))) => None,
            (Some("durable-object"), _) => Some(("state", STATES)),
            _ => None,
        };
        if let Some((key, expected)) = expected {
            let path = format!("exports.{class}.{key}");
            check.note(environment, Some(value), Problem::Malformed { path, expected }, []);
        }
    }
}

fn migrations(check: &mut Check<'_>, environment: Environment<'_>) {
    for (number, migration) in
        environment.own(&["migrations"]).map_or(&[][..], Value::items).iter().enumerate()
    {
        let mut note = |value, key: &str, expected| {
            let path = format!("migrations[{number}].{key}");
            check.note(environment, Some(value), Problem::Malformed { path, expected }, []);
        };
        for key in ["new_classes", "new_sqlite_classes", "deleted_classes"] {
            if let Some(value) = migration.get(key).filter(|value| !is_list_of_texts(value)) {
                note(value, key, "a list of texts");
            }
        }
        for (key, members, expected) in [
            ("renamed_classes", &["from", "to"][..], "a list of tables with `from` and `to`"),
            (
                "transferred_classes",
                &["from", "from_script", "to"],
                "a list of tables with `from`, `from_script` and `to`",
            ),
        ] {
            let has_members = |item: &Value| members.iter().all(|member| item.text(member).is_some());
            let fits = |value: &Value| value.is_list() && value.items().iter().all(has_members);
            if let Some(value) = migration.get(key).filter(|value| !fits(value)) {
                note(value, key, expected);
            }
        }
    }
}

fn is_text(value: &Value) -> bool {
    value.as_text().is_some()
}

fn is_list_of_texts(value: &Value) -> bool {
    value.is_list() && value.items().iter().all(is_text)
}

fn is_list_of_tables(value: &Value) -> bool {
    value.is_list() && value.items().iter().all(Value::is_table)
}
