//! The name that an author may have meant.

/// Returns the name that differs least from `wanted`, if it differs in few letters.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = names.into_iter().map(|name| (distance(wanted, name), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= wanted.chars().count().max(3) / 3).then_some(name)
}

/// Returns how many letters have to be added, removed, replaced or swapped to make one name of the other. The case of
/// letters and underscores do not count.
fn distance(left: &str, right: &str) -> usize {
    let letters = |name: &str| name.replace('_', "").to_lowercase();
    strsim::osa_distance(&letters(left), &letters(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_close() {
        let names = ["id", "text", "deleted_at"];
        for (wanted, name) in [
            ("txt", Some("text")),
            ("deletedAt", Some("deleted_at")),
            ("deleted", Some("deleted_at")),
            ("ids", Some("id")),
            ("completed", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), name, "{wanted}");
        }
        assert_eq!(nearest("a", []), None);
    }
}
