//! The declarations of classes.

use super::Check;
use crate::environment::Environment;
use crate::lifecycle::{End, Form, Lifecycle, Storage};
use crate::lines::{Addition, Literal};
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::value::Value;

pub(super) fn check(check: &mut Check<'_>, environment: Environment<'_>) {
    let lifecycle = Lifecycle::of(environment);
    let form = lifecycle.form();
    let key = if form == Some(Form::Migrations) { "migrations" } else { "exports" };
    let holder = environment.holder(key);
    if lifecycle.exports && lifecycle.migrations {
        let own = environment.own(&["exports"]).or_else(|| environment.own(&["migrations"]));
        let holder = if own.is_some() { environment } else { check.config.top() };
        check.note(holder, own.or_else(|| environment.inherited("exports")), Problem::BothForms, []);
    }
    if let Some(migrations) = environment.inherited("migrations") {
        tags(check, environment.holder("migrations"), migrations);
    }
    for (misstep, place) in &lifecycle.missteps {
        let problem = Problem::Misstep(misstep.clone());
        check.note(environment.holder("migrations"), Some(place), problem, []);
    }
    let likely = not_exported(check, holder, &lifecycle);
    undeclared(check, holder, &lifecycle, &likely);
    ends(check, holder, &lifecycle);
    for (class, (storage, place)) in &lifecycle.live {
        if *storage == Storage::KeyValue && check.exports(class) && !check.may_be_key_value(class) {
            let instead = match form {
                Some(Form::Migrations) => "it under `new_sqlite_classes`",
                _ => "\"sqlite\" as its `storage`",
            };
            let problem = Problem::NoSqlite { class: (*class).to_owned(), instead };
            check.note(holder, Some(place), problem, []);
        }
    }
}

fn tags(check: &mut Check<'_>, holder: Environment<'_>, migrations: &Value) {
    let mut seen = Vec::new();
    for (number, migration) in (1..).zip(migrations.items()) {
        let tag = migration.text("tag").unwrap_or_default();
        if tag.trim().is_empty() {
            check.note(holder, Some(migration), Problem::Untagged { number }, []);
        } else if seen.contains(&tag) {
            check.note(holder, migration.get("tag"), Problem::SameTag { tag: tag.to_owned() }, []);
        }
        seen.push(tag);
    }
}

/// Notes the classes that are declared and not exported, and returns the exported classes that may be meant by them.
fn not_exported<'a>(
    check: &mut Check<'a>,
    holder: Environment<'_>,
    lifecycle: &Lifecycle<'_>,
) -> Vec<&'a str> {
    let undeclared = check.code.classes.iter().map(|class| class.name);
    let undeclared: Vec<&str> = undeclared.filter(|class| !lifecycle.live.contains_key(class)).collect();
    let mut likely = Vec::new();
    for (class, (_, place)) in
        lifecycle.live.iter().filter(|(class, _)| !check.knows(class)).collect::<Vec<_>>()
    {
        let nearest = nearest(class, undeclared.iter().copied());
        likely.extend(nearest);
        let problem =
            Problem::NotExported { class: (*class).to_owned(), nearest: nearest.map(str::to_owned) };
        check.note(holder, Some(place), problem, []);
    }
    likely
}

fn undeclared(check: &mut Check<'_>, holder: Environment<'_>, lifecycle: &Lifecycle<'_>, likely: &[&str]) {
    let is_declared = |class: &str| lifecycle.live.contains_key(class) || lifecycle.ended.contains_key(class);
    let classes = check.code.classes.iter().map(|class| class.name);
    let classes = classes.filter(|class| !is_declared(class) && !check.may_be_unbound(class));
    let classes: Vec<&str> = classes.filter(|class| !likely.contains(class)).collect();
    if classes.is_empty() {
        return;
    }
    let additions = match lifecycle.form() {
        Some(Form::Migrations) => vec![migration(check, holder, &classes)],
        _ => classes.iter().map(|class| export(check, holder, class)).collect(),
    };
    let problem = Problem::Undeclared { classes: classes.iter().map(|class| (*class).to_owned()).collect() };
    check.note(holder, None, problem, additions);
}

fn export(check: &Check<'_>, holder: Environment<'_>, class: &str) -> Addition {
    let storage = if check.may_be_key_value(class) { "legacy-kv" } else { "sqlite" };
    let table = [("type", Literal::text("durable-object")), ("storage", Literal::text(storage))];
    Addition::member(holder.name(), &["exports"], class, Literal::table(table))
}

fn migration(check: &Check<'_>, holder: Environment<'_>, classes: &[&str]) -> Addition {
    let (old, new): (Vec<&str>, Vec<&str>) = classes.iter().partition(|class| check.may_be_key_value(class));
    let lists = [("new_sqlite_classes", new), ("new_classes", old)];
    let lists = lists.into_iter().filter(|(_, classes)| !classes.is_empty());
    let lists = lists.map(|(key, classes)| (key, Literal::texts(classes)));
    let tag = next_tag(holder.own(&["migrations"]).map_or(&[][..], Value::items));
    let table = std::iter::once(("tag", Literal::Text(tag))).chain(lists);
    Addition::item(holder.name(), &["migrations"], Literal::table(table))
}

/// Returns a tag for the next migration: `v3` after `v2`.
fn next_tag(migrations: &[Value]) -> String {
    let tags: Vec<&str> = migrations.iter().filter_map(|migration| migration.text("tag")).collect();
    let last = tags.last().copied().unwrap_or("v0");
    let name = last.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let mut number = last[name.len()..].parse().unwrap_or(1_u64);
    loop {
        number = number.saturating_add(1);
        let tag = format!("{name}{number}");
        if !tags.contains(&tag.as_str()) {
            return tag;
        }
    }
}

fn ends(check: &mut Check<'_>, holder: Environment<'_>, lifecycle: &Lifecycle<'_>) {
    for (class, (end, place)) in &lifecycle.ended {
        // With `exports`, both names are in the code while a class is renamed or moves.
        let may_stay = lifecycle.exports && *end != End::Deleted;
        if check.exports(class) && !may_stay {
            let problem = Problem::StillExported { class: (*class).to_owned(), end: end.clone() };
            check.note(holder, Some(place), problem, []);
        }
        if let End::Renamed { to } = end
            && lifecycle.exports
            && !lifecycle.live.contains_key(to.as_str())
        {
            let problem = Problem::RenamedToNothing { class: (*class).to_owned(), to: to.clone() };
            // An exported class is noted as not declared, with the same lines.
            let addition = export(check, holder, to);
            check.note(holder, Some(place), problem, [addition]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::next_tag;
    use crate::Config;

    #[test]
    fn tags_are_counted() {
        for (tags, next) in [
            (&[][..], "v1"),
            (&["v1", "v2"], "v3"),
            (&["2026-01", "first"], "first2"),
            (&["v2", "v1"], "v3"),
            (&["v18446744073709551615x"], "v18446744073709551615x2"),
        ] {
            let migrations = tags.iter().map(|tag| format!("{{ \"tag\": \"{tag}\" }}")).collect::<Vec<_>>();
            let text = format!("[{}]", migrations.join(","));
            let config = Config::parse(Path::new("wrangler.json"), text).unwrap();
            assert_eq!(next_tag(config.root().items()), next, "{tags:?}");
        }
    }
}
