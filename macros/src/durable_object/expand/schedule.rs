//! The typed schedule, which sets an object's timers, and the code with which they call it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Generics, ItemStruct, Member, Path, Type, ext::IdentExt, spanned::Spanned};

use super::{companion, contract::Call, lints, local, schedule_name};
use crate::durable_object::model::{Implementation, Method, Scheduled};

/// Returns the type that `schedule()` returns, beside the struct.
pub(super) fn declaration(item: &ItemStruct) -> TokenStream {
    let (name, generics) = (&item.ident, &item.generics);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let schedule = typed(name, generics, &quote!(#name #ty_generics));
    let ctx = ctx_field(item).map(|field| {
        quote! {
            // A list of other objects does not help a user whose struct lacks the field.
            #[diagnostic::do_not_recommend]
            #[automatically_derived]
            impl #impl_generics ::durable_object::__private::HasCtx for #name #ty_generics #where_clause {
                fn ctx(&self) -> &::durable_object::Ctx {
                    &self.#field
                }
            }
        }
    });
    quote!(#schedule #ctx)
}

/// Returns the type through which the timers of an object or a part are set.
pub(super) fn typed(name: &Ident, generics: &Generics, owner: &TokenStream) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let schedule = schedule_name(name);
    let docs = format!("Sets the timers of a [`{}`].", name.unraw());
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        pub(crate) struct #schedule #generics #where_clause {
            schedule: ::durable_object::alarm::Schedule,
            object: ::core::marker::PhantomData<fn() -> #owner>,
        }

        #[automatically_derived]
        impl #impl_generics ::core::convert::From<::durable_object::alarm::Schedule> for #schedule #ty_generics #where_clause {
            fn from(schedule: ::durable_object::alarm::Schedule) -> Self {
                Self { schedule, object: ::core::marker::PhantomData }
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::ops::Deref for #schedule #ty_generics #where_clause {
            type Target = ::durable_object::alarm::Schedule;

            fn deref(&self) -> &::durable_object::alarm::Schedule {
                &self.schedule
            }
        }
    }
}

/// Returns the field with the object's context. A macro sees no types, but users call this type by its name.
fn ctx_field(item: &ItemStruct) -> Option<Member> {
    let is_ctx = |ty: &Type| match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Ctx"),
        _ => false,
    };
    item.fields.members().zip(&item.fields).find_map(|(member, field)| is_ctx(&field.ty).then_some(member))
}

/// Returns the methods of that type, one for each of the object's, and the method that returns the type.
pub(super) fn methods<'a>(
    implementation: &Implementation,
    scheduled: impl Iterator<Item = &'a Scheduled>,
) -> TokenStream {
    let (item, schedule) = (&implementation.item, companion(implementation, schedule_name));
    let Some((first, schedule)) = implementation.scheduled.first().zip(schedule) else {
        return TokenStream::new();
    };
    let (impl_generics, _, where_clause) = item.generics.split_for_impl();
    let object = &item.self_ty;
    let lints = lints();
    let ctx = local("ctx", Span::call_site());
    let timers = quote! {
        ::durable_object::__private::schedule(
            #ctx,
            Self::METHODS,
            <#object as ::durable_object::__private::HasTimers>::TIMERS,
        )
    };
    let constructor = quote! {
        /// Creates the schedule where the object does not exist yet, as in its `#[init]`.
        #[must_use]
        pub(crate) fn new(#ctx: &::durable_object::Ctx) -> Self {
            ::core::convert::From::from(#timers)
        }
    };
    let methods = typed_methods(&item.generics, &schedule, scheduled, &constructor);
    // The missing field is reported at the methods that need it.
    let found = quote_spanned! {first.method.ident().span()=>
        <#object as ::durable_object::__private::HasCtx>::ctx(self)
    };
    // A method of that name is a mistake, and another rule reports it.
    let accessor = implementation.method_named("schedule").is_none().then(|| {
        quote! {
            #lints
            #[automatically_derived]
            impl #impl_generics #object #where_clause {
                /// Returns the object's timers, with a method for each of its `#[scheduled]` ones.
                #[must_use]
                pub(crate) fn schedule(&self) -> #schedule {
                    <#schedule>::new(#found)
                }
            }
        }
    });
    quote!(#methods #accessor)
}

