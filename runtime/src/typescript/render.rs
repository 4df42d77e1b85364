//! Writes TypeScript from the forms of types.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::describe::{Described, Method, Remote};
use super::shape::{Body, Content, Fields, Presence, Shape, Tagging, Union, Variant};
use super::types::Types;

/// The names that the module uses itself. A type with such a name would hide them.
const RESERVED: [&str; 14] = [
    "Date",
    "DurableObject",
    "DurableObjectNamespace",
    "DurableObjects",
    "Error",
    "InJson",
    "ItemOf",
    "JsonLines",
    "Promise",
    "ReadableStream",
    "Request",
    "Response",
    "Uint8Array",
    "Unknown",
];

/// The declaration for a type that is not known. It is not `unknown`, because with that the result of a
/// stub's method is `never`.
const UNKNOWN: &str = "/** Anything. */\nexport type Unknown = {} | null | undefined;\n\n";

/// The declaration for a stream of values.
const JSON_LINES: &str = "\
/** Lines of JSON, with a `T` in each. */
export type JsonLines<T> = ReadableStream<Uint8Array> & { readonly __item?: InJson<T> };

/** The value that `JSON.parse` makes of a line. */
export type ItemOf<Lines> = Lines extends { readonly __item?: infer Item } ? Exclude<Item, undefined> : never;

/** A value after JSON. */
export type InJson<T> = T extends Date ? string
  : T extends Uint8Array ? number[]
  : T extends bigint ? number
  : T extends object ? { [Key in keyof T]: InJson<T[Key]> }
  : T;

";

/// The length from which a tuple with items of one form is written as an array of unknown length.
const LONG_TUPLE: usize = 9;

/// Returns the module that describes these classes.
pub(super) fn module(mut classes: Vec<Described>, types: &Types) -> String {
    classes.sort_by_key(|class| class.name);
    let names = Names::new(&classes, types);
    let mut text = String::from("// Generated from Rust: change the objects there and write it again.\n\n");
    text.push_str("import { DurableObject } from \"cloudflare:workers\";\n\n");
    for class in &classes {
        names.class(&mut text, class);
    }
    let mut definitions: Vec<_> =
        types.definitions.iter().map(|(key, definition)| (names.of(key), &definition.body)).collect();
    definitions.sort_by_key(|(name, _)| *name);
    for (name, body) in definitions {
        match body {
            Body::Object(fields) => {
                push(&mut text, format_args!("export interface {name} {{\n"));
                for field in names.fields(fields) {
                    push(&mut text, format_args!("  {field};\n"));
                }
                text.push_str("}\n\n");
            }
            Body::Alias(shape) => {
                push(&mut text, format_args!("export type {name} = {};\n\n", names.shape(shape)))
            }
            Body::Union(union) => {
                push(&mut text, format_args!("export type {name} = {};\n\n", names.union(union)))
            }
        }
    }
    for (name, (codes, data)) in errors(&classes) {
        let cases = names.cases(codes, data, types).join("\n  | ");
        let name_of = literal(name);
        push(
            &mut text,
            format_args!("export type {name} = Error & {{ name: {name_of} }} & (\n  | {cases}\n);\n\n"),
        );
    }
    if text.contains("JsonLines<") {
        text.push_str(JSON_LINES);
    }
    if text.contains("Unknown") {
        text.push_str(UNKNOWN);
    }
    text.push_str(
        "/** The bindings of the objects. `interface Env extends DurableObjects {}` makes them known. */\n",
    );
    text.push_str("export interface DurableObjects {\n");
    for Described { name, binding, .. } in &classes {
        push(&mut text, format_args!("  {binding}: DurableObjectNamespace<{name}>;\n"));
    }
    text.push_str("}\n");
    text
}

/// The name of each definition in TypeScript.
struct Names<'a>(BTreeMap<&'a str, String>);

impl<'a> Names<'a> {
    fn new(classes: &[Described], types: &'a Types) -> Self {
        let errors: BTreeSet<&str> = errors(classes).into_keys().collect();
        let classes = classes.iter().map(|class| class.name);
        let taken = RESERVED.into_iter().chain(classes).chain(errors.iter().copied());
        let mut taken: BTreeSet<String> = taken.map(str::to_owned).collect();
        let names = types.definitions.iter().map(|(key, definition)| {
            // For an enum with an internal tag, serde shows a type of serde's own.
            let path = match &definition.body {
                Body::Union(Union { tagging: Tagging::Internal { .. }, .. }) => "",
                _ => key,
            };
            let mut name = type_name(&definition.name, path);
            // The error has this name, so its data gets another one.
            if errors.contains(name.as_str()) {
                name.push_str("Data");
            }
            let numbered = (2..).map(|number| format!("{name}{number}"));
            let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
            let name = free.unwrap_or(name);
            taken.insert(name.clone());
            (*key, name)
        });
        Self(names.collect())
    }

