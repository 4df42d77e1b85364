//! Mistakes found in the user's code.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Every mistake of one expansion, so that all of them are shown at once.
#[derive(Default)]
pub(crate) struct Report(Option<syn::Error>);

impl Report {
    /// Says at `tokens` what is wrong and why, and what to write instead.
    pub(crate) fn add(
        &mut self,
        tokens: impl ToTokens,
        problem: impl std::fmt::Display,
        help: impl std::fmt::Display,
    ) {
        let message = format!("{problem}\nhelp: {help}");
        self.absorb(syn::Error::new_spanned(tokens, message));
    }

    /// Takes over a mistake that syn found.
    pub(crate) fn absorb(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Adds the mistakes of `other`.
    pub(crate) fn merge(&mut self, other: Self) {
        if let Some(error) = other.0 {
            self.absorb(error);
        }
    }

    /// Whether the code is fine.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The `compile_error!` calls; nothing when there are no mistakes.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(syn::Error::into_compile_error).unwrap_or_default()
    }

    /// The messages, for tests.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().flatten().map(|error| error.to_string()).collect()
    }
}
