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
    let letters = |name: &str| -> Vec<char> {
        name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
    };
    let (left, right) = (letters(left), letters(right));
    // The distances of the beginnings of `right` to the letters of `left` so far, and to one and two letters less.
    let mut row: Vec<usize> = (0..=right.len()).collect();
    let mut last = row.clone();
    for (down, a) in left.iter().enumerate() {
        let mut next = vec![down + 1];
        for (across, b) in right.iter().enumerate() {
            let replaced = row[across] + usize::from(a != b);
            let mut least = replaced.min(row[across + 1] + 1).min(next[across] + 1);
            if down > 0 && across > 0 && *a == right[across - 1] && left[down - 1] == *b {
                least = least.min(last[across - 1] + 1);
            }
            next.push(least);
        }
        last = std::mem::replace(&mut row, next);
    }
    row[right.len()]
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
        assert_eq!(nearest("Romo", ["Lobby", "Room"]), Some("Room"));
    }
}
