//! The description of a contract for TypeScript.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

use super::local;
use super::stub::{failure, success};
use crate::{
    doc,
    durable_object::model::{Handler, Kind},
    naming,
};

/// Returns `Contract::describe`. It runs natively, so a worker does not contain it.
pub(super) fn describe(handlers: &[Handler]) -> TokenStream {
    let object = local("object", Span::call_site());
    let methods = handlers.iter().filter_map(|handler| match &handler.kind {
        Kind::Rpc { .. } => Some(remote(handler, &object)),
        Kind::Fetch => Some(quote!(#object.fetch();)),
        Kind::Connect | Kind::Alarm | Kind::Socket(_) => None,
    });
    let methods = methods.collect::<Vec<_>>();
    let pattern = if methods.is_empty() { quote!(_) } else { object.to_token_stream() };
    quote! {
        #[cfg(not(target_arch = "wasm32"))]
        fn describe(#pattern: &mut ::durable_object::__private::typescript::Object<'_>) {
            #(#methods)*
        }
    }
}

fn remote(handler: &Handler, object: &proc_macro2::Ident) -> TokenStream {
    let method = &handler.method;
    let (js_name, docs) = (handler.js_name(), doc::lines(&method.attributes));
    let signature = local("signature", Span::call_site());
    let parameters = method.arguments().map(|(name, ty)| {
        let name = naming::parameter(&name.unraw().to_string());
        quote!(#signature.parameter(#name, <#ty as ::durable_object::__private::Transfer>::shape);)
    });
    let success = success(method);
    let error = failure(method, &success)
        .map(|error| quote!(#signature.error(<#error as ::durable_object::__private::Failure>::shape);));
    quote! {
        #object.method(#js_name, &[#(#docs),*], |#signature| {
            #(#parameters)*
            #signature.result(<#success as ::durable_object::__private::Transfer>::shape);
            #error
        });
    }
}
