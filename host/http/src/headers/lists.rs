//! Lists in header fields: members between commas, which do not count within quotes (RFC 9110, 5.6.1).

use http::{HeaderMap, HeaderName};

/// The members of all fields of a name, in order, without the blanks around them. Empty ones are left out,
/// as are fields that are no text.
pub(crate) fn members(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let fields = headers.get_all(name).into_iter();
    fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(split)
}

/// The members of one field.
pub(crate) fn split(field: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    let at_commas = move |byte: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match byte {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' => return !quoted,
            _ => {}
        }
        false
    };
    field
        .split(at_commas)
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
}

/// A value without the quotes that it may have. What is escaped within them stays as it is: nothing that
/// is read here has an escape where it is well-formed.
pub(crate) fn unquoted(value: &str) -> &str {
    let within = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    within.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_within_quotes_do_not_part_members() {
        let members: Vec<_> = split(r#"no-cache="a, b" , max-age=5,, "x\",y""#).collect();
        assert_eq!(members, [r#"no-cache="a, b""#, "max-age=5", r#""x\",y""#]);
    }

    #[test]
    fn fields_of_one_name_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append("vary", "Accept, ".parse().unwrap());
        headers.append("vary", "Origin".parse().unwrap());
        let members: Vec<_> = members(&headers, http::header::VARY).collect();
        assert_eq!(members, ["Accept", "Origin"]);
    }
}
