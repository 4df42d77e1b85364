//! The names of an object's methods, its own and those of its parts, and who answers them.

use wasm_bindgen::JsValue;

use super::args::ArgsReader;
use super::contract::{Contract, HasTimers, Reply};
use super::host::Host;
use super::part::PartMethod;
use crate::alarm::Methods;

/// The methods of all parts of an object, in the order of the fields.
type Parts = &'static [&'static [PartMethod]];

/// One method of one part.
#[derive(Clone, Copy)]
struct Place {
    part: usize,
    index: usize,
    method: PartMethod,
}

/// Returns all methods that the timers of an object can call.
pub(super) fn timers<T: Contract>() -> Methods {
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

/// Returns all JavaScript methods of an object: its own, and then those of its parts. A shared one is there
/// once.
pub(super) fn names<T: Contract>() -> Vec<&'static str> {
    const { check::<T>() };
    let parts = named(T::PARTS).map(|place| place.method.name);
    let alarm = brings_alarm::<T>().then_some("alarm");
    T::METHODS.iter().copied().chain(parts).chain(alarm).collect()
}

/// Calls the method with this index in [`names`].
pub(super) fn dispatch<T: Contract>(host: Host<T>, method: usize, args: ArgsReader) -> Reply {
    if const { T::PARTS.is_empty() } {
        return T::call(host, method, args);
    }
    let Some(of_part) = method.checked_sub(T::METHODS.len()) else {
        return T::call(host, method, args);
    };
    let mut places = named(T::PARTS);
    let Some(first) = places.nth(of_part) else {
        let is_alarm = const { brings_alarm::<T>() } && named(T::PARTS).count() == of_part;
        return if is_alarm { host.call_due(args) } else { host.unknown(method) };
    };
    let caller = host.clone();
    host.serve(async move {
        for place in sharing(T::PARTS, first) {
            let answer = T::call_part(caller.clone(), place.part, place.index, args.clone());
            if let Some(answer) = answer.await? {
                return Ok(answer);
            }
        }
        Ok(JsValue::NULL)
    })
}

/// Returns the methods of all parts.
fn places(parts: Parts) -> impl Iterator<Item = Place> {
    parts.iter().enumerate().flat_map(|(part, methods)| {
        methods.iter().enumerate().map(move |(index, &method)| Place { part, index, method })
    })
}

/// Returns the first method of each name.
fn named(parts: Parts) -> impl Iterator<Item = Place> {
    places(parts).filter(move |place| {
        let mut earlier = places(parts).take_while(|earlier| earlier.part < place.part);
        !place.method.is_shared || earlier.all(|earlier| earlier.method.name != place.method.name)
    })
}

/// Returns all methods that share a name, in the order in which they are asked.
fn sharing(parts: Parts, first: Place) -> impl Iterator<Item = Place> {
    let others = places(parts).filter(move |other| {
        first.method.is_shared && other.part > first.part && other.method.name == first.method.name
    });
    std::iter::once(first).chain(others)
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
            let name = methods[method].name;
            let is_own = contains(T::METHODS, name);
            let mut is_taken = is_own;
            let mut earlier = 0;
            while earlier < part {
                is_taken = is_taken || collides(T::PARTS[earlier], methods[method]);
                earlier += 1;
            }
            if is_taken {
                let message = if is_own { Message::of_object(name) } else { Message::of_parts(name) };
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

const fn collides(methods: &[PartMethod], method: PartMethod) -> bool {
    let mut index = 0;
    while index < methods.len() {
        let is_shared = method.is_shared && methods[index].is_shared;
        if !is_shared && equal(methods[index].name.as_bytes(), method.name.as_bytes()) {
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
    const EMPTY: Self = Self { bytes: [0; 256], length: 0 };

    const fn of_parts(name: &str) -> Self {
        Self::EMPTY
            .and("two parts of this object have a method that is called `")
            .and(name)
            .and("` in JavaScript: give one of them another name with `#[rpc(name = \"…\")]`, or mark both `#[rpc(shared)]`")
    }

    const fn of_object(name: &str) -> Self {
        Self::EMPTY
            .and("two methods of this object are called `")
            .and(name)
            .and("` in JavaScript, and a part brings one of them: give the other another name with `#[rpc(name = \"…\")]`")
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
