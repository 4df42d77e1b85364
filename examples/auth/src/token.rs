//! A JSON Web Token in its compact form, before anybody has verified it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::claims::Claims;
use crate::refusal::Refusal;

/// The limit of a token in bytes. Browsers and servers rarely take longer headers.
const MAX_BYTES: usize = 8_192;

/// The algorithms of signatures. Each key is for one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// HMAC with SHA-256: the issuer and the worker share a secret.
    Hs256,
    /// RSA (PKCS #1 v1.5) with SHA-256.
    Rs256,
    /// ECDSA on the curve P-256 with SHA-256.
    Es256,
}

/// A token that can be read. Its claims mean nothing until its signature is verified.
#[derive(Debug, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) algorithm: Algorithm,
    /// The id of the key.
    pub(crate) kid: Option<String>,
    pub(crate) claims: Claims,
    /// The text that was signed.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
}

/// Reads any value, also `null`.
fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

impl Algorithm {
    fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "HS256" => Ok(Self::Hs256),
            "RS256" => Ok(Self::Rs256),
            "ES256" => Ok(Self::Es256),
            // `none` is one of them, in whatever case.
            other => Err(Refusal::Algorithm(other.chars().take(20).collect())),
        }
    }

    /// Returns its name in a token.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

impl<'a> Token<'a> {
    /// Reads a token.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > MAX_BYTES {
            return Err(Refusal::Malformed("it is longer than 8,192 bytes"));
        }
        let parts: Vec<&str> = text.splitn(4, '.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err(Refusal::Malformed("it does not have three parts"));
        };
        let signed = &text[..header.len() + 1 + claims.len()];
        let header: Header = json(header, "its header is not the JSON of a JWT")?;
        if header.crit {
            return Err(Refusal::Malformed("its header has critical extensions"));
        }
        let algorithm = Algorithm::named(&header.alg)?;
        let claims = json(claims, "its claims are not the JSON of a JWT")?;
        let signature = decode(signature).ok_or(Refusal::Malformed("its signature is not base64url"))?;
        Ok(Self { algorithm, kid: header.kid, claims, signed, signature })
    }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn json<T: for<'de> Deserialize<'de>>(part: &str, otherwise: &'static str) -> Result<T, Refusal> {
    let bytes = decode(part).ok_or(Refusal::Malformed("a part of it is not base64url"))?;
    // The reader does not look at the text of claims that it skips.
    let text = str::from_utf8(&bytes).map_err(|_| Refusal::Malformed(otherwise))?;
    // An array would be read as well, field by field.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Refusal::Malformed(otherwise));
    }
    serde_json::from_str(text).map_err(|_| Refusal::Malformed(otherwise))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn encode(text: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    fn token(header: &str, claims: &str) -> String {
        bytes(header.as_bytes(), claims.as_bytes())
    }

    fn bytes(header: &[u8], claims: &[u8]) -> String {
        format!("{}.{}.{}", encode(header), encode(claims), encode("signature"))
    }

    #[test]
    fn a_token_has_a_header_claims_and_a_signature() {
        let text = token(r#"{"alg":"RS256","kid":"k1","typ":"JWT"}"#, r#"{"sub":"ann","exp":1700000000}"#);
        let token = Token::parse(&text).unwrap();
        assert_eq!((token.algorithm, token.kid.as_deref()), (Algorithm::Rs256, Some("k1")));
        assert_eq!(token.signature, b"signature");
        assert_eq!(format!("{}.{}", token.signed, encode("signature")), text);
        assert_eq!(token.claims, Claims { sub: Some("ann".into()), exp: Some(1.7e9), ..Claims::default() });
    }

    #[test]
    fn only_three_algorithms_are_known() {
        for name in ["HS256", "RS256", "ES256"] {
            let text = token(&format!(r#"{{"alg":"{name}"}}"#), "{}");
            assert_eq!(Token::parse(&text).unwrap().algorithm.name(), name);
        }
        for name in ["none", "None", "NONE", "", "hs256", "HS512", "RS512", "PS256", "EdDSA"] {
            let text = token(&format!(r#"{{"alg":"{name}"}}"#), "{}");
            assert_eq!(Token::parse(&text), Err(Refusal::Algorithm(name.to_owned())));
            let unsigned = &text[..text.rfind('.').unwrap() + 1];
            assert_eq!(Token::parse(unsigned), Err(Refusal::Algorithm(name.to_owned())));
        }
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let header = r#"{"alg":"HS256"}"#;
        let good = token(header, "{}");
        assert!(Token::parse(&good).is_ok());
        for (text, why) in [
            (String::new(), "three parts"),
            ("a".to_owned(), "three parts"),
            ("a.b".to_owned(), "three parts"),
            ("..".to_owned(), "header"),
            (format!("{good}.more"), "three parts"),
            (format!("{good}="), "signature is not base64url"),
            (format!("{good} "), "signature is not base64url"),
            (good.replacen('.', "+.", 1), "not base64url"),
            (good.replacen('.', "ä.", 1), "not base64url"),
            (token("", "{}"), "header"),
            (token("{", "{}"), "header"),
            (token("{}", "{}"), "header"),
            (token("null", "{}"), "header"),
            (token(r#"["HS256",null,null]"#, "{}"), "header"),
            (token(r#"{"alg":1}"#, "{}"), "header"),
            (token(r#"{"alg":"HS256","alg":"none"}"#, "{}"), "header"),
            (token(r#"{"alg":"HS256","kid":7}"#, "{}"), "header"),
            (token(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, "{}"), "critical"),
            (token(r#"{"alg":"HS256","crit":null}"#, "{}"), "critical"),
            (bytes(b"{\"alg\":\"HS256\",\"x\":\"\xff\"}", b"{}"), "header"),
            (bytes(header.as_bytes(), b"{\"x\":\"\xff\"}"), "claims"),
            (bytes(header.as_bytes(), b"{\"\xff\":1}"), "claims"),
            (token(header, ""), "claims"),
            (token(header, "[]"), "claims"),
            (token(header, "true"), "claims"),
            (token(header, r#"{"exp":"tomorrow"}"#), "claims"),
            (token(header, r#"{"exp":1e999}"#), "claims"),
            (token(header, r#"{"exp":1,"exp":9999999999}"#), "claims"),
            (token(header, r#"{"aud":{"a":1}}"#), "claims"),
            (token(header, r#"{"sub":"\ud800"}"#), "claims"),
            (token(header, &"[".repeat(5_000)), "claims"),
            (token(header, "{}").repeat(300), "longer"),
        ] {
            match Token::parse(&text) {
                Err(Refusal::Malformed(found)) => assert!(found.contains(why), "{text:.60}: {found}"),
                other => panic!("{text:.60}: {other:?}"),
            }
        }
    }
}
