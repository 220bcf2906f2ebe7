//! Meaning: embeddings, where they come from, and what can be wrong with one.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::served::{Served, State};
use super::shared::Shared;
use super::stats::Count;

/// What a text means, as a vector of unit length.
///
/// ```
/// use shelflife::Embedding;
///
/// let embedding = Embedding::new([3.0, 4.0])?;
/// assert_eq!(embedding.as_slice(), [0.6, 0.8]);
/// assert!(Embedding::new([0.0, 0.0]).is_err());
/// # Ok::<(), shelflife::EmbeddingError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(Arc<[f32]>);

impl Embedding {
    /// Takes a vector of any length but zero, and divides it by that length.
    ///
    /// # Errors
    ///
    /// If it has no components, is zero, or has one that is no finite number.
    pub fn new(components: impl Into<Vec<f32>>) -> Result<Embedding, EmbeddingError> {
        let mut components = components.into();
        if components.is_empty() {
            return Err(EmbeddingError::Empty);
        }
        if let Some(at) = components.iter().position(|one| !one.is_finite()) {
            let value = components[at];
            return Err(EmbeddingError::NotFinite { at, value });
        }
        // In f64, where no square of an f32 is too large or too small.
        let squares = components.iter().map(|one| f64::from(*one).powi(2));
        let length = squares.sum::<f64>().sqrt();
        if length == 0.0 {
            return Err(EmbeddingError::Zero);
        }
        for one in &mut components {
            *one = (f64::from(*one) / length) as f32;
        }
        Ok(Embedding(components.into()))
    }

    /// Its components.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// How many there are.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.0.len()
    }

    pub(super) fn to_arc(&self) -> Arc<[f32]> {
        Arc::clone(&self.0)
    }
}

impl From<Embedding> for Arc<[f32]> {
    fn from(embedding: Embedding) -> Arc<[f32]> {
        embedding.0
    }
}

/// What is wrong with an embedding, or with what is asked about one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EmbeddingError {
    /// It has no components.
    Empty,
    /// All its components are zero: it points nowhere.
    Zero,
    /// A component is infinite or no number.
    NotFinite {
        /// Which, from 0.
        at: usize,
        /// What it is.
        value: f32,
    },
    /// It has another number of components than those that are held.
    Dimensions {
        /// How many it has.
        got: usize,
        /// How many those have.
        expected: usize,
    },
    /// A similarity is not between -1 and 1.
    Similarity(f32),
}

impl fmt::Display for EmbeddingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EmbeddingError::Empty => f.write_str("the embedding has no components"),
            EmbeddingError::Zero => {
                f.write_str("every component of the embedding is 0: it has no direction")
            }
            EmbeddingError::NotFinite { at, value } => {
                write!(
                    f,
                    "component {at} of the embedding is {value}: all must be finite"
                )
            }
            EmbeddingError::Dimensions { got, expected } => write!(
                f,
                "the embedding has {got} dimensions and those in the cache have {expected}: \
                 they must come from one model"
            ),
            EmbeddingError::Similarity(similarity) => write!(
                f,
                "the similarity is {similarity}: a cosine is between -1 and 1"
            ),
        }
    }
}

impl Error for EmbeddingError {}

/// Turns texts into embeddings: a model.
///
/// Threads call it at once. In [`future::Cache`](crate::future::Cache) it is called where the future is
/// polled; a model that is asked over a network belongs in front of
/// [`get_near_with`](crate::future::Cache::get_near_with).
pub trait Embedder: Send + Sync {
    /// The embedding of a text. The same text must give the same embedding, and every text one of as many
    /// dimensions.
    ///
    /// # Errors
    ///
    /// Whatever kept the model from it. Readers get it as [`NearError::Embedder`].
    fn embed(&self, text: &str) -> Result<Embedding, Box<dyn Error + Send + Sync>>;
}

impl<F> Embedder for F
where
    F: Fn(&str) -> Result<Embedding, Box<dyn Error + Send + Sync>> + Send + Sync,
{
    fn embed(&self, text: &str) -> Result<Embedding, Box<dyn Error + Send + Sync>> {
        self(text)
    }
}

/// Why a read by meaning brought nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum NearError<E> {
    /// The embedding is of no use here.
    Embedding(EmbeddingError),
    /// The embedder failed, or none was given to the [builder](crate::Builder::embedder).
    Embedder(Box<dyn Error + Send + Sync>),
    /// The loader failed.
    Load(Arc<E>),
}

impl<E: fmt::Display> fmt::Display for NearError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NearError::Embedding(error) => error.fmt(f),
            NearError::Embedder(error) => write!(f, "the text cannot be embedded: {error}"),
            NearError::Load(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for NearError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            NearError::Embedder(error) => Some(&**error),
            NearError::Embedding(_) | NearError::Load(_) => None,
        }
    }
}

impl<E> From<EmbeddingError> for NearError<E> {
    fn from(error: EmbeddingError) -> NearError<E> {
        NearError::Embedding(error)
    }
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    /// Whether an embedding can be compared with those that are held.
    pub(super) fn check(&self, embedding: &Embedding) -> Result<(), EmbeddingError> {
        match self.engine.dimensions() {
            Some(expected) if expected != embedding.dimensions() => {
                let got = embedding.dimensions();
                Err(EmbeddingError::Dimensions { got, expected })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn embed<E>(&self, text: &str) -> Result<Embedding, NearError<E>> {
        match &self.embedder {
            Some(embedder) => embedder.embed(text).map_err(NearError::Embedder),
            None => Err(NearError::Embedder(
                "no embedder was given to the builder".into(),
            )),
        }
    }

    pub(super) fn get_near(
        &self,
        embedding: &Embedding,
    ) -> Result<Option<Served<V>>, EmbeddingError> {
        self.check(embedding)?;
        let now = self.time.coarse();
        self.purge_again(now);
        let found = self.engine.get_near(embedding.as_slice(), now);
        Ok(found.and_then(|(entry, similarity)| {
            let value = entry.value().value()?;
            self.counters.add(Count::Hit);
            Some(Served {
                value,
                state: State::Fresh,
                entry: Some(entry),
                similarity: Some(similarity),
            })
        }))
    }
}

/// A similarity that a cosine can have.
pub(super) fn similarity(at_least: f32) -> Result<f32, EmbeddingError> {
    match (-1.0..=1.0).contains(&at_least) {
        true => Ok(at_least),
        false => Err(EmbeddingError::Similarity(at_least)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedding_has_unit_length_however_long_the_vector_was() {
        for scale in [1.0f32, 1e30, 1e-30] {
            let embedding = Embedding::new([3.0 * scale, 4.0 * scale]).unwrap();
            let [x, y] = [embedding.as_slice()[0], embedding.as_slice()[1]];
            assert!((x - 0.6).abs() < 1e-6 && (y - 0.8).abs() < 1e-6);
        }
    }

    #[test]
    fn a_vector_that_points_nowhere_is_refused() {
        assert_eq!(Embedding::new([]), Err(EmbeddingError::Empty));
        assert_eq!(Embedding::new([0.0, -0.0]), Err(EmbeddingError::Zero));
        let error = Embedding::new([1.0, f32::NAN]).unwrap_err().to_string();
        assert!(
            error.contains("component 1") && error.contains("NaN"),
            "{error}"
        );
        assert!(Embedding::new([f32::INFINITY]).is_err());
    }

    #[test]
    fn a_similarity_that_no_cosine_has_is_refused() {
        assert!(similarity(f32::NAN).is_err() && similarity(1.5).is_err());
        assert_eq!(similarity(0.9), Ok(0.9));
    }
}
