//! Lines of TOML.

use super::literal::quoted;
use super::{Content, Group, Literal, split};
use crate::file::Config;
use crate::value::Value;

pub(super) fn render(config: &Config, group: &Group<'_>) -> String {
    let (value, there, missing) = split(config, &group.path);
    if !there.is_empty() && is_in_line(config, value) {
        return format!("# in {}\n{}", dotted(there), in_line(group, missing));
    }
    if group.is_of_file() {
        let begins = |line: &str| line.trim_start().starts_with('[');
        let comment = if config.text.lines().any(begins) { "# before the first table\n" } else { "" };
        let lines = if group.path.is_empty() { members(group) } else { vec![list(group)] };
        return format!("{comment}{}", lines.join("\n"));
    }
    let path = dotted(&group.path);
    let mut blocks = Vec::new();
    let mut lines = Vec::new();
    for content in &group.contents {
        match content {
            Content::Item(Literal::Table(entries)) => blocks.push(block(&format!("[[{path}]]"), entries)),
            Content::Item(_) => {}
            Content::Member(name, Literal::Table(entries)) if group.path.ends_with(&["exports"]) => {
                blocks.push(block(&format!("[{path}.{}]", key(name)), entries));
            }
            Content::Member(name, value) => lines.push(format!("{} = {}", key(name), inline(value))),
        }
    }
    let is_list_of_texts = group.items().any(|item| !matches!(item, Literal::Table(_)));
    let (table, depth) = if is_list_of_texts {
        lines.push(list(group));
        (group.path.split_last().map_or(&[][..], |(_, parents)| parents), group.path.len() - 1)
    } else {
        (&group.path[..], group.path.len())
    };
    if !lines.is_empty() {
        let comment = if there.len() == depth && has_head(config, value) { "# in " } else { "" };
        blocks.push(format!("{comment}[{}]\n{}", dotted(table), lines.join("\n")));
    }
    blocks.join("\n\n")
}

/// Returns whether a list or table is written in one piece, so that it cannot go on elsewhere.
fn is_in_line(config: &Config, value: &Value) -> bool {
    let begins = config.text_at(value.at);
    begins.starts_with('{') || (value.is_list() && begins.starts_with('[') && !begins.starts_with("[["))
}

/// Returns whether a table has a head of its own: a table that only has tables in it may get one.
fn has_head(config: &Config, value: &Value) -> bool {
    let before = config.text.get(..value.at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    !line.trim_start().starts_with('[')
}

/// Writes what belongs into a list or table that is written in one piece.
fn in_line(group: &Group<'_>, missing: &[&str]) -> String {
    if missing.is_empty() {
        let items = group.items().map(|item| format!("{},", inline(item)));
        return items.chain(members(group)).collect::<Vec<_>>().join("\n");
    }
    if group.items().next().is_some() {
        let items: Vec<String> = group.items().map(inline).collect();
        return format!("{} = [{}]", dotted(missing), items.join(", "));
    }
    format!("{} = {{ {} }}", dotted(missing), members(group).join(", "))
}

/// Writes a list of texts as a line.
fn list(group: &Group<'_>) -> String {
    let name = group.path.last().copied().unwrap_or_default();
    format!("{} = [{}]", key(name), group.items().map(inline).collect::<Vec<_>>().join(", "))
}

fn block(head: &str, entries: &[(String, Literal)]) -> String {
    let lines = entries.iter().map(|(name, value)| format!("\n{} = {}", key(name), inline(value)));
    format!("{head}{}", lines.collect::<String>())
}

fn members(group: &Group<'_>) -> Vec<String> {
    let members = group.contents.iter().filter_map(|content| match content {
        Content::Member(name, value) => Some(format!("{} = {}", key(name), inline(value))),
        Content::Item(_) => None,
    });
    members.collect()
}

fn inline(literal: &Literal) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Plain(text) => text.clone(),
        Literal::List(items) => format!("[{}]", joined(items.iter().map(inline).collect())),
        Literal::Table(entries) => {
            let entries = entries.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            format!("{{ {} }}", joined(entries.collect()))
        }
    }
}

fn dotted(path: &[&str]) -> String {
    path.iter().map(|name| key(name)).collect::<Vec<_>>().join(".")
}

fn key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}
