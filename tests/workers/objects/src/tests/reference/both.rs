//! The two implementations, and JavaScript's own judgement of what they give.

use durable_object::__private::{BindingReader, Transfer};
use durable_object::{Env, Json};
use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r#"
    const kind = (value) => (value === null ? "null" : typeof value === "object" ? Object.prototype.toString.call(value) : typeof value);

    const entries = (value) => Reflect.ownKeys(value).map((key) => [key, Object.getOwnPropertyDescriptor(value, key)]);

    /** Whether two values are the same in everything that a program could see, but for the order of keys. */
    export function same(a, b) {
      if (kind(a) !== kind(b)) return false;
      if (typeof a !== "object" || a === null) return Object.is(a, b);
      if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
      if (a instanceof Date) return Object.is(a.getTime(), b.getTime());
      if (a instanceof Map) return a.size === b.size && same([...a], [...b]);
      if (a instanceof Set) return same([...a], [...b]);
      const properties = new Map(entries(b));
      return Reflect.ownKeys(a).length === properties.size && entries(a).every(([key, property]) => {
        const other = properties.get(key);
        return other !== undefined && property.enumerable === other.enumerable && same(property.value, other.value);
      });
    }

    /** Describes a value, for the message of a failed test. */
    export function text(value) {
      switch (kind(value)) {
        case "undefined": case "null": case "boolean": case "symbol": case "function": return String(value);
        case "number": return Object.is(value, -0) ? "-0" : String(value);
        case "bigint": return `${value}n`;
        case "string": return JSON.stringify(value);
        case "[object Array]": return `[${Array.from(value, text)}]`;
        case "[object Object]": return `{${Object.entries(value).map(([key, value]) => `${JSON.stringify(key)}:${text(value)}`)}}`;
        case "[object Map]": return `Map${text([...value])}`;
        case "[object Set]": return `Set${text([...value])}`;
        case "[object Uint8Array]": return `Uint8Array[${value}]`;
        default: return `${kind(value)} ${value}`;
      }
    }

    /** A value that Rust has no words for. */
    export function made(expression) {
      const values = {
        hole: () => [1, , 3], generator: () => (function* () { yield 1; })(), floats: () => Float32Array.of(1, 2),
        clamped: () => Uint8ClampedArray.of(1, 2), view: () => new DataView(new ArrayBuffer(2)), pattern: () => /x/, date: () => new Date(5),
        invalidDate: () => new Date(NaN), error: () => new RangeError("x"), instance: () => new (class Point { x = 1; })(),
        surrogate: () => "x\uD800", surrogateKey: () => ({ "\uD800": 1 }), function: () => () => 1, symbol: () => Symbol("x"),
        inheriting: () => Object.create({ a: 1 }), bare: () => Object.assign(Object.create(null), { a: 1 }), boxed: () => Object("x"),
        huge: () => 2n ** 200n, buffer: () => Uint8Array.of(1, 2).buffer, proto: () => JSON.parse('{"__proto__":1}'),
        throwing: () => ({ get a() { throw new Error("not now"); } }),
        proxy: () => new Proxy({}, { ownKeys() { throw new Error("not ever"); } }),
      };
      return values[expression]();
    }
"#)]
extern "C" {
    pub(super) fn same(a: &JsValue, b: &JsValue) -> bool;
    pub(super) fn text(value: &JsValue) -> String;
    pub(super) fn made(expression: &str) -> JsValue;
}

/// A Rust value in JavaScript, within an array: there it is what it is everywhere but as a method's result.
pub(super) fn to_js<T: Serialize + DeserializeOwned + Clone>(value: &T) -> Result<JsValue, String> {
    let array = (value.clone(),).reply().map_err(|why| why.to_string())?;
    Ok(Array::from(&array).get(0))
}

/// The same by the reference, as it has to be asked for what the platform's RPC and JSON have: `null`, and
/// objects.
pub(super) fn reference_to_js<T: Serialize>(value: &T) -> Result<JsValue, String> {
    let serializer = serde_wasm_bindgen::Serializer::new();
    let serializer = serializer.serialize_missing_as_null(true).serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(|why| why.to_string())
}

/// A JavaScript value in Rust.
pub(super) fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, String> {
    let env = Object::new();
    Reflect::set(&env, &"VALUE".into(), &Array::of1(value)).unwrap();
    let env: Env = env.unchecked_into();
    let mut reader = BindingReader::new(&env);
    let read = reader.read::<Json<(T,)>>("VALUE");
    read.map(|Json((value,))| value).ok_or_else(|| reader.into_error().to_string())
}

/// The same by the reference.
pub(super) fn reference_from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, String> {
    serde_wasm_bindgen::from_value(value.clone()).map_err(|why| why.to_string())
}
