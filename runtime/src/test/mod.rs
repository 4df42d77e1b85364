#![cfg_attr(target_arch = "wasm32", doc = include_str!("README.md"))]
#![cfg_attr(not(target_arch = "wasm32"), doc = include_str!("NATIVE.md"))]

#[cfg(all(feature = "sqlite", not(target_arch = "wasm32")))]
mod native;
#[cfg(target_arch = "wasm32")]
mod verbs;
#[cfg(target_arch = "wasm32")]
mod websocket;

#[cfg(all(feature = "sqlite", not(target_arch = "wasm32")))]
pub use native::check_migrations;
#[cfg(target_arch = "wasm32")]
pub use verbs::{abort_all, delete_all, env, evict, evict_all, hibernate, ids, run_alarm};
#[cfg(target_arch = "wasm32")]
pub use websocket::{WebSocket, upgrade};
