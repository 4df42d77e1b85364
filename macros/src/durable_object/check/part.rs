//! Rules about parts, and about the fields that are parts.

use std::collections::HashMap;

use quote::ToTokens;
use syn::Type;

use super::{duplicates, handler, lifetimes, method, schedule};
use crate::{
    durable_object::model::{Access, Implementation, Kind, Method, PartField, generic_named},
    report::Report,
};

/// Checks that the parts of an object have different names.
pub(super) fn fields(parts: &[PartField], report: &mut Report) {
    let mut taken = HashMap::new();
    for part in parts {
        let name = part.name();
        let at = part.given.as_ref().map_or_else(|| part.member.to_token_stream(), ToTokens::to_token_stream);
        if name.is_empty() || name.contains('.') {
            report.add(
                at,
                "the timers of a part are kept under its name and a dot, so the name has no dot and is not empty",
                "write another name",
            );
        } else if let Some(first) = taken.insert(name.clone(), &part.member) {
            report.add(
                at,
                format!("the part in `{}` is already called `{name}`", first.to_token_stream()),
                "give one of them another name",
            );
        }
    }
}

pub(super) fn check(implementation: &Implementation) -> Report {
    let mut report = Report::default();
    let Implementation { item, inits, wakes, handlers, scheduled } = implementation;
    if let Some((path, _)) = &item.trait_ {
        report.add(
            path,
            "`#[part]` goes on the type's own impl block: a trait's methods are not part of what a part answers",
            "remove the attribute here, and mark methods of `impl TheType { .. }`",
        );
        return report;
    }
    if !matches!(*item.self_ty, Type::Path(_)) {
        report.add(&item.self_ty, "a part is a struct or an enum", "write its name");
    }
    lifetimes(implementation.lifetimes(), &mut report);
    if !report.is_empty() {
        return report;
    }
    for init in inits {
        report.add(
            init.ident(),
            "the `#[init]` of the object creates its parts",
            "make this a plain function, which the object calls in its own `#[init]`; `#[wake]` runs afterwards",
        );
    }
    for marked in handlers {
        match marked.kind {
            Kind::Rpc { .. } => report.merge(handler(marked)),
            Kind::Fetch | Kind::Connect | Kind::Alarm | Kind::Socket(_) => report.add(
                marked.method.ident(),
                "the platform calls one handler of an object for this event, and the object has it",
                "make this a plain method, which the object calls in its handler; timers of a part are `#[scheduled]`",
            ),
        }
        borrowed(&marked.method, &mut report);
        if marked.is_shared() {
            optional(&marked.method, &mut report);
        }
        if marked.method.stream_item().is_some() {
            report.add(
                marked.method.output(),
                "a part's method cannot answer with a stream",
                "return the items as a `Vec`",
            );
        }
    }
    for method in scheduled {
        report.merge(super::scheduled(method));
        borrowed(&method.method, &mut report);
    }
    for extra in wakes.iter().skip(1) {
        report.add(
            extra.ident(),
            "a part wakes in one way, and this is its second `#[wake]`",
            "call one from the other",
        );
    }
    for wake in wakes {
        method::wake(wake, &mut report);
        borrowed(wake, &mut report);
    }
    duplicates(handlers, &mut report);
    schedule::names(implementation, &mut report);
    report
}

/// Refuses `&mut self`: a part is called through a clone.
fn borrowed(method: &Method, report: &mut Report) {
    if method.access() == Some(Access::Exclusive) {
        report.add(
            method.signature.receiver(),
            "a part is called through a clone of it, so it cannot be borrowed mutably",
            "take `&self`, and keep the state behind `Rc<RefCell<..>>` or in the object's storage",
        );
    }
}

/// Checks that a shared method can say that a call is not for it.
fn optional(method: &Method, report: &mut Report) {
    let is_optional = method.success().is_some_and(|ty| generic_named(ty, "Option").is_some());
    if !is_optional {
        let at = method.output().map_or_else(|| method.ident().to_token_stream(), ToTokens::to_token_stream);
        report.add(
            at,
            "the parts that share this method are asked one after the other, until one answers",
            "return `Option<..>` or `Result<Option<..>>`, with `None` when the call is for another part",
        );
    }
}
