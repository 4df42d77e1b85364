//! The conversion of Rust names to JavaScript names and binding names, and the JavaScript names that are
//! taken.

use quote::ToTokens;
use syn::Type;

/// Turns `increment_by` into `incrementBy` for JavaScript. Leading underscores stay: the author gave them a
/// meaning. A trailing one (`type_`) only avoids a Rust keyword, so it is removed.
pub(crate) fn camel_case(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let words = name.trim_start_matches('_');
    let mut camel = name[..name.len() - words.len()].to_owned();
    let mut words = words.split('_').filter(|word| !word.is_empty());
    if let Some(first) = words.next() {
        if first.chars().any(char::is_lowercase) {
            camel.extend(map_initial(first, char::to_lowercase));
        } else {
            camel.push_str(&first.to_lowercase());
        }
    }
    for word in words {
        camel.extend(map_initial(word, char::to_uppercase));
    }
    camel
}

/// Turns `created_at` into `CreatedAt`.
pub(crate) fn pascal_case(name: &str) -> String {
    map_initial(&camel_case(name), char::to_uppercase).collect()
}

/// Returns a parameter's name in JavaScript, which has keywords that Rust does not have.
pub(crate) fn parameter(name: &str) -> String {
    let name = camel_case(name);
    if KEYWORDS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

fn map_initial<I: Iterator<Item = char>>(
    word: &str,
    map: impl FnOnce(char) -> I,
) -> impl Iterator<Item = char> {
    let mut rest = word.chars();
    rest.next().map(map).into_iter().flatten().chain(rest)
}

/// Turns `HTTPServer` into `HTTP_SERVER`, wrangler's convention for bindings.
pub(crate) fn screaming_snake_case(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, &letter) in letters.iter().enumerate() {
        let previous = at.checked_sub(1).map(|before| letters[before]);
        let next = letters.get(at + 1);
        // A word starts at an upper-case letter, except inside an acronym.
        let starts_word = letter.is_uppercase()
            && previous.is_some_and(|previous| {
                previous.is_lowercase()
                    || previous.is_numeric()
                    || (previous.is_uppercase() && next.is_some_and(|next| next.is_lowercase()))
            });
        if starts_word {
            snake.push('_');
        }
        snake.extend(letter.to_uppercase());
    }
    snake
}

/// Returns a type as people write it: `Vec<u8>`, not `Vec < u8 >`.
pub(crate) fn type_text(ty: &Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace(" :: ", "::").replace(" < ", "<").replace(" >", ">").replace(" ,", ",").replace("& ", "&")
}

/// Returns whether JavaScript can write `stub.name`.
pub(crate) fn is_js_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_' || first == '$')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
}

/// Returns the reason why a remote method cannot have this JavaScript name, or `None` when it can.
pub(crate) fn reserved_method(name: &str) -> Option<&'static str> {
    Some(match name {
        "fetch" => "the platform calls it with HTTP requests: mark that method `#[fetch]`",
        "connect" => "the platform calls it with TCP connections: mark that method `#[connect]`",
        "alarm" => "the platform calls it when the object's alarm goes off: mark that method `#[alarm]`",
        "webSocketMessage" | "webSocketClose" | "webSocketError" => {
            "the platform calls it for hibernating sockets: mark that method `#[websocket(..)]`"
        }
        "constructor" => "JavaScript finds the class of an object under it",
        "dup" => "every stub has a `dup` of its own, which copies the stub",
        "id" | "name" => "every stub has a property of that name, which hides the method",
        "ctx" | "env" => "every Durable Object has a property of that name, which hides the method",
        "then" => "`await stub` would call it, because JavaScript takes it for a promise",
        "toJSON" => "`JSON.stringify` calls it on anything that has it",
        "toString" | "toLocaleString" | "valueOf" => {
            "JavaScript calls it to convert the stub to a string or number"
        }
        "hasOwnProperty" | "isPrototypeOf" | "propertyIsEnumerable" => {
            "every JavaScript object has it, so the call would never leave the caller"
        }
        // `__proto__`, `__defineGetter__`, wasm-bindgen's `__wbg_ptr`, …
        _ if name.starts_with("__") => {
            "names with two leading underscores belong to JavaScript and wasm-bindgen"
        }
        _ => return None,
    })
}

