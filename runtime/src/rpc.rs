//! Calls between objects: the ways to find objects, and the values that only calls have.
//!
//! Begin with [`Class::named`](crate::Class::named), which finds an object by its name and returns its stub:
//! a type with the object's `#[rpc]` methods. [`Namespace`] finds objects of one class with more control:
//! with a [`Jurisdiction`], with a [`LocationHint`], or through a binding of another name.
//!
//! Arguments and results are any types that serde knows. [`Streaming`] passes a stream of items instead, a
//! method may also return `impl` [`Stream`], and [`Js`] passes a JavaScript value through unchanged. The
//! errors of calls are in [`error`](crate::error).
//!
//! ```
//! use durable_object::rpc::{LocationHint, Stream};
//! use durable_object::{Class, Ctx, Env, Result, durable_object};
//!
//! /// Lines of text.
//! #[durable_object]
//! pub struct Journal {
//!     ctx: Ctx,
//! }
//!
//! #[durable_object]
//! impl Journal {
//!     # #[init] fn init(ctx: Ctx) -> Self { Self { ctx } }
//!     /// Returns all lines, row by row.
//!     #[rpc]
//!     pub fn lines(&self) -> Result<impl Stream<Item = Result<String>>> {
//!         Ok(self.ctx.sql().query("SELECT text FROM lines ORDER BY rowid", ())?.stream())
//!     }
//! }
//!
//! async fn first(env: &Env) -> Result<Option<String>> {
//!     let journals = Journal::namespace(env)?.near(LocationHint::WesternEurope);
//!     let mut lines = journals.named("ship")?.lines().await?;
//!     lines.next().await.transpose()
//! }
//! ```

pub use futures_core::Stream;

pub use crate::object::js::Js;
pub use crate::object::namespace::{Jurisdiction, LocationHint, Namespace};
pub use crate::object::streaming::Streaming;
