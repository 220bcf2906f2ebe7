//! Text with placeholders: patterns that keys are matched with, templates that keys and tags are
//! made from.
//!
//! ```
//! use shelflife_policy::template::{Pattern, Template};
//!
//! let pattern = Pattern::parse("page:product:{id}")?;
//! let tag = Template::parse("reviews:product:{id}")?;
//! let parts = pattern.matches("page:product:17").unwrap();
//! let filled = tag.fill(&mut |name| parts.get(name).map(str::to_owned));
//! assert_eq!(filled.as_deref(), Ok("reviews:product:17"));
//! # Ok::<(), String>(())
//! ```

use crate::config::{Given, Schema, Setting, Wrong};
use crate::event::Change;
use crate::host::Host;

/// The placeholder that stands for a change's key, whatever columns its row has.
const KEY: &str = "key";

/// One piece of a pattern or template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Slot(String),
}

/// Text with `{name}` placeholders, to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// A text that quotes the template: a brace without its other half, or a placeholder without a
    /// name.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self {
            text: text.to_owned(),
            pieces: pieces(text)?,
        })
    }

    /// The template as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the placeholders, in their order.
    pub fn slots(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Slot(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// Whether the template has no placeholder, and so stands for one text.
    pub fn is_fixed(&self) -> bool {
        self.slots().next().is_none()
    }

    /// The text before the first placeholder: what every text made from the template begins with.
    pub fn literal_prefix(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }

    /// The template with every placeholder replaced by what `value` answers for its name.
    ///
    /// # Errors
    ///
    /// The name of the first placeholder that `value` has nothing for.
    pub fn fill(&self, value: &mut dyn FnMut(&str) -> Option<String>) -> Result<String, String> {
        let mut filled = String::with_capacity(self.text.len());
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => filled.push_str(text),
                Piece::Slot(name) => filled.push_str(&value(name).ok_or_else(|| name.clone())?),
            }
        }
        Ok(filled)
    }

    /// What the template stands for in the row behind a change, added to `texts`: one text for the row
    /// as it is now and, where that differs, one for the row as it was, so that what is made from a
    /// column that changed is found under its old value too. `{key}` stands for the change's key. A
    /// column that the feed carries on one side only is taken to be the same on the other.
    ///
    /// `index` is the change's place in the list that the policy was given.
    ///
    /// # Errors
    ///
    /// A text that names the template, the column and the collection, where the feed carries the
    /// column on neither side.
    pub fn fill_from(
        &self,
        index: usize,
        change: &Change,
        host: &mut Host,
        texts: &mut Vec<String>,
    ) -> Result<(), String> {
        let mut was = Vec::new();
        let now = self.fill(&mut |column| {
            let (before, after) = if column == KEY {
                (None, Some(change.key.clone()))
            } else {
                (
                    host.row_before(index, column),
                    host.row_after(index, column),
                )
            };
            let now = after.or_else(|| before.clone())?;
            was.push(before.unwrap_or_else(|| now.clone()));
            Some(now)
        });
        let now = now.map_err(|column| {
            format!(
                "`{}` needs the column `{column}`, which the feed `{}` does not carry for a change \
                 of `{}`; `{{key}}` stands for the change's key",
                self.text, change.feed, change.collection
            )
        })?;
        let mut was = was.into_iter();
        let before = self.fill(&mut |_| was.next())?;
        if before != now {
            texts.push(before);
        }
        texts.push(now);
        Ok(())
    }
}

/// Reads several templates.
///
/// # Errors
///
/// That of the first that is broken.
pub fn templates(texts: &[String]) -> Result<Vec<Template>, String> {
    let mut templates = Vec::with_capacity(texts.len());
    for text in texts {
        templates.push(Template::parse(text)?);
    }
    Ok(templates)
}

/// Text with `{name}` placeholders that keys are compared with.
///
/// A placeholder takes at least one character and no `:`, and ends at the first occurrence of the text
/// that follows it. A `*` at the end takes the rest of the key, whatever it is; elsewhere it is a
/// character like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
    open: bool,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// A text that quotes the pattern: a brace without its other half, a placeholder without a name,
    /// with the name of another or right beside another.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (body, open) = match text.strip_suffix('*') {
            Some(body) => (body, true),
            None => (text, false),
        };
        let pattern = Self {
            pieces: pieces(body)?,
            open,
        };
        let slot = |piece: &Piece| matches!(piece, Piece::Slot(_));
        if pattern.pieces.windows(2).any(|pair| pair.iter().all(slot)) {
            return Err(format!(
                "`{text}`: two placeholders need some text between them"
            ));
        }
        for (at, name) in pattern.slots().enumerate() {
            if pattern.slots().take(at).any(|other| other == name) {
                return Err(format!("`{text}`: two placeholders are called `{name}`"));
            }
        }
        Ok(pattern)
    }

    /// The names of the placeholders, in their order.
    pub fn slots(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Slot(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// What the placeholders stand for in this key; `None` where the pattern does not fit.
    pub fn matches<'a>(&'a self, key: &'a str) -> Option<Matched<'a>> {
        let mut rest = key;
        let mut values = Vec::new();
        let mut pieces = self.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                Piece::Slot(name) => {
                    let part = first(":", rest).unwrap_or(rest.len());
                    let end = match pieces.peek() {
                        Some(Piece::Literal(text)) => first(text, rest)?,
                        _ => part,
                    };
                    if end == 0 || end > part {
                        return None;
                    }
                    let (value, after) = rest.split_at_checked(end)?;
                    values.push((name.as_str(), value));
                    rest = after;
                }
            }
        }
        (self.open || rest.is_empty()).then_some(Matched(values))
    }
}

