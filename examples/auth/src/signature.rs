//! Signatures, verified by the platform's WebCrypto: no code for it is in the worker.

use js_sys::futures::JsFuture;
use js_sys::{Array, JSON, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::keys::PublicKey;
use crate::refusal::Refusal;
use crate::token::{Algorithm, Token};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    fn import_key(
        format: &str,
        key: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"])]
    fn verify(
        algorithm: &JsValue,
        key: &JsValue,
        signature: &Uint8Array,
        data: &Uint8Array,
    ) -> Result<Promise, JsValue>;
}

/// Checks that a secret has signed a token with HS256.
pub(crate) async fn check_secret(token: &Token<'_>, secret: &str) -> Result<(), Refusal> {
    check(token, Algorithm::Hs256, "raw", Uint8Array::from(secret.as_bytes()).into()).await
}

/// Checks that the owner of a public key has signed a token.
pub(crate) async fn check_public(token: &Token<'_>, key: &PublicKey) -> Result<(), Refusal> {
    let jwk = key.jwk().ok().and_then(|jwk| JSON::parse(&jwk).ok()).ok_or(Refusal::UnknownKey)?;
    check(token, key.algorithm, "jwk", jwk).await
}

/// The algorithm is that of the key. The token's was compared with it before.
async fn check(token: &Token<'_>, algorithm: Algorithm, format: &str, key: JsValue) -> Result<(), Refusal> {
    let parameters = match algorithm {
        Algorithm::Hs256 => r#"{"name":"HMAC","hash":"SHA-256"}"#,
        Algorithm::Rs256 => r#"{"name":"RSASSA-PKCS1-v1_5","hash":"SHA-256"}"#,
        Algorithm::Es256 => r#"{"name":"ECDSA","namedCurve":"P-256","hash":"SHA-256"}"#,
    };
    let parameters = JSON::parse(parameters).map_err(|_| Refusal::Signature)?;
    let usages = Array::of1(&"verify".into());
    // A provider may publish numbers that are not a key.
    let imported = import_key(format, &key, &parameters, false, &usages);
    let key = settle(imported).await.map_err(|_| Refusal::UnknownKey)?;
    let signature = Uint8Array::from(token.signature.as_slice());
    let data = Uint8Array::from(token.signed.as_bytes());
    let right = settle(verify(&parameters, &key, &signature, &data)).await;
    if right.is_ok_and(|right| right.is_truthy()) { Ok(()) } else { Err(Refusal::Signature) }
}

async fn settle(promise: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(promise?).await
}
