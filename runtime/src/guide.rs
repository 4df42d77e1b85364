#![doc = include_str!("../guide/links.md")]
#![doc = include_str!("../guide/README.md")]

// The pages are those of `docs/`: `runtime/guide/` has links to them, which brings them into the package. The
// links inside a page are references, such as `[SQL][sql.md]`. Markdown takes the first definition of a
// reference. Here that is the one in `guide/links.md`, which names an item. In the repository it is the one
// at the end of the page, which names a file.

/// Makes a module of each page.
macro_rules! pages {
    ($($(#[$attribute:meta])* $name:ident = $file:literal;)*) => {$(
        $(#[$attribute])*
        #[doc = include_str!("../guide/links.md")]
        #[doc = include_str!(concat!("../guide/", $file))]
        pub mod $name {}
    )*};
}

pages! {
    objects = "objects.md";
    values = "values.md";
    env = "env.md";
    configuration = "configuration.md";
    sql = "sql.md";
    key_value = "key-value.md";
    alarms = "alarms.md";
    websockets = "websockets.md";
    parts = "parts.md";
    // Its examples run inside workerd: see `tests/guide`.
    #[cfg(not(doctest))]
    testing = "testing.md";
    crashes = "crashes.md";
    deploying = "deploying.md";
    typescript = "typescript.md";
    compatibility_dates = "compatibility-dates.md";
    sync_backend = "sync-backend.md";
    schema = "schema.md";
    client_store = "client-store.md";
    sync_failures = "sync-failures.md";
    livestore_defects = "livestore-defects.md";
    durable_object_api = "durable-object-api.md";
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
