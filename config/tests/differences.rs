//! One right configuration, and what the check says about each change of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod code;

use std::path::Path;

use durable_object_config::{Accepted, Code, Config, Findings, Surroundings, check};
use serde_json::{Value, json};

use code::{chat, shop};

/// A right configuration of the chat.
fn right() -> Value {
    json!({
        "name": "chat",
        "main": "build/index.js",
        "compatibility_date": "2026-08-01",
        "build": { "command": "worker-build --release" },
        "durable_objects": { "bindings": [
            { "name": "ROOM", "class_name": "Room" },
            { "name": "LOBBY", "class_name": "Lobby" },
        ] },
        "exports": {
            "Room": { "type": "durable-object", "storage": "sqlite" },
            "Lobby": { "type": "durable-object", "storage": "sqlite" },
        },
    })
}

/// Changes some members of a table, and removes those that are null (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, change) in changes {
        if change.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key], change);
        }
    }
}

fn found(config: &Value, code: &Code, surroundings: &Surroundings) -> Findings {
    let config = Config::parse(Path::new("wrangler.json"), config.to_string()).unwrap();
    check(&config, code, surroundings)
}

/// The names of the problems that the check finds.
fn problems(findings: &Findings) -> Vec<String> {
    let text = findings.iter().map(|finding| format!("{:?}", finding.problem));
    text.map(|text| text.split([' ', '(']).next().unwrap().to_owned()).collect()
}

fn after(patch: &Value, surroundings: &Surroundings) -> Vec<String> {
    let mut config = right();
    merge(&mut config, patch);
    problems(&found(&config, &chat(), surroundings))
}

#[test]
fn a_change_has_its_findings() {
    let bindings = |list: Value| json!({ "durable_objects": { "bindings": list } });
    let migrations = |list: Value| json!({ "exports": null, "migrations": list });
    let room = json!({ "name": "ROOM", "class_name": "Room" });
    let lobby = json!({ "name": "LOBBY", "class_name": "Lobby" });
    for (what, patch, expected) in [
        ("nothing", json!({}), &[][..]),
        ("a binding", bindings(json!([room])), &["Unbound"]),
        (
            "two names of one class",
            bindings(json!([room, lobby, { "name": "OTHER", "class_name": "Room" }])),
            &[],
        ),
        ("another name", bindings(json!([{ "name": "ROOMS", "class_name": "Room" }, lobby])), &["OtherName"]),
        (
            "another class",
            bindings(json!([room, { "name": "LOBBY", "class_name": "Room" }])),
            &["OtherClass"],
        ),
        (
            "an unknown class",
            bindings(json!([room, lobby, { "name": "X", "class_name": "X" }])),
            &["UnknownClass"],
        ),
        (
            "a class of another worker",
            bindings(json!([room, lobby, { "name": "X", "class_name": "X", "script_name": "x" }])),
            &[],
        ),
        (
            "a class of this worker, by the worker's name",
            bindings(json!([room, { "name": "LOBBY", "class_name": "Lobby", "script_name": "chat" }])),
            &[],
        ),
        (
            "a class that another worker has as well",
            bindings(json!([room, { "name": "LOBBY", "class_name": "Lobby", "script_name": "other" }])),
            &[],
        ),
        ("a declaration", json!({ "exports": { "Lobby": null } }), &["Undeclared"]),
        (
            "a declaration too many",
            json!({ "exports": { "X": { "type": "durable-object", "storage": "sqlite" } } }),
            &["NotExported"],
        ),
        ("an entrypoint", json!({ "exports": { "default": { "type": "worker" } } }), &[]),
        ("the older storage", json!({ "exports": { "Lobby": { "storage": "legacy-kv" } } }), &["NoSqlite"]),
        (
            "a class that is gone",
            json!({ "exports": { "X": { "type": "durable-object", "state": "deleted" } } }),
            &[],
        ),
        (
            "a class that gets another name while both are exported",
            json!({ "exports": { "Lobby": { "storage": null, "state": "renamed", "renamed_to": "Room" } },
                    "durable_objects": { "bindings": [room] } }),
            &[],
        ),
        (
            "a class that comes",
            json!({ "exports": { "Lobby": { "state": "expecting-transfer", "transfer_from": "old" } } }),
            &[],
        ),
        ("migrations", migrations(json!([{ "tag": "a", "new_sqlite_classes": ["Room", "Lobby"] }])), &[]),
        (
            "a class that came",
            migrations(json!([
                { "tag": "a", "new_sqlite_classes": ["Room"] },
                { "tag": "b", "transferred_classes": [{ "from": "Hall", "from_script": "old", "to": "Lobby" }] },
            ])),
            &[],
        ),
        (
            "a class that was deleted and is made again",
            migrations(json!([
                { "tag": "a", "new_classes": ["Room"], "new_sqlite_classes": ["Lobby"] },
                { "tag": "b", "deleted_classes": ["Room"] },
                { "tag": "c", "new_sqlite_classes": ["Room"] },
            ])),
            &[],
        ),
        (
            "a name that was forgotten in the code",
            migrations(json!([
                { "tag": "a", "new_sqlite_classes": ["Room", "Lobby"] },
                { "tag": "b", "renamed_classes": [{ "from": "Lobby", "to": "Lobbi" }] },
            ])),
            &["StillBound", "StillExported", "NotExported"],
        ),
        ("no migrations", migrations(json!([])), &["Undeclared"]),
        ("an environment", json!({ "env": { "test": {} } }), &["Unbound", "Unbound"]),
        ("an environment with all", json!({ "env": { "test": bindings(json!([room, lobby])) } }), &[]),
        (
            "an environment with another name",
            json!({ "env": { "test": bindings(json!([room, { "name": "LOBBY", "class_name": "Lobby", "script_name": "chat-test" }])) } }),
            &[],
        ),
        ("no date", json!({ "compatibility_date": null }), &["NoDate"]),
        ("an early date", json!({ "compatibility_date": "2024-10-13" }), &["NoFeature", "NoFeature"]),
        (
            "the first date",
            json!({ "compatibility_date": "2024-10-14", "compatibility_flags": ["enhanced_error_serialization"] }),
            &[],
        ),
        ("no main", json!({ "main": null }), &["NoMain"]),
        ("the older output", json!({ "main": "./build/worker/shim.mjs" }), &[]),
        ("another output", json!({ "main": "dist/index.js" }), &["OtherMain"]),
        (
            "another folder",
            json!({ "main": "dist/index.js", "build": { "command": "worker-build -d dist" } }),
            &[],
        ),
        ("another program", json!({ "build": { "command": "just build" } }), &[]),
        ("no program", json!({ "build": null }), &["NoBuild"]),
        ("no program for a main of its own", json!({ "build": null, "main": "src/index.ts" }), &[]),
    ] {
        assert_eq!(after(&patch, &Surroundings::default()), expected, "{what}");
    }
}

