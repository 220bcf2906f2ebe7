//! What is wrong with a setting is said by its name, and a file says what a builder says.

mod both;

use std::time::Duration;

use both::Value;
use shelflife::Builder;
use shelflife::sync::Cache;

fn refused(builder: Builder<Value>) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn a_setting_that_is_out_of_range_is_named_with_what_would_be_right() {
    let ttl = |builder: Builder<Value>| builder.time_to_live(Duration::from_secs(1));
    let new = || Cache::<Value>::builder();
    for (builder, name, right) in [
        (new().jitter(1.5), "jitter is 1.5", "from 0 to 1"),
        (new().jitter(f64::NAN), "jitter is NaN", "from 0 to 1"),
        (
            ttl(new()).refresh_ahead(2.0),
            "refresh_ahead is 2",
            "from 0 to 1",
        ),
        (
            ttl(new()).early_refresh(0.0),
            "early_refresh is 0",
            "above 0",
        ),
        (new().refresh_ahead(0.5), "refresh", "set time_to_live"),
        (new().nearest(1.5), "nearest", "between -1 and 1"),
        (new().policy_config("{}"), "policy_config", "set policy"),
    ] {
        let error = refused(builder);
        assert!(error.contains(name) && error.contains(right), "{error}");
    }
}

#[test]
fn the_two_ways_to_refresh_take_each_others_place() {
    let builder = Cache::<Value>::builder().time_to_live(Duration::from_secs(1));
    assert!(
        builder
            .refresh_ahead(7.0)
            .early_refresh(1.0)
            .build()
            .is_ok()
    );
}

#[cfg(feature = "serde")]
mod from_a_file {
    use shelflife::{Config, Embedding, ManualClock};

    use super::*;

    fn toml(text: &str) -> Result<Config, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_has_its_effect() {
        let config = toml(
            r#"
            name = "pages"
            max_capacity = 1_000
            initial_capacity = 100
            copies_per_thread = 16
            time_to_live = "10s"
            time_to_idle = "1h 30m"
            jitter = 0.0
            grace = "30s"
            rescue = "1m"
            refresh_ahead = 0.8
            nearest = 0.9
            negative_ttl = "5s"
            soft_timeout = "250ms"
            load_timeout = "2s"
            hold_off = "90s"
            "#,
        )
        .unwrap();
        let clock = ManualClock::default();
        let builder = Cache::<Value>::builder().clock(clock.clone());
        let cache = builder.config(&config).build().unwrap();
        assert_eq!(cache.name(), Some("pages"));
        let failed = cache.try_get_with("a", |_| Err::<Value, _>("down"));
        assert!(failed.is_err());
        clock.advance(Duration::from_secs(4));
        let kept = cache.try_get_with("a", |_| Ok::<_, &str>("up"));
        assert_eq!(*kept.unwrap_err(), "down", "negative_ttl");
        clock.advance(Duration::from_secs(1));

        cache.insert_with("a", "x", |about| {
            about.embedding(&Embedding::new([1.0, 0.0]).unwrap());
        });
        let near = Embedding::new([1.0, 0.1]).unwrap();
        assert!(cache.get_near(&near).unwrap().is_some(), "nearest");
        assert_eq!(cache.get_with("a", |_| "again"), "x");
        clock.advance(Duration::from_secs(8));
        assert_eq!(cache.get_with("a", |_| "again"), "again", "refresh_ahead");
        clock.advance(Duration::from_secs(10));
        assert_eq!(cache.get("a"), None, "time_to_live");
        let rescued = |seconds| {
            clock.advance(Duration::from_secs(seconds));
            cache.try_get_with("a", |_| Err::<Value, _>("down")).is_ok()
        };
        assert!(rescued(59) && !rescued(1), "rescue");
    }

    #[test]
    fn what_a_file_leaves_out_stays_as_the_builder_has_it() {
        let clock = ManualClock::default();
        let builder = Cache::<Value>::builder()
            .clock(clock.clone())
            .name("pages")
            .time_to_live(Duration::from_secs(1));
        let config = toml(r#"time_to_live = "1m""#).unwrap();
        let cache = builder.config(&config).build().unwrap();
        cache.insert("a", "x");
        clock.advance(Duration::from_secs(59));
        assert_eq!((cache.get("a"), cache.name()), (Some("x"), Some("pages")));
    }

    #[test]
    fn a_name_that_is_not_known_is_refused_with_its_line() {
        let error = toml("max_capacity = 10\ntime_to_life = \"10m\"\n").unwrap_err();
        for part in ["line 2", "time_to_life", "time_to_live"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        let error = serde_json::from_str::<Config>("{\n\"max_kapacity\": 1}").unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("line 2") && error.contains("max_kapacity"),
            "{error}"
        );
    }

    #[test]
    fn text_that_is_no_duration_is_refused_with_its_line_and_what_would_be_right() {
        for wrong in ["grace = \"10 parsecs\"", "grace = 10", "grace = true"] {
            let error = toml(&format!("max_capacity = 1\n{wrong}\n")).unwrap_err();
            for part in ["line 2", "grace", r#""10m""#] {
                assert!(error.contains(part), "{part}: {error}");
            }
        }
    }

    #[test]
    fn a_policy_and_its_settings_are_named_by_the_file() {
        let clock = ManualClock::default();
        let config = toml("policy = \"ttl\"\n[policy_config]\nttl = \"60s\"\n").unwrap();
        let builder = Cache::<Value>::builder().clock(clock.clone());
        let cache = builder.config(&config).build().unwrap();
        cache.insert("a", "x");
        clock.advance(Duration::from_secs(59));
        assert_eq!(cache.get("a"), Some("x"));
        clock.advance(Duration::from_secs(1));
        assert_eq!(cache.get("a"), None);
        let unknown = toml("policy = \"tll\"").unwrap();
        let built = Cache::<Value>::builder().config(&unknown).build();
        let error = built.unwrap_err().to_string();
        assert!(error.contains("tll") && error.contains("ttl"), "{error}");
    }

    #[test]
    fn json_says_the_same_as_toml() {
        let config: Config = serde_json::from_str(r#"{ "time_to_live": "1s" }"#).unwrap();
        let clock = ManualClock::default();
        let builder = Cache::<Value>::builder().clock(clock.clone());
        let cache = builder.config(&config).build().unwrap();
        cache.insert("a", "x");
        clock.advance(Duration::from_secs(1));
        assert_eq!(cache.get("a"), None);
    }
}
