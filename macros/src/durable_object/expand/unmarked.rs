//! The compiler's error for a call of a method on a stub that callers do not reach.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ItemImpl, Path, parse2};

use super::lints;

/// The stub's own methods. The stub cannot have another method of these names.
const OWN: [&str; 4] = ["connect", "fetch", "id", "name"];

/// Gives the stub a method for each unmarked one as well, under a condition that never holds. A call of it is
/// an error that shows the object's method, and the name of the condition says that the attribute is missing.
/// Users may still add a method of that name to the stub: a condition that cannot hold does not conflict with
/// it.
pub(super) fn methods<'a>(
    item: &ItemImpl,
    stub: &Path,
    unmarked: impl Iterator<Item = &'a Ident>,
) -> TokenStream {
    let unmarked = unmarked.filter(|method| !OWN.iter().any(|own| *method == own));
    let methods: Vec<TokenStream> = unmarked.map(|ident| method(item, stub, ident)).collect();
    if methods.is_empty() {
        return TokenStream::new();
    }
    quote! {
        const _: () = {
            #[allow(missing_docs, unreachable_pub)]
            pub trait HasRpcAttribute<'stub> {}

            #(#methods)*
        };
    }
}

fn method(item: &ItemImpl, stub: &Path, method: &Ident) -> TokenStream {
    let mut generics = item.generics.clone();
    // Without the lifetime the compiler would see at once that the condition does not hold. The error is
    // shown at the method.
    let condition = quote_spanned!(method.span()=> for<'stub> #method: HasRpcAttribute<'stub>);
    if let Ok(condition) = parse2(condition) {
        generics.make_where_clause().predicates.push(condition);
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let lints = lints();
    quote! {
        #[allow(non_camel_case_types, dead_code, missing_docs, unreachable_pub)]
        pub struct #method;

        #lints
        #[doc(hidden)]
        #[automatically_derived]
        impl #impl_generics #stub #where_clause {
            pub fn #method(&self) {}
        }
    }
}
