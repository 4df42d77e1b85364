//! The user's declaration, without attribute syntax. Types and signatures stay syn's.

use proc_macro2::{Ident, Span};
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericArgument, ImplItem, ImplItemFn, ItemImpl, ItemStruct, Lifetime,
    Lit, LitStr, Member, Pat, PatType, Path, PathArguments, Receiver, ReceiverKind, ReturnType, Signature,
    Type, TypeParamBound, Visibility, ext::IdentExt, spanned::Spanned,
};

use crate::naming;

/// The annotated struct.
pub(super) struct Declaration {
    /// The struct, unchanged.
    pub(super) item: ItemStruct,
    /// `class = "…"`.
    pub(super) class: Option<LitStr>,
    /// `binding = "…"`.
    pub(super) binding: Option<LitStr>,
    /// `export = …`.
    pub(super) export: Option<Expr>,
    /// The fields marked `#[part]`, in the order of the source.
    pub(super) parts: Vec<PartField>,
}

/// A field that is a part.
pub(super) struct PartField {
    pub(super) member: Member,
    pub(super) ty: Type,
    /// `name = "…"`.
    pub(super) given: Option<LitStr>,
}

impl PartField {
    /// Returns the part's name in the object.
    pub(super) fn name(&self) -> String {
        match (&self.given, &self.member) {
            (Some(name), _) => name.value(),
            (None, Member::Named(field)) => field.unraw().to_string(),
            (None, Member::Unnamed(index)) => index.index.to_string(),
        }
    }
}

/// The annotated impl block.
pub(super) struct Implementation {
    /// The block without our marker attributes.
    pub(super) item: ItemImpl,
    /// The methods marked `#[init]`. After the check there is one.
    pub(super) inits: Vec<Method>,
    /// The methods of a part that are marked `#[wake]`.
    pub(super) wakes: Vec<Method>,
    /// Every method that others or the platform call, in the order of the source.
    pub(super) handlers: Vec<Handler>,
    /// The methods marked `#[scheduled]`, in the order of the source.
    pub(super) scheduled: Vec<Scheduled>,
}

impl Declaration {
    /// Returns whether the crate of the struct exports the class. It does unless it says `export = false`.
    pub(super) fn is_exported(&self) -> bool {
        !matches!(&self.export, Some(Expr::Lit(ExprLit { lit: Lit::Bool(export), .. })) if !export.value)
    }

    /// Returns every lifetime of the struct.
    pub(super) fn lifetimes(&self) -> impl Iterator<Item = &Lifetime> {
        self.item.generics.lifetimes().map(|parameter| &parameter.lifetime)
    }
}

impl Implementation {
    /// Returns every lifetime in the head of the block.
    pub(super) fn lifetimes(&self) -> impl Iterator<Item = &Lifetime> {
        let declared = self.item.generics.lifetimes().map(|parameter| &parameter.lifetime);
        declared.chain(last_arguments(&self.item.self_ty).filter_map(|argument| match argument {
            GenericArgument::Lifetime(lifetime) if lifetime.ident == "_" => Some(lifetime),
            _ => None,
        }))
    }
}

impl Implementation {
    /// Returns the method of that name in the block, marked or not.
    pub(super) fn method_named(&self, name: &str) -> Option<&ImplItemFn> {
        self.item.items.iter().find_map(|member| match member {
            ImplItem::Fn(method) if method.sig.ident == name => Some(method),
            _ => None,
        })
    }

    /// Returns the names of the methods that only the object itself calls.
    pub(super) fn unmarked(&self) -> impl Iterator<Item = &Ident> {
        let handlers = self.handlers.iter().map(|handler| handler.method.ident());
        let scheduled = self.scheduled.iter().map(|scheduled| scheduled.method.ident());
        let marked: Vec<&Ident> = handlers.chain(scheduled).collect();
        self.item.items.iter().filter_map(move |member| match member {
            ImplItem::Fn(ImplItemFn { sig, .. }) if sig.receiver().is_some() => {
                (!marked.contains(&&sig.ident)).then_some(&sig.ident)
            }
            _ => None,
        })
    }
}

