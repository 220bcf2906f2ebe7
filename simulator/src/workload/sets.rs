//! Sets of texts with embeddings: `NAME.f16` for the vectors, `NAME.jsonl` for what they are of.
//!
//! A `.f16` file is IEEE half precision, little endian, row after row, no header; row i belongs to line
//! i of the `.jsonl` file beside it. Lines have `text` (or `sha1`, where texts may not be given away)
//! and, where known, `intent`: the line of the topic in the `.intents` files. Where pairs are labelled
//! instead, in `NAME.pairs.csv`, texts that duplicates link are one topic.

use std::borrow::Cow;
use std::path::Path;

use rand::RngExt;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::embedding::normalize;
use super::pairs;
use super::{Catalogue, CatalogueBuilder, Embeddings};
use crate::error::Error;
use crate::random::{Purpose, stream};
use crate::scenario::did_you_mean;

const BUILT_IN: [&str; 1] = ["banking77"];

/// The bytes of one set and its topics, with the names that errors call them by.
struct Files {
    queries: [(String, Cow<'static, [u8]>); 2],
    topics: Option<[(String, Cow<'static, [u8]>); 2]>,
    pairs: Option<(String, Cow<'static, [u8]>)>,
}

/// Reads a set into a catalogue: a key for each different text, in an order drawn from the seed, so
/// that popularity by rank does not favour the topics that come first in the file. At most `keys` of
/// them; 0 for all. Topics become tags, `intent:card_arrival`.
pub(super) fn catalogue(
    set: &str,
    base_dir: &Path,
    keys: u32,
    seed: u64,
) -> Result<Catalogue, Error> {
    from_files(&files(set, base_dir)?, keys, seed)
}

/// The SHA-256 of all files of a set with their names, in hexadecimal.
///
/// # Errors
///
/// One of them cannot be read.
pub fn set_sha256(set: &str, base_dir: &Path) -> Result<String, Error> {
    let files = files(set, base_dir)?;
    let topics = files.topics.iter().flatten();
    let all = files.queries.iter().chain(topics).chain(&files.pairs);
    let mut hasher = Sha256::new();
    for (name, bytes) in all {
        hasher.update(name.as_bytes());
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    let hash = hasher.finalize();
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn files(set: &str, base_dir: &Path) -> Result<Files, Error> {
    if let Some(name) = set.strip_prefix("builtin:") {
        if !BUILT_IN.contains(&name) {
            return Err(Error::usage(format_args!(
                "no built-in set of embeddings `{name}`{}",
                did_you_mean(name, BUILT_IN)
            )));
        }
        let file =
            |name: &str, bytes: &'static [u8]| (format!("banking77.{name}"), Cow::Borrowed(bytes));
        return Ok(Files {
            queries: [
                file(
                    "queries.jsonl",
                    include_bytes!("../../data/banking77/banking77.queries.jsonl"),
                ),
                file(
                    "queries.f16",
                    include_bytes!("../../data/banking77/banking77.queries.f16"),
                ),
            ],
            topics: Some([
                file(
                    "intents.jsonl",
                    include_bytes!("../../data/banking77/banking77.intents.jsonl"),
                ),
                file(
                    "intents.f16",
                    include_bytes!("../../data/banking77/banking77.intents.f16"),
                ),
            ]),
            pairs: None,
        });
    }
    let set = set
        .strip_suffix(".f16")
        .or_else(|| set.strip_suffix(".jsonl"))
        .unwrap_or(set);
    let read = |name: String| match std::fs::read(base_dir.join(&name)) {
        Ok(bytes) => Ok((name, Cow::Owned(bytes))),
        Err(error) => Err(Error::usage(format_args!("{name}: {error}"))),
    };
    let pair = |stem: &str| Ok([read(format!("{stem}.jsonl"))?, read(format!("{stem}.f16"))?]);
    let topics = set
        .strip_suffix(".queries")
        .map(|stem| format!("{stem}.intents"));
    let topics = topics.filter(|stem| base_dir.join(format!("{stem}.jsonl")).exists());
    let pairs = set
        .strip_suffix(".questions")
        .map(|stem| format!("{stem}.pairs.csv"));
    let pairs = pairs.filter(|name| base_dir.join(name).exists());
    Ok(Files {
        queries: pair(set)?,
        topics: topics.map(|stem| pair(&stem)).transpose()?,
        pairs: pairs.map(read).transpose()?,
    })
}

#[derive(Deserialize)]
struct Query {
    text: Option<String>,
    sha1: Option<String>,
    intent: Option<u32>,
}

#[derive(Deserialize)]
struct Topic {
    intent: String,
}

fn lines<'a, T: Deserialize<'a>>(
    (name, bytes): &'a (String, Cow<'static, [u8]>),
) -> Result<Vec<T>, Error> {
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.trim_ascii().is_empty());
    let rows: Vec<T> = lines
        .map(|(index, line)| {
            serde_json::from_slice(line)
                .map_err(|error| Error::usage(format_args!("{name}:{}: {error}", index + 1)))
        })
        .collect::<Result<_, _>>()?;
    if rows.is_empty() {
        Err(Error::usage(format_args!("{name}: it is empty")))
    } else {
        Ok(rows)
    }
}

/// Vectors of half precision as rows of unit length.
fn vectors(
    (name, bytes): &(String, Cow<'static, [u8]>),
    rows: usize,
) -> Result<(usize, Vec<f32>), Error> {
    if bytes.is_empty() || bytes.len() % (rows * 2) != 0 {
        return Err(Error::usage(format_args!(
            "{name}: its {} bytes are not a whole number of 2-byte values for each of the {rows} lines of the .jsonl file beside it",
            bytes.len()
        )));
    }
    let dims = bytes.len() / (rows * 2);
    let mut values: Vec<f32> = bytes
        .chunks_exact(2)
        .map(|pair| half::f16::from_le_bytes([pair[0], pair[1]]).to_f32())
        .collect();
    for (index, row) in values.chunks_exact_mut(dims).enumerate() {
        if !normalize(row) {
            return Err(Error::usage(format_args!(
                "{name}: row {index} is not a vector with a direction"
            )));
        }
    }
    Ok((dims, values))
}

fn from_files(files: &Files, keys: u32, seed: u64) -> Result<Catalogue, Error> {
    let [text_file, vector_file] = &files.queries;
    let queries: Vec<Query> = lines(text_file)?;
    let (dims, rows) = vectors(vector_file, queries.len())?;
    let mut builder = CatalogueBuilder::default();
    let mut embeddings = Embeddings {
        dims,
        ..Embeddings::default()
    };
    if let Some([name_file, vector_file]) = &files.topics {
        let topics: Vec<Topic> = lines(name_file)?;
        let (topic_dims, rows) = vectors(vector_file, topics.len())?;
        if topic_dims != dims {
            return Err(Error::usage(format_args!(
                "{}: {topic_dims} numbers a row, but the texts have {dims}",
                vector_file.0
            )));
        }
        for topic in &topics {
            builder.tag(&format!("intent:{}", topic.intent));
        }
        embeddings.tags = rows;
    }

    // A group of texts that mean the same is named by its first, and has its vector.
    let groups = files
        .pairs
        .as_ref()
        .map(|pairs| pairs::groups(pairs, queries.len()));
    let groups = groups.transpose()?;
    let mut tag_of_group = FxHashMap::default();
    for group in groups.iter().flatten() {
        tag_of_group.entry(*group).or_insert_with(|| {
            let row = *group as usize * dims;
            embeddings.tags.extend_from_slice(&rows[row..row + dims]);
            builder.tag(&format!("meaning:{group}"))
        });
    }

    // The first of several equal texts stands for all: a cache cannot tell them apart.
    let mut seen = FxHashSet::default();
    let mut order = Vec::with_capacity(queries.len());
    for (row, query) in queries.iter().enumerate() {
        let text = query.text.as_deref().or(query.sha1.as_deref());
        let text = text.ok_or_else(|| {
            Error::usage(format_args!(
                "{}:{}: neither `text` nor `sha1`",
                text_file.0,
                row + 1
            ))
        })?;
        if seen.insert(text) {
            order.push((row, text));
        }
    }
    shuffle(&mut order, seed);
    if keys > 0 {
        if keys as usize > order.len() {
            return Err(Error::usage(format_args!(
                "{}: {keys} keys are asked for, and it has {} different texts",
                text_file.0,
                order.len()
            )));
        }
        order.truncate(keys as usize);
    }

    let mut topics = Vec::with_capacity(order.len());
    for (row, text) in order {
        let key = builder.push_key(text);
        embeddings
            .keys
            .extend_from_slice(&rows[row * dims..(row + 1) * dims]);
        if let Some(groups) = &groups {
            let tag = tag_of_group[&groups[row]];
            builder.add_tag(key, tag);
            topics.push(tag);
        } else if let Some(intent) = queries[row].intent {
            let tag = match &files.topics {
                Some(_) if (intent as usize) < embeddings.tags.len() / dims => intent,
                Some([name_file, _]) => {
                    return Err(Error::usage(format_args!(
                        "{}:{}: intent {intent} is not in {}",
                        text_file.0,
                        row + 1,
                        name_file.0
                    )));
                }
                None => builder.tag(&format!("intent:{intent}")),
            };
            builder.add_tag(key, tag);
            topics.push(tag);
        }
    }
    if topics.len() == builder.keys() {
        builder.topics(topics);
    }
    builder.embeddings(embeddings);
    Ok(builder.build())
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut rng = stream(seed, 0, Purpose::Questions, 0);
    for last in (1..items.len()).rev() {
        items.swap(last, rng.random_range(0..=last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f16(values: &[f32]) -> Vec<u8> {
        values
            .iter()
            .flat_map(|value| half::f16::from_f32(*value).to_le_bytes())
            .collect()
    }

    fn small(vectors: Vec<u8>) -> Files {
        let file = |name: &str, bytes: Vec<u8>| (name.to_owned(), Cow::Owned(bytes));
        let texts = "{\"text\":\"a\",\"intent\":1}\n{\"text\":\"b\",\"intent\":0}\n{\"text\":\"a\",\"intent\":1}\n";
        Files {
            queries: [
                file("s.queries.jsonl", texts.into()),
                file("s.queries.f16", vectors),
            ],
            topics: Some([
                file(
                    "s.intents.jsonl",
                    b"{\"intent\":\"x\"}\n{\"intent\":\"y\"}\n".to_vec(),
                ),
                file("s.intents.f16", f16(&[1.0, 0.0, 0.0, 1.0])),
            ]),
            pairs: None,
        }
    }

    #[test]
    fn a_set_becomes_keys_with_vectors_and_topics() {
        let catalogue = from_files(&small(f16(&[3.0, 4.0, 0.0, 2.0, 3.0, 4.0])), 0, 1).unwrap();
        assert_eq!((catalogue.keys(), catalogue.tags()), (2, 2));
        let a = catalogue.lookup("a").unwrap();
        assert_eq!(catalogue.vector_of(a), Some(&[0.6, 0.8][..]));
        let topic = catalogue.topic_of(a).unwrap();
        assert_eq!(&**catalogue.tag_name(topic), "intent:y");
        assert_eq!(catalogue.tags_of(a), [topic]);
        assert_eq!(catalogue.keys_of_tag(topic), [a]);
        assert_eq!(catalogue.vector_of_tag(topic), Some(&[0.0, 1.0][..]));
    }

    #[test]
    fn texts_that_duplicates_link_are_one_topic_with_the_vector_of_the_first() {
        let mut files = small(f16(&[3.0, 4.0, 0.0, 2.0, 5.0, 0.0]));
        let texts = "{\"sha1\":\"a\"}\n{\"sha1\":\"b\"}\n{\"sha1\":\"c\"}\n";
        files.queries[0].1 = Cow::Owned(texts.into());
        files.topics = None;
        let csv = b"a,b,duplicate,source_row\n0,1,0,7\n2,1,1,8\n".to_vec();
        files.pairs = Some(("s.pairs.csv".to_owned(), Cow::Owned(csv)));
        let catalogue = from_files(&files, 0, 1).unwrap();
        let topic = |text| catalogue.topic_of(catalogue.lookup(text).unwrap()).unwrap();
        assert_eq!((topic("b"), catalogue.tags()), (topic("c"), 2));
        assert_ne!(topic("a"), topic("b"));
        assert_eq!(&**catalogue.tag_name(topic("b")), "meaning:1");
        assert_eq!(catalogue.vector_of_tag(topic("b")), Some(&[0.0, 1.0][..]));
    }

    #[test]
    fn a_file_of_the_wrong_size_is_refused_by_name() {
        let error = from_files(&small(f16(&[1.0; 5])), 0, 1)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("s.queries.f16: its 10 bytes"), "{error}");
        let error = from_files(&small(f16(&[0.0; 6])), 0, 1)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "s.queries.f16: row 0 is not a vector with a direction"
        );
        let error = from_files(&small(f16(&[1.0; 9])), 0, 1)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "s.intents.f16: 2 numbers a row, but the texts have 3"
        );
        let error = from_files(&small(f16(&[1.0; 6])), 3, 1)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("3 keys are asked for, and it has 2"),
            "{error}"
        );
    }

    #[test]
    fn the_built_in_set_is_whole_and_its_order_comes_from_the_seed() {
        let load = |seed| catalogue("builtin:banking77", Path::new(""), 0, seed).unwrap();
        let first = load(1);
        assert_eq!(
            (first.keys(), first.tags(), first.dims()),
            (5002, 77, Some(384))
        );
        assert_eq!(first.text(0), load(1).text(0));
        assert_ne!(first.text(0), load(2).text(0));
        let key = first.lookup("How do I locate my card?").unwrap();
        assert_eq!(
            &**first.tag_name(first.topic_of(key).unwrap()),
            "intent:card_arrival"
        );
        assert!(
            catalogue("builtin:bank", Path::new(""), 0, 1)
                .unwrap_err()
                .to_string()
                .contains("did you mean `banking77`?")
        );
    }
}
