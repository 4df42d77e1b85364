use std::cell::Cell;

use durable_object::prelude::*;
use durable_object::rpc::Js;
use js_sys::futures::JsFuture;
use js_sys::{Array, Function, Promise, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// Fails with errors of its own.
#[durable_object]
pub struct Account {
    env: Env,
    balance: Cell<u32>,
}

/// The reasons why an account gives no money.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize, RpcError)]
pub enum WithdrawError {
    /// Too little is left.
    #[error("only {available} left")]
    TooMuch {
        /// The money that is left.
        available: u32,
    },
    /// Nobody gets anything.
    #[error("the account is frozen")]
    #[rpc_error(code = "FROZEN_ACCOUNT")]
    Frozen,
    /// Somebody else said no.
    #[error("refused by {0}")]
    Refused(String),
}

/// An error that is always the same.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize, RpcError)]
#[error("there is no {what}")]
#[rpc_error(name = "NotFoundError", code = "404")]
pub struct NotFound {
    /// The name of the missing thing.
    pub what: String,
}

#[durable_object]
impl Account {
    #[init]
    fn init(_: Ctx, env: Env) -> Self {
        Self { env, balance: Cell::new(100) }
    }

    /// The money that is left.
    #[rpc]
    pub fn balance(&self) -> u32 {
        self.balance.get()
    }

    /// Takes some out and says how much is left.
    #[rpc]
    pub async fn withdraw(&self, amount: u32) -> Result<u32, WithdrawError> {
        let available = self.balance.get();
        match amount {
            0 => Err(WithdrawError::Frozen),
            13 => Err(WithdrawError::Refused("the 13th".to_owned())),
            _ => {
                let rest = available.checked_sub(amount).ok_or(WithdrawError::TooMuch { available })?;
                self.balance.set(rest);
                Ok(rest)
            }
        }
    }

    /// The same, among errors of all kinds.
    #[rpc]
    pub async fn withdraw_somehow(&self, amount: u32) -> Result<u32> {
        Ok(self.withdraw(amount).await?)
    }

    /// The same, from the account of that name.
    #[rpc]
    pub async fn withdraw_from(&self, name: String, amount: u32) -> Result<u32> {
        Ok(Self::named(&self.env, &name)?.withdraw(amount).await?)
    }

    /// The same, from an account without a name whose bindings may be missing.
    #[rpc]
    pub async fn withdraw_through(&self, name: String, amount: u32) -> Result<u32, CallError<WithdrawError>> {
        let account = durable_object::Namespace::<Self>::bound(&self.env, &name)?.named("through")?;
        if amount == 0 {
            Err(WithdrawError::Frozen)?;
        }
        account.withdraw(amount).await
    }

    /// Finds nothing.
    #[rpc]
    pub fn find(&self, what: String) -> Result<(), NotFound> {
        Err(NotFound { what })
    }

    /// Passes on what an object written in JavaScript throws.
    #[rpc]
    pub async fn throw_in_javascript(&self, kind: String) -> Result<()> {
        Scripted::named(&self.env, "throws")?.throw(kind).await
    }

    /// Calls a function of the caller.
    #[rpc]
    pub async fn call_back(&self, function: Js<Function>) -> Result<Js> {
        let promise = Reflect::apply(&function.0, &JsValue::UNDEFINED, &Array::new())?;
        Ok(Js(JsFuture::from(Promise::resolve(&promise)).await?))
    }

    /// The same, with errors as the `worker` crate has them.
    #[rpc]
    pub async fn call_back_as_worker(&self, function: Js<Function>) -> Result<Js> {
        let promise = Reflect::apply(&function.0, &JsValue::UNDEFINED, &Array::new());
        let answer = JsFuture::from(Promise::resolve(&promise.map_err(worker::Error::from)?)).await;
        Ok(Js(answer.map_err(worker::Error::from)?))
    }

    /// Has a binding fail.
    #[rpc]
    pub async fn fail_in(&self, binding: String) -> Result<()> {
        match &*binding {
            "BUCKET" => drop(self.env.bucket(&binding)?.get("x").execute().await?),
            "CACHE" => drop(self.env.kv(&binding)?.get(&"x".repeat(600)).text().await?),
            "DATABASE" => drop(self.env.d1(&binding)?.prepare("SELECT nothing").run().await?),
            _ => drop(self.env.service(&binding)?.fetch("nonsense", None).await?),
        }
        Ok(())
    }

    /// Reads an amount in cents.
    #[rpc]
    pub fn read_amount(&self, bytes: Vec<u8>) -> Result<u32, CallError<WithdrawError>> {
        Ok(std::str::from_utf8(&bytes)?.parse()?)
    }

    /// Calls an object written in JavaScript that fails at first, as often as the stub likes.
    #[rpc]
    pub async fn fail_first(&self, times: u32, flag: String) -> Result<u32> {
        Scripted::unique(&self.env)?.fail_first(times, flag).await
    }

    /// Calls it once.
    #[rpc]
    pub async fn fail_once(&self, times: u32, flag: String) -> Result<u32> {
        Scripted::unique(&self.env)?.fail_once(times, flag).await
    }

    /// Reads what an object written in JavaScript throws.
    #[rpc]
    pub async fn read_thrown_in_javascript(
        &self,
        kind: String,
    ) -> Result<(String, Option<String>, Option<u32>)> {
        match Scripted::named(&self.env, "throws")?.throw(kind).await {
            Err(Error::Remote(remote)) => {
                Ok((remote.to_string(), remote.code.clone(), remote.property("status")))
            }
            other => Err(Error::new(format!("expected an error, found {other:?}"))),
        }
    }
}

/// How an object written in JavaScript is called: the binding leads to that one.
#[durable_object(class = "ScriptedFromRust", binding = "SCRIPTED")]
pub struct Scripted;

#[durable_object]
impl Scripted {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }

    /// Throws something.
    #[rpc]
    pub fn throw(&self, _kind: String) -> Result<()> {
        Ok(())
    }

    /// Fails that many times with this flag, and then says how often it was called.
    #[rpc(idempotent)]
    pub fn fail_first(&self, _times: u32, _flag: String) -> Result<u32> {
        Ok(0)
    }

    /// The same, but called only once.
    #[rpc]
    pub fn fail_once(&self, _times: u32, _flag: String) -> Result<u32> {
        Ok(0)
    }
}
