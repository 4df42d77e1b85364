//! The examples of the guide to testing and of the skill for coding agents, which are tests: the test runner finds them
//! in the documentation of this crate, and has their objects in its `wrangler.toml`.

#![cfg_attr(
    target_arch = "wasm32",
    expect(clippy::test_attr_in_doctest, reason = "the tests among the examples are found and run")
)]

#[cfg(target_arch = "wasm32")]
#[doc = include_str!("../../../docs/testing.md")]
pub mod guide {}

#[cfg(target_arch = "wasm32")]
#[doc = include_str!("../../../runtime/src/test/README.md")]
pub mod verbs {}

#[cfg(target_arch = "wasm32")]
#[doc = include_str!("../../../skills/durable-object/SKILL.md")]
pub mod skill {}
