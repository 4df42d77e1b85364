//! `.dev.vars`: variables and secrets for development, which wrangler reads beside the configuration.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::environment::Environment;
use crate::value::Value;

/// The name of the file.
pub const DEV_VARS: &str = ".dev.vars";

/// Reads the variables that `wrangler dev` takes from `.dev.vars` in a folder; none if there is no such file. If the
/// environment lists its secrets, `wrangler dev` takes only those, and values for variables that are there.
///
/// # Errors
/// When the file cannot be read.
pub fn dev_vars(folder: &Path, environment: Environment<'_>) -> io::Result<BTreeMap<String, String>> {
    let of_environment = environment.name().map(|name| folder.join(format!("{DEV_VARS}.{name}")));
    let path = of_environment.filter(|path| path.exists()).unwrap_or_else(|| folder.join(DEV_VARS));
    let mut values = match fs::read_to_string(path) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error),
    };
    if environment.own(&["secrets"]).is_some() {
        let listed: Vec<&str> = environment.secrets().filter_map(Value::as_text).collect();
        let is_var = |name: &str| environment.own(&["vars", name]).is_some();
        values.retain(|name, _| listed.contains(&name.as_str()) || is_var(name));
    }
    Ok(values)
}

/// Reads lines of `NAME=value`. A value in quotes may go on in the next line.
fn parse(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest.split('\n').next().unwrap_or_default();
        let name = line.split_once('=').map(|(name, _)| name).filter(|_| !line.trim_start().starts_with('#'));
        if let Some(name) = name {
            let (value, after) = value(rest[name.len() + 1..].trim_start_matches([' ', '\t']));
            let name = name.trim();
            values.insert(name.strip_prefix("export ").unwrap_or(name).trim_start().to_owned(), value);
            rest = after;
        }
        rest = rest.split_once('\n').map_or("", |(_, next)| next);
    }
    values
}

/// Returns the value at the beginning of a text, and the text after it.
fn value(text: &str) -> (String, &str) {
    for quote in ['"', '\'', '`'] {
        if let Some((inside, after)) = text.strip_prefix(quote).and_then(|inside| inside.split_once(quote)) {
            let value = if quote == '"' { inside.replace("\\n", "\n") } else { inside.to_owned() };
            return (value, after);
        }
    }
    let line = text.split('\n').next().unwrap_or_default();
    (line.split('#').next().unwrap_or_default().trim().to_owned(), &text[line.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_names_and_values() {
        let text = "# note\nA=1\n export B = two words # note\n\nC='a # b'\r\nD=\"x\\ny\"\nE=`first\nsecond`\nno line\nF=";
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "a # b"),
            ("D", "x\ny"),
            ("E", "first\nsecond"),
            ("F", ""),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parse(text), BTreeMap::from(expected));
        assert_eq!(parse("A=\"b\"\n").get("A").map(String::as_str), Some("b"));
        assert_eq!(parse("A=\"b").get("A").map(String::as_str), Some("\"b"));
    }
}
