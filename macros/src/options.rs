//! The syntax of every option in this crate: `key = "text"` lists, with a bare word or a value in some
//! places.

use proc_macro2::TokenStream;
use syn::{
    Expr, ExprLit, Lit, LitStr, Meta, Token,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::report::Report;

/// Returns the values of the `known` keys, in that order. `owner` names the owner of the options in messages.
pub(crate) fn parse<const N: usize>(
    tokens: TokenStream,
    owner: &str,
    known: [&str; N],
    report: &mut Report,
) -> [Option<LitStr>; N] {
    parse_all(tokens, owner, known, [], [], report).0
}

/// Parses as [`parse`] does, with words that take no value. Returns whether each was given, in the order of
/// `flags`.
pub(crate) fn parse_with_flags<const N: usize, const M: usize>(
    tokens: TokenStream,
    owner: &str,
    known: [&str; N],
    flags: [&str; M],
    report: &mut Report,
) -> ([Option<LitStr>; N], [bool; M]) {
    let (texts, _, given) = parse_all(tokens, owner, known, [], flags, report);
    (texts, given)
}

/// Parses as [`parse`] does, with keys that take any expression, in the order of `values`.
pub(crate) fn parse_with_values<const N: usize, const V: usize>(
    tokens: TokenStream,
    owner: &str,
    known: [&str; N],
    values: [&str; V],
    report: &mut Report,
) -> ([Option<LitStr>; N], [Option<Expr>; V]) {
    let (texts, values, _) = parse_all(tokens, owner, known, values, [], report);
    (texts, values)
}

pub(crate) type Parsed<const N: usize, const V: usize, const M: usize> =
    ([Option<LitStr>; N], [Option<Expr>; V], [bool; M]);

/// Parses all three kinds of options.
pub(crate) fn parse_all<const N: usize, const V: usize, const M: usize>(
    tokens: TokenStream,
    owner: &str,
    known: [&str; N],
    valued: [&str; V],
    flags: [&str; M],
    report: &mut Report,
) -> Parsed<N, V, M> {
    let mut texts = [const { None }; N];
    let mut values = [const { None }; V];
    let mut given = [false; M];
    let options = match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(options) => options,
        Err(error) => {
            report.absorb(syn::Error::new(
                error.span(),
                format!(
                    "{error}: an option is a name and a text\nhelp: {owner} takes {}",
                    list(&known, &valued, &flags)
                ),
            ));
            return (texts, values, given);
        }
    };
    for option in options {
        if let Some(at) = flags.iter().position(|flag| option.path().is_ident(flag)) {
            if !matches!(option, Meta::Path(_)) {
                report.add(
                    &option,
                    format!("`{}` takes no value", flags[at]),
                    format!("write `{}`", flags[at]),
                );
            } else if std::mem::replace(&mut given[at], true) {
                report.add(&option, format!("`{}` is given twice", flags[at]), "remove one of them");
            }
            continue;
        }
        if let Some(at) = valued.iter().position(|key| option.path().is_ident(key)) {
            let key = valued[at];
            match option {
                Meta::NameValue(pair) if values[at].is_none() => values[at] = Some(pair.value),
                Meta::NameValue(pair) => {
                    report.add(pair.path, format!("`{key}` is given twice"), "remove one of them");
                }
                _ => report.add(option, format!("`{key}` takes a value"), format!("write `{key} = …`")),
            }
            continue;
        }
        let Some(at) = known.iter().position(|key| option.path().is_ident(key)) else {
            report.add(
                option.path(),
                format!("{owner} has no such option"),
                format!("it takes {}", list(&known, &valued, &flags)),
            );
            continue;
        };
        let key = known[at];
        match text(&option) {
            Some(_) if texts[at].is_some() => {
                report.add(option.path(), format!("`{key}` is given twice"), "remove one of them");
            }
            Some(text) => texts[at] = Some(text),
            None => report.add(
                &option,
                format!("`{key}` takes a name in quotes"),
                format!("write `{key} = \"…\"`"),
            ),
        }
    }
    (texts, values, given)
}

/// Splits the text at the beginning, if there is one, from the options behind it: `"v1.TodoCreated", sql = "…"`.
pub(crate) fn leading_text(tokens: TokenStream) -> (Option<LitStr>, TokenStream) {
    let split = |input: ParseStream<'_>| -> syn::Result<(Option<LitStr>, TokenStream)> {
        let text: Option<LitStr> = if input.peek(LitStr) { Some(input.parse()?) } else { None };
        // A missing comma is found when the options are parsed.
        if text.is_some() && input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        }
        Ok((text, input.parse()?))
    };
    split.parse2(tokens).unwrap_or_default()
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

fn list(keys: &[&str], valued: &[&str], flags: &[&str]) -> String {
    let keys = keys.iter().map(|key| format!("`{key} = \"…\"`"));
    let valued = valued.iter().map(|key| format!("`{key} = …`"));
    let flags = flags.iter().map(|flag| format!("`{flag}`"));
    keys.chain(valued).chain(flags).collect::<Vec<_>>().join(", ")
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
    fn flags_are_words() {
        let parsed = |tokens| {
            let mut report = Report::default();
            let (_, [given]) = parse_with_flags(tokens, "`#[it]`", ["name"], ["idempotent"], &mut report);
            (given, report.messages().len())
        };
        assert_eq!(parsed(quote!(name = "x", idempotent)), (true, 0));
        assert_eq!(parsed(quote!(name = "x")), (false, 0));
        assert_eq!(parsed(quote!(idempotent, idempotent)), (true, 1));
        assert_eq!(parsed(quote!(idempotent = "yes")), (false, 1));
    }

    #[test]
    fn values_are_expressions() {
        let parsed = |tokens| {
            let mut report = Report::default();
            let (_, [value]) = parse_with_values(tokens, "`#[it]`", ["name"], ["attempts"], &mut report);
            (value.map(|value| quote!(#value).to_string()), report.messages().len())
        };
        assert_eq!(parsed(quote!(name = "x", attempts = A + 1)), (Some("A + 1".to_owned()), 0));
        assert_eq!(parsed(quote!(name = "x")), (None, 0));
        assert_eq!(parsed(quote!(attempts)).1, 1);
        assert_eq!(parsed(quote!(attempts = 1, attempts = 2)), (Some("1".to_owned()), 1));
    }

    #[test]
    fn nonsense_is_a_mistake_not_a_panic() {
        assert_eq!(parsed(quote!(= =)).1.len(), 1);
    }
}
