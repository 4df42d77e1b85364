//! The methods of the typed stub.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, ItemImpl, Path, Type, ext::IdentExt};

use super::{lints, local};
use crate::durable_object::model::{Handler, Kind, Method, generic_named};

pub(super) fn methods<'a>(
    item: &ItemImpl,
    stub: &Path,
    handlers: impl Iterator<Item = &'a Handler>,
) -> TokenStream {
    let (impl_generics, _, where_clause) = item.generics.split_for_impl();
    let methods = handlers
        .filter(|handler| matches!(handler.kind, Kind::Rpc { .. }))
        .map(|handler| method(handler, &item.self_ty));
    let lints = lints();
    quote! {
        #lints
        #[automatically_derived]
        impl #impl_generics #stub #where_clause {
            #(#methods)*
        }
    }
}

fn method(handler: &Handler, object: &Type) -> TokenStream {
    let method = &handler.method;
    let (vis, ident, js_name) = (&method.visibility, method.ident(), handler.js_name());
    let attributes = method.attributes.iter().filter(|attribute| describes(attribute));
    let success = without_self(success(method), object);
    // A mistake in the error's type is shown where the type is written.
    let failure = failure(method, &success).map(|ty| {
        let ty = without_self(ty, object);
        quote_spanned!(method.failure_span()=> <#ty as ::durable_object::__private::Failure>)
    });
    // If the method has an error of its own, an error of the call is converted into a type that holds either.
    let failed = failure.as_ref().map(|failure| quote!(.map_err(#failure::from_call)));
    let output = match (method.result_alias(), failure) {
        (Some(alias), _) => quote!(#alias<#success>),
        (None, Some(failure)) => {
            quote_spanned!(method.failure_span()=> ::core::result::Result<#success, #failure::Call>)
        }
        (None, None) => quote!(::core::result::Result<#success, ::durable_object::Error>),
    };
    let send = match handler.kind {
        Kind::Rpc { idempotent: true, .. } => quote!(send_idempotent),
        _ => quote!(send),
    };
    let (args, call) = (local("args", Span::call_site()), local("call", Span::call_site()));
    let (names, types): (Vec<&Ident>, Vec<TokenStream>) =
        method.arguments().map(|(name, ty)| (name, without_self(ty.to_token_stream(), object))).unzip();
    let texts = names.iter().map(|name| name.unraw().to_string());
    let mutability = (!names.is_empty()).then(|| quote!(mut));
    quote! {
        #(#attributes)*
        #vis async fn #ident(
            &self,
            #(#names: #types),*
        ) -> #output {
            let #call = async {
                let #mutability #args = ::durable_object::__private::ArgsWriter::new();
                #(<#types as ::durable_object::__private::Transfer>::put(#names, &mut #args, #js_name, #texts)?;)*
                <#success as ::durable_object::__private::Transfer>::answer(
                    ::core::convert::AsRef::<::durable_object::__private::RawStub>::as_ref(self)
                        .#send(#js_name, #args)
                        .await?,
                )
            };
            #call.await #failed
        }
    }
}

/// Returns the type of the method's error, if it can fail: as it is written, or as the alias of `Result`
/// defines it.
pub(super) fn failure(method: &Method, success: &TokenStream) -> Option<TokenStream> {
    let alias = method.result_alias();
    let hidden =
        alias.map(|alias| quote!(<#alias<#success> as ::durable_object::__private::Fallible>::Error));
    hidden.or_else(|| method.failure().map(ToTokens::to_token_stream))
}

/// Returns the type of the caller's value when the call succeeds.
pub(super) fn success(method: &Method) -> TokenStream {
    if let Some(item) = method.stream_item() {
        let item = generic_named(item, "Result").flatten().unwrap_or(item);
        return quote!(::durable_object::rpc::Streaming<#item>);
    }
    method.success().map_or_else(|| quote!(()), ToTokens::to_token_stream)
}

/// Returns whether an attribute holds for the method and its stub alike.
fn describes(attribute: &Attribute) -> bool {
    ["doc", "deprecated"].iter().any(|name| attribute.path().is_ident(name))
}

/// Replaces `Self` by the object. In the stub's impl block it would mean the stub.
fn without_self(tokens: TokenStream, object: &Type) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => object.to_token_stream(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), object));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            other => other.into(),
        })
        .collect()
}
