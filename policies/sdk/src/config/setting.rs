//! Values of single settings.

use super::json::Value;
use super::schema::{Bounds, Schema};
use super::wrong::Wrong;

/// A type that a setting can have.
///
/// There are: [`Duration`](std::time::Duration) (text such as `"1h 30m"`), [`Limit`](super::Limit) (the same,
/// or `"none"`), `bool`, `String`, `f64` and `f32`, whole numbers, [`Option`] of any of them (nothing where the
/// setting is absent), [`Vec`] (a list), [`Named`](super::Named) (a table whose names are the operator's),
/// [`Template`](crate::template::Template) and [`Pattern`](crate::template::Pattern), and whatever derives
/// [`Settings`](macro@crate::Settings): a struct is a table, an enum a choice.
///
/// One of your own reads what another type reads, and says what is wrong with it:
///
/// ```
/// use shelflife_policy::Settings;
/// use shelflife_policy::config::{self, Given, Schema, Setting, Wrong};
///
/// struct Port(u16);
///
/// impl Setting for Port {
///     const SCHEMA: Schema = u16::SCHEMA;
///
///     fn read(given: Given<'_>) -> Result<Self, Wrong> {
///         match u16::read(given)? {
///             0 => Err(Wrong::new("should be a port that can be listened on")),
///             port => Ok(Port(port)),
///         }
///     }
/// }
///
/// #[derive(Settings)]
/// struct Mine {
///     port: Port,
/// }
///
/// let refused = config::read::<Mine>(r#"{ "port": 0 }"#).err().unwrap();
/// assert_eq!(refused, "`port` should be a port that can be listened on");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that a setting can have",
    note = "a setting is a `Duration`, a `config::Limit`, a `bool`, a `String`, a number, an `Option`, `Vec` or \
            `config::Named` of them, or a type that derives `shelflife_policy::Settings`"
)]
pub trait Setting: Sized {
    /// What can be given.
    const SCHEMA: Schema;

    /// What it is where it is absent and has no default, as JSON.
    #[doc(hidden)]
    const ABSENT: Option<&'static str> = None;

    /// What `#[setting(default)]` stands for, as JSON.
    #[doc(hidden)]
    const EMPTY: Option<&'static str> = Self::ABSENT;

    /// Reads what was given.
    ///
    /// # Errors
    ///
    /// What it should be; the name of the setting is put in front of it.
    fn read(given: Given<'_>) -> Result<Self, Wrong>;
}

/// What was given for a setting.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub(super) value: &'a Value,
    pub(super) bounds: &'a Bounds,
}

impl<'a> Given<'a> {
    pub(super) fn new(value: &'a Value) -> Self {
        Self {
            value,
            bounds: &Bounds::NONE,
        }
    }

    /// Another value, between the same bounds.
    pub(super) fn other(self, value: &'a Value) -> Self {
        Self { value, ..self }
    }

    /// The text that was given.
    ///
    /// # Errors
    ///
    /// That `expected` was expected, where something else was given.
    pub fn text(self, expected: &str) -> Result<&'a str, Wrong> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.is_not(expected)),
        }
    }

    /// That something else was expected: "should be …, not …".
    #[cold]
    pub fn is_not(self, expected: &str) -> Wrong {
        Wrong::not(expected, self.value)
    }

    /// Which of several choices was given.
    ///
    /// # Errors
    ///
    /// The nearest one, where it is none of them.
    #[doc(hidden)]
    pub fn choice(self, names: &'static [&'static str]) -> Result<Choice<'a>, Wrong> {
        let (name, with) = match self.value {
            Value::Text(name) => (name, None),
            Value::Table(table) => match &table[..] {
                [(name, value)] => (name, Some(self.other(value))),
                _ => return Err(self.is_not("a table with one choice")),
            },
            _ => return Err(self.is_not("the name of a choice, or a table with one")),
        };
        match names.iter().position(|known| known == name) {
            Some(place) => Ok(Choice { place, name, with }),
            None => Err(Wrong::unknown("choice", name, names.iter().copied())),
        }
    }
}

/// One of a setting's choices: `"name"`, or `{ name = value }`.
#[doc(hidden)]
pub struct Choice<'a> {
    /// Its place among the names.
    pub place: usize,
    name: &'a str,
    with: Option<Given<'a>>,
}

