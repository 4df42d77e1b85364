//! The public keys of a provider (JWKS), and when to fetch them.

use std::time::Duration;

use durable_object::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::refusal::Refusal;
use crate::token::Algorithm;

/// The age at which keys are fetched again. A key that the provider has withdrawn is accepted for so long.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// The age up to which keys are used while the provider cannot be reached.
const USABLE: Duration = Duration::from_secs(60 * 60);
/// The least time between two fetches once there are keys, however many tokens with unknown keys come.
const GAP: Duration = Duration::from_secs(60);
/// The least time between two fetches while there are no keys, after the first has failed.
const RETRY: Duration = Duration::from_secs(5);
/// The time in which a fetch ends, in milliseconds.
pub(crate) const FETCH_MILLIS: u32 = 5_000;
/// The time for which a fetch of another request is waited for. That request may end before its fetch does.
const PATIENCE: Duration = Duration::from_millis(FETCH_MILLIS as u64 + 500);

/// The length of the shortest RSA modulus that is accepted, in base64url: 2,048 bits.
const MIN_MODULUS: usize = 342;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    kid: Option<String>,
    pub(crate) algorithm: Algorithm,
    material: Material,
}

/// The numbers of a key, in the form that WebCrypto imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kty")]
enum Material {
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    #[serde(rename = "EC")]
    Ec { crv: String, x: String, y: String },
}

/// A member of a key set. Those that cannot be read are left out.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwk {
    /// Returns the key, if it can verify tokens.
    fn usable(self) -> Option<PublicKey> {
        let (algorithm, material) = match (&*self.kty, self.crv) {
            ("RSA", _) => (Algorithm::Rs256, Material::Rsa { n: self.n?, e: self.e? }),
            ("EC", Some(crv)) if crv == "P-256" => {
                (Algorithm::Es256, Material::Ec { crv, x: self.x?, y: self.y? })
            }
            _ => return None,
        };
        let long = !matches!(&material, Material::Rsa { n, .. } if n.len() < MIN_MODULUS);
        let fits = self.alg.is_none_or(|alg| alg == algorithm.name());
        let signs = self.purpose.is_none_or(|purpose| purpose == "sig");
        (long && fits && signs).then_some(PublicKey { kid: self.kid, algorithm, material })
    }
}

impl PublicKey {
    /// Returns the key as a JWK, with nothing in it but its numbers.
    pub(crate) fn jwk(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.material)
    }
}

/// Reads a key set: the keys in it that can verify tokens.
pub(crate) fn parse(json: &str) -> serde_json::Result<Vec<PublicKey>> {
    #[derive(Deserialize)]
    struct KeySet<'a> {
        #[serde(borrow)]
        keys: Vec<&'a RawValue>,
    }
    let KeySet { keys } = serde_json::from_str(json)?;
    Ok(keys.into_iter().filter_map(|key| serde_json::from_str::<Jwk>(key.get()).ok()?.usable()).collect())
}

/// The keys that were fetched last.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    keys: Vec<PublicKey>,
    /// The time at which they came.
    fetched: Option<Date>,
    /// The time at which somebody last began to fetch.
    asked: Option<Date>,
    /// Whether that fetch has not ended yet.
    is_fetching: bool,
    /// The time at which a fetch last failed.
    failed: Option<Date>,
}

/// The answer of the cache for the key of a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Found(PublicKey),
    /// The keys have to be fetched first.
    Fetch,
    /// Another request is fetching the keys.
    Wait,
    Refused(Refusal),
}

impl Cache {
    pub(crate) const fn new() -> Self {
        Self { keys: Vec::new(), fetched: None, asked: None, failed: None, is_fetching: false }
    }

    /// Looks for the key of a token.
    pub(crate) fn look(&self, kid: Option<&str>, algorithm: Algorithm, now: Date) -> Lookup {
        let within = |since: Option<Date>, time| {
            since.and_then(|at| at.checked_add(time)).is_some_and(|end| now < end)
        };
        if !within(self.fetched, USABLE) {
            if self.is_fetching && within(self.asked, PATIENCE) {
                return Lookup::Wait;
            }
            let failed = within(self.failed, RETRY);
            return if failed { Lookup::Refused(Refusal::Unavailable) } else { Lookup::Fetch };
        }
        let may_fetch = !within(self.asked, GAP);
        if may_fetch && !within(self.fetched, FRESH) {
            return Lookup::Fetch;
        }
        match self.find(kid, algorithm) {
            Ok(key) => Lookup::Found(key.clone()),
            Err(Refusal::UnknownKey) if may_fetch => Lookup::Fetch,
            Err(refusal) => Lookup::Refused(refusal),
        }
    }

