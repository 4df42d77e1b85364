//! `migrations!("folder")`: a list of migrations, one for each SQL file.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::report::Report;

const HELP: &str = "name a folder beside Cargo.toml that has files such as `0001_notes.sql`";

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let migrations = match syn::parse2::<LitStr>(input) {
        Ok(folder) => list(&folder, &mut report),
        Err(error) => {
            report.absorb(syn::Error::new(error.span(), format!("{error}\nhelp: {HELP}")));
            TokenStream::new()
        }
    };
    let mistakes = report.into_tokens();
    // A const block is evaluated while the code compiles, at any place. `Migration::new` finds mistakes then.
    quote!(const {
        #mistakes
        &[#migrations] as &[::durable_object::storage::Migration]
    })
}

/// Returns the migrations in a folder, separated by commas.
fn list(folder: &LitStr, report: &mut Report) -> TokenStream {
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let path = root.join(folder.value());
    let names = names(&path).unwrap_or_else(|error| {
        report.add(folder, format!("the folder cannot be read: {error}"), HELP);
        Vec::new()
    });
    if let Some((problem, help)) = disorder(&names) {
        report.add(folder, problem, help);
    }
    let migrations = names.iter().map(|name| {
        let file = path.join(format!("{name}.sql"));
        let file = file.to_string_lossy();
        quote!(::durable_object::storage::Migration::new(#name, ::core::include_str!(#file)),)
    });
    migrations.collect()
}

/// Returns the names of the SQL files in a folder, in order.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// Returns the reason why the order of the names may not be the intended one, and the advice.
fn disorder(names: &[String]) -> Option<(String, &'static str)> {
    let number = |name: &str| {
        let digits = name.bytes().take_while(u8::is_ascii_digit).count();
        name.get(..digits).and_then(|digits| digits.parse::<u64>().ok())
    };
    names.windows(2).find_map(|pair| {
        let [earlier, later] = pair else { return None };
        match (number(earlier)?, number(later)?) {
            (first, second) if first == second => Some((
                format!("`{earlier}` and `{later}` have the same number"),
                "give one of them the next number, so that every database gets them in the same order",
            )),
            (first, second) if first > second => Some((
                format!("`{earlier}` comes before `{later}`: names are compared letter by letter"),
                "write all numbers with as many digits: `0002`, `0010`",
            )),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_files_are_migrations() {
        let expansion = expand(quote!("src/../tests/migrations")).to_string();
        let (first, second) = (expansion.find("0001_a"), expansion.find("0002_b"));
        assert!(first.is_some() && first < second, "{expansion}");
        assert!(expansion.contains("0002_b.sql"), "{expansion}");
        assert!(!expansion.contains("notes.md") && !expansion.contains("compile_error"), "{expansion}");
    }

    #[test]
    fn numbers_and_names_have_the_same_order() {
        let problem = |names: &[&str]| {
            disorder(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
                .map(|(problem, _)| problem)
        };
        assert_eq!(problem(&["0001_a", "0002_b", "0010_c"]), None);
        assert_eq!(problem(&["a", "b"]), None);
        assert!(problem(&["10_b", "2_a"]).unwrap_or_default().contains("`10_b` comes before `2_a`"));
        assert!(problem(&["0001_a", "0001_b"]).unwrap_or_default().contains("the same number"));
    }

    #[test]
    fn mistakes() {
        for (input, part) in [
            (quote!(), "expected string literal"),
            (quote!(migrations), "expected string literal"),
            (quote!("nowhere"), "cannot be read"),
        ] {
            let expansion = expand(input).to_string();
            assert!(expansion.contains("compile_error") && expansion.contains(part), "{expansion}");
        }
    }
}
