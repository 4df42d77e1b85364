//! `#[derive(FromEnv)]`: a struct whose fields are bindings.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, DeriveInput, Field, LitStr, Meta, Type, ext::IdentExt, spanned::Spanned};

use crate::derive::{self, Wording};
use crate::{class, naming, options, report::Report};

/// One field.
struct Binding {
    field: Ident,
    ty: Type,
    /// `name = "…"`.
    given: Option<LitStr>,
}

impl Binding {
    /// Returns the binding's name in the environment.
    fn name(&self) -> String {
        match &self.given {
            Some(name) => name.value(),
            None => naming::screaming_snake_case(&self.field.to_string()),
        }
    }
}

const WORDING: Wording = Wording {
    nameless: "a binding is found by the name of its field, and these have none",
    empty: "there is no field, so there is nothing to bind",
    one_of_many: "an environment has all of its bindings at once, not one of them",
    help: "write `struct Bindings { counter: Namespace<Counter>, greeting: String }`",
};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    derive::expand(input, parse, body, implementation)
}

fn parse(input: &DeriveInput, report: &mut Report) -> Vec<Binding> {
    let fields = derive::named_fields(input, &WORDING, report);
    let bindings: Vec<_> = fields.filter_map(|field| binding(field, report)).collect();
    check(&bindings, report);
    bindings
}

fn binding(field: &Field, report: &mut Report) -> Option<Binding> {
    let ident = field.ident.clone()?;
    let mut given = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("binding")) {
        let name = name(attribute, report);
        match (&given, name) {
            (Some(_), Some(_)) => report.add(attribute, "`name` is given twice", "remove one of them"),
            (None, name) => given = name,
            _ => {}
        }
    }
    Some(Binding { field: ident, ty: field.ty.clone(), given })
}

fn name(attribute: &Attribute, report: &mut Report) -> Option<LitStr> {
    let Meta::List(list) = &attribute.meta else {
        report.add(
            &attribute.meta,
            "`#[binding]` takes its options in parentheses",
            "write `#[binding(name = \"…\")]`, or leave it out: the field's type says what it is",
        );
        return None;
    };
    let [name] = options::parse(list.tokens.clone(), "`#[binding]`", ["name"], report);
    name
}

fn check(bindings: &[Binding], report: &mut Report) {
    let mut taken: HashMap<String, &Ident> = HashMap::new();
    for binding in bindings {
        class::check_binding(binding.given.as_ref(), report);
        let Some(first) = taken.get(&binding.name()) else {
            taken.insert(binding.name(), &binding.field);
            continue;
        };
        let given = binding.given.as_ref();
        report.add(
            given.map_or_else(|| binding.field.to_token_stream(), ToTokens::to_token_stream),
            format!("`{}` is the binding `{}` already", first.unraw(), binding.name()),
            "remove one of them, or name another binding with `#[binding(name = \"…\")]`",
        );
    }
}

