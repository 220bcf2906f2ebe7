//! Random histories against the oracle.

use proptest::prelude::*;
use shelflife_properties::{Operation, Setting, check};

fn histories() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(any::<[u8; 4]>().prop_map(Operation::from), 1..120)
}

proptest! {
    // Failures are shrunk and printed; whoever fixes one keeps it as a test with a name.
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_required_is_served_and_what_is_forbidden_is_not(operations in histories(), shards in 1usize..3) {
        let setting = Setting { is_narrow: false, shards };
        prop_assert_eq!(check(setting, &operations), Ok(()));
    }

    #[test]
    fn an_engine_with_too_little_room_serves_nothing_that_is_forbidden(operations in histories()) {
        let setting = Setting { is_narrow: true, shards: 1 };
        prop_assert_eq!(check(setting, &operations), Ok(()));
    }
}
