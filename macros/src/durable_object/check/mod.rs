//! The rules, over the model alone. Each names the mistake, the reason, and the correction.

mod method;
mod part;
mod schedule;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests;

use std::collections::HashMap;

use quote::{ToTokens, quote};
use syn::{Expr, ExprLit, Lifetime, Lit, Type};

use super::model::{Declaration, Handler, Implementation, Kind, Scheduled};
use crate::{class, naming, report::Report};

pub(super) fn declaration(declaration: &Declaration) -> Report {
    let mut report = Report::default();
    let Declaration { item, class, binding, export, parts } = declaration;
    lifetimes(declaration.lifetimes(), &mut report);
    part::fields(parts, &mut report);
    if let Some(export) = export
        && !matches!(export, Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }))
    {
        report.add(
            export,
            "`export` says whether this crate exports the class",
            "write `export = false`, and export it in the worker that has it: `export_object!(pub Name = the::Object)`",
        );
    }
    if item.generics.params.is_empty() {
        class::check_name(class.as_ref(), &item.ident, &mut report);
        class::check_binding(binding.as_ref(), &mut report);
    } else {
        let export = export.as_ref().map(ToTokens::to_token_stream);
        for option in [class, binding].into_iter().flatten().map(ToTokens::to_token_stream).chain(export) {
            report.add(
                option,
                "a generic struct is not a class yet, so there is nothing to name or to export",
                format!("name it where it is exported: `export_object!(pub Name = {}<..>)`", item.ident),
            );
        }
    }
    report
}

pub(super) fn implementation(implementation: &Implementation) -> Report {
    let mut report = Report::default();
    let Implementation { item, inits, wakes, handlers, scheduled } = implementation;
    if let Some((path, _)) = &item.trait_ {
        report.add(
            path,
            "`#[durable_object]` goes on the struct's own impl block: a trait's methods are not \
             part of what an object answers",
            "remove the attribute here, and mark methods of `impl TheStruct { .. }`",
        );
        return report;
    }
    if !matches!(*item.self_ty, Type::Path(_)) {
        report.add(
            &item.self_ty,
            "an object is a struct",
            "write the name of a struct that is marked `#[durable_object]`",
        );
    }
    lifetimes(implementation.lifetimes(), &mut report);
    if !report.is_empty() {
        return report;
    }

    match inits.as_slice() {
        [] => report.add(
            &item.self_ty,
            "nothing says how the object starts: a method has to be marked `#[init]`",
            "add `#[init] fn init(ctx: Ctx) -> Result<Self> { Ok(Self { ctx }) }`",
        ),
        [_, others @ ..] => {
            for other in others {
                report.add(
                    other.ident(),
                    "an object starts in one way, and this is its second `#[init]`",
                    "keep one, and call the other from it",
                );
            }
        }
    }
    for wake in wakes {
        report.add(
            wake.ident(),
            "only the `#[wake]` of a part is called, and this is an object",
            "do this in `#[init]`, which runs each time the object wakes",
        );
    }
    for init in inits {
        method::init(init, &mut report);
    }
    for handler in handlers {
        report.merge(self::handler(handler));
        if handler.is_shared() {
            report.add(
                handler.method.ident(),
                "parts share a method among each other, and this is the object's own",
                "remove `shared`",
            );
        }
    }
    for method in scheduled {
        report.merge(self::scheduled(method));
    }
    duplicates(handlers, &mut report);
    schedule::check(implementation, &mut report);
    attachments(handlers, &mut report);
    report
}

/// Returns the mistakes of the impl block of a part.
pub(super) fn part(implementation: &Implementation) -> Report {
    part::check(implementation)
}

/// Returns the mistakes of one handler, without regard to the others.
pub(super) fn handler(handler: &Handler) -> Report {
    let mut report = Report::default();
    method::handler(handler, &mut report);
    report
}

/// Returns the mistakes of one scheduled method, without regard to the others.
pub(super) fn scheduled(scheduled: &Scheduled) -> Report {
    let mut report = Report::default();
    method::scheduled(scheduled, &mut report);
    report
}

/// Refuses lifetimes, because the platform may keep an object for any time.
fn lifetimes<'a>(lifetimes: impl Iterator<Item = &'a Lifetime>, report: &mut Report) {
    for lifetime in lifetimes {
        report.add(
            lifetime,
            "an object outlives every borrow: the platform keeps it between events",
            "own the data: use `String`, `Vec`, `Rc` instead of references",
        );
    }
}

/// Checks that every name on the class belongs to one method.
fn duplicates(handlers: &[Handler], report: &mut Report) {
    let mut taken: HashMap<String, &Handler> = HashMap::new();
    for handler in handlers {
        let name = handler.js_name();
        if matches!(handler.kind, Kind::Rpc { .. }) && naming::reserved_method(&name).is_some() {
            continue; // said already
        }
        let Some(first) = taken.get(&name) else {
            taken.insert(name, handler);
            continue;
        };
        let (this, first) = (handler.method.ident(), first.method.ident());
        match &handler.kind {
            Kind::Rpc { name: given, .. } => {
                let at = given.as_ref().map_or_else(|| this.to_token_stream(), ToTokens::to_token_stream);
                report.add(
                    at,
                    format!(
                        "`{first}` is already called `{name}` in JavaScript, which has one method per name"
                    ),
                    "give one of them another name with `#[rpc(name = \"…\")]`",
                );
            }
            Kind::Fetch | Kind::Connect | Kind::Alarm | Kind::Socket(_) => report.add(
                this,
                format!("`{first}` already handles this event, and the platform calls one handler"),
                format!("keep one marker, and call `{this}` from `{first}` if both should run"),
            ),
        }
    }
}

/// Checks that the sockets of an object have one type: the platform passes any of them to any handler.
fn attachments(handlers: &[Handler], report: &mut Report) {
    let mut first: Option<&Type> = None;
    for handler in handlers {
        let Some(attachment) = handler.attachment() else { continue };
        match (first, attachment) {
            (None, Some(named)) => first = Some(named),
            (Some(first), Some(named)) if !may_be_same(first, named) => report.add(
                named,
                format!(
                    "another handler of this object calls its attachment `{}`: any socket of an \
                     object can reach any of its handlers, so all carry one type",
                    naming::type_text(first)
                ),
                "use one type in all of them, an enum if sockets differ",
            ),
            _ => {}
        }
    }
}

/// Returns whether two types may be the same. `Session` may be `crate::Session`, and only the compiler knows.
fn may_be_same(one: &Type, other: &Type) -> bool {
    let last = |ty: &Type| match ty {
        Type::Path(path) => path.path.segments.last().map(|last| quote!(#last).to_string()),
        _ => None,
    };
    quote!(#one).to_string() == quote!(#other).to_string()
        || last(one).is_some_and(|one| Some(one) == last(other))
}