    fn of(&self, key: &str) -> &str {
        self.0.get(key).map_or("Unknown", String::as_str)
    }

    fn class(&self, text: &mut String, class: &Described) {
        docs(text, "", class.docs, None);
        push(text, format_args!("export declare class {} extends DurableObject {{\n", class.name));
        for method in &class.methods {
            match method {
                Method::Fetch => text.push_str("  fetch(request: Request): Promise<Response>;\n"),
                Method::Remote(method) => {
                    docs(text, "  ", method.docs, method.error.as_ref().map(|error| error.name));
                    push(text, format_args!("  {};\n", self.signature(method)));
                }
            }
        }
        text.push_str("}\n\n");
    }

    fn signature(&self, method: &Remote) -> String {
        let Remote { name, parameters, result, .. } = method;
        let required = parameters.iter().rposition(|(_, shape)| !matches!(shape, Shape::Optional(_)));
        let parameters: Vec<String> = parameters
            .iter()
            .enumerate()
            .map(|(index, (name, shape))| {
                let optional = required.is_none_or(|last| index > last);
                format!("{name}{}: {}", if optional { "?" } else { "" }, self.shape(shape))
            })
            .collect();
        let result = if *result == Shape::Null { "void".to_owned() } else { self.shape(result) };
        format!("{name}({}): Promise<{result}>", parameters.join(", "))
    }

    fn shape(&self, shape: &Shape) -> String {
        match shape {
            Shape::Unknown | Shape::Any => "Unknown".to_owned(),
            Shape::Stream(None) => "ReadableStream<Uint8Array>".to_owned(),
            Shape::Stream(Some(item)) => format!("JsonLines<{}>", self.shape(item)),
            Shape::Boolean => "boolean".to_owned(),
            Shape::Byte | Shape::Number => "number".to_owned(),
            Shape::BigInt => "bigint".to_owned(),
            Shape::Text => "string".to_owned(),
            Shape::OneOf(names) => names.iter().map(|name| literal(name)).collect::<Vec<_>>().join(" | "),
            Shape::Bytes => "Uint8Array".to_owned(),
            Shape::Sql => "string | number | Uint8Array | null".to_owned(),
            Shape::Date => "Date".to_owned(),
            Shape::Null => "null".to_owned(),
            Shape::Optional(inner) => match &**inner {
                Shape::Unknown | Shape::Null | Shape::Sql | Shape::Optional(_) => self.shape(inner),
                inner => format!("{} | null", self.shape(inner)),
            },
            Shape::List(item) if **item == Shape::Byte => "Uint8Array".to_owned(),
            Shape::List(item) => self.array(item),
            Shape::Tuple(items) => match items.as_slice() {
                [first, rest @ ..] if items.len() >= LONG_TUPLE && rest.iter().all(|item| item == first) => {
                    self.array(first)
                }
                items => {
                    let items: Vec<String> = items.iter().map(|item| self.shape(item)).collect();
                    format!("[{}]", items.join(", "))
                }
            },
            Shape::Record(value) => format!("{{ [key: string]: {} }}", self.shape(value)),
            Shape::Named(key) => self.of(key).to_owned(),
        }
    }

    fn array(&self, item: &Shape) -> String {
        match item {
            Shape::Optional(_) | Shape::OneOf(_) | Shape::Sql => format!("({})[]", self.shape(item)),
            item => format!("{}[]", self.shape(item)),
        }
    }

    fn fields(&self, fields: &Fields) -> Vec<String> {
        let listed = fields.list.iter().map(|field| {
            let mark = if field.presence == Presence::Optional { "?" } else { "" };
            format!("{}{mark}: {}", property(&field.name), self.shape(&field.shape))
        });
        listed.chain(fields.open.then(|| "[field: string]: Unknown".to_owned())).collect()
    }