/// Returns the body. It reads every binding before it reports one, so that all missing bindings are reported
/// at once.
fn body(input: &DeriveInput, bindings: &[Binding]) -> TokenStream {
    let submission = submission(input, bindings);
    let reader = Ident::new("reader", Span::mixed_site());
    let fields: Vec<&Ident> = bindings.iter().map(|binding| &binding.field).collect();
    let values: Vec<Ident> = bindings.iter().enumerate().map(value).collect();
    let reads = bindings.iter().zip(&values).map(|(binding, value)| {
        let (ty, name) = (&binding.ty, binding.name());
        let read = quote_spanned!(ty.span()=> #reader.read::<#ty>(#name));
        quote!(let #value = #read;)
    });
    quote! {
        #submission
        let mut #reader = ::durable_object::__private::BindingReader::new(env);
        #(#reads)*
        let (#(::core::option::Option::Some(#values),)*) = (#(#values,)*) else {
            return ::core::result::Result::Err(#reader.into_error());
        };
        ::core::result::Result::Ok(Self { #(#fields: #values),* })
    }
}

/// Returns the part for `cargo test`: a description for the check of the configuration. One of a generic struct could not
/// name its types.
fn submission(input: &DeriveInput, bindings: &[Binding]) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let private = quote!(::durable_object::__private);
    let name = input.ident.unraw().to_string();
    let fields = bindings.iter().map(|binding| {
        let (ty, name) = (&binding.ty, binding.name());
        quote_spanned!(ty.span()=> #private::BindingField::of::<#ty>(#name))
    });
    quote! {
        #[cfg(all(test, not(target_arch = "wasm32")))]
        #private::inventory::submit! { #private::BindingStruct::new(#name, &[#(#fields),*]) }
    }
}

/// Returns the variable that holds the read value. Mistakes in its type are shown at the type.
fn value((index, binding): (usize, &Binding)) -> Ident {
    format_ident!("value{index}", span = Span::mixed_site().located_at(binding.ty.span()))
}

fn implementation(input: &DeriveInput, body: &TokenStream) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[diagnostic::do_not_recommend]
        #[automatically_derived]
        impl #impl_generics ::durable_object::FromEnv for #name #ty_generics #where_clause {
            fn from_env(
                env: &::durable_object::Env,
            ) -> ::core::result::Result<Self, ::durable_object::Error> {
                #body
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(input: TokenStream) -> String {
        expand(input).to_string().split_whitespace().collect()
    }

    #[test]
    fn fields_are_bindings() {
        let expansion = expanded(quote!(
            struct Bindings<T> {
                rate_limits: Json<T>,
                #[binding(name = "other")]
                r#type: Option<String>,
            }
        ));
        assert!(expansion.contains("impl<T>::durable_object::FromEnvforBindings<T>{"), "{expansion}");
        assert!(expansion.contains("read::<Json<T>>(\"RATE_LIMITS\")"), "{expansion}");
        assert!(expansion.contains("read::<Option<String>>(\"other\")"), "{expansion}");
        assert!(expansion.contains("r#type:value1"), "{expansion}");
        assert!(!expansion.contains("compile_error"), "{expansion}");
        assert!(!expansion.contains("submit"), "its types depend on where it is used: {expansion}");
    }

    #[test]
    fn the_check_of_the_configuration_knows_the_fields() {
        let expansion = expanded(quote!(
            struct Bindings {
                api_key: Secret,
            }
        ));
        assert!(expansion.contains("BindingStruct::new(\"Bindings\","), "{expansion}");
        assert!(expansion.contains("BindingField::of::<Secret>(\"API_KEY\")"), "{expansion}");
    }

    #[test]
    fn mistakes() {
        for (input, part) in [
            (
                quote!(
                    enum A {
                        B,
                    }
                ),
                "allofitsbindingsatonce",
            ),
            (quote!(union A { b: B }), "allofitsbindingsatonce"),
            (
                quote!(
                    struct A(B);
                ),
                "thesehavenone",
            ),
            (
                quote!(
                    struct A;
                ),
                "nothingtobind",
            ),
            (
                quote!(
                    struct A {}
                ),
                "nothingtobind",
            ),
            (
                quote!(
                    struct A {
                        #[binding]
                        b: B,
                    }
                ),
                "inparentheses",
            ),
            (
                quote!(
                    struct A {
                        #[binding = "C"]
                        b: B,
                    }
                ),
                "inparentheses",
            ),
            (
                quote!(
                    struct A {
                        #[binding(secret)]
                        b: B,
                    }
                ),
                "nosuchoption",
            ),
            (
                quote!(
                    struct A {
                        #[binding(name = "-")]
                        b: B,
                    }
                ),
                "noJavaScriptname",
            ),
            (
                quote!(
                    struct A {
                        #[binding(name = "C")]
                        #[binding(name = "D")]
                        b: B,
                    }
                ),
                "giventwice",
            ),
            (
                quote!(
                    struct A {
                        b: B,
                        #[binding(name = "B")]
                        c: C,
                    }
                ),
                "isthebinding`B`already",
            ),
        ] {
            let expansion = expanded(input);
            assert!(expansion.contains("compile_error"), "{expansion}");
            assert!(expansion.contains(part), "{expansion}");
            assert!(expansion.contains("FromEnvforA"), "still made from the environment: {expansion}");
        }
    }
}
