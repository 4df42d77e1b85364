#![doc = include_str!("../guide/links.md")]
#![doc = include_str!("../guide/README.md")]

// The pages are those of `docs/`: `runtime/guide/` has links to them, which brings them into the package. The
// links inside a page are references, such as `[SQL][sql.md]`. Markdown takes the first definition of a
// reference. Here that is the one in `guide/links.md`, which names an item, or in `guide/pictures.md`, which has
// the picture itself. In the repository and in the book it is the one at the end of the page, which names a file.

/// Makes a module of each page.
macro_rules! pages {
    ($($(#[$attribute:meta])* $name:ident = $file:literal;)*) => {$(
        $(#[$attribute])*
        #[doc = include_str!("../guide/links.md")]
        #[doc = include_str!("../guide/pictures.md")]
        #[doc = include_str!(concat!("../guide/", $file))]
        pub mod $name {}
    )*};
}

pages! {
    getting_started = "getting-started.md";
    first_object = "first-object.md";
    choosing = "choosing.md";
    objects = "objects.md";
    calling = "calling.md";
    values = "values.md";
    typescript = "typescript.md";
    env = "env.md";
    sql = "sql.md";
    migrations = "migrations.md";
    key_value = "key-value.md";
    alarms = "alarms.md";
    websockets = "websockets.md";
    authentication = "authentication.md";
    concurrency = "concurrency.md";
    errors = "errors.md";
    crashes = "crashes.md";
    // Its examples run inside workerd: see `tests/guide`.
    #[cfg(not(doctest))]
    testing = "testing.md";
    configuration = "configuration.md";
    deploying = "deploying.md";
    self_hosting = "self-hosting.md";
    compatibility_dates = "compatibility-dates.md";
    limits_and_costs = "limits-and-costs.md";
    performance = "performance.md";
    debugging = "debugging.md";
    recipes = "recipes.md";
    facets = "facets.md";
    libraries = "libraries.md";
    parts = "parts.md";
    sync_backend = "sync-backend.md";
    sync_failures = "sync-failures.md";
    livestore_defects = "livestore-defects.md";
    schema = "schema.md";
    client_store = "client-store.md";
    moving_from_workers_rs = "moving-from-workers-rs.md";
    moving_from_livestore = "moving-from-livestore.md";
    tutorials = "tutorials.md";
    durable_object_api = "durable-object-api.md";
    status = "status.md";
    resources = "resources.md";
}

#[doc = include_str!("../guide/links.md")]
#[doc = include_str!("../guide/decisions/README.md")]
pub mod decisions {
    pages! {
        class_in_javascript = "decisions/0001-class-in-javascript.md";
        integers_in_sql = "decisions/0002-integers-in-sql.md";
        attachments_are_text = "decisions/0003-attachments-are-text.md";
        values_on_a_tape = "decisions/0004-values-on-a-tape.md";
        crashes_in_unwinding_builds = "decisions/0005-crashes-in-unwinding-builds.md";
        socket_ids_are_tags = "decisions/0006-socket-ids-are-tags.md";
        a_history_in_one_hash = "decisions/0007-a-history-in-one-hash.md";
        timers_are_rows_and_an_attempt_is_written_first = "decisions/0008-timers-are-rows-and-an-attempt-is-written-first.md";
        a_table_in_d1_has_one_owner = "decisions/0009-a-table-in-d1-has-one-owner.md";
        slow_clients_fall_behind = "decisions/0010-slow-clients-fall-behind.md";
        the_protocols_own_json_reader = "decisions/0011-the-protocols-own-json-reader.md";
        pages_are_joined_by_sqlite = "decisions/0012-pages-are-joined-by-sqlite.md";
        what_speed_is_measured_against = "decisions/0013-what-speed-is-measured-against.md";
        pings_stay_with_the_platform = "decisions/0014-pings-stay-with-the-platform.md";
        a_push_needs_no_savepoint = "decisions/0015-a-push-needs-no-savepoint.md";
    }
}

#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../README.md")]
    mod package {}
    // That of the repository, which the package lacks.
    #[doc = include_str!("../../README.md")]
    mod repository {}
}
