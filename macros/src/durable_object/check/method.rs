//! Rules about one method.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, Pat, Safety, Type, TypeImplTrait, TypeReference, visit, visit::Visit};

use super::naming;
use crate::{
    durable_object::model::{Access, Handler, Kind, Method, Scheduled, SocketEvent, generic_named},
    report::Report,
};

pub(super) fn init(method: &Method, report: &mut Report) {
    plain_function(method, report);
    if let Some(receiver) = method.signature.receiver() {
        report.add(
            receiver,
            "`#[init]` makes the object, so there is no `self` yet",
            "take `ctx: Ctx`, and `env: Env` if you need it, and return `Result<Self>`",
        );
    }
    if !matches!(method.parameters().count(), 1 | 2) {
        report.add(
            parameter_list(method),
            "`#[init]` is called with the object's context and the worker's environment",
            format!("write `fn {}(ctx: Ctx)` or `fn {0}(ctx: Ctx, env: Env)`", method.ident()),
        );
    }
    if method.output().is_none() {
        report.add(
            method.ident(),
            "`#[init]` returns nothing, so there is no object",
            "return `Result<Self>`, or `Self` if it cannot fail",
        );
    }
    owned_parameters(method, report);
}

pub(super) fn handler(handler: &Handler, report: &mut Report) {
    let method = &handler.method;
    plain_function(method, report);
    receiver(method, report);
    owned_parameters(method, report);
    match &handler.kind {
        Kind::Rpc { name, idempotent, shared: _ } => {
            remote_name(handler, name.as_ref(), report);
            named_parameters(method, "stub", report);
            owned_result(method, report);
            if *idempotent {
                repeatable_arguments(method, report);
            }
        }
        Kind::Fetch => {
            if method.parameters().count() != 1 {
                report.add(
                    parameter_list(method),
                    "`#[fetch]` is called with the request and nothing else",
                    format!("write `fn {}(&self, req: Request) -> Result<Response>`", method.ident()),
                );
            }
        }
        Kind::Connect => {
            if method.parameters().count() != 1 {
                report.add(
                    parameter_list(method),
                    "`#[connect]` is called with the connection and nothing else",
                    format!("write `async fn {}(&self, socket: TcpSocket) -> Result<()>`", method.ident()),
                );
            }
        }
        Kind::Alarm => {
            if method.parameters().count() > 1 {
                report.add(
                    parameter_list(method),
                    "`#[alarm]` is called with what is known of the alarm and nothing else",
                    format!("write `fn {}(&self, info: AlarmInfo) -> Result<()>`", method.ident()),
                );
            }
        }
        Kind::Socket(event) => socket(*event, handler, report),
    }
}

pub(super) fn wake(method: &Method, report: &mut Report) {
    plain_function(method, report);
    receiver(method, report);
    owned_parameters(method, report);
    if method.parameters().count() > 1 {
        report.add(
            parameter_list(method),
            "`#[wake]` is called with the part's place in its object and nothing else",
            format!("write `fn {}(&self, part: PartContext) -> Result<()>`", method.ident()),
        );
    }
}

/// The methods that every stub has besides the object's own.
const STUB: [&str; 4] = ["connect", "fetch", "id", "name"];

/// The methods that every schedule has besides the object's own.
const SCHEDULE: [&str; 5] = ["cancel", "cancel_key", "list", "new", "retry"];

pub(super) fn scheduled(scheduled: &Scheduled, report: &mut Report) {
    let method = &scheduled.method;
    plain_function(method, report);
    receiver(method, report);
    owned_parameters(method, report);
    named_parameters(method, "schedule", report);
    if SCHEDULE.iter().any(|taken| method.ident() == taken) {
        report.add(
            method.ident(),
            format!("`schedule().{}` is something else already", method.ident()),
            "choose another name; `#[scheduled(name = \"…\")]` keeps the one its timers have",
        );
    }
    if let Some(Expr::Lit(ExprLit { lit: Lit::Int(attempts), .. })) = &scheduled.options.attempts
        && attempts.base10_digits() == "0"
    {
        report.add(attempts, "with no attempt at all, it would never be called", "write 1 or more");
    }
}

/// Checks that the method is a plain function. The runtime calls it from generated code, by its name, and
/// cannot choose type parameters.
fn plain_function(method: &Method, report: &mut Report) {
    let signature = &method.signature;
    let mut qualifier = |tokens: TokenStream, word: &str| {
        report.add(
            tokens,
            format!("the runtime calls marked methods, and it cannot call one that is `{word}`"),
            format!("remove `{word}`, or call the method from a marked one"),
        );
    };
    if let Some(token) = &signature.constness {
        qualifier(token.to_token_stream(), "const");
    }
    if let Safety::Unsafe(token) = &signature.safety {
        qualifier(token.to_token_stream(), "unsafe");
    }
    if let Some(abi) = &signature.abi {
        qualifier(abi.to_token_stream(), "extern");
    }
    if let Some(variadic) = &signature.variadic {
        qualifier(variadic.to_token_stream(), "...");
    }
    if !signature.generics.params.is_empty() {
        report.add(
            &signature.generics,
            "a marked method cannot be generic: its caller is in another isolate and knows no types of yours",
            "write the types out, or make the struct generic",
        );
    }
    for attribute in &method.attributes {
        if attribute.path().is_ident("cfg") {
            report.add(
                attribute,
                "`#[durable_object]` runs before `#[cfg]` is looked at, so the method would be \
                 exported even where it does not exist",
                "put the `#[cfg]` inside the method, or on the whole impl block",
            );
        }
    }
}