#[test]
fn exceptions_are_accepted() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let with = |accepted| Surroundings { accepted, ..Surroundings::default() };
    let bindings = json!({ "durable_objects": { "bindings": [{ "name": "ROOM", "class_name": "Room" }] } });
    let unbound = with(Accepted { unbound: names(&["Lobby"]), ..Accepted::default() });
    assert_eq!(after(&bindings, &unbound), Vec::<String>::new());
    let mut early = bindings.clone();
    merge(
        &mut early,
        &json!({ "compatibility_date": "2025-11-16", "compatibility_flags": ["enhanced_error_serialization"] }),
    );
    assert_eq!(after(&early, &unbound), ["NoFeature"], "it is found through the exports");
    early["exports"] = json!({ "Lobby": null });
    assert_eq!(after(&early, &unbound), Vec::<String>::new(), "it is a facet");

    let key_value = with(Accepted { key_value: names(&["Lobby"]), ..Accepted::default() });
    assert_eq!(
        after(&json!({ "exports": { "Lobby": { "storage": "legacy-kv" } } }), &key_value),
        Vec::<String>::new()
    );
    let foreign = with(Accepted { foreign: names(&["X"]), ..Accepted::default() });
    let x = json!({ "exports": { "X": { "type": "durable-object", "storage": "sqlite" } } });
    assert_eq!(after(&x, &foreign), Vec::<String>::new());
    assert_eq!(
        after(&json!({}), &with(Accepted { foreign: names(&["Room"]), ..Accepted::default() })),
        ["NoSuchException"]
    );
}

