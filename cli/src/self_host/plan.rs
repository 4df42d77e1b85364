//! The plan: the parts of a wrangler configuration that workerd serves by itself.

use std::collections::BTreeSet;

use durable_object_config::{End, Environment, Lifecycle, Storage, Value, is_date};
use serde_json::{Map, Value as Json};

use super::refusal::Refusal;
use super::service::NEWEST_DATE;

/// The parts of a worker that workerd serves.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    /// The name of the worker. The ids of its objects depend on it.
    pub(super) name: String,
    pub(super) date: String,
    pub(super) flags: Vec<String>,
    /// The environment of the worker: names and values.
    pub(super) bindings: Vec<(String, Binding)>,
    pub(super) classes: Vec<Class>,
    /// The options of its files, if it has any.
    pub(super) assets: Option<Assets>,
    pub(super) crons: Vec<String>,
    /// Settings that have no effect here, each as a sentence.
    pub(super) notes: Vec<String>,
}

/// A value in the environment of the worker.
#[derive(Debug, PartialEq)]
pub(super) enum Binding {
    Text(String),
    Json(Json),
    /// The variable of that name in the environment of the process.
    Secret,
    /// The objects of a class.
    Objects(String),
    /// The files.
    Files,
    /// The worker itself: its default entrypoint, or another one.
    Itself(Option<String>),
}

/// A class of objects.
#[derive(Debug, PartialEq)]
pub(super) struct Class {
    pub(super) name: String,
    /// The name of the folder that has the objects; their ids depend on it too.
    pub(super) key: String,
    pub(super) sqlite: bool,
}

/// The files that the worker serves.
#[derive(Debug, PartialEq)]
pub(super) struct Assets {
    /// The folder, as the configuration names it.
    pub(super) directory: String,
    /// The options that workerd knows.
    pub(super) options: Map<String, Json>,
}

/// The options of `assets` that workerd knows.
const ASSETS_OPTIONS: [&str; 4] = ["html_handling", "not_found_handling", "base_path", "run_worker_first"];

impl Plan {
    /// Makes the plan for an environment of a configuration.
    ///
    /// # Errors
    /// The reasons why there is none, all at once.
    pub(super) fn of(environment: Environment<'_>) -> Result<Self, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let name = environment.worker().unwrap_or_default();
        if name.is_empty() {
            refusals.push(Refusal::NoName);
        } else if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)) {
            refusals.push(Refusal::Name(name.clone()));
        }
        let date = date(environment).map_err(|refusal| refusals.push(refusal)).unwrap_or_default();
        let flags = environment.inherited("compatibility_flags");
        let flags = texts("compatibility_flags", flags, &mut refusals);
        let crons = environment.inherited("triggers").and_then(|triggers| triggers.get("crons"));
        let crons = texts("triggers.crons", crons, &mut refusals);
        if environment.inherited("assets").is_some_and(|assets| assets.text("directory").is_none()) {
            refusals.push(Refusal::NoDirectory);
        }
        let classes = classes(environment, &name, &mut refusals);
        let bindings = bindings(environment, &name, &classes, &mut refusals);
        refuse_unbound(environment, &mut refusals);
        let plan = Self {
            name,
            date,
            flags,
            bindings,
            classes,
            assets: environment.inherited("assets").and_then(assets),
            crons,
            notes: notes(environment),
        };
        if refusals.is_empty() { Ok(plan) } else { Err(refusals) }
    }

    /// Returns the names of the secrets.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = self.bindings.iter().filter(|(_, binding)| *binding == Binding::Secret);
        secrets.map(|(name, _)| name.as_str())
    }

    /// Returns whether workerd calls a part of the plan experimental.
    pub(super) fn is_experimental(&self) -> bool {
        self.assets.is_some() || !self.crons.is_empty()
    }
}

fn classes(environment: Environment<'_>, worker: &str, refusals: &mut Vec<Refusal>) -> Vec<Class> {
    let lifecycle = Lifecycle::of(environment);
    if lifecycle.exports && lifecycle.migrations {
        refusals.push(Refusal::TwoForms);
    }
    if !lifecycle.missteps.is_empty() || !renames_lead_to_one_class_each(&lifecycle) {
        refusals.push(Refusal::History);
    }
    let own = environment.objects().into_iter().filter(|object| object.script.is_none());
    let bound: BTreeSet<&str> = own.map(|object| object.class).collect();
    let undeclared = bound.into_iter().filter(|class| !lifecycle.live.contains_key(class));
    refusals.extend(undeclared.map(|class| Refusal::Undeclared(class.to_owned())));
    let classes = lifecycle.live.iter().map(|(name, (storage, _))| Class {
        name: (*name).to_owned(),
        key: format!("{worker}-{}", lifecycle.key(name).unwrap_or(name)),
        sqlite: *storage == Storage::Sqlite,
    });
    classes.collect()
}

