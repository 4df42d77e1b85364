//! Lines of JSON. Each ends with a comma: a comma before a closing bracket is allowed in wrangler's files.

use super::literal::quoted;
use super::{Content, Group, Literal, split};
use crate::file::Config;

pub(super) fn render(config: &Config, group: &Group<'_>) -> String {
    let (_, there, missing) = split(config, &group.path);
    let is_list = group.items().next().is_some();
    let mut lines: Vec<String> = group.contents.iter().map(|content| line(content)).collect();
    for (depth, name) in missing.iter().rev().enumerate() {
        let (open, close) = if is_list && depth == 0 { ('[', ']') } else { ('{', '}') };
        lines.iter_mut().for_each(|line| line.insert_str(0, "  "));
        lines.insert(0, format!("{}: {open}", quoted(name)));
        lines.push(format!("{close},"));
    }
    if !there.is_empty() {
        let path: Vec<String> = there.iter().map(|name| quoted(name)).collect();
        lines.insert(0, format!("// in {}", path.join(".")));
    }
    lines.join("\n")
}

fn line(content: &Content) -> String {
    match content {
        Content::Item(item) => format!("{},", inline(item)),
        Content::Member(name, value) => format!("{}: {},", quoted(name), inline(value)),
    }
}

fn inline(literal: &Literal) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Plain(text) => text.clone(),
        Literal::List(items) => format!("[{}]", joined(items.iter().map(inline).collect())),
        Literal::Table(entries) => {
            let entries = entries.iter().map(|(name, value)| format!("{}: {}", quoted(name), inline(value)));
            format!("{{ {} }}", joined(entries.collect()))
        }
    }
}
