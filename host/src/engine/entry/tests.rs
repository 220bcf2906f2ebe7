//! What an entry says of itself, one rule a test.

use super::super::key::KeyHasher;
use super::*;

fn entry(lease: &Lease) -> Entry<()> {
    let fill = Fill {
        now: 100,
        load_time: 10,
        ..Fill::default()
    };
    let parts = Parts {
        terms: Terms::of(lease).map(Arc::new),
        ..Parts::default()
    };
    let key = KeyHasher::new(0).key("a").to_key();
    Entry::new(key, (), 0, lease, &fill, parts, &mut || 0.5)
}

#[test]
fn an_entry_is_fresh_before_its_ttl_and_not_at_it() {
    let entry = entry(&Lease {
        grace: 5,
        ..Lease::for_nanos(50)
    });
    assert_eq!(entry.freshness(149), Freshness::Fresh);
    assert!(entry.is_plainly_fresh(149) && !entry.is_plainly_fresh(150));
    assert_eq!(entry.freshness(150), Freshness::Grace);
    assert_eq!(entry.freshness(155), Freshness::Over);
}

#[test]
fn an_entry_unread_for_exactly_its_idle_time_is_still_fresh() {
    let entry = entry(&Lease {
        idle: Some(50),
        ..Lease::default()
    });
    assert_eq!(entry.freshness(150), Freshness::Fresh);
    assert_eq!(entry.freshness(151), Freshness::Over);
    assert!(!entry.is_plainly_fresh(150), "a hit must be noted");
    entry.touch(150);
    assert_eq!(entry.freshness(200), Freshness::Fresh);
}

#[test]
fn jitter_takes_a_share_off_the_ttl() {
    let entry = entry(&Lease {
        jitter: 0.2,
        ..Lease::for_nanos(50)
    });
    assert_eq!(entry.fresh_until(), 145);
}

#[test]
fn grace_counts_from_a_soft_invalidation() {
    let entry = entry(&Lease {
        grace: 5,
        ..Lease::for_nanos(50)
    });
    entry.expire(110);
    entry.expire(120);
    assert_eq!(entry.freshness(109), Freshness::Fresh);
    assert_eq!(entry.freshness(114), Freshness::Grace);
    assert_eq!(entry.freshness(115), Freshness::Over);
}

#[test]
fn an_ahead_refresh_begins_at_its_share_of_the_lease() {
    let entry = entry(&Lease {
        refresh: Refresh::Ahead(0.8),
        ..Lease::for_nanos(50)
    });
    assert!(!entry.wants_refresh(139, &mut || 0.0));
    assert!(entry.wants_refresh(140, &mut || 0.0));
}

#[test]
fn an_early_refresh_follows_the_exponential_law() {
    let entry = entry(&Lease {
        refresh: Refresh::Early(1.0),
        ..Lease::for_nanos(50)
    });
    // At gap g with load time 10: early iff -10 ln(1 - u) >= g, that is u >= 1 - exp(-g / 10).
    let threshold = 1.0 - (-2.0f64).exp();
    assert!(entry.wants_refresh(130, &mut || threshold + 1e-9));
    assert!(!entry.wants_refresh(130, &mut || threshold - 1e-9));
}

#[test]
fn an_entry_without_extras_is_small() {
    // With a value of 8 bytes; the counts of its `Arc` come on top.
    assert!(
        size_of::<Entry<u64>>() <= 112,
        "{}",
        size_of::<Entry<u64>>()
    );
}
