//! The conversion of syntax to the model: it finds the markers and removes them.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, ImplItem, ImplItemFn, ItemImpl, ItemStruct, Member, Meta, parse_quote};

use super::model::{
    Declaration, Handler, Implementation, Kind, Method, PartField, Scheduled, ScheduledOptions, SocketEvent,
};
use crate::{options, report::Report};

/// Our attributes on methods.
const MARKERS: [&str; 8] = ["init", "rpc", "fetch", "connect", "alarm", "scheduled", "wake", "websocket"];

/// The content of one marker of a method.
enum Marker {
    Init,
    Wake,
    Handler(Kind),
    Scheduled(Box<ScheduledOptions>),
}

pub(super) fn declaration(options: TokenStream, mut item: ItemStruct) -> (Declaration, Report) {
    let mut report = Report::default();
    let known = ["class", "binding"];
    let ([class, binding], [export]) =
        options::parse_with_values(options, "`#[durable_object]`", known, ["export"], &mut report);
    let parts = parts(&mut item, &mut report);
    (Declaration { item, class, binding, export, parts }, report)
}

/// Takes the `#[part]` attributes off the fields.
fn parts(item: &mut ItemStruct, report: &mut Report) -> Vec<PartField> {
    let members: Vec<Member> = item.fields.members().collect();
    let mut parts = Vec::new();
    for (member, field) in members.into_iter().zip(&mut item.fields) {
        let markers: Vec<Attribute> =
            field.attrs.extract_if(.., |attribute| attribute.path().is_ident("part")).collect();
        for extra in markers.iter().skip(1) {
            report.add(extra, "this field is marked twice", "remove one of the two `#[part]`");
        }
        let Some(marker) = markers.first() else { continue };
        let tokens = list(&marker.meta, "`#[part]` or `#[part(name = \"…\")]`", report);
        let [given] = options::parse(tokens, "`#[part]`", ["name"], report);
        parts.push(PartField { member, ty: field.ty.clone(), given });
    }
    parts
}

pub(super) fn part(options: TokenStream, item: ItemImpl) -> (Implementation, Report) {
    let (implementation, mut report) = marked(item);
    if !options.is_empty() {
        report.add(
            options,
            "`#[part]` takes no options on the impl block: an object names its parts",
            "write `#[part(name = \"…\")]` on the field of the object",
        );
    }
    (implementation, report)
}

pub(super) fn implementation(options: TokenStream, item: ItemImpl) -> (Implementation, Report) {
    let (implementation, mut report) = marked(item);
    if !options.is_empty() {
        report.add(
            options,
            "`#[durable_object]` takes no options on the impl block: what the class is called is \
             part of its declaration",
            "move them to the `#[durable_object]` of the struct",
        );
    }
    (implementation, report)
}

