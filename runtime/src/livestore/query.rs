//! The store that a request names.

use crate::{Error, Request, RequestExt, Result};

/// Returns the store that a request names with `?storeId=…`.
///
/// # Errors
/// Fails when the request names none.
///
/// ```no_run
/// # use durable_object::prelude::*;
/// # use durable_object::livestore::client::Store;
/// # use durable_object::livestore::schema::Schema;
/// use durable_object::livestore::store_id;
///
/// # async fn connect<S: Schema>(store: &Store<S>, request: &Request) -> Result<()> {
/// store.connect(&store_id(request)?).await?;
/// # Ok(())
/// # }
/// ```
pub fn store_id(request: &Request) -> Result<String> {
    request.query_param("storeId").ok_or_else(|| Error::new("the address needs `?storeId=…`"))
}