fn receiver(method: &Method, report: &mut Report) {
    let help = "take `&self` (runs beside other handlers) or `&mut self` (runs alone)";
    match method.access() {
        Some(Access::Shared | Access::Exclusive) => {}
        Some(Access::Unsupported) => report.add(
            method.signature.receiver(),
            "the object stays in its isolate, so a handler can only borrow it",
            help,
        ),
        None => report.add(
            method.ident(),
            "a handler is called on an object, and this function has no `self`",
            help,
        ),
    }
}

/// The types that a type must not contain.
#[derive(Default)]
struct Unsendable<'a> {
    references: Vec<&'a TypeReference>,
    opaque: Vec<&'a TypeImplTrait>,
}

impl<'a> Unsendable<'a> {
    fn of(ty: &'a Type) -> Self {
        let mut found = Self::default();
        found.visit_type(ty);
        found
    }
}

impl<'a> Visit<'a> for Unsendable<'a> {
    fn visit_type_reference(&mut self, ty: &'a TypeReference) {
        self.references.push(ty);
        visit::visit_type_reference(self, ty);
    }

    fn visit_type_impl_trait(&mut self, ty: &'a TypeImplTrait) {
        self.opaque.push(ty);
        visit::visit_type_impl_trait(self, ty);
    }
}

fn owned_parameters(method: &Method, report: &mut Report) {
    for parameter in method.parameters() {
        let found = Unsendable::of(&parameter.ty);
        for reference in found.references {
            report.add(
                reference,
                "an argument comes from outside the object, so there is nothing to borrow from",
                owned(reference),
            );
        }
        for opaque in found.opaque {
            report.add(
                opaque,
                "the runtime decodes the argument, so it has to know which type it is",
                "name a type",
            );
        }
    }
}

fn owned_result(method: &Method, report: &mut Report) {
    let Some(output) = method.output() else { return };
    let mut found = Unsendable::of(output);
    if method.stream_item().is_some() {
        found.opaque.remove(0); // the stream itself, found before its contents
    }
    for reference in found.references {
        report.add(
            reference,
            "the caller gets a copy of the result, in another isolate, and cannot borrow from here",
            owned(reference),
        );
    }
    for opaque in found.opaque {
        report.add(
            opaque,
            "the caller decodes the result, so it has to know which type it is",
            "name a type, or return `impl Stream<Item = T>`",
        );
    }
}

fn repeatable_arguments(method: &Method, report: &mut Report) {
    for parameter in method.parameters() {
        if generic_named(&parameter.ty, "Streaming").is_some() {
            report.add(
                &parameter.ty,
                "the stub of an idempotent method calls again when the platform failed, and by then the \
                 stream may have been read",
                "remove `idempotent`, or take the items as a `Vec`",
            );
        }
    }
}

fn owned(reference: &TypeReference) -> String {
    let owned = match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", naming::type_text(&slice.elem)),
        elem => naming::type_text(elem),
    };
    format!("write `{owned}`")
}

/// Checks that the parameters have plain names. `caller` is the generated code that calls the method.
fn named_parameters(method: &Method, caller: &str, report: &mut Report) {
    for parameter in method.parameters() {
        let plain =
            matches!(&*parameter.pat, Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none());
        if !plain {
            report.add(
                &parameter.pat,
                format!(
                    "the {caller} and error messages call an argument by its name, and this is a pattern"
                ),
                "give it a name, and take it apart inside the method",
            );
        }
    }
}

fn remote_name(handler: &Handler, given: Option<&syn::LitStr>, report: &mut Report) {
    let name = handler.js_name();
    let at = given.map_or_else(|| handler.method.ident().to_token_stream(), ToTokens::to_token_stream);
    if !naming::is_js_name(&name) {
        report.add(
            at,
            format!("`{name}` is no JavaScript name, so no caller could write it"),
            "use letters, digits, `_` and `$`, and no digit first",
        );
    } else if let Some(reason) = naming::reserved_method(&name) {
        report.add(
            at,
            format!("`{name}` cannot be a remote method: {reason}"),
            "choose another name; `#[rpc(name = \"…\")]` changes only the one in JavaScript",
        );
    } else if STUB.iter().any(|taken| handler.method.ident() == taken) {
        report.add(
            handler.method.ident(),
            format!("every stub has a `{}` of its own", handler.method.ident()),
            "choose another name for the method; `#[rpc(name = \"…\")]` keeps the one in JavaScript",
        );
    }
}

fn socket(event: SocketEvent, handler: &Handler, report: &mut Report) {
    let method = &handler.method;
    let mut parameters = method.parameters();
    let (first, others) = (parameters.next(), parameters.count());
    match first {
        Some(first) if others == 1 => {
            if handler.attachment().is_none() {
                report.add(
                    &first.ty,
                    "the first argument is the socket, and its type says what is attached to it",
                    "write `Socket<T>`, or `Socket<()>` when nothing is attached",
                );
            }
        }
        _ => report.add(
            parameter_list(method),
            format!("`#[websocket({})]` is called with the socket and what happened to it", event.word()),
            format!("write `fn {}(&self, {})`", method.ident(), event.parameters()),
        ),
    }
}

/// Returns the place of the parameters, even when there are none.
fn parameter_list(method: &Method) -> TokenStream {
    let inputs = &method.signature.inputs;
    if inputs.is_empty() { method.ident().to_token_stream() } else { inputs.to_token_stream() }
}
