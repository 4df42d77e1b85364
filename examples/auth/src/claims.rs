//! The decision whether verified claims let somebody in.

use std::time::Duration;

use durable_object::Date;
use serde::Deserialize;

use crate::refusal::Refusal;

/// How far the clocks of the issuer and of the worker may differ.
pub(crate) const LEEWAY: Duration = Duration::from_secs(30);

/// The statements in a token.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: Option<String>,
    pub(crate) aud: Option<Audience>,
    pub(crate) sub: Option<String>,
    /// Seconds since 1970, also with fractions.
    pub(crate) exp: Option<f64>,
    pub(crate) nbf: Option<f64>,
    /// The store that the token is for. It is a claim of ours, which the issuer adds.
    pub(crate) store: Option<String>,
}

/// The services that a token is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The tokens that this service accepts.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) leeway: Duration,
}

/// The leave to use one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) user: String,
    /// The end of it: the token's expiry, and the leeway after it.
    pub(crate) until: Date,
}

impl Audience {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Many(many) => many.iter().any(|one| one == name),
        }
    }
}

/// Decides whether the claims let their subject use a store now.
pub(crate) fn decide(claims: &Claims, store: &str, now: Date, policy: &Policy) -> Result<Grant, Refusal> {
    let until = until(claims, policy.leeway)?;
    if until <= now {
        return Err(Refusal::Expired);
    }
    let soon = now.checked_add(policy.leeway).unwrap_or(Date::MAX);
    if claims.nbf.is_some_and(|from| date(from) > soon) {
        return Err(Refusal::NotYet);
    }
    if claims.iss.as_ref() != Some(&policy.issuer) {
        return Err(Refusal::Issuer);
    }
    if !claims.aud.as_ref().is_some_and(|audience| audience.has(&policy.audience)) {
        return Err(Refusal::Audience);
    }
    let user = claims.sub.clone().filter(|user| !user.is_empty()).ok_or(Refusal::NoSubject)?;
    if claims.store.as_deref() != Some(store) {
        return Err(Refusal::Store);
    }
    Ok(Grant { user, until })
}

/// Returns the end of the time for which a token is accepted.
pub(crate) fn until(claims: &Claims, leeway: Duration) -> Result<Date, Refusal> {
    let expiry = date(claims.exp.ok_or(Refusal::NoExpiry)?);
    Ok(expiry.checked_add(leeway).unwrap_or(Date::MAX))
}

/// Returns the date, or the nearest one that exists.
fn date(seconds: f64) -> Date {
    let most = Date::MAX.as_millis();
    // The cast saturates, and makes 0 of what is not a number.
    let millis = ((seconds * 1_000.0) as i64).clamp(-most, most);
    Date::from_millis(millis).unwrap_or(Date::MAX)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const NOW: f64 = 1_700_000_000.0;

    fn claims() -> Claims {
        Claims {
            iss: Some("https://login.example.com".into()),
            aud: Some(Audience::One("app".into())),
            sub: Some("ann".into()),
            exp: Some(NOW + 60.0),
            nbf: None,
            store: Some("groceries".into()),
        }
    }

    fn judge(claims: &Claims) -> Result<Grant, Refusal> {
        let policy =
            Policy { issuer: "https://login.example.com".into(), audience: "app".into(), leeway: LEEWAY };
        decide(claims, "groceries", date(NOW), &policy)
    }

    #[test]
    fn a_right_token_lets_its_subject_in_until_it_expires() {
        let grant = Grant { user: "ann".into(), until: date(NOW + 90.0) };
        assert_eq!(judge(&claims()), Ok(grant.clone()));
        let many = Some(Audience::Many(vec!["other".into(), "app".into()]));
        assert_eq!(judge(&Claims { aud: many, ..claims() }), Ok(grant.clone()));
        assert_eq!(judge(&Claims { nbf: Some(NOW - 5.0), ..claims() }), Ok(grant));
    }

    #[test]
    fn each_wrong_claim_has_its_own_refusal() {
        for (wrong, refusal) in [
            (Claims { exp: None, ..claims() }, Refusal::NoExpiry),
            (Claims { exp: Some(NOW - 60.0), ..claims() }, Refusal::Expired),
            (Claims { exp: Some(-1e300), ..claims() }, Refusal::Expired),
            (Claims { exp: Some(0.0), ..claims() }, Refusal::Expired),
            (Claims { nbf: Some(NOW + 60.0), ..claims() }, Refusal::NotYet),
            (Claims { nbf: Some(1e300), ..claims() }, Refusal::NotYet),
            (Claims { iss: None, ..claims() }, Refusal::Issuer),
            (Claims { iss: Some("https://login.example.com/".into()), ..claims() }, Refusal::Issuer),
            (Claims { aud: None, ..claims() }, Refusal::Audience),
            (Claims { aud: Some(Audience::One("application".into())), ..claims() }, Refusal::Audience),
            (Claims { aud: Some(Audience::Many(vec![])), ..claims() }, Refusal::Audience),
            (Claims { sub: None, ..claims() }, Refusal::NoSubject),
            (Claims { sub: Some(String::new()), ..claims() }, Refusal::NoSubject),
            (Claims { store: None, ..claims() }, Refusal::Store),
            (Claims { store: Some("Groceries".into()), ..claims() }, Refusal::Store),
            (Claims { store: Some(String::new()), ..claims() }, Refusal::Store),
        ] {
            assert_eq!(judge(&wrong), Err(refusal), "{wrong:?}");
        }
    }

    #[test]
    fn clocks_may_differ_by_the_leeway() {
        let expires = |exp| judge(&Claims { exp: Some(exp), ..claims() });
        assert_eq!(expires(NOW - 29.999).unwrap().until, date(NOW + 0.001));
        assert_eq!(expires(NOW - 30.0), Err(Refusal::Expired));
        let begins = |nbf| judge(&Claims { nbf: Some(nbf), ..claims() });
        assert!(begins(NOW + 30.0).is_ok());
        assert_eq!(begins(NOW + 30.001), Err(Refusal::NotYet));
    }

    #[test]
    fn no_time_is_too_far_away() {
        for far in [1e300, f64::MAX, f64::INFINITY] {
            assert_eq!(judge(&Claims { exp: Some(far), ..claims() }).unwrap().until, Date::MAX);
        }
        assert_eq!(judge(&Claims { exp: Some(f64::NAN), ..claims() }), Err(Refusal::Expired));
    }
}