#[test]
fn what_was_deployed_must_not_change() {
    let after = |committed: Value, now: Value| {
        let committed = Config::parse(Path::new("wrangler.json"), committed.to_string()).unwrap();
        after(&now, &Surroundings { committed: Some(committed), ..Surroundings::default() })
    };
    let migrations = |list: Value| json!({ "exports": null, "migrations": list });
    let first = json!({ "tag": "v1", "new_sqlite_classes": ["Room", "Lobby"] });
    let other = json!({ "tag": "v1", "new_sqlite_classes": ["Lobby", "Room"] });
    let second = json!({ "tag": "v2", "new_sqlite_classes": [] });
    for (what, committed, now, expected) in [
        ("nothing", json!([first]), json!([first]), &[][..]),
        ("one more", json!([first]), json!([first, second]), &[]),
        ("one less", json!([first, second]), json!([first]), &["Rewritten"]),
        ("another order", json!([second, first]), json!([first, second]), &["Rewritten"]),
        ("another step", json!([first]), json!([other]), &["Edited"]),
    ] {
        assert_eq!(after(migrations(committed), migrations(now)), expected, "{what}");
    }
    assert_eq!(after(migrations(json!([first])), json!({})), Vec::<String>::new(), "to `exports`");
    assert_eq!(after(right(), migrations(json!([first]))), ["BackToMigrations"]);
}

/// The bindings of the shop.
#[test]
fn a_field_takes_what_is_of_its_kind() {
    let text = include_str!("fixtures/fields/right/wrangler.toml");
    let right = Config::parse(Path::new("wrangler.toml"), text).unwrap().root().to_json();
    let after = |patch: Value| {
        let mut config = right.clone();
        merge(&mut config, &patch);
        problems(&found(&config, &shop(), &Surroundings::default()))
    };
    let services = json!({ "assets": null, "services": [{ "binding": "FILES", "service": "files" }] });
    for (what, patch, expected) in [
        ("nothing", json!({}), &[][..]),
        ("another worker in the place of files", services, &[]),
        ("nothing in the place of files", json!({ "assets": null }), &["Missing"]),
        (
            "a secret in the place of a text",
            json!({ "vars": { "GREETING": null }, "secrets": { "required": ["API_KEY", "GREETING"] } }),
            &[],
        ),
        ("a number in the place of a text", json!({ "vars": { "GREETING": 5 } }), &["OtherKind"]),
        ("a text in the place of any variable", json!({ "vars": { "LIMITS": "none" } }), &[]),
        (
            "a variable in the place of a secret",
            json!({ "vars": { "API_KEY": "x" }, "secrets": null }),
            &["OpenSecret"],
        ),
        (
            "a variable in the place of a secret that need not be there",
            json!({ "vars": { "TOKEN": "x" } }),
            &["OpenSecret"],
        ),
        ("no secret", json!({ "secrets": null }), &["UnlistedSecret"]),
        ("no variables", json!({ "vars": null }), &["Missing", "Missing"]),
        (
            "a bucket in the place of a namespace",
            json!({ "kv_namespaces": null, "r2_buckets": [{ "binding": "CACHE", "bucket_name": "c" }] }),
            &["OtherKind"],
        ),
        ("a service in the place of one table", json!({ "ai": { "binding": "IA" } }), &["Missing"]),
        (
            "a class of this worker in the place of another's",
            json!({ "durable_objects": { "bindings": [
                { "name": "ROOMS", "class_name": "Room" }, { "name": "STOCK", "class_name": "Stock" },
            ] } }),
            &["NoScript"],
        ),
        (
            "a name that no field has",
            json!({ "durable_objects": { "bindings": [
                { "name": "ROOM", "class_name": "Room" }, { "name": "STOCK", "class_name": "Stock", "script_name": "s" },
            ] } }),
            &["OtherName"],
        ),
    ] {
        assert_eq!(after(patch), expected, "{what}");
    }
}

#[test]
fn a_worker_without_objects_calls_those_of_others() {
    let shop = shop();
    let code = Code { classes: Vec::new(), fields: vec![shop.fields[1]] };
    let mut config = json!({
        "name": "caller",
        "main": "build/index.js",
        "compatibility_date": "2024-04-03",
        "build": { "command": "worker-build --release" },
        "durable_objects": { "bindings": [{ "name": "STOCK", "class_name": "Stock", "script_name": "stocks" }] },
    });
    assert_eq!(problems(&found(&config, &code, &Surroundings::default())), Vec::<String>::new());
    merge(&mut config, &json!({ "compatibility_date": "2024-04-02" }));
    assert_eq!(problems(&found(&config, &code, &Surroundings::default())), ["NoFeature"]);
}
