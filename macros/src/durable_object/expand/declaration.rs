//! The struct, its stub, and its class.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitStr, ext::IdentExt, parse_quote};

use super::{owned_generics, part, schedule, stub_name};
use crate::{class::Class, doc, durable_object::model::Declaration};

pub(in crate::durable_object) fn declaration(declaration: &Declaration, sound: bool) -> TokenStream {
    let Declaration { item, class, binding, .. } = declaration;
    let (name, vis, generics) = (&item.ident, &item.vis, &item.generics);
    if declaration.lifetimes().next().is_some() {
        return quote!(#item);
    }

    let schedule = schedule::declaration(item);
    let stub = stub_name(name);
    let stub_text = stub.to_string();
    let docs = format!(
        "Calls a [`{name}`] object from anywhere: each of its remote methods is a method here.",
        name = name.unraw()
    );
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let raw = quote!(::durable_object::__private::RawStub);
    let owned = owned_generics(generics);
    let owned_where = &owned.where_clause;
    let parts = part::fields(declaration);
    let timers = part::timers_of(declaration);
    let timers_where = if parts.is_empty() { &generics.where_clause } else { owned_where };
    // A generic object is checked where it is exported.
    let check = (sound && generics.params.is_empty() && !declaration.parts.is_empty())
        .then(|| quote!(const _: () = ::durable_object::__private::check_parts::<#name>();));
    let class = generics.params.is_empty().then(|| {
        let class = Class {
            marker: name,
            object: &parse_quote!(#name),
            name: class.as_ref().map_or_else(|| name.unraw().to_string(), LitStr::value),
            binding: binding.as_ref().map(LitStr::value),
            docs: doc::lines(&item.attrs),
            exported: declaration.is_exported(),
        };
        class.expand(sound)
    });
    quote! {
        #item

        #[doc = #docs]
        #[allow(dead_code)]
        #vis struct #stub #generics #where_clause {
            raw: #raw,
            object: ::core::marker::PhantomData<fn() -> #name #ty_generics>,
        }

        #[allow(dead_code)]
        #[automatically_derived]
        impl #impl_generics #stub #ty_generics #where_clause {
            /// Returns the object's id, as 64 hexadecimal digits. It finds an object without a name again.
            #[must_use]
            pub fn id(&self) -> ::std::string::String {
                self.raw.id()
            }

            /// Returns the name by which the object is addressed, if there is one. A facet has the name it
            /// has in its object.
            #[must_use]
            pub fn name(&self) -> ::core::option::Option<::std::string::String> {
                self.raw.name()
            }

            /// Passes a request on to the object's `#[fetch]` handler.
            ///
            /// # Errors
            /// The error that the handler returns, or the reason why it could not be reached.
            pub async fn fetch(
                &self,
                request: ::durable_object::Request,
            ) -> ::core::result::Result<::durable_object::Response, ::durable_object::Error> {
                self.raw.fetch(request).await
            }

            /// Opens a TCP connection to the object's `#[connect]` handler. The handler gets `address`, which
            /// is `host:port`.
            ///
            /// # Errors
            /// The reason why the handler could not be reached.
            pub fn connect(
                &self,
                address: &::core::primitive::str,
            ) -> ::core::result::Result<::durable_object::socket::TcpSocket, ::durable_object::Error> {
                self.raw.connect(address)
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::clone::Clone for #stub #ty_generics #where_clause {
            fn clone(&self) -> Self {
                Self { raw: ::core::clone::Clone::clone(&self.raw), object: ::core::marker::PhantomData }
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #stub #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Formatter::write_str(f, #stub_text)
            }
        }

        #[doc(hidden)]
        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#raw> for #stub #ty_generics #where_clause {
            fn from(raw: #raw) -> Self {
                Self { raw, object: ::core::marker::PhantomData }
            }
        }

        // The impl block may be in another module, where the field is not visible.
        #[doc(hidden)]
        #[automatically_derived]
        impl #impl_generics ::core::convert::AsRef<#raw> for #stub #ty_generics #where_clause {
            fn as_ref(&self) -> &#raw {
                &self.raw
            }
        }

        #[automatically_derived]
        impl #impl_generics ::durable_object::__private::HasTimers for #name #ty_generics #timers_where {
            #timers
        }

        // A list of other objects does not help a user whose struct lacks the attribute.
        #[diagnostic::do_not_recommend]
        #[automatically_derived]
        impl #impl_generics ::durable_object::__private::Declared for #name #ty_generics #owned_where {
            #parts
        }

        #schedule

        #class

        #check
    }
}
