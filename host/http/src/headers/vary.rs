//! `Vary`: which fields of a request have chosen a response (RFC 9111, 4.1).

use std::hash::{DefaultHasher, Hash, Hasher};

use http::header::VARY;
use http::{HeaderMap, HeaderName};

use super::lists::{members, split};

/// The fields that have chosen a response, with what the request said in each. Empty where none have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Selection {
    fields: Box<[(HeaderName, Option<String>)]>,
}

/// Why no other request can be known to choose the same response: `*`, or a name that is none.
#[derive(Debug, PartialEq)]
pub(crate) struct Unselectable;

impl Selection {
    pub(crate) fn of(response: &HeaderMap, request: &HeaderMap) -> Result<Selection, Unselectable> {
        let mut fields = Vec::new();
        for name in members(response, VARY) {
            if name == "*" {
                return Err(Unselectable);
            }
            let name: HeaderName = name.parse().map_err(|_| Unselectable)?;
            let said = said(request, &name);
            fields.push((name, said));
        }
        fields.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        fields.dedup();
        Ok(Selection {
            fields: fields.into(),
        })
    }

    /// Whether a request chooses the same.
    pub(crate) fn is_of(&self, request: &HeaderMap) -> bool {
        let mut fields = self.fields.iter();
        fields.all(|(name, value)| said(request, name) == *value)
    }

    /// A number that two requests share if they choose the same. Others may share it too: whoever finds a
    /// response by it has to look whether it is the right one.
    pub(crate) fn number(&self, request: &HeaderMap) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (name, _) in &self.fields {
            said(request, name).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        let text = |value: &Option<String>| value.as_ref().map_or(0, String::len);
        let size =
            |(_, value): &(HeaderName, Option<String>)| size_of_val(value) + 32 + text(value);
        self.fields.iter().map(size).sum()
    }
}

/// What a request says in the fields of a name, as one list, however it is written. None where it has none,
/// which is not the same as an empty one.
fn said(request: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut fields = request.get_all(name).into_iter().peekable();
    fields.peek()?;
    let mut joined = String::new();
    for field in fields {
        // Bytes that are no text are told apart all the same.
        let field = String::from_utf8_lossy(field.as_bytes());
        for member in split(&field) {
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(member);
        }
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_request_chooses_by_the_fields_that_are_named() {
        let response = headers(&[("vary", "Accept-Language, accept-encoding")]);
        let german = headers(&[("accept-language", "de"), ("accept-encoding", "gzip, br")]);
        let selection = Selection::of(&response, &german).unwrap();
        for (request, is_same) in [
            (
                &[
                    ("accept-language", "de"),
                    ("accept-encoding", "gzip, br"),
                    ("cookie", "a"),
                ][..],
                true,
            ),
            (
                &[
                    ("accept-language", "de"),
                    ("accept-encoding", "gzip"),
                    ("accept-encoding", "br"),
                ],
                true,
            ),
            (
                &[("accept-language", "de"), ("accept-encoding", "gzip,br")],
                true,
            ),
            (
                &[("accept-language", "en"), ("accept-encoding", "gzip, br")],
                false,
            ),
            (&[("accept-encoding", "gzip, br")], false),
            (
                &[("accept-language", ""), ("accept-encoding", "gzip, br")],
                false,
            ),
        ] {
            let request = headers(request);
            assert_eq!(selection.is_of(&request), is_same, "{request:?}");
            let same_number = selection.number(&request) == selection.number(&german);
            assert_eq!(same_number, is_same, "{request:?}");
        }
    }

    #[test]
    fn a_response_that_varies_with_everything_is_for_nobody_else() {
        for vary in ["*", "accept, *", "not a name"] {
            let response = HeaderMap::from_iter([(VARY, vary.parse().unwrap())]);
            let selection = Selection::of(&response, &HeaderMap::new());
            assert_eq!(selection, Err(Unselectable), "{vary}");
        }
    }

    #[test]
    fn a_response_that_does_not_vary_is_for_all() {
        let selection = Selection::of(&HeaderMap::new(), &HeaderMap::new()).unwrap();
        assert!(selection.is_of(&headers(&[("accept", "x")])));
    }
}
