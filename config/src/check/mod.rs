//! The check: a configuration against the code.

mod build;
mod classes;
mod features;
mod fields;
mod history;
mod objects;
mod shape;

pub use features::is_date;

use crate::accepted::{FOREIGN, KEY_VALUE, UNBOUND};
use crate::code::Code;
use crate::environment::Environment;
use crate::file::Config;
use crate::findings::{Finding, Findings};
use crate::lines::Addition;
use crate::problem::Problem;
use crate::surroundings::Surroundings;
use crate::value::Value;

/// Compares a configuration with the code, in every environment.
#[must_use]
pub fn check(config: &Config, code: &Code, surroundings: &Surroundings) -> Findings {
    let mut check = Check { config, code, surroundings, findings: Vec::new() };
    if shape::check(&mut check) {
        for environment in config.environments() {
            classes::check(&mut check, environment);
            objects::check(&mut check, environment);
            fields::check(&mut check, environment);
            features::check(&mut check, environment);
            build::check(&mut check, environment);
        }
        history::check(&mut check);
    }
    exceptions(&mut check);
    Findings::new(config, check.findings)
}

/// A check under way.
struct Check<'a> {
    config: &'a Config,
    code: &'a Code,
    surroundings: &'a Surroundings,
    findings: Vec<Finding>,
}

impl Check<'_> {
    /// Notes a mistake, once. A mistake in a part that environments inherit is found in each of them.
    fn note(
        &mut self,
        environment: Environment<'_>,
        place: Option<&Value>,
        problem: Problem,
        additions: impl IntoIterator<Item = Addition>,
    ) {
        let finding = Finding {
            environment: environment.name().map(str::to_owned),
            place: place.map(|value| self.config.place(value.at)),
            problem,
            additions: additions.into_iter().collect(),
        };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn exports(&self, class: &str) -> bool {
        self.code.classes.iter().any(|exported| exported.name == class)
    }

    /// Returns whether the class is exported, or is said to be.
    fn knows(&self, class: &str) -> bool {
        self.exports(class) || contains(&self.surroundings.accepted.foreign, class)
    }

    fn may_be_unbound(&self, class: &str) -> bool {
        contains(&self.surroundings.accepted.unbound, class)
    }

    fn may_be_key_value(&self, class: &str) -> bool {
        contains(&self.surroundings.accepted.key_value, class)
    }
}

fn contains(names: &[String], name: &str) -> bool {
    names.iter().any(|it| it == name)
}

/// Exceptions for classes that are not there.
fn exceptions(check: &mut Check<'_>) {
    let accepted = &check.surroundings.accepted;
    let lists = [(UNBOUND, &accepted.unbound), (KEY_VALUE, &accepted.key_value)];
    let stale = lists.into_iter().flat_map(|(list, classes)| classes.iter().map(move |class| (list, class)));
    let stale = stale.filter(|(_, class)| !check.exports(class));
    // A class that is exported needs no word.
    let foreign = accepted.foreign.iter().filter(|class| check.exports(class)).map(|class| (FOREIGN, class));
    let stale: Vec<_> = stale.chain(foreign).map(|(list, class)| (list, class.clone())).collect();
    for (list, class) in stale {
        check.note(check.config.top(), None, Problem::NoSuchException { list, class }, []);
    }
    for key in accepted.unknown.clone() {
        check.note(check.config.top(), None, Problem::NoSuchKey { key }, []);
    }
}
