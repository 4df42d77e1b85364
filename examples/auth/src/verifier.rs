//! Verifies the token of a request.

use std::cell::RefCell;
use std::time::Duration;

use durable_object::env::Secret;
use durable_object::{Date, Env, FromEnv, Request, Result, console_error};
use worker::{Delay, Fetch, Method};

use crate::claims::{Grant, LEEWAY, Policy, decide};
use crate::keys::{self, Cache, FETCH_MILLIS, Lookup, PublicKey};
use crate::refusal::Refusal;
use crate::signature;
use crate::token::{Algorithm, Token};

/// The limit of a key set.
const MAX_KEY_SET_BYTES: usize = 256 << 10;

/// The time between two looks at the cache while another request fetches the keys.
const PAUSE: Duration = Duration::from_millis(50);
/// The limit of these looks: ten seconds.
const MOST_LOOKS: u32 = 200;

/// The length of the shortest secret for HS256 (RFC 7518, section 3.2).
const MIN_SECRET_BYTES: usize = 32;

thread_local! {
    /// The provider's keys, which all requests to this isolate share.
    static KEYS: RefCell<Cache> = const { RefCell::new(Cache::new()) };
}

/// A verifier of tokens, with its settings.
#[derive(FromEnv)]
pub(crate) struct Verifier {
    issuer: String,
    audience: String,
    auth_secret: Option<Secret>,
    jwks_url: Option<String>,
}

impl Verifier {
    pub(crate) fn new(env: &Env) -> Result<Self> {
        Self::from_env(env)
    }

    /// Verifies a token, and decides whether it lets its subject use a store.
    pub(crate) async fn verify(&self, token: &str, store: &str) -> Result<Grant, Refusal> {
        let token = Token::parse(token)?;
        self.check_signature(&token).await?;
        let policy = Policy { issuer: self.issuer.clone(), audience: self.audience.clone(), leeway: LEEWAY };
        decide(&token.claims, store, Date::now(), &policy)
    }

    /// The kind of key decides about the algorithm: the secret is for HS256 only, and a public key never is.
    async fn check_signature(&self, token: &Token<'_>) -> Result<(), Refusal> {
        let refused = || Refusal::Algorithm(token.algorithm.name().to_owned());
        match token.algorithm {
            Algorithm::Hs256 => {
                let secret = self.auth_secret.as_ref().ok_or_else(refused)?.expose();
                if secret.len() < MIN_SECRET_BYTES {
                    return Err(Refusal::Configuration("AUTH_SECRET is shorter than 32 bytes"));
                }
                signature::check_secret(token, secret).await
            }
            Algorithm::Rs256 | Algorithm::Es256 => {
                let url = self.jwks_url.as_deref().ok_or_else(refused)?;
                let key = public_key(url, token).await?;
                signature::check_public(token, &key).await
            }
        }
    }
}

async fn public_key(url: &str, token: &Token<'_>) -> Result<PublicKey, Refusal> {
    if !url.starts_with("https://") && !url.starts_with("http://127.0.0.1:") {
        return Err(Refusal::Configuration("JWKS_URL does not begin with https://"));
    }
    let look = || KEYS.with_borrow(|keys| keys.look(token.kid.as_deref(), token.algorithm, Date::now()));
    for _ in 0..MOST_LOOKS {
        match look() {
            Lookup::Found(key) => return Ok(key),
            Lookup::Refused(refusal) => return Err(refusal),
            Lookup::Fetch => refresh(url).await,
            // A request cannot wait for the fetch of another one, so it looks now and then.
            Lookup::Wait => Delay::from(PAUSE).await,
        }
    }
    Err(Refusal::Unavailable)
}

/// Fetches the keys, or notes that this failed.
async fn refresh(url: &str) {
    KEYS.with_borrow_mut(|keys| keys.asks(Date::now()));
    match fetch(url).await {
        Ok(fetched) => KEYS.with_borrow_mut(|keys| keys.fetched(fetched, Date::now())),
        Err(error) => {
            console_error!("the keys at {url} cannot be read: {error}");
            KEYS.with_borrow_mut(|keys| keys.failed(Date::now()));
        }
    }
}

async fn fetch(url: &str) -> Result<Vec<PublicKey>> {
    let limit = web_sys::AbortSignal::timeout_with_u32(FETCH_MILLIS);
    // `Fetch::Url` would bring the crate `url` into the worker: 70 kB, compressed.
    let request = Request::new(url, Method::Get)?;
    let mut answer = Fetch::Request(request).send_with_signal(&limit.into()).await?;
    let status = answer.status_code();
    if status != 200 {
        return Err(format!("the answer has the status {status}").into());
    }
    let text = answer.text().await?;
    if text.len() > MAX_KEY_SET_BYTES {
        return Err("the answer is too long".into());
    }
    Ok(keys::parse(&text)?)
}
