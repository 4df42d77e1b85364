//! Parts: types of a library that bring callable methods and timers to the objects that have them as fields.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::args::ArgsReader;
use super::contract::{Contract, HasTimers, Reply};
use super::ctx::Ctx;
use super::host::Host;
use crate::Result;
use crate::alarm::generated::ScheduledMethod;
use crate::alarm::{Methods, Schedule};

/// A type that brings methods and timers of its own to any object that has it as a `#[part]` field.
///
/// The [`#[part]`](crate::part) attribute on an impl block implements it. A part is a handle: its clones share
/// one state, usually behind an [`Rc`]. A call clones the handle and then leaves the object, so a slow method
/// of a part holds up no `&mut self` method of the object.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a part",
    label = "this field is marked `#[part]`",
    note = "a part has `#[part]` on its impl block, and implements `Clone`"
)]
pub trait Part: Clone + 'static {
    /// The part's JavaScript methods, in the order of [`Part::call`]'s index.
    #[doc(hidden)]
    const METHODS: &'static [&'static str];
    /// The part's `#[scheduled]` methods, in the order of [`Part::run`]'s index.
    #[doc(hidden)]
    const SCHEDULED: &'static [ScheduledMethod];

    /// Runs each time the object wakes, after its `#[init]` and before its first event.
    #[doc(hidden)]
    fn wake(&self, part: PartContext) -> impl Future<Output = Result<()>>;

    /// Calls the method with this index.
    #[doc(hidden)]
    fn call(self, method: usize, args: ArgsReader) -> impl Future<Output = Result<JsValue>>;

    /// Calls the scheduled method with this index. Its arguments are a JSON array.
    #[doc(hidden)]
    fn run(self, method: usize, arguments: &str) -> impl Future<Output = Result<()>>;

    /// Lists the methods that callers reach, for TypeScript.
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    fn describe(object: &mut crate::typescript::Object<'_>);
}

/// The place of a part in its object. The part's `#[wake]` method gets it.
#[derive(Clone)]
pub struct PartContext {
    ctx: Ctx,
    methods: Methods,
    part: usize,
    name: &'static str,
}

impl PartContext {
    /// Creates the context of the part with this index.
    #[doc(hidden)]
    #[must_use]
    pub fn new<T: Contract>(ctx: &Ctx, part: usize) -> Self {
        let name = T::TIMERS.get(part).map_or("", |group| group.name);
        Self { ctx: ctx.clone(), methods: methods::<T>(), part, name }
    }

    /// Returns the context of the object.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// Returns the part's name in the object: the name of the field, or the one that
    /// `#[part(name = "…")]` gives. An object with two parts of one type tells them apart by it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the timers of the object, for the part's own methods.
    #[doc(hidden)]
    #[must_use]
    pub fn timers(&self) -> Schedule {
        Schedule::of_part(Rc::clone(self.ctx.state()), self.methods, self.part)
    }
}

/// Calls a method of a part.
pub fn call_part<T: Contract, P: Part>(
    host: Host<T>,
    part: fn(&T) -> P,
    method: usize,
    args: ArgsReader,
) -> Reply {
    let caller = host.clone();
    host.serve(async move {
        let part = part(&*caller.shared().await?);
        part.call(method, args).await
    })
}

/// Calls a scheduled method of a part.
///
/// # Errors
/// As the method; [`Error::Init`](crate::Error::Init) when the object does not exist because its `#[init]`
/// failed.
pub async fn run_part<T: Contract, P: Part>(
    host: Host<T>,
    part: fn(&T) -> P,
    method: usize,
    arguments: &str,
) -> Result<()> {
    let part = part(&*host.shared().await?);
    part.run(method, arguments).await
}

/// Returns all methods that the timers of an object can call.
pub(super) fn methods<T: Contract>() -> Methods {
    Methods::new(T::SCHEDULED, T::TIMERS)
}

/// Returns whether an object has timers.
pub(super) const fn has_timers<T: Contract>() -> bool {
    !T::SCHEDULED.is_empty() || parts_have_timers::<T>()
}

const fn parts_have_timers<T: HasTimers>() -> bool {
    let mut part = 0;
    while part < T::TIMERS.len() {
        if !T::TIMERS[part].methods.is_empty() {
            return true;
        }
        part += 1;
    }
    false
}

/// Returns whether parts bring the object its `alarm` method.
const fn brings_alarm<T: Contract>() -> bool {
    T::SCHEDULED.is_empty() && parts_have_timers::<T>()
}

/// Returns all JavaScript methods of an object: its own, and then those of its parts.
pub(super) fn names<T: Contract>() -> Vec<&'static str> {
    const { check::<T>() };
    let parts = T::PARTS.iter().flat_map(|methods| methods.iter());
    let alarm = brings_alarm::<T>().then_some(&"alarm");
    T::METHODS.iter().chain(parts).chain(alarm).copied().collect()
}

/// Calls the method with this index in [`names`].
pub(super) fn dispatch<T: Contract>(host: Host<T>, method: usize, args: ArgsReader) -> Reply {
    if const { T::PARTS.is_empty() } {
        return T::call(host, method, args);
    }
    let Some(mut rest) = method.checked_sub(T::METHODS.len()) else {
        return T::call(host, method, args);
    };
    for (part, methods) in T::PARTS.iter().enumerate() {
        match rest.checked_sub(methods.len()) {
            None => return T::call_part(host, part, rest, args),
            Some(further) => rest = further,
        }
    }
    if const { brings_alarm::<T>() } && rest == 0 { host.call_due(args) } else { host.unknown(method) }
}

/// Refuses an object with two methods of one name, and one with two users of its single alarm. It runs when
/// the object is compiled.
#[expect(clippy::panic, reason = "it stops the compiler")]
pub const fn check<T: Contract>() {
    assert!(
        !(parts_have_timers::<T>() && T::SCHEDULED.is_empty() && contains(T::METHODS, "alarm")),
        "a part of this object has timers, and an object has one alarm: make `#[alarm]` of this object \
         `#[scheduled]`"
    );
    let mut part = 0;
    while part < T::PARTS.len() {
        let methods = T::PARTS[part];
        let mut method = 0;
        while method < methods.len() {
            let mut taken = contains(T::METHODS, methods[method]);
            let mut earlier = 0;
            while earlier < part {
                taken = taken || contains(T::PARTS[earlier], methods[method]);
                earlier += 1;
            }
            if taken {
                let message = Message::of(methods[method]);
                panic!("{}", message.text());
            }
            method += 1;
        }
        let mut own = 0;
        while own < T::SCHEDULED.len() {
            assert!(
                !T::SCHEDULED[own].belongs_to(T::TIMERS[part].name),
                "the name of a `#[scheduled]` method begins with the name of a part and a dot, and such timers \
                 belong to the part: give it another name"
            );
            own += 1;
        }
        part += 1;
    }
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if equal(names[index].as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// A compile error with a name in it.
struct Message {
    bytes: [u8; 256],
    length: usize,
}

impl Message {
    const fn of(name: &str) -> Self {
        Self { bytes: [0; 256], length: 0 }
            .and("two methods of this object are called `")
            .and(name)
            .and("` in JavaScript, and a part brings one of them: rename the object's own with `#[rpc(name = \"…\")]`")
    }

    const fn and(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    const fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "two methods of this object have one name in JavaScript, and a part brings one of them",
        }
    }
}
