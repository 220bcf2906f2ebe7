//! The same policies as native code.

use shelflife_policy::{NativePolicy, native as boxed};

/// The policy with this name as native code, not configured yet. It decides what the component of the
/// same name decides, but without a sandbox around it.
pub fn native(name: &str) -> Option<Box<dyn NativePolicy + Send>> {
    Some(match name {
        "ttl" => boxed::<shelflife_policy_ttl::Ttl>(),
        "write-through" => boxed::<shelflife_policy_write_through::WriteThrough>(),
        "cdc" => boxed::<shelflife_policy_cdc::Cdc>(),
        "tags" => boxed::<shelflife_policy_tags::Tags>(),
        "versions" => boxed::<shelflife_policy_versions::Versions>(),
        "semantic" => boxed::<shelflife_policy_semantic::Semantic>(),
        "adaptive" => boxed::<shelflife_policy_adaptive::Adaptive>(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::native;
    use crate::all;
    use shelflife_policy::{Policy, Settings};

    #[test]
    fn every_component_has_its_native_twin() {
        for policy in all() {
            let mut twin = native(policy.name).expect(policy.name);
            twin.configure("{}").expect(policy.name);
        }
        assert!(native("tag").is_none());
    }

    #[test]
    fn every_component_carries_the_schema_of_its_settings() {
        fn schema<P: Policy>() -> String {
            <P::Config as Settings>::schema_json()
        }
        for (name, schema) in [
            ("ttl", schema::<shelflife_policy_ttl::Ttl>()),
            (
                "write-through",
                schema::<shelflife_policy_write_through::WriteThrough>(),
            ),
            ("cdc", schema::<shelflife_policy_cdc::Cdc>()),
            ("tags", schema::<shelflife_policy_tags::Tags>()),
            ("versions", schema::<shelflife_policy_versions::Versions>()),
            ("semantic", schema::<shelflife_policy_semantic::Semantic>()),
            ("adaptive", schema::<shelflife_policy_adaptive::Adaptive>()),
        ] {
            let component = crate::find(name).unwrap().component;
            let mut carried = component.windows(schema.len());
            assert!(carried.any(|bytes| bytes == schema.as_bytes()), "{name}");
            assert!(schema.contains(r#""rules":{"#), "{name}: {schema}");
        }
    }

    #[test]
    fn a_refused_configuration_leaves_the_policy_as_it_was() {
        let mut tags = native("tags").unwrap();
        let fill = shelflife_policy::Fill::of("user:1");
        let mut host = shelflife_policy::testing::TestHost::new();
        assert!(tags.on_fill(fill.clone(), &mut host).is_err());
        tags.configure(r#"{ "ttl": "1s" }"#).unwrap();
        tags.configure(r#"{ "tll": "2s" }"#).unwrap_err();
        let lease = tags.on_fill(fill, &mut host).unwrap();
        assert_eq!(lease.ttl, Some(std::time::Duration::from_secs(1)));
    }

    #[test]
    fn what_a_policy_does_not_export_is_refused() {
        let mut ttl = native("ttl").unwrap();
        ttl.configure("{}").unwrap();
        let mut host = shelflife_policy::testing::TestHost::new();
        let fill = shelflife_policy::Fill::of("user:1");
        assert!(ttl.on_fill(fill, &mut host).unwrap_err().contains("leases"));
        assert!(
            ttl.on_changes(&[], &mut host)
                .unwrap_err()
                .contains("reactions")
        );
    }
}