/// A method that the object's timers call.
pub(super) struct Scheduled {
    pub(super) method: Method,
    pub(super) options: ScheduledOptions,
}

/// `#[scheduled(..)]`.
pub(super) struct ScheduledOptions {
    /// `name = "…"`.
    pub(super) name: Option<LitStr>,
    /// `attempts = …`.
    pub(super) attempts: Option<Expr>,
    /// `backoff = …`.
    pub(super) backoff: Option<Expr>,
}

impl Scheduled {
    /// Returns the name under which its timers are kept.
    pub(super) fn name(&self) -> String {
        match &self.options.name {
            Some(name) => name.value(),
            None => self.method.ident().unraw().to_string(),
        }
    }
}

/// A method that the platform or a caller reaches.
pub(super) struct Handler {
    /// The caller of the handler.
    pub(super) kind: Kind,
    /// The method itself.
    pub(super) method: Method,
}

impl Handler {
    /// Returns the name of the method of the JavaScript class.
    pub(super) fn js_name(&self) -> String {
        match &self.kind {
            Kind::Rpc { name: Some(name), .. } => name.value(),
            Kind::Rpc { name: None, .. } => naming::camel_case(&self.method.ident().to_string()),
            Kind::Fetch => "fetch".to_owned(),
            Kind::Connect => "connect".to_owned(),
            Kind::Alarm => "alarm".to_owned(),
            Kind::Socket(event) => event.js_name().to_owned(),
        }
    }

    /// Returns whether several parts of one object may have the method.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.kind, Kind::Rpc { shared: true, .. })
    }

    /// Returns `T` of a socket handler's `Socket<T>`: `None` when there is no socket, `Some(None)` when it
    /// names no type.
    pub(super) fn attachment(&self) -> Option<Option<&Type>> {
        match self.kind {
            Kind::Socket(_) => generic_named(&self.method.parameters().next()?.ty, "Socket"),
            Kind::Rpc { .. } | Kind::Fetch | Kind::Connect | Kind::Alarm => None,
        }
    }
}

/// The caller of a handler. A new kind of event is a variant here, a marker in `parse`, a rule in `check` and
/// an arm in `expand`.
pub(super) enum Kind {
    /// Other objects and workers, by name.
    Rpc {
        /// `name = "…"`.
        name: Option<LitStr>,
        /// `idempotent`: the stub may call it again when the platform has failed.
        idempotent: bool,
        /// `shared`: several parts of one object may have the method.
        shared: bool,
    },
    /// The platform, with an HTTP request.
    Fetch,
    /// The platform, with a TCP connection.
    Connect,
    /// The platform, when the alarm goes off.
    Alarm,
    /// The platform, for a hibernating socket.
    Socket(SocketEvent),
}

/// An event of a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SocketEvent {
    Message,
    Close,
    Error,
}

impl SocketEvent {
    pub(super) const ALL: [Self; 3] = [Self::Message, Self::Close, Self::Error];

    /// Returns the word in `#[websocket(word)]`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Close => "close",
            Self::Error => "error",
        }
    }

    /// Returns the method that the platform calls.
    pub(super) fn js_name(self) -> &'static str {
        match self {
            Self::Message => "webSocketMessage",
            Self::Close => "webSocketClose",
            Self::Error => "webSocketError",
        }
    }

    /// Returns the parameters that a handler takes after `&self`, as the user writes them.
    pub(super) fn parameters(self) -> &'static str {
        match self {
            Self::Message => "socket: Socket<..>, message: Message",
            Self::Close => "socket: Socket<..>, close: Close",
            Self::Error => "socket: Socket<..>, error: Error",
        }
    }
}

/// A marked method, without its body.
pub(super) struct Method {
    /// Attributes other than our markers.
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
}

/// The way in which a method takes the object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Access {
    /// `&self`: the method interleaves with others at await points.
    Shared,
    /// `&mut self`: the method runs alone.
    Exclusive,
    /// Any other form.
    Unsupported,
}

impl Method {
    pub(super) fn ident(&self) -> &Ident {
        &self.signature.ident
    }

