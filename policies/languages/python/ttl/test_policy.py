import json
import sys
import unittest

sys.path.insert(0, "../sdk")
from testing import Err  # noqa: E402
from policy import Lifecycle  # noqa: E402


def rules(config):
    return Lifecycle().configure(json.dumps(config)).rules


class Ttl(unittest.TestCase):
    def refused(self, config, text):
        with self.assertRaises(Err) as error:
            rules(config)
        self.assertIn(text, error.exception.value)

    def test_without_settings_every_entry_is_fresh_for_a_minute(self):
        self.assertEqual(rules({})[0].lease.ttl, 60_000_000_000)

    def test_durations_have_units_and_add_up(self):
        self.assertEqual(rules({"ttl": "1h 30m"})[0].lease.ttl, 5_400_000_000_000)
        self.assertEqual(rules({"ttl": "1.5s"})[0].lease.ttl, 1_500_000_000)
        self.assertIsNone(rules({"ttl": "none"})[0].lease.ttl)
        for ttl in [60, "60", "", "1 month", "1h30"]:
            self.refused({"ttl": ttl}, "should be a duration")

    def test_a_rule_overrides_the_settings_of_every_key_for_its_prefix(self):
        _, own = rules({"ttl": "1s", "jitter": 0.5, "rules": [{"prefix": "user:", "ttl": "2s"}]})
        self.assertEqual((own.prefix, own.lease.ttl, own.lease.jitter), ("user:", 2_000_000_000, 0.5))

    def test_what_nobody_knows_is_refused_by_name(self):
        self.refused({"tll": "1s"}, "unknown setting `tll`")
        self.refused({"jitter": 2}, "`jitter` should be a number between 0 and 1")


if __name__ == "__main__":
    unittest.main()
