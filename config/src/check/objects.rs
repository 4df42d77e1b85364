//! The bindings that lead to objects.

use super::Check;
use crate::code::{Class, Field, Source};
use crate::environment::{Environment, ObjectBinding};
use crate::lifecycle::Lifecycle;
use crate::lines::{Addition, Literal};
use crate::nearest::nearest;
use crate::problem::Problem;

pub(super) fn check(check: &mut Check<'_>, environment: Environment<'_>) {
    let lifecycle = Lifecycle::of(environment);
    let mut own = environment.objects();
    own.retain(|object| object.script.is_none());
    for object in &own {
        leads_somewhere(check, environment, &lifecycle, object);
    }
    for class in &check.code.classes {
        if !lifecycle.ended.contains_key(class.name) && !check.may_be_unbound(class.name) {
            is_bound(check, environment, &own, *class);
        }
    }
}

/// Returns the lines of a binding to objects.
pub(super) fn binding(environment: Environment<'_>, name: &str, class: &str, script: bool) -> Addition {
    let mut members = vec![("name", Literal::text(name)), ("class_name", Literal::text(class))];
    members.extend(script.then(|| ("script_name", Literal::text("…"))));
    Addition::item(environment.name(), &["durable_objects", "bindings"], Literal::table(members))
}

/// A binding leads to a class of this worker.
fn leads_somewhere(
    check: &mut Check<'_>,
    environment: Environment<'_>,
    lifecycle: &Lifecycle<'_>,
    object: &ObjectBinding<'_>,
) {
    let (binding, class) = (object.name.to_owned(), object.class.to_owned());
    let place = object.value.get("class_name");
    if let Some((end, _)) = lifecycle.ended.get(object.class) {
        let end = end.clone();
        check.note(environment, place, Problem::StillBound { binding, class, end }, []);
        return;
    }
    if check.knows(object.class) {
        return;
    }
    let is_elsewhere =
        |source| matches!(source, Source::Objects { class, exported: false } if class == object.class);
    let problem = if check.code.fields.iter().any(|field| is_elsewhere(field.source)) {
        Problem::NoScript { binding, class }
    } else {
        let names = check.code.classes.iter().map(|class| class.name);
        Problem::UnknownClass { binding, nearest: nearest(object.class, names).map(str::to_owned), class }
    };
    check.note(environment, place, problem, []);
}

/// A binding leads to a class that the code exports, under the name that the code looks for. `fields` looks at the classes
/// that a struct has to find.
fn is_bound(check: &mut Check<'_>, environment: Environment<'_>, own: &[ObjectBinding<'_>], class: Class) {
    let reads =
        |field: &&Field| matches!(field.source, Source::Objects { class: of, .. } if of == class.name);
    let fields: Vec<&Field> = check.code.fields.iter().filter(reads).collect();
    if fields.iter().any(|field| !field.optional) {
        return;
    }
    let is_expected = |name: &str| name == class.binding || fields.iter().any(|field| field.name == name);
    let bound: Vec<_> = own.iter().filter(|object| object.class == class.name).collect();
    if bound.iter().any(|object| is_expected(object.name)) {
        return;
    }
    if let Some(object) = bound.first() {
        check.note(environment, object.value.get("name"), other_name(object, class.binding), []);
    } else if !is_taken(check, environment, class) {
        let has_it = |object: &ObjectBinding<'_>| object.class == class.name && object.name == class.binding;
        let top_has_it = environment.name().is_some() && check.config.top().objects().iter().any(has_it);
        let problem =
            Problem::Unbound { class: class.name.to_owned(), binding: class.binding.to_owned(), top_has_it };
        check.note(environment, None, problem, [binding(environment, class.binding, class.name, false)]);
    }
}

/// A class is bound under another name than the code looks for.
pub(super) fn other_name(object: &ObjectBinding<'_>, expected: &str) -> Problem {
    let (class, found) = (object.class.to_owned(), object.name.to_owned());
    Problem::OtherName { class, found, expected: expected.to_owned() }
}

/// Returns whether the binding of a class leads to another class. If that one is unknown, the binding is noted already,
/// and if it is in another worker, the binding may be meant.
fn is_taken(check: &mut Check<'_>, environment: Environment<'_>, class: Class) -> bool {
    let objects = environment.objects();
    let Some(object) = objects.iter().find(|object| object.name == class.binding) else { return false };
    if object.script.is_none() && check.knows(object.class) {
        let problem = Problem::OtherClass {
            binding: class.binding.to_owned(),
            found: object.class.to_owned(),
            expected: class.name.to_owned(),
        };
        check.note(environment, object.value.get("class_name"), problem, []);
    }
    true
}
