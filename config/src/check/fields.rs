//! The fields of the structs that stand for the environment.

use super::{Check, objects};
use crate::code::{Field, Source};
use crate::environment::{Binding, Environment, ObjectBinding};
use crate::lines::{Addition, Literal};
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::value::Value;

/// The sections whose bindings are of the kind of `services`: they answer requests.
const FETCHERS: [&str; 5] = ["services", "assets", "browser", "mtls_certificates", "vpc_services"];

/// The thing that an environment has under a name.
enum Found<'a> {
    Nothing,
    Binding(Binding<'a>),
    Variable(&'a Value),
    Secret(&'a Value),
}

pub(super) fn check(check: &mut Check<'_>, environment: Environment<'_>) {
    for field in &check.code.fields {
        one(check, environment, field);
    }
}

fn one(check: &mut Check<'_>, environment: Environment<'_>, field: &Field) {
    match (find(environment, field), field.source) {
        (Found::Secret(_), Source::Secret | Source::Variable { .. }) => {}
        (Found::Variable(value), Source::Secret) => {
            let problem = Problem::OpenSecret { name: field.name.to_owned() };
            check.note(environment, Some(value), problem, [secret(environment, field.name)]);
        }
        (Found::Variable(value), Source::Variable { is_text, .. }) => {
            if is_text && value.as_text().is_none() {
                other_kind(check, environment, field, value, value.kind().to_owned());
            }
        }
        (Found::Binding(found), Source::Objects { class, exported }) if is_objects(found) => {
            leads_to(check, environment, found, class, exported);
        }
        (Found::Binding(found), Source::Section { path, .. }) if fits(found.section, path) => {}
        (Found::Binding(found), _) => {
            other_kind(check, environment, field, found.value, format!("bound in `{}`", found.section));
        }
        (Found::Variable(value), _) => other_kind(check, environment, field, value, "a variable".to_owned()),
        (Found::Secret(value), _) => other_kind(check, environment, field, value, "a secret".to_owned()),
        (Found::Nothing, _) if field.optional => {}
        (Found::Nothing, Source::Secret) => {
            let name = environment.name().map(str::to_owned);
            let values = check.surroundings.dev_vars.get(&name);
            let in_dev_vars = values.is_some_and(|values| values.contains(field.name));
            let problem =
                Problem::UnlistedSecret { name: field.name.to_owned(), in_dev_vars, environment: name };
            check.note(environment, None, problem, [secret(environment, field.name)]);
        }
        (Found::Nothing, Source::Objects { class, exported: true }) => {
            match stray(check, environment, class) {
                Some(object) => {
                    let problem = objects::other_name(&object, field.name);
                    check.note(environment, object.value.get("name"), problem, []);
                }
                None => missing(check, environment, field),
            }
        }
        (Found::Nothing, _) => missing(check, environment, field),
    }
}

fn find<'a>(environment: Environment<'a>, field: &Field) -> Found<'a> {
    if let Some(binding) = environment.bindings().find(|binding| binding.name == field.name) {
        return Found::Binding(binding);
    }
    if let Source::Section { path, is_list, key, .. } = field.source {
        // A section that only the code knows.
        let keys: Vec<&str> = path.split('.').collect();
        let value = environment.own(&keys);
        let items =
            value.map_or(&[][..], |value| if is_list { value.items() } else { std::slice::from_ref(value) });
        if let Some(value) = items.iter().find(|item| item.text(key) == Some(field.name)) {
            return Found::Binding(Binding { section: path, name: field.name, value });
        }
    }
    if let Some(secret) = environment.secrets().find(|secret| secret.as_text() == Some(field.name)) {
        return Found::Secret(secret);
    }
    environment.own(&["vars", field.name]).map_or(Found::Nothing, Found::Variable)
}