    /// A key is for one algorithm, whatever a token says. A token without a `kid` needs a set with one such key.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&PublicKey, Refusal> {
        let mut named = self.keys.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid).peekable();
        if named.peek().is_none() {
            return Err(Refusal::UnknownKey);
        }
        let mut fitting = named.filter(|key| key.algorithm == algorithm);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(Refusal::UnknownKey),
            (None, _) => Err(Refusal::Algorithm(algorithm.name().to_owned())),
        }
    }

    /// Notes that the keys are being fetched.
    pub(crate) fn asks(&mut self, now: Date) {
        self.asked = Some(now);
        self.is_fetching = true;
    }

    /// Notes the keys that came.
    pub(crate) fn fetched(&mut self, keys: Vec<PublicKey>, now: Date) {
        *self = Self { keys, fetched: Some(now), asked: self.asked, failed: None, is_fetching: false };
    }

    /// Notes that no keys came.
    pub(crate) fn failed(&mut self, now: Date) {
        self.failed = Some(now);
        self.is_fetching = false;
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rsa(kid: &str) -> Value {
        json!({ "kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": "n".repeat(342), "e": "AQAB", "x5t": "t" })
    }

    fn ec(kid: &str) -> Value {
        json!({ "kty": "EC", "kid": kid, "crv": "P-256", "x": "x", "y": "y" })
    }

    fn set(keys: &[Value]) -> Vec<PublicKey> {
        parse(&json!({ "keys": keys }).to_string()).unwrap()
    }

    fn at(seconds: i64) -> Date {
        Date::from_millis(1_700_000_000_000 + seconds * 1_000).unwrap()
    }

    /// One that was fetched at 0.
    fn cache(keys: &[Value]) -> Cache {
        let mut cache = Cache::new();
        cache.asks(at(0));
        cache.fetched(set(keys), at(0));
        cache
    }

    fn found(lookup: Lookup) -> String {
        match lookup {
            Lookup::Found(key) => key.kid.unwrap_or_default(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_keys_that_verify_tokens_are_read() {
        let with = |mut key: Value, name: &str, value: Value| {
            key[name] = value;
            key
        };
        let others = [
            with(rsa("short"), "n", json!("n".repeat(341))),
            with(rsa("other alg"), "alg", json!("RS512")),
            with(rsa("confused"), "alg", json!("HS256")),
            with(rsa("encrypts"), "use", json!("enc")),
            with(ec("curve"), "crv", json!("P-384")),
            with(ec("no point"), "y", Value::Null),
            json!({ "kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256" }),
            json!({ "kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": "x" }),
            json!({ "kty": "RSA" }),
            json!({}),
            json!("text"),
            Value::Null,
        ];
        assert_eq!(set(&others), []);
        let keys = set(&[rsa("r"), ec("e")]);
        assert_eq!(
            keys.iter().map(|key| key.algorithm).collect::<Vec<_>>(),
            [Algorithm::Rs256, Algorithm::Es256]
        );
        assert_eq!(keys[1].jwk().unwrap(), r#"{"kty":"EC","crv":"P-256","x":"x","y":"y"}"#);
        for text in ["", "[]", "{}", "null", r#"{"keys":{}}"#, "<html>"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_is_for_one_algorithm() {
        let cache = cache(&[rsa("r"), ec("e")]);
        let look = |kid, algorithm| cache.look(kid, algorithm, at(1));
        assert_eq!(found(look(Some("r"), Algorithm::Rs256)), "r");
        assert_eq!(found(look(Some("e"), Algorithm::Es256)), "e");
        assert_eq!(found(look(None, Algorithm::Es256)), "e", "the only one");
        for (kid, algorithm) in [("r", Algorithm::Es256), ("e", Algorithm::Rs256), ("r", Algorithm::Hs256)] {
            let refusal = Refusal::Algorithm(algorithm.name().to_owned());
            assert_eq!(look(Some(kid), algorithm), Lookup::Refused(refusal));
        }
    }

    #[test]
    fn a_token_without_a_kid_needs_a_set_with_one_key() {
        let cache = cache(&[rsa("a"), rsa("b")]);
        assert_eq!(cache.look(None, Algorithm::Rs256, at(1)), Lookup::Refused(Refusal::UnknownKey));
    }

    #[test]
    fn keys_are_fetched_before_the_first_token_and_when_they_are_old() {
        let empty = Cache::new();
        assert_eq!(empty.look(Some("r"), Algorithm::Rs256, at(0)), Lookup::Fetch);
        let mut cache = cache(&[rsa("r")]);
        let look = |cache: &Cache, now| cache.look(Some("r"), Algorithm::Rs256, at(now));
        assert_eq!(found(look(&cache, 599)), "r");
        assert_eq!(look(&cache, 600), Lookup::Fetch);
        cache.asks(at(600));
        assert_eq!(found(look(&cache, 601)), "r", "others use the old ones meanwhile");
        cache.fetched(set(&[rsa("s")]), at(602));
        assert_eq!(look(&cache, 603), Lookup::Refused(Refusal::UnknownKey), "it was withdrawn");
    }

    #[test]
    fn while_there_are_no_keys_one_request_fetches_and_the_others_wait() {
        let look = |cache: &Cache, now| cache.look(Some("r"), Algorithm::Rs256, at(now));
        let mut cache = Cache::new();
        cache.asks(at(0));
        for now in [0, 5] {
            assert_eq!(look(&cache, now), Lookup::Wait, "{now}");
        }
        assert_eq!(look(&cache, 6), Lookup::Fetch, "the request that fetched has ended");
        cache.asks(at(6));
        assert_eq!(look(&cache, 6), Lookup::Wait);
        cache.failed(at(7));
        for now in [7, 11] {
            assert_eq!(look(&cache, now), Lookup::Refused(Refusal::Unavailable), "{now}");
        }
        assert_eq!(look(&cache, 12), Lookup::Fetch);
        cache.asks(at(12));
        assert_eq!(look(&cache, 12), Lookup::Wait);
        cache.fetched(set(&[rsa("r")]), at(13));
        assert_eq!(found(look(&cache, 13)), "r");
    }

    #[test]
    fn an_unknown_key_fetches_at_most_once_a_minute() {
        let mut cache = cache(&[rsa("r")]);
        let look = |cache: &Cache, now| cache.look(Some("new"), Algorithm::Rs256, at(now));
        assert_eq!(look(&cache, 59), Lookup::Refused(Refusal::UnknownKey));
        assert_eq!(look(&cache, 60), Lookup::Fetch);
        cache.asks(at(60));
        for now in [60, 61, 119] {
            assert_eq!(look(&cache, now), Lookup::Refused(Refusal::UnknownKey), "{now}");
        }
        cache.fetched(set(&[rsa("r"), rsa("new")]), at(61));
        assert_eq!(found(look(&cache, 62)), "new");
        assert_eq!(
            cache.look(Some("newer"), Algorithm::Rs256, at(119)),
            Lookup::Refused(Refusal::UnknownKey)
        );
        assert_eq!(cache.look(Some("newer"), Algorithm::Rs256, at(120)), Lookup::Fetch);
    }

    #[test]
    fn old_keys_are_used_for_an_hour_while_the_provider_is_away() {
        let mut cache = cache(&[rsa("r")]);
        let look = |cache: &Cache, now| cache.look(Some("r"), Algorithm::Rs256, at(now));
        cache.asks(at(600));
        cache.failed(at(605));
        assert_eq!(found(look(&cache, 606)), "r");
        assert_eq!(look(&cache, 660), Lookup::Fetch);
        assert_eq!(look(&cache, 3_600), Lookup::Fetch);
        cache.asks(at(3_600));
        cache.failed(at(3_600));
        assert_eq!(look(&cache, 3_604), Lookup::Refused(Refusal::Unavailable));
        assert_eq!(look(&cache, 3_605), Lookup::Fetch);
    }
}
