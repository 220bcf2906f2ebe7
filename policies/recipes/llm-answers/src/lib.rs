//! Answers of a language model, made from documents.
//!
//! Three things make an answer stale, and each is a purge of its own:
//!
//! * A *document* it was made from has changed. The loader names the documents that it put into the prompt
//!   (`load.depends_on("doc:7")`); a change purges by that name, whatever the question was.
//! * A document has changed, or is new, that *should have been* in the prompt. Nothing names it yet; but the answer
//!   means nearly what the document means, so that everything within a radius goes.
//! * The *model* or the prompt is another one. Every answer of a model names its counter, and one bump hides
//!   them all.
//!
//! A question is answered by the answer to one that means the same; how near that must be is the one setting that
//! cannot be guessed. Measure it on your own questions.

// ANCHOR: policy
use std::time::Duration;

use shelflife_policy::{
    Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode, Rule, Settings, export,
};

/// What is near, and how long answers are fresh.
#[derive(Settings)]
pub struct LlmAnswers {
    /// How long an answer is fresh if nothing changes.
    #[setting(default = "24h")]
    ttl: Duration,
    /// How near a question must be to one that was answered: a cosine similarity.
    #[setting(default = 0.92, at_least = -1, at_most = 1)]
    threshold: f32,
    /// How near an answered question must be to a changed document to be asked anew: a cosine similarity, where
    /// less purges more.
    #[setting(default = 0.8, at_least = -1, at_most = 1)]
    radius: f32,
    /// The collection whose changes are models or prompts; those of any other are documents.
    #[setting(default = "models")]
    models: String,
}

/// The policy.
pub struct Answers(LlmAnswers);

/// The counter that every answer names.
const MODEL: &str = "model";

impl Policy for Answers {
    type Config = LlmAnswers;

    fn configure(settings: LlmAnswers) -> Result<(Self, Plan), String> {
        let by_meaning = Rule::every_key().nearest(settings.threshold);
        let plan = Plan::default().rule(by_meaning).listen(Listen::Both);
        Ok((Self(settings), plan))
    }

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        Ok(Lease::for_duration(self.0.ttl)
            .tags(fill.depends_on)
            .generation(MODEL))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        let mut documents = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            if change.collection == self.0.models {
                host.bump(MODEL);
            } else if change.is_truncation() {
                host.purge_everything(PurgeMode::Drop);
            } else {
                documents.push(change.key.clone());
                if let Some(embedding) = host.embedding_of_change(index) {
                    host.purge_within(&embedding, self.0.radius, PurgeMode::Drop);
                }
            }
        }
        if !documents.is_empty() {
            host.purge_tags(&documents, PurgeMode::Drop);
        }
        Ok(())
    }
}

export!(Answers: leases, reactions);
// ANCHOR_END: policy

#[cfg(test)]
mod tests {
    use super::Answers;
    use shelflife_policy::testing::{
        Effect, TestHost, configured, lease_on_fill, plan_of, reaction_of, refusal_of,
    };
    use shelflife_policy::{Change, Fill, Lookup, PurgeMode};

    #[test]
    fn questions_are_answered_by_what_means_the_same() {
        let plan = plan_of::<Answers>(r#"{ "threshold": 0.9 }"#);
        assert_eq!(plan.rules[0].lookup, Lookup::Nearest(0.9));
        assert_eq!(plan.feeds, ["writes", "capture"]);
    }

    #[test]
    fn an_answer_carries_its_documents_and_its_model() {
        let fill = Fill::of("how do I pay?")
            .made_from("doc:7")
            .made_from("doc:9");
        let lease = lease_on_fill::<Answers>("{}", &fill);
        assert_eq!(lease.tags, ["doc:7", "doc:9"]);
        assert_eq!(lease.generations, ["model"]);
    }

    #[test]
    fn a_document_takes_along_what_was_made_from_it_and_what_should_have_been() {
        let (mut policy, _) = configured::<Answers>("{}");
        let effects = TestHost::new()
            .embedding(0, &[0.6, 0.8])
            .react(&mut policy, &[Change::updated("manuals", "doc:7")]);
        assert_eq!(
            effects.unwrap(),
            [
                Effect::Within(vec![0.6, 0.8], 0.8, PurgeMode::Drop),
                Effect::tags(["doc:7"], PurgeMode::Drop),
            ]
        );
    }

    #[test]
    fn another_model_hides_every_answer() {
        let model = Change::created("models", "v2");
        assert_eq!(
            reaction_of::<Answers>("{}", &[model]),
            [Effect::bump("model")]
        );
    }

    #[test]
    fn a_similarity_above_one_is_refused() {
        assert_eq!(
            refusal_of::<Answers>(r#"{ "radius": 1.2 }"#),
            "`radius` should be a number between -1 and 1, not 1.2"
        );
    }
}