/// Returns whether each class of `exports` that was renamed is now another live class.
fn renames_lead_to_one_class_each(lifecycle: &Lifecycle<'_>) -> bool {
    let mut seen = BTreeSet::new();
    !lifecycle.exports
        || lifecycle.ended.values().all(|(end, _)| match end {
            End::Renamed { to } => lifecycle.live.contains_key(to.as_str()) && seen.insert(to),
            End::Deleted | End::Transferred { .. } => true,
        })
}

fn bindings(
    environment: Environment<'_>,
    worker: &str,
    classes: &[Class],
    refusals: &mut Vec<Refusal>,
) -> Vec<(String, Binding)> {
    let mut bindings = Vec::new();
    for bound in environment.bindings() {
        let other = |key: &str| bound.value.text(key).filter(|other| *other != worker).map(str::to_owned);
        let name = bound.name.to_owned();
        let binding = match bound.section {
            "durable_objects.bindings" => match (other("script_name"), bound.value.text("class_name")) {
                (Some(worker), _) => Err(Refusal::Foreign { name, worker }),
                (None, Some(class)) if classes.iter().any(|it| it.name == class) => {
                    Ok(Binding::Objects(class.to_owned()))
                }
                // The class is refused already.
                (None, _) => continue,
            },
            "services" => match other("service") {
                Some(worker) => Err(Refusal::Foreign { name, worker }),
                None => match bound.value.get("entrypoint").map(|value| value.as_text().ok_or(name)) {
                    None => Ok(Binding::Itself(None)),
                    Some(Ok(entrypoint)) => Ok(Binding::Itself(Some(entrypoint.to_owned()))),
                    Some(Err(name)) => Err(Refusal::Entrypoint(name)),
                },
            },
            "assets" => Ok(Binding::Files),
            section => Err(Refusal::Unserved { section, name: Some(name) }),
        };
        match binding {
            Ok(binding) => bindings.push((bound.name.to_owned(), binding)),
            Err(refusal) => refusals.push(refusal),
        }
    }
    let vars = environment.own(&["vars"]).map(Value::to_json);
    for (name, value) in vars.as_ref().and_then(Json::as_object).into_iter().flatten() {
        let binding = match value {
            Json::String(text) => Binding::Text(text.clone()),
            value => Binding::Json(value.clone()),
        };
        bindings.push((name.clone(), binding));
    }
    for name in texts("secrets.required", environment.own(&["secrets", "required"]), refusals) {
        if is_variable(&name) {
            bindings.push((name, Binding::Secret));
        } else {
            refusals.push(Refusal::Secret(name));
        }
    }
    let mut seen = BTreeSet::new();
    let twice = bindings.iter().filter(|(name, _)| !seen.insert(name));
    refusals.extend(twice.map(|(name, _)| Refusal::Twice(name.clone())));
    bindings
}

/// Returns whether a shell takes the name for a variable.
fn is_variable(name: &str) -> bool {
    let first = name.chars().next();
    first.is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Refuses what gives the worker events or machines without a binding.
fn refuse_unbound(environment: Environment<'_>, refusals: &mut Vec<Refusal>) {
    let consumes = environment.own(&["queues", "consumers"]).is_some_and(|it| !it.items().is_empty());
    let contains = environment.own(&["containers"]).is_some_and(|it| !it.items().is_empty());
    for (section, is_there) in [("queues.consumers", consumes), ("containers", contains)] {
        if is_there {
            refusals.push(Refusal::Unserved { section, name: None });
        }
    }
}

fn assets(assets: &Value) -> Option<Assets> {
    let directory = assets.text("directory")?.to_owned();
    let options =
        ASSETS_OPTIONS.iter().filter_map(|key| Some(((*key).to_owned(), assets.get(key)?.to_json())));
    Some(Assets { directory, options: options.collect() })
}

/// Settings that have no effect here, where one may rely on it.
fn notes(environment: Environment<'_>) -> Vec<String> {
    let notes = [
        ("limits", "workerd does not enforce limits; the guide says how to set one for the process"),
        ("tail_consumers", "no other worker gets the logs; they go to the output of the process"),
        ("streaming_tail_consumers", "no other worker gets the logs; they go to the output of the process"),
    ];
    let present = notes
        .into_iter()
        .filter(|(key, _)| environment.own(&[key]).or_else(|| environment.inherited(key)).is_some());
    present.map(|(key, note)| format!("`{key}` has no effect: {note}")).collect()
}

/// Returns the compatibility date, if workerd serves it.
fn date(environment: Environment<'_>) -> Result<String, Refusal> {
    let value = environment.inherited("compatibility_date").ok_or(Refusal::NoDate)?;
    match value.as_text() {
        Some(date) if is_date(date) && date > NEWEST_DATE => Err(Refusal::LateDate(date.to_owned())),
        Some(date) if is_date(date) => Ok(date.to_owned()),
        _ => Err(Refusal::Date(value.to_json().to_string())),
    }
}

/// Returns the texts of a list. One that has something else is refused: a flag that is left out changes the worker.
fn texts(name: &'static str, list: Option<&Value>, refusals: &mut Vec<Refusal>) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    serde_json::from_value(list.to_json()).unwrap_or_else(|_| {
        refusals.push(Refusal::NotTexts(name));
        Vec::new()
    })
}
