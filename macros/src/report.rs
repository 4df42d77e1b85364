//! Mistakes found in the user's code.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// All mistakes of one expansion, so that all of them are shown at once.
#[derive(Default)]
pub(crate) struct Report(Option<syn::Error>);

impl Report {
    /// Reports a mistake at `tokens`, with the reason and the correction.
    pub(crate) fn add(
        &mut self,
        tokens: impl ToTokens,
        problem: impl std::fmt::Display,
        help: impl std::fmt::Display,
    ) {
        let message = format!("{problem}\nhelp: {help}");
        self.absorb(syn::Error::new_spanned(tokens, message));
    }

    /// Adds a mistake that syn found.
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

    /// Returns whether there are no mistakes.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the `compile_error!` calls, or nothing when there are no mistakes.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(syn::Error::into_compile_error).unwrap_or_default()
    }

    /// Returns the messages, for tests.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().flatten().map(|error| error.to_string()).collect()
    }
}
