//! A table whose names are data.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A table whose names are the operator's own: values by name, in the order they were written.
///
/// For the handful of entries that settings have; a real map is 10 KiB of every component.
///
/// ```
/// use shelflife_policy::config::{self, Named};
///
/// let map: Named<Vec<String>> = config::read(r#"{ "users": ["user:{id}"] }"#)?;
/// assert_eq!(map.get("users").unwrap(), &["user:{id}"]);
/// assert_eq!(map.get("products"), None);
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

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = Named<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Named<T>, A::Error> {
        let mut named = Vec::new();
        while let Some(entry) = table.next_entry()? {
            named.push(entry);
        }
        Ok(Named(named))
    }
}
