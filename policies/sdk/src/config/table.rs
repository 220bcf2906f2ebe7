//! Tables of settings.

use super::json::{self, Value};
use super::schema::{Field, Schema};
use super::setting::{Given, Setting};
use super::wrong::Wrong;

/// What a policy can be configured with: a struct that derives [`Settings`](macro@crate::Settings), the same
/// by key in [`ByPrefix`](super::ByPrefix), or `()` for a policy that has nothing to configure.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a policy can be configured with",
    note = "derive `shelflife_policy::Settings` on a struct with named fields; `()` is for nothing to configure"
)]
pub trait Settings: Sized {
    /// What can be set.
    const SCHEMA: Schema;

    /// What the settings are about, as a whole.
    const ABOUT: &'static str;

    #[doc(hidden)]
    fn read(given: Given<'_>) -> Result<Self, Wrong>;

    /// The JSON Schema of the settings (draft 2020-12), as their component carries it in the section
    /// `shelflife:settings`.
    ///
    /// ```
    /// use shelflife_policy::Settings;
    ///
    /// /// Time to live.
    /// #[derive(Settings)]
    /// struct Mine {
    ///     /// How many.
    ///     #[setting(default = 3)]
    ///     size: u32,
    /// }
    ///
    /// assert_eq!(
    ///     Mine::schema_json(),
    ///     concat!(
    ///         r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","description":"Time to live.","#,
    ///         r#""type":"object","properties":{"size":{"description":"How many.","type":"integer","#,
    ///         r#""minimum":0,"default":3}},"additionalProperties":false}"#,
    ///     )
    /// );
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    fn schema_json() -> String {
        let (schema, about) = (Self::SCHEMA, Self::ABOUT);
        let mut bytes = vec![0; super::json_schema::length(&schema, about)];
        super::json_schema::write(&schema, about, &mut bytes);
        String::from_utf8(bytes).expect("what is made from texts is text")
    }
}

impl Settings for () {
    const SCHEMA: Schema = Schema::Table(&[]);
    const ABOUT: &'static str = "";

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        Entries::of(given, &[]).map(drop)
    }
}

/// A struct that derives [`Settings`](macro@crate::Settings).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a struct of settings",
    note = "derive `shelflife_policy::Settings` on it"
)]
pub trait Table: Setting {
    /// Its settings, in their order.
    #[doc(hidden)]
    const FIELDS: &'static [Field];

    #[doc(hidden)]
    fn from_entries(entries: &Entries<'_>) -> Result<Self, Wrong>;
}

/// The entries of a table that settings are read from: those known alone.
#[doc(hidden)]
pub struct Entries<'a> {
    fields: &'static [Field],
    given: Vec<(&'a str, &'a Value)>,
}

impl<'a> Entries<'a> {
    /// The entries of a table.
    ///
    /// # Errors
    ///
    /// That it is none, or has a name that is not known.
    pub fn of(given: Given<'a>, fields: &'static [Field]) -> Result<Self, Wrong> {
        let Value::Table(table) = given.value else {
            return Err(given.is_not("a table"));
        };
        let entries = table.iter().map(|(name, value)| (name.as_str(), value));
        Self::new(entries.collect(), fields, None)
    }

    /// Entries from wherever. `also` is a name that stands beside them, and may be what an unknown one was
    /// meant to be.
    pub(super) fn new(
        given: Vec<(&'a str, &'a Value)>,
        fields: &'static [Field],
        also: Option<&'static str>,
    ) -> Result<Self, Wrong> {
        let names = || fields.iter().map(|field| field.name);
        match given
            .iter()
            .find(|(name, _)| !names().any(|known| known == *name))
        {
            None => Ok(Self { fields, given }),
            Some((name, _)) => Err(Wrong::unknown("setting", name, names().chain(also))),
        }
    }

    /// The setting at a place among the fields, or its default.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with its name.
    pub fn setting<T: Setting>(&self, place: usize) -> Result<T, Wrong> {
        let mut default = Value::Null;
        let field = &self.fields[place];
        let given = Given {
            value: self.value(field, &mut default)?,
            bounds: &field.bounds,
        };
        T::read(given).map_err(|wrong| wrong.within(field.name))
    }

    fn value<'b>(&'b self, field: &Field, default: &'b mut Value) -> Result<&'b Value, Wrong> {
        if let Some((_, value)) = self.given.iter().find(|(name, _)| *name == field.name) {
            return Ok(value);
        }
        match field.default {
            Some(json) => {
                *default = json::parse(json).map_err(Wrong::new)?;
                Ok(default)
            }
            None => Err(Wrong::new(format!("lacks the setting `{}`", field.name))),
        }
    }
}
