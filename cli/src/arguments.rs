//! The words of a command line.

/// Returns the words of a command line, with two for `--name=value`.
pub(crate) fn words(args: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut words = Vec::new();
    for arg in args {
        match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                words.extend([name.to_owned(), value.to_owned()]);
            }
            _ => words.push(arg),
        }
    }
    words
}

/// Returns whether a word asks for help.
pub(crate) fn is_help(word: &str) -> bool {
    matches!(word, "--help" | "-h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_may_have_its_value_behind_an_equals_sign() {
        let args = ["new", "--template=chat", "--path", "a=b", "--out=x=y", "-t=chat", "--env="];
        let expected = ["new", "--template", "chat", "--path", "a=b", "--out", "x=y", "-t=chat", "--env", ""];
        assert_eq!(words(args.map(str::to_owned)), expected);
    }
}
