//! The compatibility date and flags: the features of the platform that the code needs.

use super::Check;
use crate::code::Source;
use crate::environment::Environment;
use crate::lifecycle::Lifecycle;
use crate::lines::{Addition, Literal};
use crate::problem::{NEW_DATE, Problem};
use crate::value::Value;

/// A feature of the platform, with the flags of workerd's `io/compatibility-date.capnp`. The page "Compatibility dates"
/// of the guide has them too.
struct Feature {
    /// The date from which on it is there without a flag.
    from: &'static str,
    flag: &'static str,
    off: &'static str,
    effect: &'static str,
}

const CALLS: Feature =
    Feature { from: "2024-04-03", flag: "rpc", off: "no_rpc", effect: "objects cannot be called" };
const CRASHES: Feature = Feature {
    from: "2024-10-14",
    flag: "handle_cross_request_promise_resolution",
    off: "no_handle_cross_request_promise_resolution",
    effect: "a crash leaves the calls that wait for the object without an answer",
};
const ERRORS: Feature = Feature {
    from: "2026-04-21",
    flag: "enhanced_error_serialization",
    off: "legacy_error_serialization",
    effect: "errors of your own lose their name and their data on the way, so a stub gives an `Error::Remote` for them",
};
const EXPORTS: Feature = Feature {
    from: "2025-11-17",
    flag: "enable_ctx_exports",
    off: "disable_ctx_exports",
    effect: "classes without a binding are not found",
};

pub(super) fn check(check: &mut Check<'_>, environment: Environment<'_>) {
    let date = match environment.inherited("compatibility_date") {
        None => {
            let line = Addition::member(None, &[], "compatibility_date", Literal::text(NEW_DATE));
            check.note(check.config.top(), None, Problem::NoDate, [line]);
            return;
        }
        Some(value) => value,
    };
    let holder = environment.holder("compatibility_date");
    let Some(text) = date.as_text().filter(|text| is_date(text)) else {
        let found = date.as_text().unwrap_or_default().to_owned();
        check.note(holder, Some(date), Problem::NoSuchDate { found }, []);
        return;
    };
    let flags = environment.inherited("compatibility_flags");
    let flags_holder = environment.holder("compatibility_flags");
    let flag =
        |name: &str| flags.map_or(&[][..], Value::items).iter().find(|flag| flag.as_text() == Some(name));
    for Feature { from, flag: on, off, effect } in needed(check, environment) {
        if let Some(place) = flag(off) {
            let problem = Problem::NoFeature { flag: on, from, off: Some(off), effect };
            check.note(flags_holder, Some(place), problem, []);
        } else if text < from && flag(on).is_none() {
            let problem = Problem::NoFeature { flag: on, from, off: None, effect };
            let line = Addition::item(flags_holder.name(), &["compatibility_flags"], Literal::text(on));
            check.note(holder, Some(date), problem, [line]);
        }
    }
}

fn needed(check: &Check<'_>, environment: Environment<'_>) -> Vec<Feature> {
    let mut features = Vec::new();
    let calls = check.code.fields.iter().any(|field| matches!(field.source, Source::Objects { .. }));
    if calls || !check.code.classes.is_empty() {
        features.push(CALLS);
    }
    if !check.code.classes.is_empty() {
        features.push(CRASHES);
    }
    if check.code.classes.iter().any(|class| class.own_errors) {
        features.push(ERRORS);
    }
    let live = Lifecycle::of(environment).live;
    if check.surroundings.accepted.unbound.iter().any(|class| live.contains_key(class.as_str())) {
        features.push(EXPORTS);
    }
    features
}

/// Returns whether workerd takes a text for a date. Such dates compare as texts do.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |part: &str, length: usize| {
        let digits = part.len() == length && part.bytes().all(|digit| digit.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok()).flatten()
    };
    number(year, 4).is_some_and(|year| year >= 2000)
        && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert!(["2026-08-01", "2024-12-31"].into_iter().all(is_date));
        for text in [
            "",
            "2026-8-1",
            "2026-13-01",
            "2026-00-01",
            "2026-01-32",
            "2026-01",
            "today",
            "+026-01-01",
            "1999-12-31",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn a_flag_has_another_that_turns_it_off() {
        for feature in [CALLS, CRASHES, ERRORS, EXPORTS] {
            assert!(is_date(feature.from) && feature.flag != feature.off);
        }
    }
}
