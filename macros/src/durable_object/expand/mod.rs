//! The conversion of the model to tokens. The model has been checked before, so this module makes no checks.

mod contract;
mod declaration;
mod describe;
mod part;
mod schedule;
mod stub;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
mod unmarked;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, Path, Type, parse_quote};

pub(super) use declaration::declaration;
pub(super) use part::{broken_part, part};

use super::{check, model::Implementation};

/// Returns the lints for generated code. Methods inherit the user's lints, and the code around them is ours.
fn lints() -> TokenStream {
    quote! {
        #[allow(
            clippy::all,
            clippy::pedantic,
            dead_code,
            deprecated,
            missing_docs,
            rustdoc::broken_intra_doc_links,
        )]
    }
}

pub(super) fn implementation(implementation: &Implementation) -> TokenStream {
    let item = &implementation.item;
    let Some(stub) = stub_path(implementation) else { return item.to_token_stream() };
    let contract = contract::complete(implementation, &stub);
    let unmarked = unmarked::methods(item, &stub, implementation.unmarked());
    let stub = stub::methods(item, &stub, implementation.handlers.iter());
    let schedule = schedule::methods(implementation, implementation.scheduled.iter());
    quote!(#item #contract #stub #unmarked #schedule)
}

/// Returns a replacement for an impl block with mistakes. The rest of the crate sees an object with a stub,
/// and the mistakes stay the only errors.
pub(super) fn broken_implementation(implementation: &Implementation) -> TokenStream {
    let item = &implementation.item;
    let Some(stub) = stub_path(implementation) else { return item.to_token_stream() };
    let contract = contract::placeholder(item, &stub);
    let sound = implementation.handlers.iter().filter(|handler| check::handler(handler).is_empty());
    let stub = stub::methods(item, &stub, sound);
    let sound = implementation.scheduled.iter().filter(|method| check::scheduled(method).is_empty());
    let schedule = schedule::methods(implementation, sound);
    quote!(#item #contract #stub #schedule)
}

/// Returns `CounterStub<T>` beside `Counter<T>`, or `None` when the block does not belong to an object.
fn stub_path(implementation: &Implementation) -> Option<Path> {
    companion(implementation, stub_name)
}

/// Returns the generated type beside the object, with the same parameters.
fn companion(implementation: &Implementation, name: fn(&Ident) -> Ident) -> Option<Path> {
    let item = &implementation.item;
    if item.trait_.is_some() || implementation.lifetimes().next().is_some() {
        return None;
    }
    let Type::Path(object) = &*item.self_ty else { return None };
    let mut path = object.path.clone();
    let object = &mut path.segments.last_mut()?.ident;
    *object = name(object);
    Some(path)
}

fn stub_name(object: &Ident) -> Ident {
    format_ident!("{}Stub", object, span = object.span())
}

fn schedule_name(object: &Ident) -> Ident {
    format_ident!("{}Schedule", object, span = object.span())
}

/// Returns the generics with `'static` on every type: the platform keeps objects between events.
fn owned_generics(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    let types: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    if !types.is_empty() {
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.extend(types.iter().map(|ty| -> syn::WherePredicate { parse_quote!(#ty: 'static) }));
    }
    generics
}

/// Returns a variable of ours, which cannot collide with a name of the user's. Type errors about it are shown
/// at `at`.
fn local(name: &str, at: Span) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(at))
}
