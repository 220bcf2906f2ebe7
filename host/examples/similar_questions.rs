//! A semantic cache: questions that mean the same share an answer, and what changes takes away every answer
//! near it.
//!
//! The model here knows a few words; an application puts its own behind [`Embedder`](shelflife::Embedder).
//!
//! Run it with `cargo run -p shelflife --example similar_questions`.

use std::convert::Infallible;
use std::error::Error;

use shelflife::Embedding;
use shelflife::sync::Cache;

/// What the words of a text are about: cards, fees, transfers.
fn model(text: &str) -> Result<Embedding, Box<dyn Error + Send + Sync>> {
    const TOPICS: [&[&str]; 3] = [
        &["card", "lost", "stolen"],
        &["fee", "cost", "charge"],
        &["transfer", "send", "abroad"],
    ];
    let text = text.to_lowercase();
    let about = |words: &&[&str]| words.iter().filter(|word| text.contains(**word)).count() as f32;
    let topics: Vec<f32> = TOPICS.iter().map(about).collect();
    // A text about nothing that it knows has no embedding: the error says so.
    Ok(Embedding::new(topics)?)
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let cache = Cache::<String>::builder()
        .max_capacity(10_000)
        .nearest(0.9)
        .embedder(model)
        .build()?;
    let ask = |question: &str| {
        let mut was_asked = false;
        let answer = cache.get_similar_with(question, |_| {
            was_asked = true;
            // Here the language model would be asked.
            Ok::<_, Infallible>(format!("answer to {question:?}"))
        });
        match answer {
            Ok(answer) if was_asked => println!("asked the model: {answer}"),
            Ok(answer) => println!("found {question:?} near: {answer}"),
            Err(error) => println!("{question:?}: {error}"),
        }
    };

    ask("What does it cost to send money abroad?");
    ask("Cost of a transfer abroad");
    ask("My card was stolen");
    ask("Is it raining?");

    println!("-- the fees of transfers change --");
    let changed = model("fee for a transfer")?;
    cache.invalidate_near(&changed, 0.8)?;
    ask("Cost of a transfer abroad");
    ask("Stolen card");

    let near = cache.get_near(&model("lost card")?)?;
    if let Some(entry) = near {
        let similarity = entry.similarity().unwrap_or_default();
        println!(
            "{:?} is the nearest to a lost card, at {similarity:.2}",
            entry.key()
        );
    }
    Ok(())
}
