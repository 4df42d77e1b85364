//! Tables that change with the code.

use durable_object::Class;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Notes, Versions, VersionsStub};

fn versions(name: &str) -> VersionsStub {
    Versions::named(&env(), name).unwrap()
}

async fn migrate(object: &VersionsStub, version: &str) -> usize {
    object.migrate(version.to_owned()).await.unwrap().0
}

async fn failure(object: &VersionsStub, version: &str) -> (String, String) {
    object.failure(version.to_owned()).await.unwrap().unwrap()
}

#[wasm_bindgen_test]
async fn each_migration_runs_once() {
    let object = versions("one after the other");
    for (version, ran) in [("first", 1), ("first", 0), ("third", 2), ("third", 0)] {
        assert_eq!(migrate(&object, version).await, ran, "{version}");
    }
    assert_eq!(object.schema().await.unwrap(), ["_durable_object_migrations", "authors", "names", "notes"]);
}

#[wasm_bindgen_test]
async fn a_wake_with_nothing_to_migrate_reads_one_row() {
    let object = versions("awake");
    migrate(&object, "third").await;
    assert_eq!(object.migrate("third".to_owned()).await.unwrap(), (0, 1, 0));
}

#[wasm_bindgen_test]
async fn a_history_that_does_not_fit_is_an_error_that_names_the_migration() {
    let object = versions("history");
    migrate(&object, "third").await;
    for (version, kind, name) in [
        ("first", "newer", "0002_authors"),
        ("none", "newer", "0001_notes"),
        ("edited", "edited", "0002_authors"),
        ("misplaced", "misplaced", "0003_unique"),
        ("removed", "removed", "0001_notes"),
        ("broken", "removed", "0003_unique"),
    ] {
        assert_eq!(failure(&object, version).await, (kind.to_owned(), name.to_owned()), "{version}");
    }
    let (name, message) = remote(object.migrate("edited".to_owned()).await);
    assert_eq!(name, "MigrationError");
    assert!(message.starts_with("migration `0002_authors` was edited after it ran here"), "{message}");
    assert_eq!(migrate(&object, "third").await, 0);
}

#[wasm_bindgen_test]
async fn a_failed_migration_leaves_nothing_behind() {
    let object = versions("broken");
    migrate(&object, "first").await;
    object.add("still here".to_owned()).await.unwrap();
    assert_eq!(failure(&object, "broken").await, ("failed".to_owned(), "0003_broken".to_owned()));
    assert_eq!(object.count().await.unwrap(), 1);
    // The one before it has run.
    assert_eq!(migrate(&object, "third").await, 1);
}

#[wasm_bindgen_test]
async fn every_old_version_leads_to_the_new_one() {
    let object = versions("replayed");
    object.replay("third".to_owned(), true).await.unwrap();
    let (name, message) = remote(object.replay("third".to_owned(), false).await);
    assert_eq!(name, "MigrationError");
    assert!(message.starts_with("migration `0003_unique` failed: UNIQUE constraint failed"), "{message}");
    assert_eq!(object.schema().await.unwrap(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_folder_of_files_is_migrated_again_after_everything_is_deleted() {
    let notes = Notes::named(&env(), "destroyed").unwrap();
    assert_eq!(notes.migrated().await.unwrap(), 2);
    remote(notes.destroy().await);
    assert_eq!(Notes::named(&env(), "destroyed").unwrap().migrated().await.unwrap(), 2);
}
