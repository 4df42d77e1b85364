//! The JavaScript class of an exported object, which both macros generate.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Expr, LitStr, Type, ext::IdentExt, spanned::Spanned};

use crate::{naming, report::Report};

/// A Rust type that stands for one exported class.
pub(crate) struct Class<'a> {
    /// The type that implements `Class`.
    pub(crate) marker: &'a Ident,
    /// The type of its objects.
    pub(crate) object: &'a Type,
    /// Its name in JavaScript and wrangler.
    pub(crate) name: String,
    /// The binding under which a worker finds it, unless that is the name in upper case.
    pub(crate) binding: Option<String>,
    /// Its documentation, line by line.
    pub(crate) docs: Vec<&'a Expr>,
    /// Whether the marker's crate exports it.
    pub(crate) exported: bool,
}

impl Class<'_> {
    /// Returns the impl of `Class`, and the export.
    ///
    /// A class with mistakes is not exported: wasm-bindgen would report its name again.
    pub(crate) fn expand(&self, sound: bool) -> TokenStream {
        let Self { marker, object, name, binding, exported, .. } = self;
        let binding = match binding {
            Some(binding) => binding.clone(),
            None => naming::screaming_snake_case(name),
        };
        let unexported = (!exported).then(|| {
            quote!(
                const EXPORTED: ::core::primitive::bool = false;
            )
        });
        let associated = quote_spanned!(object.span()=> type Object = #object;);
        let export = (sound && *exported).then(|| self.export());
        let types = (sound && *exported).then(|| self.types());
        quote! {
            #[automatically_derived]
            impl ::durable_object::Class for #marker {
                #associated
                const NAME: &'static ::core::primitive::str = #name;
                const BINDING: &'static ::core::primitive::str = #binding;
                #unexported
            }

            #export
            #types
        }
    }

    /// Returns the part for `cargo test`: a description for TypeScript, and for the check of the configuration.
    fn types(&self) -> TokenStream {
        let Self { marker, name, docs, .. } = self;
        let private = quote!(::durable_object::__private);
        let test =
            format_ident!("durable_object_types_{}", naming::screaming_snake_case(name).to_lowercase());
        quote! {
            #[cfg(all(test, not(target_arch = "wasm32")))]
            #private::inventory::submit! { #private::export::<#marker>(&[#(#docs),*]) }

            #[cfg(all(test, not(target_arch = "wasm32")))]
            #[allow(unnameable_test_items)]
            #[::core::prelude::v1::test]
            fn #test() -> ::std::io::Result<()> {
                #private::describe_worker()
            }
        }
    }

    /// Returns the JavaScript class.
    ///
    /// The exported type is empty: it only tells wasm-bindgen to emit a class of that name. When the module
    /// starts, the runtime makes the class derive from `DurableObject` and gives it the methods of the
    /// contract and no others. The constructor returns that type and not the object itself, so that
    /// JavaScript makes the object. That object is of the constructed class, which may be a subclass.
    fn export(&self) -> TokenStream {
        let Self { marker, name, .. } = self;
        let wasm_bindgen = quote!(::durable_object::__private::wasm_bindgen);
        let js_value = quote!(#wasm_bindgen::JsValue);
        // One of each for every class, in a namespace that the whole module shares.
        let class = format_ident!("__{}Class", marker.unraw());
        let register = format_ident!("__register_{}", marker.unraw());
        let attribute = quote!(#wasm_bindgen::prelude::wasm_bindgen);
        quote! {
            #[allow(clippy::all, clippy::pedantic, missing_docs, non_snake_case)]
            const _: () = {
                // Part of wasm-bindgen's generated code names the crate, whatever path it is given.
                use #wasm_bindgen;

                #[#attribute(js_name = #name, wasm_bindgen = #wasm_bindgen)]
                pub struct #class {}

                #[#attribute(js_class = #name, wasm_bindgen = #wasm_bindgen)]
                impl #class {
                    #[wasm_bindgen(constructor)]
                    pub fn __construct(
                        ctx: #js_value,
                        env: #js_value,
                    ) -> ::core::result::Result<Self, #js_value> {
                        ::durable_object::__private::construct::<#marker>(&ctx, &env)?;
                        ::core::result::Result::Ok(#class {})
                    }
                }

                #[#attribute(start, private, wasm_bindgen = #wasm_bindgen)]
                fn #register() {
                    let sample: #js_value = ::core::convert::From::from(#class {});
                    ::durable_object::__private::register::<#marker>(&sample);
                }
            };
        }
    }
}

/// Reports a class name that JavaScript or the worker's module cannot have. `ident` is the name when none is
/// given.
pub(crate) fn check_name(given: Option<&LitStr>, ident: &Ident, report: &mut Report) {
    let name = given.map_or_else(|| ident.unraw().to_string(), LitStr::value);
    let at = given.map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream);
    if !naming::is_js_name(&name) {
        report.add(
            at,
            format!("`{name}` is no JavaScript name, and a class is a JavaScript class"),
            "use letters, digits, `_` and `$`, and no digit first",
        );
    } else if let Some(reason) = naming::reserved_class(&name) {
        report.add(at, format!("a class cannot be called `{name}`: {reason}"), "choose another name");
    }
}

/// Reports a binding that a worker could not write as `env.NAME`.
pub(crate) fn check_binding(given: Option<&LitStr>, report: &mut Report) {
    if let Some(given) = given
        && !naming::is_js_name(&given.value())
    {
        report.add(
            given,
            format!(
                "`{}` is no JavaScript name, and a worker reads the binding as `env.NAME`",
                given.value()
            ),
            "use letters, digits, `_` and `$`, and no digit first",
        );
    }
}
