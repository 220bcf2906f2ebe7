//! S17: look-ups and purges by meaning.

use super::super::case::{Params, Setting};
use super::super::theory::semantic::Noise;
use super::{about, scenario};
use crate::measure::{Semantic, Summary};
use crate::scenario::Embeddings;

fn noise(params: &Params<'_>) -> Noise {
    let set = embeddings(params);
    Noise {
        variance: set.noise.unwrap_or(f64::NAN),
        dims: set.dims.map_or(f64::NAN, f64::from),
    }
}

fn embeddings<'a>(params: &Params<'a>) -> &'a Embeddings {
    let set = params.scenario.workload.embeddings.as_ref();
    set.expect("the scenarios on meaning have embeddings")
}

/// Of two texts a topic, both read often: share of the second ones that were answered by the first. The
/// others were loaded.
fn paraphrases_hit(summary: &Summary, params: &Params<'_>) -> f64 {
    let topics = embeddings(params).topics.map_or(f64::NAN, f64::from);
    2.0 - summary.origin_loads as f64 / topics
}

fn semantic(summary: &Summary) -> Semantic {
    summary.semantic.unwrap_or_default()
}

fn recall(summary: &Summary, _: &Params<'_>) -> f64 {
    semantic(summary).purge_recall
}

/// Share of the texts of the neighbouring topic that a change took: of as many texts as its own topic has,
/// whose share is the recall.
fn collateral(summary: &Summary, _: &Params<'_>) -> f64 {
    let semantic = semantic(summary);
    semantic.purge_recall * (1.0 / semantic.purge_precision - 1.0)
}

pub(super) fn settings() -> Vec<Setting> {
    let texts = || Setting::new("S17", scenario!("s17-meaning")).reseeded();
    // Twenty texts a topic, a change of half of the topics.
    let purges = || {
        texts()
            .with("workload.keys=1000")
            .with("workload.embeddings.topics=50")
            .with("workload.writes.rate=1")
            .with("warmup=25s")
    };
    vec![
        texts().row(
            "paraphrases that hit, noise 0.08",
            "semantic",
            paraphrases_hit,
            about(|p| noise(p).hits(p.number("threshold"))),
        ),
        texts()
            .with("workload.embeddings.noise=0.08695652173913043")
            .row(
                "paraphrases that hit, noise 1/0.92 − 1",
                "semantic",
                paraphrases_hit,
                about(|p| noise(p).hits(p.number("threshold"))),
            ),
        purges()
            .with("workload.embeddings.noise=0.38408304498269896")
            .row(
                "recall of a change, noise 1/0.85² − 1",
                "own entries",
                recall,
                about(|p| noise(p).recall(p.number("radius"))),
            ),
        purges()
            .with("workload.embeddings.cosine=0.8833459118601275")
            .row(
                "collateral, topics at 0.85·√1.08",
                "own entries",
                collateral,
                about(|p| {
                    let cosine = embeddings(p).cosine.unwrap_or(0.0);
                    noise(p).collateral(p.number("radius"), cosine)
                }),
            ),
    ]
}
