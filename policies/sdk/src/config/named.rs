//! A table whose names are data.

use super::json::Value;
use super::schema::Schema;
use super::setting::{Given, Setting};
use super::wrong::Wrong;

/// A table whose names are the operator's own: values by name, in the order they were written.
///
/// For the handful of entries that settings have; a real map is 10 KiB of every component.
///
/// ```
/// use shelflife_policy::Settings;
/// use shelflife_policy::config::{self, Named};
///
/// #[derive(Settings)]
/// struct Mine {
///     map: Named<Vec<String>>,
/// }
///
/// let mine: Mine = config::read(r#"{ "map": { "users": ["user:{id}"] } }"#)?;
/// assert_eq!(mine.map.get("users").unwrap(), &["user:{id}"]);
/// assert_eq!(mine.map.get("products"), None);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T>(Vec<(String, T)>);

impl<T> Named<T> {
    /// The value with this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The same names with other values.
    ///
    /// # Errors
    ///
    /// The first error of `prepare`, which is given name and value.
    pub fn try_map<U>(
        &self,
        prepare: impl Fn(&str, &T) -> Result<U, String>,
    ) -> Result<Named<U>, String> {
        let mut named = Vec::with_capacity(self.0.len());
        for (name, value) in self.iter() {
            named.push((name.to_owned(), prepare(name, value)?));
        }
        Ok(Named(named))
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Setting> Setting for Named<T> {
    const SCHEMA: Schema = Schema::Named(&T::SCHEMA);
    const EMPTY: Option<&'static str> = Some("{}");

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let Value::Table(table) = given.value else {
            return Err(given.is_not("a table"));
        };
        let mut named = Vec::with_capacity(table.len());
        for (name, value) in table {
            let value = T::read(given.other(value)).map_err(|wrong| wrong.within(name))?;
            named.push((name.clone(), value));
        }
        Ok(Named(named))
    }
}
