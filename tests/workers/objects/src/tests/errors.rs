//! Errors as the generated stubs give them.

use durable_object::error::CallError;
use durable_object::{Class, Error};
use wasm_bindgen_test::wasm_bindgen_test;

use super::env;
use crate::{Account, AccountStub, NotFound, Stillborn, WithdrawError};

fn account(name: &str) -> AccountStub {
    Account::named(&env(), name).unwrap()
}

#[wasm_bindgen_test]
async fn a_method_s_own_error_comes_back_as_itself() {
    let account = account("typed");
    for (amount, error) in [
        (101, WithdrawError::TooMuch { available: 100 }),
        (0, WithdrawError::Frozen),
        (13, WithdrawError::Refused("the 13th".to_owned())),
    ] {
        assert_eq!(account.withdraw(amount).await.unwrap_err().application(), Some(error));
    }
    assert_eq!(account.withdraw(1).await.unwrap(), 99);
    let missing = account.find("cat".to_owned()).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no cat");
    assert_eq!(missing.application(), Some(NotFound { what: "cat".to_owned() }));
}

#[wasm_bindgen_test]
async fn what_else_may_happen_is_an_error_of_the_platform() {
    let error = account("untyped").withdraw_somehow(101).await.unwrap_err();
    let Error::Remote(remote) = error else { panic!("found {error:?}") };
    assert_eq!(remote.code.as_deref(), Some("TOO_MUCH"));
    assert_eq!(remote.downcast(), Some(WithdrawError::TooMuch { available: 100 }));
    assert_eq!(remote.downcast::<NotFound>(), None);
}

#[wasm_bindgen_test]
async fn a_failed_init_is_told_by_its_name() {
    let stillborn = Stillborn::named(&env(), "at-once 1 for Rust").unwrap();
    let Err(Error::Remote(error)) = stillborn.attempt().await else { panic!("it started") };
    assert_eq!((&*error.name, &*error.message), ("InitError", "attempt 1 fails"));
    assert!(error.durable_object_reset && !error.retryable);
    assert_eq!(stillborn.attempt().await.unwrap(), 2);
}

#[wasm_bindgen_test]
async fn an_error_carries_data_of_any_size() {
    let what = "x".repeat(100_000);
    let missing = account("large").find(what.clone()).await.unwrap_err();
    assert_eq!(missing.application(), Some(NotFound { what }));
}

#[wasm_bindgen_test]
async fn a_method_returns_its_own_errors_beside_those_of_the_platform() {
    let account = account("both");
    assert_eq!(account.withdraw_through("ACCOUNT".to_owned(), 1).await.unwrap(), 99);
    let own = |error: CallError<WithdrawError>| error.application();
    let frozen = account.withdraw_through("ACCOUNT".to_owned(), 0).await.map_err(own);
    assert_eq!(frozen, Err(Some(WithdrawError::Frozen)));
    let passed_on = account.withdraw_through("ACCOUNT".to_owned(), 1000).await.map_err(own);
    assert_eq!(passed_on, Err(Some(WithdrawError::TooMuch { available: 99 })));
    let missing = account.withdraw_through("NOWHERE".to_owned(), 1).await;
    let Err(CallError::Platform(Error::Remote(remote))) = missing else { panic!("found {missing:?}") };
    assert_eq!(remote.name, "ConfigError");
}

#[wasm_bindgen_test]
fn a_question_mark_keeps_what_the_error_is() {
    let failed = |error: CallError<WithdrawError>| -> Result<(), Error> { Err(error)? };
    let Err(Error::Application(error)) = failed(CallError::Application(WithdrawError::Frozen)) else {
        panic!("another error")
    };
    assert_eq!((error.name(), error.code()), ("WithdrawError", "FROZEN_ACCOUNT"));
    let platform = CallError::Platform(Error::new("elsewhere"));
    assert!(matches!(failed(platform), Err(Error::Message(message)) if message == "elsewhere"));
}
