//! The address of a request.

use form_urlencoded::Parse;
use percent_encoding::percent_decode_str;

use crate::Request;

/// Reads the address of a [`Request`].
///
/// The platform has parsed the address already. `Request::url` parses it again, and brings the crate `url` with 70 kB of
/// tables into the worker, compressed. This trait does not.
///
/// ```
/// use durable_object::prelude::*;
///
/// /// Answers `/rooms/blue%20room?user=ada`.
/// fn welcome(request: &Request) -> Option<String> {
///     let segments = request.path_segments();
///     let [first, room] = segments.as_slice() else { return None };
///     let user = request.query_param("user")?;
///     (first == "rooms").then(|| format!("{user} enters {room}"))
/// }
/// ```
pub trait RequestExt {
    /// Returns the value of the first query parameter of this name, decoded. A parameter without a value, as in `?name`
    /// or `?name=`, has the empty one.
    fn query_param(&self, name: &str) -> Option<String> {
        self.query_params().into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// Returns the names and values of all query parameters, decoded, in their order.
    fn query_params(&self) -> Vec<(String, String)>;

    /// Returns the parts of the path between the slashes, decoded. Slashes at the end and repeated ones make empty
    /// parts: `/a//b/` has `a`, an empty part, `b` and an empty part, and `/` has one empty part. A part may contain a
    /// slash that was written as `%2F`. Bytes that are not UTF-8 become `\u{fffd}`.
    fn path_segments(&self) -> Vec<String>;
}

impl RequestExt for Request {
    fn query_params(&self) -> Vec<(String, String)> {
        parameters(&self.inner().url()).into_owned().collect()
    }

    fn path_segments(&self) -> Vec<String> {
        segments(&self.path())
    }
}

/// Returns the parameters of an address, in their order.
pub(crate) fn parameters(url: &str) -> Parse<'_> {
    let address = url.split_once('#').map_or(url, |(address, _)| address);
    let query = address.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
}

fn segments(path: &str) -> Vec<String> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use worker::Url;

    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        parameters(&format!("https://example.com/path{query}")).into_owned().collect()
    }

    #[test]
    fn parameters_are_decoded_in_their_order() {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        assert_eq!(pairs("?a=b&c=a%20b+c&a=d#?e=f"), owned(&[("a", "b"), ("c", "a b c"), ("a", "d")]));
        assert_eq!(pairs("?a&b=&=c&&d=1=2"), owned(&[("a", ""), ("b", ""), ("", "c"), ("d", "1=2")]));
        for query in ["", "?", "#?a=b"] {
            assert_eq!(pairs(query), [], "{query}");
        }
    }

    #[test]
    fn segments_are_decoded_after_they_are_told_apart() {
        assert_eq!(segments("/rooms/blue%20room"), ["rooms", "blue room"]);
        assert_eq!(segments("/a//b%2Fc/"), ["a", "", "b/c", ""]);
        assert_eq!(segments("/"), [""]);
        assert_eq!(segments("/100%/%ff/%c3%a4"), ["100%", "\u{fffd}", "ä"]);
    }

    proptest! {
        /// The crate `url` is the reference.
        #[test]
        fn as_the_crate_url_reads_it(address in "https://example\\.com(/[a-z%2F .+ä]{0,6}){0,4}(\\?[a-c=&%2+;ä ]{0,16})?(#[a-c?=]{0,4})?") {
            let url = Url::parse(&address).unwrap();
            prop_assert_eq!(
                parameters(url.as_str()).into_owned().collect::<Vec<_>>(),
                url.query_pairs().into_owned().collect::<Vec<_>>()
            );
            let theirs = url.path_segments().unwrap();
            let theirs: Vec<_> = theirs.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect();
            prop_assert_eq!(segments(url.path()), theirs);
        }
    }
}