impl Choice<'_> {
    /// Makes sure that nothing stands with the name.
    ///
    /// # Errors
    ///
    /// That the name alone would be right.
    pub fn alone<T>(self, value: T) -> Result<T, Wrong> {
        match self.with {
            None => Ok(value),
            Some(_) => Err(Wrong::new(format!("should be just `{}`", self.name))),
        }
    }

    /// What stands with the name.
    ///
    /// # Errors
    ///
    /// That something should, or what is wrong with it.
    pub fn with<T: Setting>(self) -> Result<T, Wrong> {
        match self.with {
            Some(given) => T::read(given).map_err(|wrong| wrong.within(self.name)),
            None => Err(Wrong::new(format!(
                "should be a table: {{ {} = … }}",
                self.name
            ))),
        }
    }
}

impl Setting for bool {
    const SCHEMA: Schema = Schema::Truth;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        match given.value {
            Value::Bool(truth) => Ok(*truth),
            _ => Err(given.is_not("true or false")),
        }
    }
}

impl Setting for String {
    const SCHEMA: Schema = Schema::Text;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        given.text("text").map(str::to_owned)
    }
}

impl Setting for f64 {
    const SCHEMA: Schema = Schema::Number;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        match given.value {
            Value::Number(number, _) if given.bounds.hold(*number) => Ok(*number),
            _ => Err(given.is_not(&expected("a number", given.bounds))),
        }
    }
}

impl Setting for f32 {
    const SCHEMA: Schema = Schema::Number;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        f64::read(given).map(|number| number as f32)
    }
}

/// What a number should be.
#[cold]
fn expected(kind: &str, bounds: &Bounds) -> String {
    let lowest = bounds.lowest.map_or("", |bound| bound.text);
    let highest = bounds.highest.map_or("", |bound| bound.text);
    let (before, between) = match (bounds.lowest, bounds.highest) {
        (None, None) => ("", ""),
        (Some(_), None) if bounds.above => (" above ", ""),
        (Some(_), None) => (" of at least ", ""),
        (None, Some(_)) => (" of at most ", ""),
        (Some(_), Some(_)) if bounds.above => (" above ", " and up to "),
        (Some(_), Some(_)) => (" between ", " and "),
    };
    [kind, before, lowest, between, highest].concat()
}

/// A whole number, between two others that the type sets and the bounds of the setting.
fn whole(given: Given<'_>, lowest: f64, highest: f64) -> Result<f64, Wrong> {
    let bounds = given.bounds;
    match given.value {
        Value::Number(number, _)
            if *number as i64 as f64 == *number
                && (lowest..=highest).contains(number)
                && bounds.hold(*number) =>
        {
            Ok(*number)
        }
        Value::Number(number, _) if *number > highest && bounds.highest.is_none() => {
            Err(given.is_not(&format!("a whole number up to {}", highest as u64)))
        }
        _ if bounds.lowest.is_none() && bounds.highest.is_none() && lowest == 0.0 => {
            Err(given.is_not("a whole number, 0 or more"))
        }
        _ => Err(given.is_not(&expected("a whole number", bounds))),
    }
}

/// Past 53 bits not every whole number is one that JSON's numbers can tell apart.
const MOST: f64 = 9_007_199_254_740_991.0;

macro_rules! whole {
    ($($type:ident $lowest:expr, $highest:expr;)+) => {
        $(impl Setting for $type {
            const SCHEMA: Schema = Schema::Whole { lowest: $lowest, highest: $highest };

            fn read(given: Given<'_>) -> Result<Self, Wrong> {
                whole(given, $lowest, $highest).map(|number| number as $type)
            }
        })+
    };
}

whole! {
    u8 0.0, u8::MAX as f64;
    u16 0.0, u16::MAX as f64;
    u32 0.0, u32::MAX as f64;
    u64 0.0, MOST;
    usize 0.0, if usize::BITS == 64 { MOST } else { usize::MAX as f64 };
    i32 i32::MIN as f64, i32::MAX as f64;
    i64 -MOST, MOST;
}

impl<T: Setting> Setting for Option<T> {
    const SCHEMA: Schema = T::SCHEMA;
    const ABSENT: Option<&'static str> = Some("null");

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        match given.value {
            Value::Null => Ok(None),
            _ => T::read(given).map(Some),
        }
    }
}

impl<T: Setting> Setting for Vec<T> {
    const SCHEMA: Schema = Schema::List(&T::SCHEMA);
    const EMPTY: Option<&'static str> = Some("[]");

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let Value::List(list) = given.value else {
            return Err(given.is_not("a list"));
        };
        let mut values = Vec::with_capacity(list.len());
        for value in list {
            values.push(T::read(given.other(value))?);
        }
        Ok(values)
    }
}
