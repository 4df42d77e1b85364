//! Rules about all scheduled methods of an object together.

use std::collections::HashMap;

use quote::ToTokens;

use crate::{
    durable_object::model::{Implementation, Kind},
    report::Report,
};

pub(super) fn check(implementation: &Implementation, report: &mut Report) {
    if implementation.scheduled.is_empty() {
        return;
    }
    raw_alarm(implementation, report);
    names(implementation, report);
    generated_method(implementation, report);
}

/// Refuses a second user of the single alarm. The one that sets it last would take it from the other.
fn raw_alarm(implementation: &Implementation, report: &mut Report) {
    for handler in &implementation.handlers {
        if matches!(handler.kind, Kind::Alarm) {
            report.add(
                handler.method.ident(),
                "an object has one alarm, and the timers of its `#[scheduled]` methods need it",
                "make this method `#[scheduled]` as well, or do all the timing in `#[alarm]`",
            );
        }
    }
}

/// Checks the names: a timer is kept under the name of one method.
pub(super) fn names(implementation: &Implementation, report: &mut Report) {
    let mut taken = HashMap::new();
    for scheduled in &implementation.scheduled {
        let this = scheduled.method.ident();
        let at =
            scheduled.options.name.as_ref().map_or_else(|| this.to_token_stream(), ToTokens::to_token_stream);
        let name = scheduled.name();
        if name.is_empty() {
            report.add(at, "timers are kept under this name, and it is empty", "write a name, or no `name`");
        } else if let Some(first) = taken.insert(name.clone(), this) {
            report.add(
                at,
                format!("the timers of `{first}` are already kept under the name `{name}`"),
                "give one of them another name with `#[scheduled(name = \"…\")]`",
            );
        }
    }
}

fn generated_method(implementation: &Implementation, report: &mut Report) {
    if let Some(method) = implementation.method_named("schedule") {
        report.add(
            &method.sig.ident,
            "`self.schedule()` is how an object with `#[scheduled]` methods schedules them",
            "rename this one; `#[rpc(name = \"schedule\")]` keeps the name of a remote method",
        );
    }
}