fn leads_to(
    check: &mut Check<'_>,
    environment: Environment<'_>,
    found: Binding<'_>,
    class: &str,
    exported: bool,
) {
    let of = found.value.text("class_name").unwrap_or_default();
    let is_own = |script: &str| environment.worker().as_deref() == Some(script);
    let elsewhere = found.value.text("script_name").is_some_and(|script| !is_own(script));
    // An unknown class is noted with the binding, and so is one of another worker.
    let is_noted = !elsewhere && !check.knows(of);
    if of != class && !is_noted {
        let problem = Problem::OtherClass {
            binding: found.name.to_owned(),
            found: of.to_owned(),
            expected: class.to_owned(),
        };
        check.note(environment, found.value.get("class_name"), problem, []);
    } else if of == class && !exported && !elsewhere && check.exports(of) {
        let problem = Problem::NoScript { binding: found.name.to_owned(), class: class.to_owned() };
        check.note(environment, Some(found.value), problem, []);
    }
}

fn missing(check: &mut Check<'_>, environment: Environment<'_>, field: &Field) {
    let is_named = environment.name().is_some();
    let top_has_it = is_named && !matches!(find(check.config.top(), field), Found::Nothing);
    let is_needed = |name: &str| check.code.fields.iter().any(|field| field.name == name);
    let free = names(environment).into_iter().filter(|name| !is_needed(name));
    let problem = Problem::Missing {
        name: field.name.to_owned(),
        noun: field.noun.to_owned(),
        owner: field.owner.to_owned(),
        top_has_it,
        nearest: nearest(field.name, free).map(str::to_owned),
    };
    check.note(environment, None, problem, lines(environment, field));
}

fn other_kind(
    check: &mut Check<'_>,
    environment: Environment<'_>,
    field: &Field,
    place: &Value,
    found: String,
) {
    let problem = Problem::OtherKind { name: field.name.to_owned(), noun: field.noun.to_owned(), found };
    check.note(environment, Some(place), problem, []);
}

fn lines(environment: Environment<'_>, field: &Field) -> Option<Addition> {
    Some(match field.source {
        Source::Objects { class, exported } => objects::binding(environment, field.name, class, !exported),
        Source::Section { path, is_list, key, rest } => {
            let path: Vec<&str> = path.split('.').collect();
            let value = |value: &str| {
                if value.starts_with('{') { Literal::toml(value) } else { Literal::text(value) }
            };
            let rest = rest.iter().map(|(key, text)| (*key, value(text)));
            let table = Literal::table(std::iter::once((key, Literal::text(field.name))).chain(rest));
            if is_list {
                Addition::item(environment.name(), &path, table)
            } else {
                let (last, parents) = path.split_last()?;
                Addition::member(environment.name(), parents, last, table)
            }
        }
        Source::Variable { sample, .. } => {
            Addition::member(environment.name(), &["vars"], field.name, Literal::toml(sample))
        }
        Source::Secret => secret(environment, field.name),
    })
}

fn secret(environment: Environment<'_>, name: &str) -> Addition {
    Addition::item(environment.name(), &["secrets", "required"], Literal::text(name))
}

fn names(environment: Environment<'_>) -> Vec<&str> {
    let variables = environment.own(&["vars"]).map_or(&[][..], Value::entries);
    let variables = variables.iter().map(|entry| entry.key.as_str());
    let secrets = environment.secrets().filter_map(Value::as_text);
    environment.bindings().map(|binding| binding.name).chain(variables).chain(secrets).collect()
}

fn is_objects(binding: Binding<'_>) -> bool {
    binding.section == "durable_objects.bindings"
}

/// Returns a binding to a class under a name that the code does not read.
fn stray<'a>(check: &Check<'_>, environment: Environment<'a>, class: &str) -> Option<ObjectBinding<'a>> {
    let is_read = |name: &str| check.code.fields.iter().any(|field| field.name == name);
    let mut objects = environment.objects().into_iter();
    objects.find(|object| object.script.is_none() && object.class == class && !is_read(object.name))
}

fn fits(found: &str, expected: &str) -> bool {
    found == expected || (expected == FETCHERS[0] && FETCHERS.contains(&found))
}
