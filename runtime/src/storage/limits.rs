//! Checks for the limits of production. A local workerd accepts some values that production refuses.

use crate::value::Value;
use crate::{Error, Result};

/// The limit of bound parameters in one statement; workerd `util/sqlite.c++`, `SQLITE_LIMIT_VARIABLE_NUMBER`.
const MAX_PARAMETERS: usize = 100;
/// The limit of one statement in bytes; workerd `util/sqlite.c++`, `SQLITE_LIMIT_SQL_LENGTH`.
pub(super) const MAX_STATEMENT_BYTES: usize = 100_000;
/// The limit of one string or blob in bytes: 2 MB, "SQL storage limits" in Cloudflare's documentation of
/// Durable Objects. A local workerd accepts 4 MiB.
const MAX_VALUE_BYTES: usize = 2 * 1024 * 1024;

/// Checks that a statement is within the documented limit.
pub(super) fn check_statement(statement: &str) -> Result<()> {
    within("the length of a SQL statement in bytes, its integers cast", statement.len(), MAX_STATEMENT_BYTES)
}

/// Checks that the values for a statement are within the documented limits.
pub(super) fn check_values(values: &[Value]) -> Result<()> {
    within("the number of bound parameters", values.len(), MAX_PARAMETERS)?;
    for value in values {
        match value {
            // A UTF-16 unit takes at most three bytes, so only a text that may be too long is measured.
            Value::Text(text) if text.len() > MAX_VALUE_BYTES / 3 => {
                within("the length of a text in bytes", text.utf8_len(), MAX_VALUE_BYTES)?;
            }
            Value::Blob(blob) => within("the length of a blob in bytes", blob.0.len(), MAX_VALUE_BYTES)?,
            _ => {}
        }
    }
    Ok(())
}

fn within(what: &'static str, actual: usize, limit: usize) -> Result<()> {
    if actual > limit { Err(Error::Limit { what, actual, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Blob;

    #[test]
    fn the_largest_is_taken_and_the_next_is_not() {
        let text = |length: usize| Value::Text("x".repeat(length).into());
        let blob = |length| Value::Blob(Blob(vec![0; length]));
        for value in
            [text(MAX_VALUE_BYTES), blob(MAX_VALUE_BYTES), Value::Text("ä".repeat(1024 * 1024).into())]
        {
            check_values(&[value]).unwrap();
        }
        for value in [
            text(MAX_VALUE_BYTES + 1),
            blob(MAX_VALUE_BYTES + 1),
            Value::Text("ä".repeat(1024 * 1024 + 1).into()),
        ] {
            assert_eq!(check_values(&[value]).unwrap_err().name(), "LimitError");
        }
        check_statement(&"x".repeat(MAX_STATEMENT_BYTES)).unwrap();
        check_values(&vec![Value::Null; MAX_PARAMETERS]).unwrap();
        assert_eq!(check_values(&vec![Value::Null; MAX_PARAMETERS + 1]).unwrap_err().name(), "LimitError");
        assert_eq!(check_statement(&"x".repeat(MAX_STATEMENT_BYTES + 1)).unwrap_err().name(), "LimitError");
    }
}
