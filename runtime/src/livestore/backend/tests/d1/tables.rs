//! Which table is whose.

use super::*;

#[test]
fn stores_share_no_table() {
    let database = sys::Database::bind();
    let stores = ["a-b", "a_b", "A.B", "a b"].map(|id| World::with(database.clone(), id));
    let tables = database.query("SELECT eventlog FROM eventlog_owner_7 ORDER BY rowid");
    let tables: Vec<_> = tables
        .iter()
        .map(|row| match &row[0] {
            Value::Text(name) => name.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tables[0], "eventlog_7_a_b");
    for (table, upstream) in std::iter::zip(&tables[1..], ["a_b", "A_B", "a_b"]) {
        let suffix = table.strip_prefix(&format!("eventlog_7_{upstream}_")).unwrap();
        assert_eq!(suffix.len(), 32, "{table}");
    }
    for mut store in stores {
        // They find their own again.
        store.lose_memory();
        let client = store.connect();
        let id = ready(store.object.service.wake())
            .map(|()| store.object.service.store().log().unwrap().store_id().to_owned());
        let own = |frame: &str| {
            frame.replace(r#""storeId":"s""#, &format!(r#""storeId":"{}""#, id.as_ref().unwrap()))
        };
        store.send(&client, &own(&push(1, &[event(1, 0)])));
        store.send(&client, &own(&pull(0, true)));
        let answer = client.received();
        assert_eq!((&answer[0]["exit"]["_tag"], numbers(&answer[1])), (&json!("Success"), vec![1]));
    }
}

#[test]
fn a_table_of_upstreams_stays_its_stores() {
    let database = sys::Database::bind();
    let create = r#"CREATE TABLE "eventlog_7_s" ("seqNum" integer primary key, "parentSeqNum" integer not null, "name" text not null, "args" text, "createdAt" text not null, "clientId" text not null, "sessionId" text not null) strict"#;
    database.query(create);
    database.query("INSERT INTO eventlog_7_s VALUES (1, 0, 'n', '{}', 't', 'c', 's')");
    // A new store that would share it.
    let other = World::with(database.clone(), "S");
    assert_eq!(other.object.service.store().log().unwrap().head().number, 0);
    // The store whose it is.
    let server = Server::<InD1>::untold();
    for statement in [
        r#"CREATE TABLE "context_7" ("storeId" text primary key, "currentHead" integer not null, "backendId" text not null) strict"#,
        "INSERT INTO context_7 VALUES ('s', 0, 'theirs')",
    ] {
        server.state.execute(&statement.into(), Vec::new(), false).unwrap();
    }
    ready(server.object.service.open("s")).unwrap().unwrap();
    let log = server.object.service.store().log().unwrap();
    assert_eq!((log.head().number, log.head().backend_id), (1, "theirs"), "it is behind, and catches up");
    // And another one with which upstream has mixed it.
    let mixed = Server::<InD1>::untold();
    mixed.state.execute(&r#"CREATE TABLE "context_7" ("storeId" text primary key, "currentHead" integer not null, "backendId" text not null) strict"#.into(), Vec::new(), false).unwrap();
    mixed
        .state
        .execute(&"INSERT INTO context_7 VALUES ('S', 3, 'others')".into(), Vec::new(), false)
        .unwrap();
    // The new one above has a claim already, so another spelling is needed.
    mixed.state.execute(&"UPDATE context_7 SET storeId = 's?'".into(), Vec::new(), false).unwrap();
    ready(mixed.object.service.open("s?")).unwrap().unwrap();
}