/// Returns the methods of the type that sets the timers.
pub(super) fn typed_methods<'a>(
    generics: &Generics,
    schedule: &Path,
    scheduled: impl Iterator<Item = &'a Scheduled>,
    constructor: &TokenStream,
) -> TokenStream {
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let scheduled: Vec<&Scheduled> = scheduled.collect();
    let described = scheduled.iter().copied().map(describe);
    let methods = scheduled.iter().enumerate().map(|(index, scheduled)| method(index, &scheduled.method));
    let lints = lints();
    quote! {
        #lints
        #[automatically_derived]
        impl #impl_generics #schedule #where_clause {
            const METHODS: &'static [::durable_object::__private::ScheduledMethod] = &[#(#described),*];

            #constructor

            #(#methods)*
        }
    }
}

fn method(index: usize, method: &Method) -> TokenStream {
    let (vis, ident) = (&method.visibility, method.ident());
    let docs = method.attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let (names, types): (Vec<&Ident>, Vec<&Type>) = method.arguments().unzip();
    let texts = names.iter().map(|name| name.unraw().to_string());
    let index = Literal::usize_unsuffixed(index);
    let payload = local("payload", Span::call_site());
    let writes = names.iter().zip(&types).zip(texts).map(|((name, ty), text)| {
        quote_spanned!(ty.span()=> <#ty as ::durable_object::__private::TimerArgument>::write(&#name, #payload, #text);)
    });
    let pattern = if names.is_empty() { quote!(_) } else { quote!(#payload) };
    quote! {
        #(#docs)*
        #vis fn #ident(&self, #(#names: #types),*) -> ::durable_object::alarm::Scheduling {
            self.schedule.call(#index, |#pattern| { #(#writes)* })
        }
    }
}

/// Returns the additional parts of `Contract` for an object with scheduled methods.
pub(super) fn contract(implementation: &Implementation) -> TokenStream {
    let scheduled = &implementation.scheduled;
    let Some(schedule) = companion(implementation, schedule_name).filter(|_| !scheduled.is_empty()) else {
        return TokenStream::new();
    };
    let here = Span::call_site();
    let (host, method, arguments) = (local("host", here), local("method", here), local("arguments", here));
    let calls = scheduled.iter().map(|scheduled| call(scheduled, &host, &arguments));
    let index = 0..scheduled.len();
    quote! {
        const SCHEDULED: &'static [::durable_object::__private::ScheduledMethod] = <#schedule>::METHODS;

        async fn run(
            #host: ::durable_object::__private::Host<Self>,
            #method: ::core::primitive::usize,
            #arguments: &::core::primitive::str,
        ) -> ::core::result::Result<(), ::durable_object::Error> {
            match #method {
                #(#index => #calls,)*
                _ => ::core::result::Result::Err(::durable_object::__private::unknown(#method)),
            }
        }
    }
}

fn describe(scheduled: &Scheduled) -> TokenStream {
    let name = scheduled.name();
    let attempts =
        scheduled.options.attempts.as_ref().map(|value| quote_spanned!(value.span()=> .attempts(#value)));
    let backoff =
        scheduled.options.backoff.as_ref().map(|value| quote_spanned!(value.span()=> .backoff(#value)));
    quote!(::durable_object::__private::ScheduledMethod::new(#name) #attempts #backoff)
}

/// Returns one arm of `run`.
fn call(scheduled: &Scheduled, host: &Ident, arguments: &Ident) -> TokenStream {
    let (read, inputs) = read(scheduled, arguments);
    let Call { borrow, result, invoke, output } = Call::of(&scheduled.method, host, &inputs);
    quote! {{
        #read
        #borrow
        #invoke
        <#output as ::durable_object::__private::IntoHandlerReply>::into_handler_reply(#result).map(|_| ())
    }}
}

/// Returns the statements that read the arguments of a timer, and the arguments.
pub(super) fn read(scheduled: &Scheduled, arguments: &Ident) -> (TokenStream, Vec<Ident>) {
    let method = &scheduled.method;
    let name = method.ident().unraw().to_string();
    let payload = local("payload", Span::call_site());
    let (inputs, reads): (Vec<Ident>, Vec<TokenStream>) = method
        .arguments()
        .enumerate()
        .map(|(index, (argument, ty))| {
            let (at, argument) = (ty.span(), argument.unraw().to_string());
            let read = quote_spanned! {at=>
                <#ty as ::durable_object::__private::TimerArgument>::read(&mut #payload, #argument)?
            };
            (local(&format!("input{index}"), at), read)
        })
        .unzip();
    if inputs.is_empty() {
        return (quote!(::durable_object::__private::PayloadReader::none(#name, #arguments)?;), inputs);
    }
    let count = Literal::usize_unsuffixed(inputs.len());
    let statements = quote! {
        let mut #payload = ::durable_object::__private::PayloadReader::new(#name, #arguments, #count)?;
        #(let #inputs = #reads;)*
    };
    (statements, inputs)
}
