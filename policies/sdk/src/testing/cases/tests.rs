use super::{Case, compare, duration};
use std::time::Duration;

fn refused(text: &str) -> String {
    Case::parse("a", text).unwrap_err()
}

#[test]
fn a_case_that_is_wrong_names_its_line_or_its_step() {
    for (text, says) in [
        ("about = 1", "line 1: invalid type"),
        (
            "about = \"x\"\nabot = \"y\"",
            "line 2: unknown field `abot`",
        ),
        (
            "[[step]]\nat = \"1s\"",
            "step 1: a step either has a `read` or `changes`",
        ),
        (
            "[[step]]\nat = \"2s\"\nread = \"a\"\n[[step]]\nat = \"1s\"\nread = \"a\"",
            "step 2: `at` is 1s, before 2s",
        ),
        (
            "[[step]]\nread = \"a\"\npurges = []",
            "`purges` come of `changes`",
        ),
        (
            "[[step]]\nchanges = []\nexpect = \"hit\"",
            "come of a `read`",
        ),
        (
            "[[step]]\nread = \"a\"\nexpect = \"hat\"",
            "line 3: unknown variant `hat`",
        ),
        ("[[step]]\nat = \"60\"\nread = \"a\"", "`60` is no duration"),
        (
            "[[step]]\nchanges = []\npurges = [{ mode = \"drop\" }]",
            "a purge has one of `keys`",
        ),
        (
            "refused = \"x\"\n[[step]]\nread = \"a\"",
            "neither steps nor a plan",
        ),
    ] {
        let line = refused(text);
        assert!(
            line.contains(says) && line.lines().count() == 1,
            "{line:?} and not {says:?}"
        );
    }
}

#[test]
fn one_meaning_has_one_spelling() {
    let case = |lease: &str, purge: &str| {
        let text = format!(
            "[[step]]\nread = \"a\"\nlease = {lease}\n[[step]]\nchanges = []\npurges = [{purge}]"
        );
        Case::parse("a", &text).unwrap()
    };
    let one = case(
        r#"{ ttl = "90s", tags = ["b", "a"], grace = "0s" }"#,
        r#"{ tags = ["b", "a"] }"#,
    );
    let other = case(
        r#"{ tags = ["a", "b"], ttl = "1m 30s" }"#,
        r#"{ tags = ["a", "b"], mode = "drop" }"#,
    );
    assert_eq!(one, other);
    for (nanos, text) in [
        (0, "0s"),
        (90_000_000_000, "90s"),
        (5_400_000_000_000, "90m"),
        (3_661_000_000_000, "3661s"),
        (1_500_000, "1500us"),
        (1_000_000_001, "1s 1ns"),
    ] {
        assert_eq!(duration(Duration::from_nanos(nanos)), text);
    }
}

mod of_a_policy {
    use super::*;
    use crate::testing::cases::run;
    use crate::{Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode};

    /// What the tests set.
    #[derive(crate::Settings)]
    struct Settings {
        /// How long an entry is fresh.
        ttl: Duration,
    }

    struct Rows(Duration);

    impl Policy for Rows {
        type Config = Settings;

        fn configure(settings: Settings) -> Result<(Self, Plan), String> {
            Ok((Rows(settings.ttl), Plan::on_fill().listen(Listen::Writes)))
        }

        fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
            match fill.depends_on.is_empty() {
                true => Err("made from nothing".to_owned()),
                false => Ok(Lease::for_duration(self.0).tags(fill.depends_on)),
            }
        }

        fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
            for index in 0..changes.len() {
                let ids = [host.row_before(index, "id"), host.row_after(index, "id")];
                let ids: Vec<String> = ids.into_iter().flatten().collect();
                host.purge_tags(&ids, PurgeMode::Drop);
            }
            Ok(())
        }
    }

    crate::export!(Rows: leases, reactions);

    const RIGHT: &str = r#"
        [config]
        ttl = "1m"
        [plan]
        feeds = ["writes"]
        [[step]]
        read = "page"
        depends_on = ["2", "1"]
        expect = "miss"
        lease = { ttl = "60s", tags = ["1", "2"] }
        [[step]]
        at = "1s"
        changes = [{ key = "r:1", before = { id = "1" }, after = { id = "2" } }]
        purges = [{ tags = ["2", "1"] }]
        [[step]]
        changes = [{ key = "r:1", feed = "elsewhere", after = { id = "2" } }]
        purges = []
        [[step]]
        read = "page"
        expect = "miss"
        refused = "made from nothing"
    "#;

    fn differences(text: &str) -> Vec<String> {
        let case = Case::parse("a", text).unwrap();
        let observed = run(&case, &mut *crate::native::<Rows>());
        let differences = compare(&case, &observed);
        differences.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_case_that_is_kept_shows_no_difference() {
        assert_eq!(differences(RIGHT), [""; 0]);
        assert_eq!(
            differences("refused = \"the setting `ttl` is missing\""),
            [""; 0]
        );
    }

    #[test]
    fn each_part_of_a_case_can_be_broken_and_names_its_step() {
        for (right, wrong, says) in [
            (
                "ttl = \"1m\"",
                "ttl = \"2m\"",
                "step 1 (0s, read page): lease: expected { ttl = \"1m\"",
            ),
            (
                "feeds = [\"writes\"]",
                "feeds = []",
                "configure: feeds: expected [], got [\"writes\"]",
            ),
            (
                "tags = [\"2\", \"1\"]",
                "tags = [\"2\"]",
                "step 2 (1s, change of r r:1): purges: expected",
            ),
            (
                "purges = []",
                "purges = [{ bump = \"x\" }]",
                "step 3 (1s, change of r r:1): purges",
            ),
            (
                "made from nothing",
                "made of nothing",
                "step 4 (1s, read page): refusal: expected a text with",
            ),
            (
                "refused =",
                "lease = { ttl = \"1s\" } #",
                "step 4 (1s, read page): call: expected answered",
            ),
        ] {
            assert!(RIGHT.contains(right), "{right}");
            let found = differences(&RIGHT.replace(right, wrong));
            assert!(
                found.len() == 1 && found[0].starts_with(says),
                "{found:?} and not {says}"
            );
        }
        let found = differences("refused = \"unknown\"\n[config]\nttl = \"1s\"");
        assert_eq!(
            found,
            ["configure: refusal: expected a text with \"unknown\", got nothing refused"]
        );
    }
}
