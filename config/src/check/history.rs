//! The configuration as it was committed: what was deployed must not change.

use super::Check;
use crate::environment::Environment;
use crate::lifecycle::{Form, Lifecycle};
use crate::problem::Problem;
use crate::value::Value;

pub(super) fn check(check: &mut Check<'_>) {
    let Some(committed) = &check.surroundings.committed else { return };
    for environment in check.config.environments() {
        let mut before = committed.environments();
        if let Some(before) = before.find(|before| before.name() == environment.name()) {
            compare(check, environment, before);
        }
    }
}

fn compare(check: &mut Check<'_>, now: Environment<'_>, before: Environment<'_>) {
    let holder = now.holder("migrations");
    let Some(migrations) = now.inherited("migrations") else { return };
    if Lifecycle::of(before).form() == Some(Form::Exports)
        && Lifecycle::of(now).form() == Some(Form::Migrations)
    {
        check.note(holder, Some(migrations), Problem::BackToMigrations, []);
        return;
    }
    let committed = before.inherited("migrations").map_or(&[][..], Value::items);
    for (number, old) in committed.iter().enumerate() {
        let tag = old.text("tag").unwrap_or_default();
        let new = migrations.items().get(number);
        let found = new.map(|new| new.text("tag").unwrap_or_default());
        if found != Some(tag) {
            let problem = Problem::Rewritten { committed: tag.to_owned(), found: found.map(str::to_owned) };
            check.note(holder, new.or(Some(migrations)), problem, []);
            return;
        }
        if new.is_some_and(|new| steps(new) != steps(old)) {
            check.note(holder, new, Problem::Edited { tag: tag.to_owned() }, []);
        }
    }
}

/// Returns the steps of a migration, in any order: the order of keys has no meaning.
fn steps(migration: &Value) -> serde_json::Value {
    migration.to_json()
}
