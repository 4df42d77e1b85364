//! The query of a request's address. The platform has parsed the address already.

use crate::{Error, Request, Result};

/// Returns the store that a request names with `?storeId=…`.
///
/// `Request::url` reads it as well, but brings 70 kB of tables into the worker, compressed.
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
    let id = first(&request.inner().url(), "storeId");
    id.ok_or_else(|| Error::new("the address needs `?storeId=…`"))
}

/// Returns the parameters of an address, in their order.
pub(super) fn parameters(url: &str) -> form_urlencoded::Parse<'_> {
    let address = url.split_once('#').map_or(url, |(address, _)| address);
    let query = address.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
}

fn first(url: &str, name: &str) -> Option<String> {
    parameters(url).find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_named_by_the_first_parameter() {
        let store_id = |query: &str| first(&format!("https://example.com/path{query}"), "storeId");
        assert_eq!(store_id("?storeId=s1"), Some("s1".to_owned()));
        assert_eq!(store_id("?a=b&storeId=a%20b+c&storeId=d#?storeId=e"), Some("a b c".to_owned()));
        for query in ["", "?", "?storeid=s1", "#?storeId=s1"] {
            assert_eq!(store_id(query), None, "{query}");
        }
    }
}
