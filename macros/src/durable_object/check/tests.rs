//! Every rule, on the model of a few lines of source.

use proc_macro2::TokenStream;

use crate::durable_object::{check, parse};

/// The mistakes in an impl block.
fn block(source: &str) -> Vec<String> {
    let (implementation, mut report) =
        parse::implementation(TokenStream::new(), syn::parse_str(source).unwrap());
    report.merge(check::implementation(&implementation));
    report.messages()
}

/// The mistakes in an impl block that also has a proper `#[init]`.
fn methods(source: &str) -> Vec<String> {
    block(&format!("impl Counter {{ #[init] fn init(ctx: Ctx) -> Self {{}} {source} }}"))
}

/// The mistakes in a struct.
fn declaration(options: &str, source: &str) -> Vec<String> {
    let (declaration, mut report) =
        parse::declaration(options.parse().unwrap(), syn::parse_str(source).unwrap());
    report.merge(check::declaration(&declaration));
    report.messages()
}

#[track_caller]
fn one(mistakes: &[String], part: &str) {
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    assert!(mistakes[0].contains(part), "{mistakes:#?}");
    assert!(mistakes[0].contains("\nhelp: "), "says what to write instead: {mistakes:#?}");
}

#[test]
fn good_code_has_no_mistakes() {
    let mistakes = methods(
        r#"
        #[rpc] async fn add(&mut self, mut by: i64) -> Result<i64> {}
        #[rpc(name = "delete")] fn remove(self: &Self) {}
        #[fetch] fn fetch(&self, _: Request) -> Response {}
        #[connect] async fn connect(&self, _: TcpSocket) {}
        #[websocket(message)] fn message(&self, _: Socket<A>, Message::Text(text): Message) {}
        #[websocket(close)] fn close(&self, _: Socket<crate::A>, _: Close) {}
        #[websocket(error)] fn error(&self, _: Socket, _: Error) {}
        fn helper<T>(self, _: &T, _: impl Fn()) {}
        const N: usize = 1;
        "#,
    );
    assert_eq!(mistakes, [""; 0]);
    assert_eq!(declaration(r#"class = "A", binding = "B""#, "struct Counter;"), [""; 0]);
    assert_eq!(declaration("", "struct Map<T>(T);"), [""; 0]);
}

#[test]
fn an_object_starts_in_one_way() {
    one(&block("impl Counter {}"), "has to be marked `#[init]`");
    one(&methods("#[init] fn again(ctx: Ctx) -> Self {}"), "second `#[init]`");
    for (init, part) in [
        ("fn init(&self, ctx: Ctx) -> Self {}", "no `self` yet"),
        ("fn init() -> Self {}", "called with the object's context"),
        ("fn init(ctx: Ctx, env: Env, more: u8) -> Self {}", "called with the object's context"),
        ("fn init(ctx: Ctx) {}", "returns nothing"),
        ("fn init(ctx: &Ctx) -> Self {}", "nothing to borrow from"),
        ("fn init<T>(ctx: Ctx) -> Self {}", "cannot be generic"),
    ] {
        one(&block(&format!("impl Counter {{ #[init] {init} }}")), part);
    }
}

#[test]
fn what_cannot_be_called_remotely() {
    for (method, part) in [
        ("fn f() {}", "has no `self`"),
        ("fn f(self) {}", "can only borrow it"),
        ("fn f(self: Box<Self>) {}", "can only borrow it"),
        ("fn f(&self, a: Option<&str>) {}", "write `String`"),
        ("fn f(&self, a: &[Option<u8>]) {}", "write `Vec<Option<u8>>`"),
        ("fn f(&self) -> &u8 {}", "gets a copy"),
        ("fn f(&self, (a, b): (u8, u8)) {}", "this is a pattern"),
        ("fn f(&self, _: u8) {}", "this is a pattern"),
        ("fn f<const N: usize>(&self) {}", "cannot be generic"),
        ("fn f(&self, a: impl Fn()) {}", "which type it is"),
        ("fn f(&self) -> Result<impl Fn()> {}", "which type it is"),
        ("const fn f(&self) {}", "`const`"),
        ("unsafe fn f(&self) {}", "`unsafe`"),
        ("extern \"C\" fn f(&self) {}", "`extern`"),
        ("#[cfg(test)] fn f(&self) {}", "`#[cfg]`"),
        ("#[fetch] fn f(&self) {}", "one marker"),
        ("const F: u8 = 0;", "only a method"),
    ] {
        one(&methods(&format!("#[rpc] {method}")), part);
    }
}

#[test]
fn names_have_to_be_usable_and_free() {
    for (source, part) in [
        ("#[rpc] fn then(&self) {}", "takes it for a promise"),
        ("#[rpc(name = \"a b\")] fn f(&self) {}", "no JavaScript name"),
        ("#[rpc] fn fetch(&self) {} #[fetch] fn g(&self, _: Request) {}", "mark that method"),
        ("#[rpc] fn connect(&self) {}", "mark that method `#[connect]`"),
        ("#[rpc] fn a_b(&self) {} #[rpc(name = \"aB\")] fn c(&self) {}", "`a_b` is already called `aB`"),
        ("#[rpc(name = \"title\")] fn name(&self) {}", "a `name` of its own"),
        ("#[rpc(nam = \"a\")] fn f(&self) {}", "no such option"),
        ("#[rpc = \"a\"] fn f(&self) {}", "in parentheses"),
    ] {
        one(&methods(source), part);
    }
    one(&declaration("class = \"a-b\"", "struct A;"), "no JavaScript name");
    one(&declaration("binding = \"1\"", "struct A;"), "no JavaScript name");
    one(&declaration("", "struct Promise;"), "would hide it");
}

#[test]
fn the_platform_calls_one_handler_per_event() {
    for (source, part) in [
        ("#[fetch] fn a(&self, _: Request) {} #[fetch] fn b(&self, _: Request) {}", "`a` already handles"),
        (
            "#[websocket(close)] fn a(&self, _: Socket, _: Close) {}
             #[websocket(close)] fn b(&self, _: Socket, _: Close) {}",
            "`a` already handles",
        ),
        ("#[fetch] fn f(&self) {}", "with the request"),
        ("#[connect] fn f(&self) {}", "with the connection"),
        ("#[fetch(GET)] fn f(&self, _: Request) {}", "takes no options"),
        ("#[websocket] fn f(&self) {}", "several events"),
        ("#[websocket(open)] fn f(&self) {}", "`#[websocket(message)]`, `#[websocket(close)]`"),
        ("#[websocket(close)] fn f(&self, _: Socket) {}", "socket: Socket<..>, close: Close"),
        ("#[websocket(close)] fn f(&self, _: Close, _: Socket) {}", "the first argument is the socket"),
    ] {
        one(&methods(source), part);
    }
}

#[test]
fn timers_call_what_they_can() {
    for (source, part) in [
        ("#[scheduled] fn f() {}", "has no `self`"),
        ("#[scheduled] fn f(&self, (a, b): (u8, u8)) {}", "the schedule and error messages"),
        ("#[scheduled] fn list(&self) {}", "is something else already"),
        ("#[scheduled(attempts = 0)] fn f(&self) {}", "never be called"),
        ("#[scheduled(name = \"\")] fn f(&self) {}", "it is empty"),
        ("#[scheduled] fn f(&self) {} #[scheduled(name = \"f\")] fn g(&self) {}", "`f` are already kept"),
        ("#[scheduled] fn f(&self) {} #[alarm] fn g(&self) {}", "has one alarm"),
        ("#[scheduled] fn f(&self) {} fn schedule(&self) {}", "`self.schedule()` is how"),
        ("#[scheduled(soon)] fn f(&self) {}", "`attempts = …`, `backoff = …`"),
    ] {
        one(&methods(source), part);
    }
    assert_eq!(methods("#[scheduled] fn f(&self) {} fn list(&self) {} #[rpc] fn retry(&self) {}"), [""; 0]);
}

#[test]
fn sockets_of_an_object_carry_one_type() {
    let handlers = |a: &str, b: &str| {
        methods(&format!(
            "#[websocket(close)] fn a(&self, _: Socket<{a}>, _: Close) {{}}
             #[websocket(error)] fn b(&self, _: Socket<{b}>, _: Error) {{}}"
        ))
    };
    one(&handlers("Vec<u8>", "Vec<u16>"), "calls its attachment `Vec<u8>`");
    one(&handlers("()", "A"), "carry one type");
    assert_eq!(handlers("A", "self::A"), [""; 0]);
}

#[test]
fn what_is_no_object() {
    one(&block("impl Clone for Counter {}"), "own impl block");
    one(&block("impl dyn Clone {}"), "an object is a struct");
    one(&block("impl Counter<'_> {}"), "outlives every borrow");
    one(&block("impl<'a> Counter<'a> {}"), "outlives every borrow");
    one(&declaration("", "struct A<'a>(&'a u8);"), "outlives every borrow");
    one(&declaration("class = \"B\"", "struct A<T>(T);"), "`export_object!(pub Name = A<..>)`");
}

#[test]
fn every_mistake_of_a_block_is_reported() {
    let mistakes = block(
        "impl Counter {
            #[rpc] fn a() {}
            #[rpc] fn then(&self, a: &str, _: u8) {}
            #[websocket(open)] fn b(&self) {}
        }",
    );
    assert_eq!(mistakes.len(), 6, "{mistakes:#?}");
}