    /// Returns the codes of an error, each with its data.
    fn cases(&self, codes: &[&str], data: &Shape, types: &Types) -> Vec<String> {
        let case = |code: &str, data: &str| object(&[format!("code: {code}"), format!("data: {data}")]);
        let body = match data {
            Shape::Named(key) => types.definitions.get(key).map(|definition| &definition.body),
            _ => None,
        };
        match body {
            // serde does not see variants that it skips.
            Some(Body::Union(union)) if !codes.is_empty() && union.variants.len() == codes.len() => {
                let variants = union.variants.iter().map(|variant| self.variant(variant, &union.tagging));
                codes.iter().zip(variants).map(|(code, data)| case(&literal(code), &data)).collect()
            }
            _ => {
                let all: Vec<String> = codes.iter().map(|code| literal(code)).collect();
                let code = if all.is_empty() { "string".to_owned() } else { all.join(" | ") };
                vec![case(&code, &self.shape(data))]
            }
        }
    }

    fn union(&self, union: &Union) -> String {
        let members: Vec<String> =
            union.variants.iter().map(|variant| self.variant(variant, &union.tagging)).collect();
        if members.is_empty() { "never".to_owned() } else { members.join(" | ") }
    }

    fn variant(&self, variant: &Variant, tagging: &Tagging) -> String {
        let name = literal(variant.name);
        let content = match &variant.content {
            Content::Nothing => None,
            Content::Value(shape) => Some(self.shape(shape)),
            Content::Fields(fields) => Some(object(&self.fields(fields))),
        };
        match (tagging, content) {
            (Tagging::External, None) => name,
            (Tagging::External, Some(content)) => object(&[format!("{}: {content}", property(variant.name))]),
            (Tagging::Internal { tag }, _) => {
                let mut members = vec![format!("{}: {name}", property(tag))];
                if let Content::Fields(fields) = &variant.content {
                    members.extend(self.fields(fields));
                }
                object(&members)
            }
            (Tagging::Adjacent { tag, .. }, None) => object(&[format!("{}: {name}", property(tag))]),
            (Tagging::Adjacent { tag, content: key }, Some(content)) => {
                object(&[format!("{}: {name}", property(tag)), format!("{}: {content}", property(key))])
            }
        }
    }
}

/// Returns the errors that the application defines, by their names: their codes and their data.
fn errors(classes: &[Described]) -> BTreeMap<&'static str, (&'static [&'static str], &Shape)> {
    let methods = classes.iter().flat_map(|class| &class.methods);
    let errors = methods.filter_map(|method| match method {
        Method::Remote(Remote { error, .. }) => error.as_ref(),
        Method::Fetch => None,
    });
    errors
        .filter_map(|error| {
            let (codes, data) = error.application.as_ref()?;
            Some((error.name, (*codes, data)))
        })
        .collect()
}

/// Returns serde's name of the type, followed by the names of its type arguments.
fn type_name(name: &str, path: &str) -> String {
    let arguments = path.strip_suffix('>').and_then(|path| path.split_once('<')).map_or("", |(_, rest)| rest);
    let arguments = arguments
        .split(['<', '>', ',', '(', ')', '[', ']', ';', '&', ' '])
        .filter_map(|argument| argument.rsplit("::").next())
        .flat_map(|argument| {
            let mut letters = argument.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<Vec<_>>()
        });
    let name: String =
        name.chars().chain(arguments).filter(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) || name.is_empty() {
        format!("_{name}")
    } else {
        name
    }
}

/// Returns a name in the form that may stand before a colon.
fn property(name: &str) -> String {
    let mut letters = name.chars();
    let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let plain = letters.next().is_some_and(|first| word(first) && !first.is_numeric()) && letters.all(word);
    if plain { name.to_owned() } else { literal(name) }
}

/// Returns a text as a literal. A JSON string is also a literal of JavaScript.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn object(members: &[String]) -> String {
    if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join("; ")) }
}

/// Appends a documentation comment, if there is documentation.
fn docs(text: &mut String, indent: &str, docs: &[&str], error: Option<&str>) {
    let mut lines: Vec<String> = docs
        .iter()
        .flat_map(|doc| doc.split('\n'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().replace("*/", "*\\/"))
        .collect();
    lines.extend(error.map(|error| format!("@throws {{{error}}}")));
    match lines.as_slice() {
        [] => {}
        [line] => push(text, format_args!("{indent}/** {line} */\n")),
        lines => {
            push(text, format_args!("{indent}/**\n"));
            for line in lines {
                push(text, format_args!("{}\n", format!("{indent} * {line}").trim_end()));
            }
            push(text, format_args!("{indent} */\n"));
        }
    }
}

/// Appends to a text. This cannot fail.
fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(more);
}
