use proc_macro2::TokenStream;
use quote::quote;

/// The expansion as text, with spacing that tests can rely on.
fn text(tokens: &TokenStream) -> String {
    tokens.to_string().split_whitespace().collect()
}

fn expanded(options: TokenStream, item: TokenStream) -> String {
    text(&crate::durable_object::expand(options, item))
}

/// The expansion of an impl block with these methods.
fn methods(methods: TokenStream) -> String {
    expanded(quote!(), quote!(impl Counter { #[init] fn init(ctx: Ctx) -> Self {} #methods }))
}

#[track_caller]
fn contains(expansion: &str, part: TokenStream) {
    let part = text(&part);
    assert!(expansion.contains(&part), "no `{part}` in {expansion}");
}

#[track_caller]
fn lacks(expansion: &str, part: TokenStream) {
    let part = text(&part);
    assert!(!expansion.contains(&part), "`{part}` in {expansion}");
}

#[test]
fn a_struct_becomes_a_class_with_a_stub() {
    let expansion = expanded(
        quote!(binding = "ROOMS"),
        quote!(
            pub(crate) struct Room {
                ctx: Ctx,
            }
        ),
    );
    contains(
        &expansion,
        quote!(
            pub(crate) struct Room {
                ctx: Ctx,
            }
        ),
    );
    contains(&expansion, quote!(pub(crate) struct RoomStub));
    contains(
        &expansion,
        quote!(
            const NAME: &'static ::core::primitive::str = "Room";
        ),
    );
    contains(
        &expansion,
        quote!(
            const BINDING: &'static ::core::primitive::str = "ROOMS";
        ),
    );
    contains(&expansion, quote!(::durable_object::__private::construct::<Room>(&ctx, &env)));
    contains(&expansion, quote!(impl ::durable_object::__private::Declared for Room {}));
    contains(&expansion, quote!(fn durable_object_types_room()));
}

#[test]
fn a_class_that_others_export_is_only_called() {
    let room = |options| expanded(options, "pub struct Room;".parse().unwrap());
    let expansion = room(quote!(export = false));
    contains(&expansion, quote!(pub struct RoomStub));
    assert!(expansion.contains("constEXPORTED:::core::primitive::bool=false;"), "{expansion}");
    lacks(&expansion, quote!(wasm_bindgen));
    lacks(&expansion, quote!(durable_object_types_room));
    assert_eq!(room(quote!(export = true)), room(quote!()));
}

#[test]
fn an_unmarked_method_says_what_it_lacks() {
    let expansion = methods(quote!(
        #[rpc]
        fn total(&self) {}
        #[scheduled]
        fn remind(&self) {}
        fn helper(&self, by: &str) -> &str {
            by
        }
        fn name(&self) {}
        fn associated() {}
    ));
    contains(
        &expansion,
        quote!(
            impl CounterStub where for<'stub> helper: HasRpcAttribute<'stub> {
                pub fn helper(&self) {}
            }
        ),
    );
    for other in ["total", "remind", "name", "associated", "init"] {
        assert!(!expansion.contains(&format!("{other}:HasRpcAttribute")), "{other} in {expansion}");
    }
}

#[test]
fn a_generic_struct_is_no_class() {
    let expansion = expanded(
        quote!(),
        quote!(
            struct Cache<T: Copy = u8>(T)
            where
                T: Eq;
        ),
    );
    contains(&expansion, quote!(struct CacheStub<T: Copy = u8> where T: Eq));
    contains(&expansion, quote!(Clone for CacheStub<T> where T: Eq));
    contains(&expansion, quote!(Declared for Cache<T> where T: Eq, T: 'static));
    lacks(&expansion, quote!(wasm_bindgen));
    lacks(&expansion, quote!(::durable_object::Class));
    lacks(&expansion, quote!(durable_object_types));
}

#[test]
fn markers_are_taken_off_and_other_attributes_stay() {
    let expansion = methods(quote!(
        #[rpc]
        #[inline]
        fn count(&self) -> u32 {
            1
        }
        #[rpc]
        const X: u8 = 0;
    ));
    contains(&expansion, quote!(#[inline]));
    lacks(&expansion, quote!(#[rpc]));
    lacks(&expansion, quote!(#[init]));
}

#[test]
fn calls_decode_lock_call_and_reply() {
    let expansion = methods(quote! {
        #[rpc] async fn add_to(&mut self, by: i64) -> Result<u8, Mine> {}
        #[rpc] fn total(&self) -> u8 {}
    });
    contains(&expansion, quote!(&["addTo", "total"]));
    contains(&expansion, quote!(args.at_most(1, "addTo")?;));
    contains(
        &expansion,
        quote!(let input0 = <i64 as ::durable_object::__private::Transfer>::take(&args, 0, "addTo", "by")?;),
    );
    contains(&expansion, quote!(let mut this = host.exclusive().await?;));
    contains(&expansion, quote!(let result = Self::add_to(&mut *this, input0).await;));
    contains(
        &expansion,
        quote!(<u8 as ::durable_object::__private::Transfer>::reply(
            result.map_err(<Mine as ::durable_object::__private::Failure>::into_error)?
        )),
    );
    contains(&expansion, quote!(let this = host.shared().await?;));
    contains(&expansion, quote!(let result = Self::total(&*this,);));
    contains(&expansion, quote!(<u8 as ::durable_object::__private::Transfer>::reply(result)));
}

#[test]
fn the_stub_has_the_remote_methods_only() {
    let expansion = methods(quote! {
        /// Adds.
        #[deprecated]
        #[inline]
        #[rpc]
        pub(super) fn add(&self, by: Vec<Self>) -> std::io::Result<Self> {}
        #[fetch]
        fn fetch(&self, _: Request) -> Response {}
    });
    let (_, stub) = expansion.split_once("implCounterStub").unwrap();
    contains(
        stub,
        quote! {
            #[doc = r" Adds."]
            #[deprecated]
            pub(super) async fn add(&self, by: Vec<Counter>)
                -> std::io::Result<Counter>
        },
    );
    lacks(stub, quote!(inline));
    lacks(stub, quote!(fetch));
}

#[test]
fn remote_methods_are_described_natively() {
    let expansion = methods(quote! {
        /// Adds.
        #[rpc]
        fn add_to(&self, delete: Option<i64>) -> Result<u8, Mine> {}
        #[rpc]
        fn touch(&self) -> impl Stream<Item = Result<i8>> {}
        #[fetch]
        fn fetch(&self, _: Request) -> Response {}
    });
    contains(
        &expansion,
        quote! {
            #[cfg(not(target_arch = "wasm32"))]
            fn describe(object: &mut ::durable_object::__private::typescript::Object<'_>) {
                object.method("addTo", &[r" Adds."], |signature| {
                    signature.parameter("delete_", <Option<i64> as ::durable_object::__private::Transfer>::shape);
                    signature.result(<u8 as ::durable_object::__private::Transfer>::shape);
                    signature.error(<Mine as ::durable_object::__private::Failure>::shape);
                });
                object.method("touch", &[], |signature| {
                    signature.result(<::durable_object::rpc::Streaming<i8> as ::durable_object::__private::Transfer>::shape);
                });
                object.fetch();
            }
        },
    );
}

#[test]
fn a_stream_is_sent_as_it_is_made() {
    let expansion = methods(quote! {
        #[rpc]
        async fn rows(&mut self, of: String) -> Result<impl Stream<Item = Result<Row>>, Mine> {}
        #[rpc(idempotent)]
        fn count(&self) -> impl Stream<Item = u8> {}
    });
    contains(&expansion, quote!(.serve_stream));
    contains(&expansion, quote!(let result = Self::rows(&mut *this, input0).await;));
    let rows = quote!(
        opening
            .send_results(result.map_err(<Mine as ::durable_object::__private::Failure>::into_error)?)
            .await
    );
    contains(&expansion, rows);
    contains(&expansion, quote!(opening.send(result).await));
    contains(&expansion, quote!(.send_idempotent("count", args)));
}

#[test]
fn sockets_bring_the_handlers_that_are_missing() {
    let expansion = methods(quote!(
        #[websocket(message)]
        fn f(&self, _: Socket<A>, _: Message) {}
    ));
    contains(&expansion, quote!(&["webSocketMessage", "webSocketClose", "webSocketError"]));
    contains(&expansion, quote!(let input0 = host.socket::<A>(&args)?; let input1 = args.message()?;));
    contains(&expansion, quote!(1usize => host.default_close(args),));
    contains(&expansion, quote!(2usize => host.default_error(args),));
    lacks(&expansion, quote!(args.closing()));
    lacks(&expansion, quote!(is_teardown));

    let closes = methods(quote!(
        #[websocket(close)]
        fn f(&self, _: Socket, _: Close) {}
    ));
    contains(&closes, quote!(&["webSocketClose", "webSocketError"]));
    contains(&closes, quote!(host.socket::<()>(&args)?));
    contains(&closes, quote!(let closing = args.closing(); let input0));
    lacks(&closes, quote!(default_close));

    let errors = methods(quote!(
        #[websocket(error)]
        fn f(&self, _: Socket, _: Error) {}
    ));
    contains(&errors, quote!(if args.is_teardown()));
}

#[test]
fn scheduled_methods_are_called_by_timers() {
    let expansion = methods(quote! {
        /// Is over.
        #[scheduled(name = "end", attempts = 3)]
        pub(super) async fn expire(&mut self, session: SessionId, n: u8) -> Result<()> {}
    });
    contains(&expansion, quote!(&["alarm"]));
    contains(&expansion, quote!(0usize => host.call_due(args),));
    contains(&expansion, quote!(&[::durable_object::__private::ScheduledMethod::new("end").attempts(3)]));
    contains(&expansion, quote!(::durable_object::__private::PayloadReader::new("expire", arguments, 2)?));
    contains(&expansion, quote!(let result = Self::expire(&mut *this, input0, input1).await;));
    let (_, schedule) = expansion.split_once("implCounterSchedule").unwrap();
    contains(
        schedule,
        quote! {
            #[doc = r" Is over."]
            pub(super) fn expire(&self, session: SessionId, n: u8) -> ::durable_object::alarm::Scheduling {
                self.schedule.call(0, |payload| {
                    <SessionId as ::durable_object::__private::TimerArgument>::write(&session, payload, "session");
                    <u8 as ::durable_object::__private::TimerArgument>::write(&n, payload, "n");
                })
            }
        },
    );
    contains(schedule, quote!(pub(crate) fn schedule(&self) -> CounterSchedule));
    lacks(&methods(quote!()), quote!(Schedule));
}

#[test]
fn an_object_finds_its_context_by_the_type_of_the_field() {
    let context = |item| expanded(quote!(), item);
    contains(
        &context(quote!(
            struct A {
                a: u8,
                state: durable_object::Ctx,
            }
        )),
        quote!(&self.state),
    );
    contains(
        &context(quote!(
            struct A(u8, Ctx);
        )),
        quote!(&self.1),
    );
    lacks(
        &context(quote!(
            struct A {
                ctx: Rc<Ctx>,
            }
        )),
        quote!(HasCtx),
    );
}

#[test]
fn init_takes_what_it_declares() {
    contains(&methods(quote!()), quote!(Self::init(ctx,)));
    let both = expanded(quote!(), quote!(impl A { #[init] async fn new(c: Ctx, e: Env) -> Result<Self> {} }));
    contains(&both, quote!(<Result<Self> as ::durable_object::__private::IntoInit<Self>>::into_init));
    contains(&both, quote!(Self::new(ctx, <Env as ::durable_object::FromEnv>::from_env(&env)?).await));
}

#[test]
fn mistakes_leave_an_object_with_a_stub() {
    let expansion = methods(quote!(
        #[rpc]
        fn good(&self) {}
        #[rpc]
        fn bad(self) {}
    ));
    contains(&expansion, quote!(::core::compile_error!));
    contains(&expansion, quote!(::durable_object::__private::Contract for Counter));
    let (_, stub) = expansion.split_once("implCounterStub").unwrap();
    contains(stub, quote!(async fn good));
    lacks(stub, quote!(bad));
}

#[test]
fn other_items_come_back_with_a_mistake() {
    for item in [
        quote!(
            enum A {}
        ),
        quote!(
            fn f() {}
        ),
        quote!(impl Clone for A {}),
        quote!(
            struct A<'a>(&'a u8);
        ),
    ] {
        let expansion = expanded(quote!(), item.clone());
        contains(&expansion, item);
        contains(&expansion, quote!(::core::compile_error!));
        lacks(&expansion, quote!(::durable_object));
    }
}
