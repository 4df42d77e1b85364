//! The lines that a configuration lacks, in its own language.

mod json;
mod literal;
mod toml;

pub(crate) use literal::Literal;

use crate::file::Config;
use crate::syntax::Syntax;
use crate::value::Value;

/// Something that a configuration lacks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Addition {
    /// The keys that lead to the list or table to which it belongs; none for the table that is the whole file.
    path: Vec<String>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    /// An item of a list.
    Item(Literal),
    /// A member of a table.
    Member(String, Literal),
}

impl Addition {
    /// Returns an item of the list at a path. The path begins in an environment, if it has a name.
    pub(crate) fn item(environment: Option<&str>, path: &[&str], item: Literal) -> Self {
        Self { path: full(environment, path), content: Content::Item(item) }
    }

    /// Returns a member of the table at a path.
    pub(crate) fn member(environment: Option<&str>, path: &[&str], key: &str, value: Literal) -> Self {
        Self { path: full(environment, path), content: Content::Member(key.to_owned(), value) }
    }
}

fn full(environment: Option<&str>, path: &[&str]) -> Vec<String> {
    let environment = environment.into_iter().flat_map(|name| ["env", name]);
    environment.chain(path.iter().copied()).map(str::to_owned).collect()
}

/// The lines of one list or table.
struct Group<'a> {
    path: Vec<&'a str>,
    contents: Vec<&'a Content>,
}

impl Group<'_> {
    /// Returns whether it is a line of the file, and not of a table in it.
    fn is_of_file(&self) -> bool {
        self.path.is_empty()
            || (self.path.len() == 1 && self.items().any(|item| !matches!(item, Literal::Table(_))))
    }

    fn items(&self) -> impl Iterator<Item = &Literal> {
        self.contents.iter().filter_map(|content| match content {
            Content::Item(item) => Some(item),
            Content::Member(..) => None,
        })
    }
}

/// Writes the lines. Those that belong into a list or table that is there have a comment with its name.
pub(crate) fn render(config: &Config, additions: &[Addition]) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for Addition { path, content } in additions {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match groups.iter_mut().find(|group| group.path == path) {
            Some(group) if group.contents.contains(&content) => {}
            Some(group) => group.contents.push(content),
            None => groups.push(Group { path, contents: vec![content] }),
        }
    }
    // In TOML, the members of the file stand before its tables.
    groups.sort_by_key(|group| !group.is_of_file());
    let blocks = groups.iter().map(|group| match config.syntax {
        Syntax::Toml => toml::render(config, group),
        Syntax::Jsonc => json::render(config, group),
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

/// Splits a path where the configuration ends: the value that is there, and the keys that are not.
fn split<'a, 'p>(config: &'a Config, path: &'p [&'p str]) -> (&'a Value, &'p [&'p str], &'p [&'p str]) {
    let mut value = config.root();
    for (depth, key) in path.iter().enumerate() {
        match value.get(key) {
            Some(next) => value = next,
            None => return (value, &path[..depth], &path[depth..]),
        }
    }
    (value, path, &[])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn objects(environment: Option<&str>) -> Addition {
        let table = Literal::table([("name", Literal::text("ROOM")), ("class_name", Literal::text("Room"))]);
        Addition::item(environment, &["durable_objects", "bindings"], table)
    }

    fn all(environment: Option<&str>) -> Vec<Addition> {
        let room =
            Literal::table([("type", Literal::text("durable-object")), ("storage", Literal::text("sqlite"))]);
        let secret = |name| Addition::item(environment, &["secrets", "required"], Literal::text(name));
        vec![
            objects(environment),
            secret("KEY"),
            Addition::member(environment, &["vars"], "LIMITS", Literal::toml("{ max = 3 }")),
            Addition::member(environment, &[], "compatibility_date", Literal::text("2026-08-01")),
            Addition::member(environment, &["exports"], "Room", room),
            secret("TOKEN"),
            objects(environment),
        ]
    }

    fn lines(path: &str, text: &str, additions: &[Addition]) -> String {
        render(&Config::parse(Path::new(path), text).unwrap(), additions)
    }

    /// The same text with the lines in it, where they can simply stand at the end.
    fn becomes(text: &str, additions: &[Addition]) -> serde_json::Value {
        let text = format!("{text}\n{}", lines("wrangler.toml", text, additions));
        Config::parse(Path::new("wrangler.toml"), text).unwrap().root().to_json()
    }

    #[test]
    fn toml_can_be_pasted() {
        let expected = r#"compatibility_date = "2026-08-01"

[[durable_objects.bindings]]
name = "ROOM"
class_name = "Room"

[secrets]
required = ["KEY", "TOKEN"]

[vars]
LIMITS = { max = 3 }

[exports.Room]
type = "durable-object"
storage = "sqlite""#;
        assert_eq!(lines("wrangler.toml", "", &all(None)), expected);
        let top = becomes("", &all(None));
        let staging = becomes("[env.staging]", &all(Some("staging"))[..3]);
        assert_eq!(staging["env"]["staging"]["durable_objects"], top["durable_objects"]);
        assert_eq!(staging["env"]["staging"]["vars"]["LIMITS"]["max"], 3);
    }

    #[test]
    fn toml_that_is_there_is_named() {
        let text = "durable_objects = { bindings = [] }\n[exports]\nA = { type = \"worker\" }\n[vars]\nA = \"a\"\n[secrets]\nrequired = []\n";
        let expected = r#"# before the first table
compatibility_date = "2026-08-01"

# in durable_objects.bindings
{ name = "ROOM", class_name = "Room" },

# in secrets.required
"KEY",
"TOKEN",

# in [vars]
LIMITS = { max = 3 }

[exports.Room]
type = "durable-object"
storage = "sqlite""#;
        assert_eq!(lines("wrangler.toml", text, &all(None)), expected);
        let inline = lines(
            "wrangler.toml",
            "exports = {}\nqueues = { consumers = [] }",
            &[
                all(None).swap_remove(4),
                Addition::item(
                    None,
                    &["queues", "producers"],
                    Literal::table([("queue", Literal::text("a"))]),
                ),
            ],
        );
        let expected = "# in exports\nRoom = { type = \"durable-object\", storage = \"sqlite\" }\n\n# in queues\nproducers = [{ queue = \"a\" }]";
        assert_eq!(inline, expected);
    }

    #[test]
    fn json_can_be_pasted() {
        let expected = r#""compatibility_date": "2026-08-01",

"durable_objects": {
  "bindings": [
    { "name": "ROOM", "class_name": "Room" },
  ],
},

"secrets": {
  "required": [
    "KEY",
    "TOKEN",
  ],
},

"vars": {
  "LIMITS": { "max": 3 },
},

"exports": {
  "Room": { "type": "durable-object", "storage": "sqlite" },
},"#;
        assert_eq!(lines("wrangler.jsonc", "{}", &all(None)), expected);
    }

    #[test]
    fn json_that_is_there_is_named() {
        let text = r#"{ "durable_objects": { "bindings": [] }, "env": { "staging": { "vars": {} } } }"#;
        let found = lines(
            "wrangler.jsonc",
            text,
            &[objects(None), all(Some("staging")).swap_remove(2), objects(Some("staging"))],
        );
        let expected = r#"// in "durable_objects"."bindings"
{ "name": "ROOM", "class_name": "Room" },

// in "env"."staging"."vars"
"LIMITS": { "max": 3 },

// in "env"."staging"
"durable_objects": {
  "bindings": [
    { "name": "ROOM", "class_name": "Room" },
  ],
},"#;
        assert_eq!(found, expected);
    }
}