/// Takes the markers off the methods of a block.
fn marked(mut item: ItemImpl) -> (Implementation, Report) {
    let mut report = Report::default();
    let (mut inits, mut wakes, mut handlers, mut scheduled) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for member in &mut item.items {
        let Some(attributes) = attributes(member) else { continue };
        let markers = take_markers(attributes);
        let ImplItem::Fn(method) = member else {
            for marker in &markers {
                report.add(
                    marker,
                    "only a method can be marked: nothing else can be called",
                    "remove the attribute, or put it on a method",
                );
            }
            continue;
        };
        for extra in markers.iter().skip(1) {
            report.add(
                extra,
                "a method has one caller, so it takes one marker",
                "split it into two methods that share an unmarked one",
            );
        }
        let Some(first) = markers.first() else { continue };
        match marker(first, &mut report) {
            Some(Marker::Init) => inits.push(without_body(method)),
            Some(Marker::Wake) => wakes.push(without_body(method)),
            Some(Marker::Handler(kind)) => {
                handlers.push(Handler { kind, method: without_body(method) });
            }
            Some(Marker::Scheduled(options)) => {
                scheduled.push(Scheduled { method: without_body(method), options: *options });
            }
            None => {}
        }
        // The contract asks for `self` and for owned arguments, so a method that does not use them is
        // correct.
        method.attrs.push(parse_quote!(#[allow(clippy::needless_pass_by_value, clippy::unused_self)]));
    }
    (Implementation { item, inits, wakes, handlers, scheduled }, report)
}

fn attributes(member: &mut ImplItem) -> Option<&mut Vec<Attribute>> {
    match member {
        ImplItem::Fn(item) => Some(&mut item.attrs),
        ImplItem::Const(item) => Some(&mut item.attrs),
        ImplItem::Type(item) => Some(&mut item.attrs),
        ImplItem::Macro(item) => Some(&mut item.attrs),
        _ => None,
    }
}

fn take_markers(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    attributes
        .extract_if(.., |attribute| MARKERS.iter().any(|name| attribute.path().is_ident(name)))
        .collect()
}

fn without_body(method: &ImplItemFn) -> Method {
    Method { attributes: method.attrs.clone(), visibility: method.vis.clone(), signature: method.sig.clone() }
}

fn marker(attribute: &Attribute, report: &mut Report) -> Option<Marker> {
    let name = attribute.path().get_ident()?;
    if name == "rpc" {
        return Some(Marker::Handler(rpc(&attribute.meta, report)));
    }
    if name == "websocket" {
        let event = socket_event(&attribute.meta, report)?;
        return Some(Marker::Handler(Kind::Socket(event)));
    }
    if name == "scheduled" {
        return Some(Marker::Scheduled(Box::new(scheduled(&attribute.meta, report))));
    }
    if !matches!(attribute.meta, Meta::Path(_)) {
        report.add(&attribute.meta, format!("`#[{name}]` takes no options"), format!("write `#[{name}]`"));
    }
    Some(match name.to_string().as_str() {
        "init" => Marker::Init,
        "wake" => Marker::Wake,
        "alarm" => Marker::Handler(Kind::Alarm),
        "connect" => Marker::Handler(Kind::Connect),
        _ => Marker::Handler(Kind::Fetch),
    })
}

fn rpc(meta: &Meta, report: &mut Report) -> Kind {
    let tokens = list(meta, "`#[rpc]` or `#[rpc(name = \"…\")]`", report);
    let ([name], [idempotent, shared]) =
        options::parse_with_flags(tokens, "`#[rpc]`", ["name"], ["idempotent", "shared"], report);
    Kind::Rpc { name, idempotent, shared }
}

fn scheduled(meta: &Meta, report: &mut Report) -> ScheduledOptions {
    let tokens = list(meta, "`#[scheduled]` or `#[scheduled(attempts = 3)]`", report);
    let (names, values) = (["name"], ["attempts", "backoff"]);
    let ([name], [attempts, backoff]) =
        options::parse_with_values(tokens, "`#[scheduled]`", names, values, report);
    ScheduledOptions { name, attempts, backoff }
}

/// Returns the options in the parentheses of a marker, if it has any. `forms` lists the ways to write it.
fn list(meta: &Meta, forms: &str, report: &mut Report) -> TokenStream {
    match meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            let name = pair.path.get_ident().map(ToString::to_string).unwrap_or_default();
            report.add(
                meta,
                format!("`#[{name}]` takes its options in parentheses"),
                format!("write {forms}"),
            );
            TokenStream::new()
        }
    }
}

fn socket_event(meta: &Meta, report: &mut Report) -> Option<SocketEvent> {
    let choices = SocketEvent::ALL.map(|event| format!("`#[websocket({})]`", event.word()));
    let help = format!("write one of {}", choices.join(", "));
    let word = match meta {
        Meta::List(list) => list.parse_args::<Ident>().map_err(|_| list.tokens.clone()),
        _ => {
            report.add(
                meta,
                "a socket has several events, and `#[websocket]` does not say which one it is for",
                help,
            );
            return None;
        }
    };
    let event =
        word.as_ref().ok().and_then(|word| SocketEvent::ALL.into_iter().find(|event| word == event.word()));
    if event.is_none() {
        let problem = "a hibernating socket has no such event";
        match word {
            Ok(word) => report.add(word, problem, help),
            Err(tokens) if tokens.is_empty() => report.add(meta, problem, help),
            Err(tokens) => report.add(tokens, problem, help),
        }
    }
    event
}
