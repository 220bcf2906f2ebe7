//! What settings are, as constants: the source of their JSON Schema and of what defaults are held against.
//!
//! Only looked at when a policy is compiled, and natively: a component carries the finished text and none of
//! this.

/// What a setting can be. `#[derive(Settings)]` makes these.
#[derive(Debug, Clone, Copy)]
pub enum Schema {
    /// A length of time, as text.
    Duration,
    /// A length of time, or `"none"`.
    Limit,
    /// `true` or `false`.
    Truth,
    /// Text.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Whole {
        /// The least that the type holds: 0, where it has no sign.
        lowest: f64,
        /// The most that it holds.
        highest: f64,
    },
    /// A list, of these.
    List(&'static Schema),
    /// A table whose names are the operator's, of these.
    Named(&'static Schema),
    /// One of several choices.
    Choice(&'static [Variant]),
    /// A table of settings.
    Table(&'static [Property]),
    /// A table of settings that may differ by key.
    ByPrefix(&'static [Property]),
}

/// A setting in a table, with what only its schema says of it.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// The setting.
    pub field: &'static Field,
    /// What it means.
    pub about: &'static str,
    /// What it can be.
    pub schema: Schema,
}

/// One of several choices.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// How it is written.
    pub name: &'static str,
    /// What stands with the name, where something does: `{ name = … }`.
    pub with: Option<Schema>,
}

/// What a component has to know of a setting.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// What it is called.
    pub name: &'static str,
    /// What it is where it is not given, as JSON. Without one it has to be given.
    pub default: Option<&'static str>,
    /// What its numbers lie between.
    pub bounds: Bounds,
    /// Whether it holds for the whole policy, and so is refused in a rule.
    pub whole_policy: bool,
    /// Whether it is one of several that exclude each other: a rule that sets one of them does not take
    /// the others over.
    pub either: bool,
}

/// What a number lies between.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The least that it can be.
    pub lowest: Option<Bound>,
    /// Whether it has to be more than that.
    pub above: bool,
    /// The most that it can be.
    pub highest: Option<Bound>,
}

/// An end of a range.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The number.
    pub number: f64,
    /// The number as it was written.
    pub text: &'static str,
}

impl Bounds {
    /// Any number.
    pub const NONE: Self = Self {
        lowest: None,
        above: false,
        highest: None,
    };

    /// Whether a number lies between them. None that is not finite does.
    pub(super) const fn hold(&self, number: f64) -> bool {
        let holds_low = match self.lowest {
            Some(Bound { number: low, .. }) => number > low || (number == low && !self.above),
            None => true,
        };
        let holds_high = match self.highest {
            Some(Bound { number: high, .. }) => number <= high,
            None => true,
        };
        holds_low && holds_high && number.is_finite()
    }
}

/// A default as it was written, to be held against a schema.
#[derive(Debug, Clone, Copy)]
pub enum Literal {
    /// Text.
    Text(&'static str),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Truth(bool),
    /// A list; it is not held against anything but whether a list is right.
    List,
    /// A table; likewise.
    Table,
}

impl Schema {
    /// Whether a setting with this schema and these bounds can be that. For the macro, which refuses to
    /// compile a default that the policy would refuse; lists and tables are not looked into.
    #[doc(hidden)]
    pub const fn takes(&self, literal: Literal, bounds: &Bounds) -> bool {
        match (self, literal) {
            (Self::Duration, Literal::Text(text)) => {
                super::duration::nanos(text.as_bytes()).is_some()
            }
            (Self::Limit, Literal::Text(text)) => {
                is_same(text, "none") || super::duration::nanos(text.as_bytes()).is_some()
            }
            (Self::Text, Literal::Text(_)) | (Self::Truth, Literal::Truth(_)) => true,
            (Self::Number, Literal::Number(number)) => bounds.hold(number),
            (Self::Whole { lowest, highest }, Literal::Number(number)) => {
                number as i64 as f64 == number
                    && *lowest <= number
                    && number <= *highest
                    && bounds.hold(number)
            }
            (Self::List(_), Literal::List) => true,
            (
                Self::Named(_) | Self::Table(_) | Self::ByPrefix(_) | Self::Choice(_),
                Literal::Table,
            ) => true,
            (Self::Choice(variants), Literal::Text(text)) => {
                let mut at = 0;
                while at < variants.len() {
                    if is_same(variants[at].name, text) && variants[at].with.is_none() {
                        return true;
                    }
                    at += 1;
                }
                false
            }
            _ => false,
        }
    }

    /// The same table, whose settings may differ by key. Does not compile where a setting has a name that
    /// stands for something else there.
    pub(super) const fn by_prefix(self) -> Self {
        let Self::Table(properties) = self else {
            return self;
        };
        let mut at = 0;
        while at < properties.len() {
            let name = properties[at].field.name;
            assert!(
                !is_same(name, "rules") && !is_same(name, "prefix"),
                "where settings differ by key none can be called `rules` or `prefix`"
            );
            at += 1;
        }
        Self::ByPrefix(properties)
    }

    /// Whether bounds mean anything to it.
    #[doc(hidden)]
    pub const fn has_numbers(&self) -> bool {
        match self {
            Self::Number | Self::Whole { .. } => true,
            Self::List(each) | Self::Named(each) => each.has_numbers(),
            _ => false,
        }
    }

    /// The names of the settings in a table; nothing of anything else.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let properties = match self {
            Self::Table(properties) | Self::ByPrefix(properties) => *properties,
            _ => &[],
        };
        properties.iter().map(|property| property.field.name)
    }
}

/// Equality of texts, in a `const` function.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}