    /// Returns the access, or `None` for a function without `self`.
    pub(super) fn access(&self) -> Option<Access> {
        self.signature.receiver().map(access)
    }

    /// Returns the parameters after `self`.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &PatType> {
        self.signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(parameter) => Some(parameter),
            FnArg::Receiver(_) => None,
        })
    }

    /// Returns the parameters after `self` with their names. Those without a plain name are left out.
    pub(super) fn arguments(&self) -> impl Iterator<Item = (&Ident, &Type)> {
        self.parameters().filter_map(|parameter| Some((plain_name(&parameter.pat)?, &*parameter.ty)))
    }

    /// Returns the type after `->`.
    pub(super) fn output(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }

    /// Returns whether the method can fail, judged by the name of its return type: a macro sees no types.
    pub(super) fn is_fallible(&self) -> bool {
        self.output().and_then(|ty| generic_named(ty, "Result")).is_some()
    }

    /// Returns the type of a successful answer. `None` means `()`.
    pub(super) fn success(&self) -> Option<&Type> {
        let output = self.output()?;
        match generic_named(output, "Result") {
            Some(success) => success,
            None => Some(output),
        }
    }

    /// Returns the type of its error, if it is written.
    pub(super) fn failure(&self) -> Option<&Type> {
        if !self.is_fallible() {
            return None;
        }
        last_arguments(self.output()?).filter_map(type_argument).nth(1)
    }

    /// Returns the alias of `Result` that it returns, if only the successful type is written in it and the
    /// alias defines the rest.
    pub(super) fn result_alias(&self) -> Option<Path> {
        let written = last_arguments(self.output()?).filter_map(type_argument).count();
        if !self.is_fallible() || written > 1 {
            return None;
        }
        let mut path = path(self.output()?)?.clone();
        path.segments.last_mut()?.arguments = PathArguments::None;
        Some(path)
    }

    /// Returns the item type of a stream as the successful answer: `T` of `impl Stream<Item = T>`.
    pub(super) fn stream_item(&self) -> Option<&Type> {
        let Some(Type::ImplTrait(opaque)) = self.success() else { return None };
        opaque.bounds.iter().find_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return None };
            let last = bound.path.segments.last().filter(|last| last.ident == "Stream")?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::AssocType(item) if item.ident == "Item" => Some(&item.ty),
                _ => None,
            })
        })
    }

    /// Returns the place where the type of its error is written, or at least where it is hidden.
    pub(super) fn failure_span(&self) -> Span {
        let Some(output) = self.output() else { return Span::call_site() };
        last_arguments(output).nth(1).map_or_else(|| output.span(), Spanned::span)
    }
}

/// Returns a type's path, without the wrapper of a `macro_rules!` fragment or of parentheses.
fn path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Path(ty) => Some(&ty.path),
        Type::Group(group) => path(&group.elem),
        Type::Paren(paren) => path(&paren.elem),
        _ => None,
    }
}

/// Returns the generic arguments at the end of a path.
fn last_arguments(ty: &Type) -> impl Iterator<Item = &GenericArgument> {
    match path(ty).and_then(|path| path.segments.last()).map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    }
    .into_iter()
    .flatten()
}

fn access(receiver: &Receiver) -> Access {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => Access::Shared,
        ReceiverKind::Reference(_, _, Some(_)) => Access::Exclusive,
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) if is_self(&reference.elem) => match reference.mutability {
                None => Access::Shared,
                Some(_) => Access::Exclusive,
            },
            _ => Access::Unsupported,
        },
        _ => Access::Unsupported,
    }
}

fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
}

/// Returns `by` of `by: i64` or `mut by: i64`.
fn plain_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => Some(&name.ident),
        _ => None,
    }
}

/// Returns `Some(Some(T))` for `some::Name<T, ..>`, and `Some(None)` for a bare `some::Name`.
pub(super) fn generic_named<'a>(ty: &'a Type, name: &str) -> Option<Option<&'a Type>> {
    let last = path(ty)?.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Some(None);
    };
    Some(arguments.args.iter().find_map(type_argument))
}

fn type_argument(argument: &GenericArgument) -> Option<&Type> {
    match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}
