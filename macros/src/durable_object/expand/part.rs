//! Parts: the impl of `Part` for a library's type, and the parts that an object lists.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Type;

use super::{
    companion,
    contract::{Locals, decode, function, output, reply, value, wait},
    describe::describe,
    lints, local, owned_generics, schedule, schedule_name,
};
use crate::durable_object::model::{Declaration, Handler, Implementation, Method, PartField, Scheduled};

/// Returns the content of `Declared` for an object with parts.
pub(super) fn fields(declaration: &Declaration) -> TokenStream {
    let parts = &declaration.parts;
    if parts.is_empty() {
        return TokenStream::new();
    }
    let here = Span::call_site();
    let (host, part, method) = (local("host", here), local("part", here), local("method", here));
    let (args, arguments, ctx) = (local("args", here), local("arguments", here), local("ctx", here));
    let types: Vec<&Type> = parts.iter().map(|part| &part.ty).collect();
    let members: Vec<_> = parts.iter().map(|part| &part.member).collect();
    let index: Vec<Literal> = (0..parts.len()).map(Literal::usize_unsuffixed).collect();
    quote! {
        const PARTS: &'static [&'static [::durable_object::__private::PartMethod]] =
            &[#(<#types as ::durable_object::__private::Part>::METHODS),*];
        fn call_part(
            #host: ::durable_object::__private::Host<Self>,
            #part: ::core::primitive::usize,
            #method: ::core::primitive::usize,
            #args: ::durable_object::__private::ArgsReader,
        ) -> ::durable_object::__private::PartCall
        where
            Self: ::durable_object::__private::Contract,
        {
            match #part {
                #(#index => ::durable_object::__private::call_part::<Self, #types>(
                    #host,
                    |object| <#types as ::core::clone::Clone>::clone(&object.#members),
                    #method,
                    #args,
                ),)*
                _ => ::std::boxed::Box::pin(async move {
                    ::core::result::Result::Err(::durable_object::__private::unknown(#method))
                }),
            }
        }

        fn run_part(
            #host: ::durable_object::__private::Host<Self>,
            #part: ::core::primitive::usize,
            #method: ::core::primitive::usize,
            #arguments: &::core::primitive::str,
        ) -> ::durable_object::__private::PartFuture<'_>
        where
            Self: ::durable_object::__private::Contract,
        {
            match #part {
                #(#index => ::std::boxed::Box::pin(::durable_object::__private::run_part::<Self, #types>(
                    #host,
                    |object| <#types as ::core::clone::Clone>::clone(&object.#members),
                    #method,
                    #arguments,
                )),)*
                _ => ::std::boxed::Box::pin(async move {
                    ::core::result::Result::Err(::durable_object::__private::unknown(#method))
                }),
            }
        }

        fn wake_parts<'part>(
            &'part self,
            #ctx: &'part ::durable_object::Ctx,
        ) -> ::durable_object::__private::PartFuture<'part>
        where
            Self: ::durable_object::__private::Contract,
        {
            ::std::boxed::Box::pin(async move {
                #(<#types as ::durable_object::__private::Part>::wake(
                    &self.#members,
                    ::durable_object::__private::PartContext::new::<Self>(#ctx, #index),
                )
                .await?;)*
                ::core::result::Result::Ok(())
            })
        }

        #[cfg(not(target_arch = "wasm32"))]
        fn describe_parts(object: &mut ::durable_object::__private::typescript::Object<'_>) {
            #(<#types as ::durable_object::__private::Part>::describe(object);)*
        }
    }
}

/// Returns the content of `HasTimers` for an object with parts.
pub(super) fn timers_of(declaration: &Declaration) -> TokenStream {
    let parts = &declaration.parts;
    if parts.is_empty() {
        return TokenStream::new();
    }
    let types = parts.iter().map(|part| &part.ty);
    let names = parts.iter().map(PartField::name);
    quote! {
        const TIMERS: &'static [::durable_object::__private::Group] = &[#(
            ::durable_object::__private::Group {
                name: #names,
                methods: <#types as ::durable_object::__private::Part>::SCHEDULED,
            }
        ),*];
    }
}

