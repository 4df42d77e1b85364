//! The impl of `Contract`, with which the runtime starts an object and calls it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ItemImpl, Path, Type, ext::IdentExt, spanned::Spanned};

use super::{describe::describe, lints, local, owned_generics, schedule};
use crate::durable_object::model::{
    Access, Handler, Implementation, Kind, Method, SocketEvent, generic_named,
};

/// The variables of a generated call.
pub(super) struct Locals {
    pub(super) host: Ident,
    pub(super) args: Ident,
}

pub(super) fn complete(implementation: &Implementation, stub: &Path) -> TokenStream {
    let Implementation { item, inits, wakes: _, handlers, scheduled } = implementation;
    let here = Span::call_site();
    let locals = Locals { host: local("host", here), args: local("args", here) };
    let attachment = attachment(handlers);

    let mut names: Vec<String> = handlers.iter().map(Handler::js_name).collect();
    let mut calls: Vec<TokenStream> =
        handlers.iter().map(|handler| call(handler, &attachment, &locals)).collect();
    let Locals { host, args, .. } = &locals;
    for (event, default) in defaults(handlers) {
        names.push(event.js_name().to_owned());
        calls.push(quote!(#host.#default(#args)));
    }
    if !scheduled.is_empty() {
        names.push("alarm".to_owned());
        calls.push(quote!(#host.call_due(#args)));
    }

    let init = inits.iter().map(init);
    let schedule = schedule::contract(implementation);
    let method = local("method", here);
    let index = 0..names.len();
    let describe = describe(handlers);
    contract(
        item,
        &quote! {
            type Stub = #stub;
            const METHODS: &'static [&'static ::core::primitive::str] = &[#(#names),*];

            #(#init)*

            #schedule

            fn call(
                #host: ::durable_object::__private::Host<Self>,
                #method: ::core::primitive::usize,
                #args: ::durable_object::__private::ArgsReader,
            ) -> ::durable_object::__private::Reply {
                match #method {
                    #(#index => #calls,)*
                    _ => #host.unknown(#method),
                }
            }

            #describe
        },
    )
}

/// Keeps the type an object while its impl block has mistakes.
pub(super) fn placeholder(item: &ItemImpl, stub: &Path) -> TokenStream {
    let describe = describe(&[]);
    contract(
        item,
        &quote! {
            type Stub = #stub;
            const METHODS: &'static [&'static ::core::primitive::str] = &[];

            async fn init(
                _: ::durable_object::Ctx,
                _: ::durable_object::Env,
            ) -> ::core::result::Result<Self, ::durable_object::Error> {
                loop {}
            }

            fn call(
                host: ::durable_object::__private::Host<Self>,
                method: ::core::primitive::usize,
                _: ::durable_object::__private::ArgsReader,
            ) -> ::durable_object::__private::Reply {
                host.unknown(method)
            }

            #describe
        },
    )
}

fn contract(item: &ItemImpl, body: &TokenStream) -> TokenStream {
    let generics = owned_generics(&item.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let object = &item.self_ty;
    let lints = lints();
    // Errors about other types need not mention this one. If it has parameters, their bounds are the ones
    // that fail.
    let quiet = item.generics.params.is_empty().then(|| quote!(#[diagnostic::do_not_recommend]));
    quote! {
        #lints
        #quiet
        #[automatically_derived]
        impl #impl_generics ::durable_object::__private::Contract for #object #where_clause {
            #body
        }
    }
}

fn init(method: &Method) -> TokenStream {
    let ident = method.ident();
    let types: Vec<&Type> = method.parameters().map(|parameter| &*parameter.ty).collect();
    let at = |index: usize| types.get(index).map_or_else(Span::call_site, Spanned::span);
    let (ctx, env) = (local("ctx", at(0)), local("env", at(1)));
    let (env_pattern, env_argument) = match types.get(1) {
        Some(ty) => {
            let bindings = quote_spanned!(ty.span()=> <#ty as ::durable_object::FromEnv>::from_env(&#env)?);
            (env.to_token_stream(), Some(bindings))
        }
        None => (quote!(_), None),
    };
    let output = output(method);
    let (function, wait) = (function(ident), wait(method));
    quote! {
        async fn init(
            #ctx: ::durable_object::Ctx,
            #env_pattern: ::durable_object::Env,
        ) -> ::core::result::Result<Self, ::durable_object::Error> {
            <#output as ::durable_object::__private::IntoInit<Self>>::into_init(
                #function(#ctx, #env_argument) #wait
            )
        }
    }
}

/// A call of the user's method on the object behind `host`.
pub(super) struct Call {
    /// The statement that borrows the object.
    pub(super) borrow: TokenStream,
    /// The statement that calls the method.
    pub(super) invoke: TokenStream,
    /// The variable that then has the returned value.
    pub(super) result: Ident,
    /// The type of that value.
    pub(super) output: TokenStream,
}

impl Call {
    pub(super) fn of(method: &Method, host: &Ident, inputs: &[Ident]) -> Self {
        let this = local("this", Span::call_site());
        let (access, mutability, object) = match method.access() {
            Some(Access::Exclusive) => (quote!(exclusive), Some(quote!(mut)), quote!(&mut *#this)),
            _ => (quote!(shared), None, quote!(&*#this)),
        };
        let result = local("result", method.failure_span());
        let (function, wait) = (function(method.ident()), wait(method));
        Self {
            borrow: quote!(let #mutability #this = #host.#access().await?;),
            invoke: quote!(let #result = #function(#object, #(#inputs),*) #wait;),
            result,
            output: output(method),
        }
    }
}

/// Returns the handlers that an object with sockets has even if the user wrote none.
fn defaults(handlers: &[Handler]) -> Vec<(SocketEvent, TokenStream)> {
    let events: Vec<SocketEvent> = handlers
        .iter()
        .filter_map(|handler| match handler.kind {
            Kind::Socket(event) => Some(event),
            Kind::Rpc { .. } | Kind::Fetch | Kind::Connect | Kind::Alarm => None,
        })
        .collect();
    if events.is_empty() {
        return Vec::new();
    }
    [(SocketEvent::Close, quote!(default_close)), (SocketEvent::Error, quote!(default_error))]
        .into_iter()
        .filter(|(event, _)| !events.contains(event))
        .collect()
}

/// Returns the single type of the attachments of the object's sockets. Every handler is called with the type
/// that the first one names, so that the compiler finds any handler that disagrees.
fn attachment(handlers: &[Handler]) -> TokenStream {
    handlers
        .iter()
        .find_map(|handler| handler.attachment().flatten())
        .map_or_else(|| quote!(()), ToTokens::to_token_stream)
}

/// Returns one arm of `call`.
fn call(handler: &Handler, attachment: &TokenStream, locals: &Locals) -> TokenStream {
    let Locals { host, args } = locals;
    let method = &handler.method;
    let (decode, inputs) = decode(handler, attachment, locals);
    let Call { borrow, invoke, result, .. } = Call::of(method, host, &inputs);
    if let Some(item) = method.stream_item() {
        let opening = local("opening", Span::call_site());
        let items = value(method, &result);
        let send = match generic_named(item, "Result") {
            Some(_) => quote!(send_results),
            None => quote!(send),
        };
        return quote! {{
            ::core::clone::Clone::clone(&#host).serve_stream(move |#opening| async move {
                #decode
                #borrow
                #invoke
                #opening.#send(#items).await
            })
        }};
    }
    let guard = guard(handler, args);
    let reply = reply(handler, &result);
    let serve = if matches!(handler.kind, Kind::Alarm) { quote!(serve_alarm) } else { quote!(serve) };
    quote! {{
        ::core::clone::Clone::clone(&#host).#serve(async move {
            #guard
            #decode
            #borrow
            #invoke
            #reply
        })
    }}
}

/// Returns the check that an event must pass before its arguments are read.
fn guard(handler: &Handler, args: &Ident) -> Option<TokenStream> {
    match handler.kind {
        Kind::Socket(SocketEvent::Close) => {
            let closing = local("closing", Span::call_site());
            Some(quote!(let #closing = #args.closing();))
        }
        Kind::Socket(SocketEvent::Error) => Some(quote! {
            if #args.is_teardown() {
                return ::durable_object::__private::IntoHandlerReply::into_handler_reply(());
            }
        }),
        _ => None,
    }
}

/// Returns the statements that decode the arguments, and the arguments.
pub(super) fn decode(
    handler: &Handler,
    attachment: &TokenStream,
    locals: &Locals,
) -> (TokenStream, Vec<Ident>) {
    let Locals { host, args, .. } = locals;
    let method = &handler.method;
    let inputs: Vec<Ident> = method
        .parameters()
        .enumerate()
        .map(|(index, parameter)| local(&format!("input{index}"), parameter.ty.span()))
        .collect();
    let values: Vec<TokenStream> = match &handler.kind {
        Kind::Rpc { .. } => {
            let js_name = handler.js_name();
            let values = method.arguments().enumerate().map(|(index, (name, ty))| {
                let (name, index) = (name.unraw().to_string(), Literal::usize_unsuffixed(index));
                quote!(<#ty as ::durable_object::__private::Transfer>::take(&#args, #index, #js_name, #name))
            });
            let values = values.collect::<Vec<_>>();
            let count = Literal::usize_unsuffixed(inputs.len());
            return (
                quote! {
                    #args.at_most(#count, #js_name)?;
                    #(let #inputs = #values?;)*
                },
                inputs,
            );
        }
        Kind::Fetch => vec![quote!(#args.request())],
        Kind::Connect => vec![quote!(#args.connection())],
        Kind::Alarm => vec![quote!(#args.alarm_info()); inputs.len()],
        Kind::Socket(event) => {
            let socket = quote!(#host.socket::<#attachment>(&#args));
            let happened = match event {
                SocketEvent::Message => quote!(#args.message()),
                SocketEvent::Close => quote!(#args.close()),
                SocketEvent::Error => quote!(#args.error()),
            };
            vec![socket, happened]
        }
    };
    (quote!(#(let #inputs = #values?;)*), inputs)
}

/// Returns the expression that turns the method's result into the answer.
pub(super) fn reply(handler: &Handler, result: &Ident) -> TokenStream {
    let method = &handler.method;
    let output = output(method);
    match &handler.kind {
        Kind::Rpc { .. } => {
            let success = method.success().map_or_else(|| quote!(()), ToTokens::to_token_stream);
            let result = value(method, result);
            quote!(<#success as ::durable_object::__private::Transfer>::reply(#result))
        }
        Kind::Fetch => {
            quote!(<#output as ::durable_object::__private::IntoFetchReply>::into_fetch_reply(#result))
        }
        Kind::Connect | Kind::Alarm | Kind::Socket(_) => {
            quote!(<#output as ::durable_object::__private::IntoHandlerReply>::into_handler_reply(#result))
        }
    }
}

/// Returns the expression for the method's successful value. It returns early with the error of a method that
/// can fail.
pub(super) fn value(method: &Method, result: &Ident) -> TokenStream {
    if !method.is_fallible() {
        return result.to_token_stream();
    }
    let into_error = into_error(method);
    quote!(#result.map_err(#into_error)?)
}

/// Returns the conversion of the method's error into one for callers. An error without a conversion is
/// reported where its type is written.
fn into_error(method: &Method) -> TokenStream {
    match method.failure() {
        Some(ty) => quote_spanned!(ty.span()=> <#ty as ::durable_object::__private::Failure>::into_error),
        None => quote!(::durable_object::__private::Failure::into_error),
    }
}

/// Returns the user's method as a function. Errors about the call are shown at its name.
pub(super) fn function(ident: &Ident) -> TokenStream {
    quote_spanned!(ident.span()=> Self::#ident)
}

pub(super) fn output(method: &Method) -> TokenStream {
    method.output().map_or_else(|| quote!(()), ToTokens::to_token_stream)
}

pub(super) fn wait(method: &Method) -> Option<TokenStream> {
    method.signature.asyncness.map(|_| quote!(.await))
}
