//! What the shop's report says of a pattern.

use rustc_hash::FxHashMap;

use crate::report::figures::FIGURES;

/// The last run of `shelflife compare`: the shop, and the questions beside it.
const SHOP: &str = include_str!("../../../reports/shop/totals.csv");
const QUESTIONS: &str = include_str!("../../../reports/shop/questions/totals.csv");

/// The means of a policy by figure.
struct Means(FxHashMap<String, f64>);

impl Means {
    fn read(totals: &str, policy: &str) -> Option<Self> {
        let mut reader = csv::Reader::from_reader(totals.as_bytes());
        let rows = reader.records().flatten();
        let own = rows.filter(|row| row.get(1) == Some(policy));
        let means = own.filter_map(|row| Some((row.get(0)?.to_owned(), row.get(2)?.parse().ok()?)));
        let means: FxHashMap<String, f64> = means.collect();
        (!means.is_empty()).then_some(Self(means))
    }

    /// As people read it; a dash where there is none.
    fn write(&self, figure: &str) -> String {
        let kind = FIGURES.iter().find(|kind| kind.name == figure);
        let value = self.0.get(figure);
        match kind.zip(value) {
            Some((kind, value)) => kind.write(*value),
            None => "–".to_owned(),
        }
    }

    fn is_above_zero(&self, figure: &str) -> bool {
        self.0.get(figure).is_some_and(|value| *value > 0.0)
    }
}

/// What was measured, a line for each of the two workloads, and what that was compared with.
pub fn of(policy: &str) -> String {
    let Some(shop) = Means::read(SHOP, policy) else {
        return "Not part of the shop's report. What it is held against in the tests: within 3 % of an oracle \
                that knows the rates of each key, where they stand."
            .to_owned();
    };
    let mut out = format!(
        "The shop, where 9 of 10 writes are announced: {}.",
        line(&shop)
    );
    if let Some(questions) = Means::read(QUESTIONS, policy) {
        out += &format!("\nQuestions to a bank: {}", line(&questions));
        if policy == "semantic" {
            out += &format!(
                "; of what a change had made stale it purged {}",
                questions.write("semantic.purge_recall")
            );
        }
        out.push('.');
    }
    if let Some(perfect) = Means::read(SHOP, "perfect") {
        out += &format!(
            "\nPerfect invalidation, on the shop: hits {}, loads {}.",
            perfect.write("hit_ratio"),
            perfect.write("origin_loads")
        );
    }
    out
}

fn line(means: &Means) -> String {
    let oldest = match means.is_above_zero("stale_ratio") {
        true => format!(" (the oldest by {})", means.write("stale_age_us.max")),
        false => String::new(),
    };
    format!(
        "stale {}{oldest}, hits {}, loads {}",
        means.write("stale_ratio"),
        means.write("hit_ratio"),
        means.write("origin_loads")
    )
}
