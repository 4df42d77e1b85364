//! `key = "text"` lists, the one syntax of every option in this crate.

use proc_macro2::TokenStream;
use syn::{Expr, ExprLit, Lit, LitStr, Meta, Token, parse::Parser, punctuated::Punctuated};

use crate::report::Report;

/// The values of the `known` keys, in that order. `owner` is what takes them, for messages.
pub(crate) fn parse<const N: usize>(
    tokens: TokenStream,
    owner: &str,
    known: [&str; N],
    report: &mut Report,
) -> [Option<LitStr>; N] {
    let mut values = [const { None }; N];
    let options = match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(options) => options,
        Err(error) => {
            report.absorb(syn::Error::new(
                error.span(),
                format!("{error}: an option is a name and a text\nhelp: {owner} takes {}", list(&known)),
            ));
            return values;
        }
    };
    for option in options {
        let Some(at) = known.iter().position(|key| option.path().is_ident(key)) else {
            report.add(
                option.path(),
                format!("{owner} has no such option"),
                format!("it takes {}", list(&known)),
            );
            continue;
        };
        let key = known[at];
        match text(&option) {
            Some(_) if values[at].is_some() => {
                report.add(option.path(), format!("`{key}` is given twice"), "remove one of them");
            }
            Some(value) => values[at] = Some(value),
            None => report.add(
                &option,
                format!("`{key}` takes a name in quotes"),
                format!("write `{key} = \"…\"`"),
            ),
        }
    }
    values
}

fn text(option: &Meta) -> Option<LitStr> {
    match option {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(value), .. }) => Some(value.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn list(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key} = \"…\"`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn parsed(tokens: TokenStream) -> ([Option<String>; 2], Vec<String>) {
        let mut report = Report::default();
        let values = parse(tokens, "`#[it]`", ["class", "binding"], &mut report);
        (values.map(|value| value.map(|text| text.value())), report.messages())
    }

    #[test]
    fn values_come_in_the_order_of_the_keys() {
        let (values, mistakes) = parsed(quote!(binding = "B", class = "A",));
        assert_eq!(values, [Some("A".into()), Some("B".into())]);
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(parsed(quote!()).0, [None, None]);
    }

    #[test]
    fn every_mistake_is_reported() {
        let (values, mistakes) = parsed(quote!(name = "A", class = 1, binding, binding = "B", binding = "C"));
        assert_eq!(values, [None, Some("B".into())]);
        assert_eq!(mistakes.len(), 4, "{mistakes:?}");
        assert!(mistakes[0].contains("`class = \"…\"`, `binding = \"…\"`"), "{mistakes:?}");
        assert!(mistakes[1].contains("`class` takes a name in quotes"), "{mistakes:?}");
        assert!(mistakes[3].contains("`binding` is given twice"), "{mistakes:?}");
    }

    #[test]
    fn nonsense_is_a_mistake_not_a_panic() {
        assert_eq!(parsed(quote!(= =)).1.len(), 1);
    }
}
