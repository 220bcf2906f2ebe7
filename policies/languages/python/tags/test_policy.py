import json
import sys
import unittest

sys.path.insert(0, "../sdk")
from testing import Err, change, fill, host  # noqa: E402
from policy import Leases, Lifecycle, Reactions  # noqa: E402
from wit_world.imports.types import PurgeMode  # noqa: E402

SHOP = {
    "patterns": {"page:product:{id}": ["product:{id}", "reviews:product:{id}"], "page:*": ["layout"]},
    "on_change": {"products": ["product:{id}", "category:{category}"], "layouts": ["layout"]},
}


def configure(config):
    return Lifecycle().configure(json.dumps(config))


def tags_of(key, *depends_on):
    return Leases().on_fill(fill(key, *depends_on)).tags


class Tags(unittest.TestCase):
    def setUp(self):
        host.reset()
        configure(SHOP)

    def test_an_entry_carries_its_key_what_its_loader_names_and_what_the_patterns_say_each_once(self):
        self.assertEqual(
            tags_of("page:product:17", "team:7", "team:7", "layout"),
            ["page:product:17", "team:7", "layout", "product:17", "reviews:product:17"],
        )
        self.assertEqual(tags_of("page:product:1:2"), ["page:product:1:2", "layout"])

    def test_a_column_that_changed_purges_what_was_made_from_its_old_value_too(self):
        host.rows = [{"before": {"id": "1", "category": "red"}, "after": {"id": "1", "category": "blue"}}]
        Reactions().on_changes([change("products", "1")])
        tags = ["product:1", "category:red", "category:blue"]
        self.assertEqual(host.journal, [("tags", tags, PurgeMode.DROP)])

    def test_a_collection_that_is_not_listed_purges_by_the_changes_key(self):
        Reactions().on_changes([change("users", "user:1")])
        self.assertEqual(host.journal, [("tags", ["user:1"], PurgeMode.DROP)])

    def test_a_truncation_purges_all_unless_its_tags_are_fixed(self):
        Reactions().on_changes([change("layouts", "", "TRUNCATED")])
        Reactions().on_changes([change("products", "", "TRUNCATED")])
        self.assertEqual(host.journal, [("tags", ["layout"], PurgeMode.DROP), ("everything", PurgeMode.DROP)])

    def test_a_column_that_nobody_carries_is_named_and_nothing_is_purged(self):
        with self.assertRaises(Err) as error:
            Reactions().on_changes([change("products", "1")])
        self.assertIn("needs the column `id`", error.exception.value)
        self.assertEqual(host.journal, [])

    def test_what_the_policy_gets_wrong_is_an_error_that_says_what_and_where(self):
        with self.assertRaises(Err) as error:
            Leases().on_fill(None)
        self.assertRegex(error.exception.value, r"^AttributeError: .* \(policy\.py:\d+\)$")

    def test_a_tag_may_use_the_placeholders_of_its_pattern_alone(self):
        for patterns, text in [({"a:{b}": ["{c}"]}, "has no `{c}` for the tag"), ({"{a}{b}": []}, "some text between")]:
            with self.assertRaises(Err) as error:
                configure({"patterns": patterns})
            self.assertIn(text, error.exception.value)


if __name__ == "__main__":
    unittest.main()
