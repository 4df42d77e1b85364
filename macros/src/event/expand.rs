//! The generated implementations.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, Type, ext::IdentExt, spanned::Spanned};

use super::model::{Events, Field, Variant};
use crate::sql::Statement;

pub(super) fn events(events: &Events<'_>) -> TokenStream {
    let names = events.variants.iter().map(Variant::name);
    let name = events.variants.iter().map(|variant| {
        let (ident, name) = (variant.ident, variant.name());
        quote!(Self::#ident { .. } => #name,)
    });
    let encode = events.variants.iter().map(encode);
    let decode = events.variants.iter().map(decode);
    let event = event(
        events,
        &quote!(#(#names),*),
        &quote!(match *self { #(#name)* }),
        &quote!(match self { #(#encode)* }),
        &quote! {
            ::core::result::Result::Ok(::core::option::Option::Some(match name {
                #(#decode)*
                _ => return ::core::result::Result::Ok(::core::option::Option::None),
            }))
        },
    );
    let materialize = events.materialize().then(|| {
        let statements = events.variants.iter().map(|variant| {
            let name = variant.name();
            let texts = variant.sql.iter().flatten().map(|(_, statement)| &statement.text);
            quote!((#name, &[#(#texts),*]),)
        });
        let arms = events.variants.iter().map(arm);
        materialize(
            events,
            &quote! {
                const STATEMENTS: &'static [(
                    &'static ::core::primitive::str,
                    &'static [&'static ::core::primitive::str],
                )] = &[#(#statements)*];
            },
            &quote! {
                match self { #(#arms)* }
                ::core::result::Result::Ok(())
            },
        )
    });
    quote!(#event #materialize)
}

/// Returns implementations without a body, or none for a type that cannot have them: an event borrows nothing.
pub(super) fn broken(events: &Events<'_>) -> TokenStream {
    if !events.generics.params.is_empty() {
        return TokenStream::new();
    }
    let body = quote!(loop {});
    let event = event(events, &TokenStream::new(), &body, &body, &body);
    let materialize = events.materialize().then(|| materialize(events, &TokenStream::new(), &body));
    quote!(#event #materialize)
}

fn event(
    events: &Events<'_>,
    names: &TokenStream,
    name: &TokenStream,
    encode: &TokenStream,
    decode: &TokenStream,
) -> TokenStream {
    let ident = events.ident;
    let (impl_generics, ty_generics, where_clause) = events.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::durable_object::livestore::schema::Event for #ident #ty_generics #where_clause {
            const NAMES: &'static [&'static ::core::primitive::str] = &[#names];

            fn name(&self) -> &'static ::core::primitive::str {
                #name
            }

            fn encode(
                &self,
            ) -> ::core::result::Result<
                ::std::string::String,
                ::durable_object::livestore::schema::EventError,
            > {
                #encode
            }

            fn decode(
                name: &::core::primitive::str,
                args: &::core::primitive::str,
            ) -> ::core::result::Result<
                ::core::option::Option<Self>,
                ::durable_object::livestore::schema::EventError,
            > {
                #decode
            }
        }
    }
}

fn materialize(events: &Events<'_>, statements: &TokenStream, body: &TokenStream) -> TokenStream {
    let ident = events.ident;
    let (impl_generics, ty_generics, where_clause) = events.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::durable_object::livestore::schema::Materialize for #ident #ty_generics #where_clause {
            #statements

            fn materialize(
                &self,
                tx: &::durable_object::livestore::schema::Tx<'_>,
                _meta: &::durable_object::livestore::schema::EventMeta,
            ) -> ::durable_object::Result<()> {
                #body
            }
        }
    }
}

/// Returns a local variable. No field of the user hides it. Mistakes in a field's type are shown at the type.
fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(span))
}

fn value(field: &Field<'_>) -> Ident {
    local(&format!("field_{}", field.ident.unraw()), field.ty.span())
}

/// Returns the arm of `encode` for a variant.
fn encode(variant: &Variant<'_>) -> TokenStream {
    let (ident, name) = (variant.ident, variant.name());
    let args = local("args", Span::call_site());
    let bindings = variant.fields.iter().map(|field| {
        let (ident, value) = (field.ident, value(field));
        quote!(#ident: #value)
    });
    let writes = variant.fields.iter().map(|field| {
        let (value, name) = (value(field), &field.name);
        let write = match &field.with {
            Some(module) => quote! {
                #args.field_with(#name, |encoder| #module::serialize(#value, encoder))?;
            },
            None => quote_spanned!(field.ty.span()=> #args.field(#name, #value)?;),
        };
        if field.optional { quote!(if #value.is_some() { #write }) } else { write }
    });
    let mutable = (!variant.fields.is_empty()).then(|| quote!(mut));
    quote! {
        Self::#ident { #(#bindings),* } => {
            let #mutable #args = ::durable_object::livestore::schema::generated::Writer::new(#name);
            #(#writes)*
            ::core::result::Result::Ok(#args.finish())
        }
    }
}

/// Returns the arm of `decode` for a variant.
fn decode(variant: &Variant<'_>) -> TokenStream {
    let (ident, event) = (variant.ident, variant.name());
    let reader = local("reader", Span::call_site());
    let names = variant.fields.iter().map(|field| &field.name);
    let fields = variant.fields.iter().enumerate().map(|(index, field)| {
        let (ident, ty) = (field.ident, field.ty);
        let optional = field.default || field.optional;
        let method = Ident::new(if optional { "or_default" } else { "required" }, ty.span());
        match &field.with {
            Some(module) => {
                let with = with(module, ty, optional);
                quote!(#ident: { #with #reader.#method::<__With>(#index)?.0 })
            }
            None => quote_spanned!(ty.span()=> #ident: #reader.#method::<#ty>(#index)?),
        }
    });
    quote! {
        #event => {
            let #reader =
                ::durable_object::livestore::schema::generated::Reader::new(#event, &[#(#names),*], args)?;
            Self::#ident { #(#fields),* }
        }
    }
}

/// Returns the type `__With`, which reads a field with the functions of a module.
fn with(module: &Path, ty: &Type, optional: bool) -> TokenStream {
    let default = optional.then(|| quote!(#[derive(::core::default::Default)]));
    quote! {
        #default
        struct __With(#ty);

        impl<'de> ::durable_object::__private::serde::Deserialize<'de> for __With {
            fn deserialize<D: ::durable_object::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                #module::deserialize(deserializer).map(__With)
            }
        }
    }
}

/// Returns the arm of `materialize` for a variant.
fn arm(variant: &Variant<'_>) -> TokenStream {
    let ident = variant.ident;
    let bound = |statement: &Statement, field: &Field<'_>| {
        let name = field.ident.unraw().to_string();
        statement.parameters.iter().any(|parameter| parameter.strip_prefix(':') == Some(&*name))
    };
    let statements = || variant.sql.iter().flatten().map(|(_, statement)| statement);
    let used = variant.fields.iter().filter(|field| statements().any(|statement| bound(statement, field)));
    let bindings = used.map(|field| {
        let (ident, value) = (field.ident, value(field));
        quote!(#ident: #value,)
    });
    let runs = statements().map(|statement| {
        let text = &statement.text;
        let values = statement.parameters.iter().filter_map(|parameter| {
            let name = parameter.strip_prefix(':')?;
            let field = variant.fields.iter().find(|field| field.ident.unraw() == name)?;
            let value = value(field);
            let json = field.json.then(|| quote!(&::durable_object::Json));
            let value = match json {
                Some(json) => quote!(#json(#value)),
                None => quote!(#value),
            };
            Some(quote_spanned!(field.ty.span()=> #value as &dyn ::durable_object::storage::ToSql))
        });
        let values: Vec<TokenStream> = values.collect();
        let params = if values.is_empty() { quote!(()) } else { quote!([#(#values),*]) };
        quote!(tx.execute(#text, #params)?;)
    });
    quote!(Self::#ident { #(#bindings)* .. } => { #(#runs)* })
}
