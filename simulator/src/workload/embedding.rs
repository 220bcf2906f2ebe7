//! An embedding for keys that bring none: light, built in, and the same everywhere.

/// Numbers in a [`text_embedding`].
pub const TEXT_DIMS: usize = 64;

/// A vector of [`TEXT_DIMS`] numbers and unit length that lies near those of texts with the same words
/// and parts of words.
///
/// Words and runs of three characters are hashed, each to one dimension and a sign (feature hashing: K.
/// Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009). It knows
/// nothing of meaning: it stands in where a workload has no embeddings of a real model.
#[must_use]
pub fn text_embedding(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0_f32; TEXT_DIMS];
    let mut add = |feature: &[char], weight: f32| {
        let hash = hash(feature);
        let sign = if hash >> 63 == 0 { weight } else { -weight };
        vector[(hash % TEXT_DIMS as u64) as usize] += sign;
    };
    let lower = text.to_lowercase();
    for word in lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        // The ends of a word are part of its runs, so that `card` and `discard` differ.
        let marked: Vec<char> = std::iter::once('^')
            .chain(word.chars())
            .chain(std::iter::once('$'))
            .collect();
        add(&marked, 1.0);
        for run in marked.windows(3) {
            add(run, 0.5);
        }
    }
    if normalize(&mut vector) {
        return vector;
    }
    // Text without a word in it, or one whose features cancel out, still has a place of its own.
    let characters: Vec<char> = text.chars().collect();
    vector[(hash(&characters) % TEXT_DIMS as u64) as usize] = 1.0;
    vector
}

/// Scales to unit length; false where there is nothing to scale.
pub(super) fn normalize(vector: &mut [f32]) -> bool {
    let length = vector
        .iter()
        .map(|value| f64::from(*value) * f64::from(*value))
        .sum::<f64>()
        .sqrt();
    if !length.is_normal() {
        return false;
    }
    for value in vector {
        *value = (f64::from(*value) / length) as f32;
    }
    true
}

/// FNV-1a, then a mix: the low bits choose the dimension, the top one the sign.
fn hash(feature: &[char]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for c in feature {
        for byte in u32::from(*c).to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(a: &str, b: &str) -> f32 {
        text_embedding(a)
            .iter()
            .zip(text_embedding(b))
            .map(|(x, y)| x * y)
            .sum()
    }

    #[test]
    fn texts_with_the_same_words_lie_nearer_than_others() {
        let near = cosine("When will my card arrive?", "when will the new card arrive");
        let far = cosine("When will my card arrive?", "Exchange rate for euros");
        assert!(near > 0.6 && far < 0.4, "{near} {far}");
        assert!((cosine("a card", "A CARD!") - 1.0).abs() < 1e-6);
    }

    #[test]
    fn every_text_has_unit_length_and_always_the_same_vector() {
        for text in ["", "?!", "x", "user:17", "ünïcödé"] {
            let vector = text_embedding(text);
            assert_eq!(vector, text_embedding(text));
            let length: f32 = vector.iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-5, "{text}: {length}");
        }
    }
}