pub(in crate::durable_object) fn part(implementation: &Implementation) -> TokenStream {
    let Implementation { item, wakes, handlers, scheduled, .. } = implementation;
    let here = Span::call_site();
    let (part, method) = (local("part", here), local("method", here));
    let (args, arguments) = (local("args", here), local("arguments", here));
    let names = handlers.iter().map(|handler| {
        let (name, shared) = (handler.js_name(), handler.is_shared());
        quote!(::durable_object::__private::PartMethod::new(#name, #shared))
    });
    let (call_index, run_index) = (0..handlers.len(), 0..scheduled.len());
    let calls = handlers.iter().map(|handler| call(handler, &args));
    let runs = scheduled.iter().map(|scheduled| run(scheduled, &arguments));
    let (typed, methods) = timers(implementation);
    let wake = wakes.first().map(|wake| self::wake(wake, &part));
    let wake = wake.unwrap_or_else(|| quote!(::core::result::Result::Ok(())));
    let describe = describe(handlers);
    implement(
        implementation,
        &quote! {
            const METHODS: &'static [::durable_object::__private::PartMethod] = &[#(#names),*];
            const SCHEDULED: &'static [::durable_object::__private::ScheduledMethod] = #methods;

            async fn wake(
                &self,
                #part: ::durable_object::__private::PartContext,
            ) -> ::core::result::Result<(), ::durable_object::Error> {
                #wake
            }

            async fn call(
                self,
                #method: ::core::primitive::usize,
                #args: ::durable_object::__private::ArgsReader,
            ) -> ::core::result::Result<
                ::core::option::Option<::durable_object::__private::wasm_bindgen::JsValue>,
                ::durable_object::Error,
            > {
                match #method {
                    #(#call_index => #calls,)*
                    _ => ::core::result::Result::Err(::durable_object::__private::unknown(#method)),
                }
            }

            async fn run(
                self,
                #method: ::core::primitive::usize,
                #arguments: &::core::primitive::str,
            ) -> ::core::result::Result<(), ::durable_object::Error> {
                match #method {
                    #(#run_index => #runs,)*
                    _ => ::core::result::Result::Err(::durable_object::__private::unknown(#method)),
                }
            }

            #describe
        },
        &quote!(#item #typed),
    )
}

/// Keeps the type a part while its impl block has mistakes.
pub(in crate::durable_object) fn broken_part(implementation: &Implementation) -> TokenStream {
    let item = &implementation.item;
    if item.trait_.is_some() || implementation.lifetimes().next().is_some() {
        return item.to_token_stream();
    }
    let describe = describe(&[]);
    implement(
        implementation,
        &quote! {
            const METHODS: &'static [::durable_object::__private::PartMethod] = &[];
            const SCHEDULED: &'static [::durable_object::__private::ScheduledMethod] = &[];

            async fn wake(
                &self,
                _: ::durable_object::__private::PartContext,
            ) -> ::core::result::Result<(), ::durable_object::Error> {
                loop {}
            }

            async fn call(
                self,
                _: ::core::primitive::usize,
                _: ::durable_object::__private::ArgsReader,
            ) -> ::core::result::Result<
                ::core::option::Option<::durable_object::__private::wasm_bindgen::JsValue>,
                ::durable_object::Error,
            > {
                loop {}
            }

            async fn run(
                self,
                _: ::core::primitive::usize,
                _: &::core::primitive::str,
            ) -> ::core::result::Result<(), ::durable_object::Error> {
                loop {}
            }

            #describe
        },
        &item.to_token_stream(),
    )
}

fn implement(implementation: &Implementation, body: &TokenStream, rest: &TokenStream) -> TokenStream {
    let item = &implementation.item;
    let generics = owned_generics(&item.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (part, lints) = (&item.self_ty, lints());
    quote! {
        #rest

        #lints
        #[automatically_derived]
        impl #impl_generics ::durable_object::__private::Part for #part #where_clause {
            #body
        }
    }
}

/// Returns the type that sets the part's timers, and the list of their methods.
fn timers(implementation: &Implementation) -> (TokenStream, TokenStream) {
    let none = || (TokenStream::new(), quote!(&[]));
    let Some(path) = companion(implementation, schedule_name) else { return none() };
    let Type::Path(part) = &*implementation.item.self_ty else { return none() };
    let Some(name) = part.path.segments.last().map(|last| &last.ident) else { return none() };
    if implementation.scheduled.is_empty() {
        return none();
    }
    let generics = &implementation.item.generics;
    let typed = schedule::typed(name, generics, &part.to_token_stream());
    let context = local("part", Span::call_site());
    let constructor = quote! {
        /// Creates the schedule in `#[wake]`, where the part learns its place in the object.
        #[must_use]
        pub(crate) fn new(#context: &::durable_object::__private::PartContext) -> Self {
            ::core::convert::From::from(#context.timers())
        }
    };
    let methods = schedule::typed_methods(generics, &path, implementation.scheduled.iter(), &constructor);
    (quote!(#typed #methods), quote!(<#path>::METHODS))
}

fn wake(method: &Method, part: &Ident) -> TokenStream {
    let (function, wait, output) = (function(method.ident()), wait(method), output(method));
    let part = method.parameters().next().is_some().then(|| part.to_token_stream());
    quote! {
        <#output as ::durable_object::__private::IntoHandlerReply>::into_handler_reply(
            #function(self, #part) #wait
        )
        .map(|_| ())
    }
}

/// Returns one arm of `call`.
fn call(handler: &Handler, args: &Ident) -> TokenStream {
    let method = &handler.method;
    let locals = Locals { host: local("host", Span::call_site()), args: args.clone() };
    let (decode, inputs) = decode(handler, &quote!(()), &locals);
    let result = local("result", method.failure_span());
    let (function, wait) = (function(method.ident()), wait(method));
    let answer = if handler.is_shared() {
        let (value, answer) = (value(method, &result), local("answer", Span::call_site()));
        quote! {
            match #value {
                ::core::option::Option::Some(#answer) => {
                    ::durable_object::__private::Transfer::reply(#answer).map(::core::option::Option::Some)
                }
                ::core::option::Option::None => ::core::result::Result::Ok(::core::option::Option::None),
            }
        }
    } else {
        let reply = reply(handler, &result);
        quote!(#reply.map(::core::option::Option::Some))
    };
    quote! {{
        #decode
        let #result = #function(&self, #(#inputs),*) #wait;
        #answer
    }}
}

/// Returns one arm of `run`.
fn run(scheduled: &Scheduled, arguments: &Ident) -> TokenStream {
    let method = &scheduled.method;
    let (read, inputs) = schedule::read(scheduled, arguments);
    let result = local("result", Span::call_site());
    let (function, wait, output) = (function(method.ident()), wait(method), output(method));
    quote! {{
        #read
        let #result = #function(&self, #(#inputs),*) #wait;
        <#output as ::durable_object::__private::IntoHandlerReply>::into_handler_reply(#result).map(|_| ())
    }}
}
