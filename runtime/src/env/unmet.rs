//! Bindings that differ from the code's expectations, and the advice for them.

use std::fmt::Write;

use super::kind::{Kind, OBJECTS_TABLE, Source};
use crate::object::declaration;

/// A binding that could not be read.
pub(super) struct Unmet {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) flaw: Flaw,
}

/// The reason why a binding could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// The environment has nothing under its name.
    Missing,
    /// The value is of another type; this is JavaScript's name for it.
    OtherType(String),
    /// The value is of the right type, but has this mistake.
    Unreadable(String),
}

/// Describes all of them in one message: first the mistakes, then the lines to add, ready to be pasted.
pub(super) fn describe(unmet: &[Unmet]) -> String {
    let mut message = "the worker's environment is not what the code expects:".to_owned();
    // Writing to a String cannot fail.
    for Unmet { name, kind, flaw } in unmet {
        let noun = kind.noun;
        let _ = match flaw {
            Flaw::Missing => write!(message, "\n- `{name}`, {noun}, is missing"),
            Flaw::OtherType(found) => {
                write!(message, "\n- `{name}` should be {noun}, but is of type {found}")
            }
            Flaw::Unreadable(why) => write!(message, "\n- `{name}`, {noun}, cannot be read: {why}"),
        };
    }
    let declared = || unmet.iter().filter(|unmet| !matches!(unmet.flaw, Flaw::Unreadable(_)));
    let mut tables = String::new();
    let mut vars = String::new();
    let mut commands = String::new();
    for Unmet { name, kind, .. } in declared() {
        let _ = match kind.source {
            Source::Table { head, name: key, rest } => {
                let _ = write!(tables, "\n{head}\n{key} = \"{name}\"\n");
                let _ = rest.iter().try_for_each(|(key, value)| {
                    let quote = if value.starts_with('{') { "" } else { "\"" };
                    writeln!(tables, "{key} = {quote}{value}{quote}")
                });
                match rest {
                    // A class of this worker has to be declared as well.
                    [(_, class)] if head == OBJECTS_TABLE => writeln!(tables, "\n{}", declaration(class)),
                    _ => Ok(()),
                }
            }
            Source::Var(sample) => writeln!(vars, "{name} = {sample}"),
            Source::Secret => write!(commands, "\nwrangler secret put {name}"),
        };
    }
    if !vars.is_empty() {
        vars.insert_str(0, "\n[vars]\n");
    }
    if !tables.is_empty() || !vars.is_empty() {
        let _ = write!(message, "\nwrangler.toml needs:\n{}", (tables + &vars).trim_end());
    }
    if !commands.is_empty() {
        let _ = write!(message, "\n\na secret is uploaded with:{commands}");
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECTS: Kind =
        Kind::table("a namespace of durable objects", OBJECTS_TABLE, "name", &[("class_name", "Counter")]);
    const ELSEWHERE: Kind = Kind::table(
        "a namespace of durable objects",
        OBJECTS_TABLE,
        "name",
        &[("class_name", "Room"), ("script_name", "…")],
    );
    const KV: Kind = Kind::table("a KV namespace", "[[kv_namespaces]]", "binding", &[("id", "…")]);
    const LIMITER: Kind = Kind::table(
        "a rate limiter",
        "[[ratelimits]]",
        "name",
        &[("namespace_id", "…"), ("simple", "{ limit = 100, period = 60 }")],
    );
    const TEXT: Kind = Kind::var("a text", "\"…\"");
    const JSON: Kind = Kind::var("a variable", "{ … }");
    const SECRET: Kind = Kind::secret("a secret");

    #[test]
    fn what_to_write_can_be_pasted() {
        let missing = |name, kind| Unmet { name, kind, flaw: Flaw::Missing };
        let message = describe(&[
            missing("GREETING", TEXT),
            missing("COUNTER", OBJECTS),
            missing("ROOM", ELSEWHERE),
            Unmet { name: "CACHE", kind: KV, flaw: Flaw::OtherType("R2Bucket".into()) },
            missing("LIMITS", JSON),
            missing("LIMITER", LIMITER),
            missing("API_KEY", SECRET),
        ]);
        let expected = "the worker's environment is not what the code expects:
- `GREETING`, a text, is missing
- `COUNTER`, a namespace of durable objects, is missing
- `ROOM`, a namespace of durable objects, is missing
- `CACHE` should be a KV namespace, but is of type R2Bucket
- `LIMITS`, a variable, is missing
- `LIMITER`, a rate limiter, is missing
- `API_KEY`, a secret, is missing
wrangler.toml needs:

[[durable_objects.bindings]]
name = \"COUNTER\"
class_name = \"Counter\"

[exports.Counter]
type = \"durable-object\"
storage = \"sqlite\"
# where there are [[migrations]]: a new one with new_sqlite_classes = [\"Counter\"] instead

[[durable_objects.bindings]]
name = \"ROOM\"
class_name = \"Room\"
script_name = \"…\"

[[kv_namespaces]]
binding = \"CACHE\"
id = \"…\"

[[ratelimits]]
name = \"LIMITER\"
namespace_id = \"…\"
simple = { limit = 100, period = 60 }

[vars]
GREETING = \"…\"
LIMITS = { … }

a secret is uploaded with:
wrangler secret put API_KEY";
        assert_eq!(message, expected);
    }

    #[test]
    fn nothing_is_to_be_written_about_a_variable_that_does_not_fit() {
        let flaw = Flaw::Unreadable("missing field `max`".into());
        let message = describe(&[Unmet { name: "LIMITS", kind: JSON, flaw }]);
        let expected = "the worker's environment is not what the code expects:
- `LIMITS`, a variable, cannot be read: missing field `max`";
        assert_eq!(message, expected);
    }

    #[test]
    fn a_secret_alone_needs_no_configuration() {
        let message = describe(&[Unmet { name: "KEY", kind: SECRET, flaw: Flaw::Missing }]);
        assert!(!message.contains("wrangler.toml"), "{message}");
        assert!(message.ends_with("\na secret is uploaded with:\nwrangler secret put KEY"), "{message}");
    }
}
