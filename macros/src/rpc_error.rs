//! `#[derive(RpcError)]`.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Meta, ext::IdentExt};

use crate::{naming, options, report::Report};

/// One error for callers: the pattern that matches it, and its code.
struct Case {
    pattern: TokenStream,
    code: String,
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut report = Report::default();
    let ident = &input.ident;
    let [name, code] = match &input.data {
        Data::Struct(_) => option(&input.attrs, ["name", "code"], &mut report),
        _ => {
            let [name] = option(&input.attrs, ["name"], &mut report);
            [name, None]
        }
    };
    let cases = match &input.data {
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| {
                let [code] = option(&variant.attrs, ["code"], &mut report);
                let name = &variant.ident;
                let fields = match &variant.fields {
                    Fields::Named(_) => quote!({ .. }),
                    Fields::Unnamed(_) => quote!((..)),
                    Fields::Unit => TokenStream::new(),
                };
                let default = || naming::screaming_snake_case(&name.to_string());
                let at = code.as_ref().map_or_else(|| name.to_token_stream(), ToTokens::to_token_stream);
                let code = code.as_ref().map_or_else(default, LitStr::value);
                (at, Case { pattern: quote!(Self::#name #fields), code })
            })
            .collect(),
        Data::Struct(_) => {
            let default = || naming::screaming_snake_case(&ident.to_string());
            let code = code.as_ref().map_or_else(default, LitStr::value);
            vec![(ident.to_token_stream(), Case { pattern: quote!(_), code })]
        }
        Data::Union(data) => {
            report.add(
                data.union_token,
                "an error is read by its callers, and nobody knows which field of a union is set",
                "make it an enum",
            );
            Vec::new()
        }
    };
    duplicates(&cases, &mut report);
    if !report.is_empty() {
        // Only the part that keeps uses of the type from being errors as well.
        let cases = [Case { pattern: quote!(_), code: String::new() }];
        let usable = !matches!(input.data, Data::Union(_));
        let implementation = usable.then(|| implementation(&input, "", &cases));
        let mistakes = report.into_tokens();
        return quote!(#implementation #mistakes);
    }
    let name = name.as_ref().map_or_else(|| ident.unraw().to_string(), LitStr::value);
    let cases: Vec<Case> = cases.into_iter().map(|(_, case)| case).collect();
    implementation(&input, &name, &cases)
}

/// Returns the values of `#[rpc_error(..)]`.
fn option<const N: usize>(
    attributes: &[Attribute],
    known: [&str; N],
    report: &mut Report,
) -> [Option<LitStr>; N] {
    let mut ours = attributes.iter().filter(|attribute| attribute.path().is_ident("rpc_error"));
    let Some(attribute) = ours.next() else { return [const { None }; N] };
    for extra in ours {
        report.add(extra, "`#[rpc_error]` is given twice", "put all options into one");
    }
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => {
            report.add(
                attribute,
                "`#[rpc_error]` takes its options in parentheses",
                format!("write `#[rpc_error({} = \"…\")]`", known[0]),
            );
            TokenStream::new()
        }
    };
    options::parse(tokens, "`#[rpc_error]` here", known, report)
}

fn duplicates(cases: &[(TokenStream, Case)], report: &mut Report) {
    let mut taken = HashMap::new();
    for (at, case) in cases {
        if let Some(first) = taken.insert(&case.code, at) {
            report.add(
                at,
                format!(
                    "`{first}` has the code `{}` already, and callers tell errors apart by it",
                    case.code
                ),
                "give one of them another with `#[rpc_error(code = \"…\")]`",
            );
        }
    }
}

fn implementation(input: &DeriveInput, name: &str, cases: &[Case]) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let (patterns, codes): (Vec<_>, Vec<_>) = cases.iter().map(|case| (&case.pattern, &case.code)).unzip();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::durable_object::RpcError for #ident #ty_generics #where_clause {
            const NAME: &'static ::core::primitive::str = #name;
            const CODES: &'static [&'static ::core::primitive::str] = &[#(#codes),*];

            fn code(&self) -> &'static ::core::primitive::str {
                match *self {
                    #(#patterns => #codes,)*
                }
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#ident #ty_generics> for ::durable_object::Error #where_clause {
            fn from(error: #ident #ty_generics) -> Self {
                Self::application(&error)
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
    fn variants_have_codes() {
        let expansion = expanded(quote!(
            enum WithdrawError {
                TooMuch {
                    left: u32,
                },
                #[rpc_error(code = "frozen")]
                Frozen,
                Other(String),
            }
        ));
        for part in [
            "NAME:&'static::core::primitive::str=\"WithdrawError\";",
            "CODES:&'static[&'static::core::primitive::str]=&[\"TOO_MUCH\",\"frozen\",\"OTHER\"];",
            "Self::TooMuch{..}=>\"TOO_MUCH\",Self::Frozen=>\"frozen\",Self::Other(..)=>\"OTHER\",",
            "From<WithdrawError>for::durable_object::Error",
        ] {
            assert!(expansion.contains(part), "{part} in {expansion}");
        }
    }

    #[test]
    fn a_struct_is_one_error() {
        let expansion = expanded(quote!(
            #[rpc_error(name = "NotFoundError", code = "404")]
            struct NotFound<T>(T);
        ));
        assert!(expansion.contains("\"NotFoundError\""), "{expansion}");
        assert!(expansion.contains("match*self{_=>\"404\",}"), "{expansion}");
        assert!(expansion.contains("impl<T>::durable_object::RpcErrorforNotFound<T>"), "{expansion}");
        assert!(
            expanded(quote!(
                struct NotFound;
            ))
            .contains("_=>\"NOT_FOUND\"")
        );
    }

    #[test]
    fn mistakes() {
        for (input, part) in [
            (quote!(union U { a: u8 }), "makeitanenum"),
            (
                quote!(
                    enum E {
                        #[rpc_error(name = "x")]
                        A,
                    }
                ),
                "`code=\\\"…\\\"`",
            ),
            (
                quote!(
                    #[rpc_error]
                    enum E {}
                ),
                "inparentheses",
            ),
            (
                quote!(
                    enum E {
                        #[rpc_error(code = "B")]
                        A,
                        B,
                    }
                ),
                "hasthecode`B`already",
            ),
            (
                quote!(
                    fn f() {}
                ),
                "compile_error",
            ),
        ] {
            let expansion = expanded(input);
            assert!(expansion.contains("compile_error"), "{expansion}");
            assert!(expansion.contains(part), "{part} in {expansion}");
        }
    }
}