/// Splits `rest` around `text`, where that is in it for the first time.
fn split<'a>(text: &str, rest: &'a str) -> Option<(&'a str, &'a str)> {
    let (before, after) = rest.split_at_checked(first(text, rest)?)?;
    Some((before, after.strip_prefix(text)?))
}

/// Where `text` is in `rest` for the first time; `str::find` would be 3 KiB of code.
fn first(text: &str, rest: &str) -> Option<usize> {
    rest.as_bytes()
        .windows(text.len())
        .position(|window| window == text.as_bytes())
}

/// What the placeholders of a pattern stand for in one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched<'a>(Vec<(&'a str, &'a str)>);

impl Matched<'_> {
    /// What the placeholder with this name stands for.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(slot, _)| *slot == name)
            .map(|(_, value)| *value)
    }
}

/// Splits text at its placeholders.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let wrong = |why: &str| format!("`{text}`: {why}");
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (literal, after) = match split("{", rest) {
            Some((literal, after)) => (literal, Some(after)),
            None => (rest, None),
        };
        if first("}", literal).is_some() {
            return Err(wrong("a `}` without its `{`"));
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.to_owned()));
        }
        let Some(after) = after else { break };
        let (name, after) = split("}", after).ok_or_else(|| wrong("a `{` without its `}`"))?;
        if name.is_empty() || first("{", name).is_some() {
            return Err(wrong("a placeholder needs a name, as in `{id}`"));
        }
        pieces.push(Piece::Slot(name.to_owned()));
        rest = after;
    }
    Ok(pieces)
}

impl Setting for Template {
    const SCHEMA: Schema = Schema::Text;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        Self::parse(given.text("a template such as `user:{id}`")?).map_err(Wrong::new)
    }
}

impl Setting for Pattern {
    const SCHEMA: Schema = Schema::Text;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        Self::parse(given.text("a pattern such as `user:{id}`")?).map_err(Wrong::new)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Template};
    use crate::testing::TestHost;
    use crate::{Change, Host};

    fn filled(template: &str, host: &mut TestHost) -> Result<Vec<String>, String> {
        let mut texts = Vec::new();
        Template::parse(template)?
            .fill_from(
                0,
                &Change::updated("products", "17"),
                &mut Host::native(host),
                &mut texts,
            )
            .map(|()| texts)
    }

    #[test]
    fn a_column_that_changed_gives_the_old_text_and_the_new_one() {
        let mut host = TestHost::new()
            .row_before(0, "slug", "red")
            .row_after(0, "slug", "blue");
        assert_eq!(
            filled("product:{key}:{slug}", &mut host).unwrap(),
            ["product:17:red", "product:17:blue"]
        );
    }

    #[test]
    fn a_column_that_stayed_gives_one_text() {
        let mut host = TestHost::new()
            .row_before(0, "slug", "red")
            .row_after(0, "slug", "red");
        assert_eq!(filled("{slug}", &mut host).unwrap(), ["red"]);
    }

    #[test]
    fn a_column_on_one_side_only_stands_for_both() {
        let mut host = TestHost::new()
            .row_after(0, "shop", "9")
            .row_before(0, "slug", "red")
            .row_after(0, "slug", "blue");
        assert_eq!(
            filled("{shop}:{slug}", &mut host).unwrap(),
            ["9:red", "9:blue"]
        );
    }

    #[test]
    fn a_column_that_nobody_carries_is_named() {
        let text = filled("product:{slug}", &mut TestHost::new()).unwrap_err();
        for named in ["`product:{slug}`", "`slug`", "`products`", "`writes`"] {
            assert!(text.contains(named), "{text} does not name {named}");
        }
    }

    #[test]
    fn a_placeholder_takes_one_part_of_a_key() {
        let pattern = Pattern::parse("page:{kind}:{id}").unwrap();
        let matched = pattern.matches("page:product:17").unwrap();
        assert_eq!(matched.get("kind"), Some("product"));
        assert_eq!(matched.get("id"), Some("17"));
        assert_eq!(matched.get("other"), None);
        for other in [
            "page:product",
            "page::17",
            "page:product:",
            "page:a:b:c",
            "x",
        ] {
            assert_eq!(pattern.matches(other), None, "{other}");
        }
    }

    #[test]
    fn a_placeholder_ends_at_the_text_that_follows_it() {
        let pattern = Pattern::parse("img/{name}.png").unwrap();
        assert_eq!(
            pattern.matches("img/red.png").unwrap().get("name"),
            Some("red")
        );
        assert_eq!(pattern.matches("img/a:b.png"), None);
    }

    #[test]
    fn a_star_at_the_end_takes_the_rest() {
        let pattern = Pattern::parse("page:{id}:*").unwrap();
        let matched = pattern.matches("page:17:en:mobile").unwrap();
        assert_eq!(matched.get("id"), Some("17"));
        assert!(pattern.matches("page:17:").is_some());
        assert!(pattern.matches("page:17").is_none());
        assert!(Pattern::parse("*").unwrap().matches("").is_some());
    }

    #[test]
    fn broken_text_is_refused_with_the_text_in_quotes() {
        for broken in ["a{b", "a}b", "a{}", "a{b{c}"] {
            let text = Template::parse(broken).unwrap_err();
            assert!(text.starts_with(&format!("`{broken}`: ")), "{text}");
            assert!(Pattern::parse(broken).is_err());
        }
        for broken in ["{a}{b}", "{a}:{a}"] {
            assert!(Pattern::parse(broken).is_err(), "{broken}");
        }
    }
}
