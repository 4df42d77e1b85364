//! `export_object!(pub Name = Object<Types>, binding = "NAME")`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Ident, Token, Type, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::{
    class::{self, Class},
    doc, naming, options,
    report::Report,
};

/// The content of the parentheses.
struct Export {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    object: Type,
    options: TokenStream,
}

impl Parse for Export {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let object = input.parse()?;
        let options = if input.is_empty() {
            TokenStream::new()
        } else {
            input.parse::<Token![,]>()?;
            input.parse()?
        };
        Ok(Self { attributes, visibility, name, object, options })
    }
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let export: Export = match syn::parse2(input) {
        Ok(export) => export,
        Err(error) => {
            let mut report = Report::default();
            report.absorb(syn::Error::new(
                error.span(),
                format!("{error}\nhelp: write `export_object!(pub Name = Object<Types>)`"),
            ));
            return report.into_tokens();
        }
    };
    let Export { attributes, visibility, name, object, options } = export;

    let mut report = Report::default();
    let [binding] = options::parse(options, "`export_object!`", ["binding"], &mut report);
    class::check_name(None, &name, &mut report);
    class::check_binding(binding.as_ref(), &mut report);

    let docs = (!attributes.iter().any(|attribute| attribute.path().is_ident("doc"))).then(|| {
        let docs = format!("The class `{}`: `{}`.", name.unraw(), naming::type_text(&object));
        quote!(#[doc = #docs])
    });
    let class = Class {
        marker: &name,
        object: &object,
        name: name.unraw().to_string(),
        binding: binding.map(|binding| binding.value()),
        docs: doc::lines(&attributes),
        exported: true,
    };
    let class = class.expand(report.is_empty());
    let mistakes = report.into_tokens();
    quote! {
        #(#attributes)*
        #docs
        #[derive(::core::fmt::Debug)]
        #visibility enum #name {}

        #class
        #mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(input: TokenStream) -> String {
        expand(input).to_string().split_whitespace().collect()
    }

    #[test]
    fn a_marker_stands_for_the_class() {
        let expansion = expanded(quote!(pub SyncBackendDO = lib::Backend<Hooks>));
        assert!(expansion.contains("pubenumSyncBackendDO{}"), "{expansion}");
        assert!(expansion.contains("typeObject=lib::Backend<Hooks>;"), "{expansion}");
        assert!(expansion.contains("\"SYNC_BACKEND_DO\""), "{expansion}");
        assert!(expansion.contains("construct::<SyncBackendDO>"), "{expansion}");
        assert!(!expansion.contains("compile_error"), "{expansion}");
    }

    #[test]
    fn attributes_and_binding_are_taken_over() {
        let expansion = expanded(quote!(
            /// Mine.
            #[allow(unused)]
            A = B<u8, { 1 }>,
            binding = "C",
        ));
        assert!(expansion.contains("#[doc=r\"Mine.\"]#[allow(unused)]"), "{expansion}");
        assert!(expansion.contains("str=\"C\";"), "{expansion}");
        assert!(!expansion.contains("Theclass"), "{expansion}");
    }

    #[test]
    fn mistakes() {
        for (input, part) in [
            (quote!(A), "export_object!(pubName=Object<Types>)"),
            (quote!(A = B, class = "C"), "nosuchoption"),
            (quote!(A = B, binding = "-"), "noJavaScriptname"),
            (quote!(Map = B), "wouldhideit"),
        ] {
            let expansion = expanded(input);
            assert!(expansion.contains("compile_error"), "{expansion}");
            assert!(expansion.contains(part), "{expansion}");
        }
    }
}
