//! A synthetic set of texts with embeddings: each the point of its topic and noise.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};

use super::embedding::normalize;
use super::{Catalogue, CatalogueBuilder, Embeddings};
use crate::random::{Purpose, stream};
use crate::scenario;

/// Keys that take turns among the topics, `topic:0` and so on. A key's vector is `normalise(c + n)`: c the
/// point of its topic, of length 1 and drawn uniformly, n normal of variance `noise / dims` in each
/// dimension. Of two neighbours among the topics the second has its point at the `cosine` of the first.
pub(super) fn catalogue(
    workload: &scenario::Workload,
    set: &scenario::Embeddings,
    seed: u64,
) -> Catalogue {
    let dims = set.dims.unwrap_or(1) as usize;
    let topics = set.topics.unwrap_or(1);
    let cosine = set.cosine.unwrap_or(0.0);
    let deviation = (set.noise.unwrap_or(0.0) / dims as f64).sqrt();
    let mut rng = stream(seed, 0, Purpose::Topics, 0);
    let mut builder = CatalogueBuilder::with_capacity(workload.keys as usize);
    let mut embeddings = Embeddings {
        dims,
        ..Embeddings::default()
    };
    let mut before: Vec<f64> = Vec::new();
    for topic in 0..topics {
        builder.tag(&format!("topic:{topic}"));
        let mut point = direction(dims, &mut rng);
        if topic % 2 == 1 && cosine != 0.0 {
            point = at_cosine(&before, &point, cosine);
        }
        embeddings.tags.extend(point.iter().map(|x| *x as f32));
        before = point;
    }
    let mut of_key = Vec::with_capacity(workload.keys as usize);
    for number in 0..workload.keys {
        let topic = number % topics;
        let key = builder.push_key(&workload.key.replace("{}", &number.to_string()));
        builder.add_tag(key, topic);
        of_key.push(topic);
        let start = topic as usize * dims;
        let point = &embeddings.tags[start..start + dims];
        let mut vector: Vec<f32> = point
            .iter()
            .map(|x| {
                let noise: f64 = StandardNormal.sample(&mut rng);
                (f64::from(*x) + deviation * noise) as f32
            })
            .collect();
        normalize(&mut vector);
        embeddings.keys.extend(vector);
    }
    builder.topics(of_key);
    builder.embeddings(embeddings);
    builder.build()
}

/// A direction, all alike.
fn direction(dims: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let point: Vec<f64> = (0..dims).map(|_| StandardNormal.sample(rng)).collect();
    let length = dot(&point, &point).sqrt();
    if length == 0.0 {
        // Never, but for a generator that gives nothing but zeros.
        let axis = rng.random_range(0..dims);
        return (0..dims).map(|index| f64::from(index == axis)).collect();
    }
    point.into_iter().map(|x| x / length).collect()
}

/// The direction at this cosine of `from`, towards `to`.
fn at_cosine(from: &[f64], to: &[f64], cosine: f64) -> Vec<f64> {
    let along = dot(from, to);
    let aside: Vec<f64> = from.iter().zip(to).map(|(f, t)| t - along * f).collect();
    let length = dot(&aside, &aside).sqrt();
    let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
    let aside = aside.into_iter().map(|x| x / length);
    from.iter()
        .zip(aside)
        .map(|(f, a)| cosine * f + sine * a)
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(seed: u64) -> Catalogue {
        let workload = scenario::Workload {
            keys: 400,
            ..scenario::Workload::default()
        };
        let set = scenario::Embeddings {
            set: "synthetic".to_owned(),
            dims: Some(384),
            topics: Some(4),
            noise: Some(0.1),
            cosine: Some(0.9),
        };
        catalogue(&workload, &set, seed)
    }

    fn cosine(a: &[f32], b: &[f32]) -> f64 {
        let products = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
        products.sum()
    }

    #[test]
    fn texts_lie_around_their_topic_as_far_as_the_noise_says() {
        let set = set(1);
        let distance = |key: u32| {
            let topic = set.topic_of(key).unwrap();
            assert_eq!(set.tags_of(key), [topic]);
            let topic = set.vector_of_tag(topic).unwrap();
            cosine(set.vector_of(key).unwrap(), topic)
        };
        let mean = (0..400).map(distance).sum::<f64>() / 400.0;
        assert!((mean - 1.0 / 1.1_f64.sqrt()).abs() < 0.001, "{mean}");
    }

    #[test]
    fn neighbouring_topics_have_the_cosine_and_others_next_to_none() {
        let set = set(2);
        let between = |a, b| cosine(set.vector_of_tag(a).unwrap(), set.vector_of_tag(b).unwrap());
        assert!((between(0, 1) - 0.9).abs() < 1e-6);
        assert!((between(2, 3) - 0.9).abs() < 1e-6);
        assert!(between(0, 2).abs() < 0.25 && between(1, 3).abs() < 0.25);
    }

    #[test]
    fn the_same_seed_draws_the_same_set() {
        assert_eq!(set(3).vector_of(7), set(3).vector_of(7));
        assert_ne!(set(3).vector_of(7), set(4).vector_of(7));
    }
}