/// Words that cannot be names in JavaScript.
const KEYWORDS: &[&str] = &[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Returns the reason why a class cannot be exported under this JavaScript name, or `None` when it can.
pub(crate) fn reserved_class(name: &str) -> Option<&'static str> {
    /// The names that the generated module itself uses. A class of such a name would hide it.
    const GLOBALS: &[&str] = &[
        "Array",
        "ArrayBuffer",
        "BigInt",
        "DataView",
        "Date",
        "DurableObject",
        "Entrypoint",
        "Error",
        "FinalizationRegistry",
        "Function",
        "Map",
        "Math",
        "Number",
        "Object",
        "Promise",
        "Proxy",
        "Reflect",
        "RegExp",
        "Request",
        "Response",
        "Set",
        "String",
        "Symbol",
        "TextDecoder",
        "TextEncoder",
        "Uint8Array",
        "WeakMap",
        "WeakRef",
        "WeakSet",
        "WebAssembly",
        "WorkerEntrypoint",
    ];
    if GLOBALS.contains(&name) {
        Some("the worker's own JavaScript uses that name, and the class would hide it")
    } else if KEYWORDS.contains(&name) {
        Some("it is a JavaScript keyword")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_camel_case() {
        for (rust, js) in [
            ("increment", "increment"),
            ("increment_by", "incrementBy"),
            ("get_2fa_code", "get2faCode"),
            ("v2", "v2"),
            ("a__b", "aB"),
            ("r#type", "type"),
            ("type_", "type"),
            ("_internal_state", "_internalState"),
            ("__proto__", "__proto"),
            ("_", "_"),
            ("getUser", "getUser"),
            ("GetUser", "getUser"),
            ("HTTP_get", "httpGet"),
            ("get_HTTP", "getHTTP"),
            ("größe_ändern", "größeÄndern"),
        ] {
            assert_eq!(camel_case(rust), js, "{rust}");
        }
    }

    #[test]
    fn types_are_pascal_case() {
        for (name, pascal) in [("created_at", "CreatedAt"), ("id", "Id"), ("_x", "_x"), ("", "")] {
            assert_eq!(pascal_case(name), pascal, "{name}");
        }
    }

    #[test]
    fn parameters_are_no_keywords() {
        for (rust, js) in [("by_ms", "byMs"), ("delete", "delete_"), ("r#type", "type"), ("new_", "new_")] {
            assert_eq!(parameter(rust), js, "{rust}");
        }
    }

    #[test]
    fn bindings_are_screaming_snake_case() {
        for (class, binding) in [
            ("Counter", "COUNTER"),
            ("RateLimiter", "RATE_LIMITER"),
            ("HTTPServer", "HTTP_SERVER"),
            ("SyncBackendDO", "SYNC_BACKEND_DO"),
            ("Room2", "ROOM2"),
            ("V8Engine", "V8_ENGINE"),
            ("Base64URL", "BASE64_URL"),
            ("_Private", "_PRIVATE"),
            ("r#Box", "BOX"),
            ("snake_case", "SNAKE_CASE"),
            ("A", "A"),
            ("", ""),
        ] {
            assert_eq!(screaming_snake_case(class), binding, "{class}");
        }
    }

    #[test]
    fn javascript_identifiers() {
        for name in ["a", "$", "_x1", "größe", "delete"] {
            assert!(is_js_name(name), "{name}");
        }
        for name in ["", "1a", "a-b", "a b", "a.b", "\"", "a\n"] {
            assert!(!is_js_name(name), "{name}");
        }
    }

    #[test]
    fn dangerous_names_are_reserved() {
        for name in ["then", "dup", "toJSON", "__proto__", "__wbg_ptr", "id", "env", "fetch"] {
            assert!(reserved_method(name).is_some(), "{name}");
        }
        for name in ["increment", "delete", "catch", "_x", "get", "constructorOf"] {
            assert_eq!(reserved_method(name), None, "{name}");
        }
    }

    #[test]
    fn classes_cannot_hide_globals_or_be_keywords() {
        assert!(reserved_class("Map").is_some());
        assert!(reserved_class("default").is_some());
        assert_eq!(reserved_class("Counter"), None);
    }
}
