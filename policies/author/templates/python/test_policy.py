import sys
import unittest

sys.path.insert(0, "sdk")
{{if static}}
from testing import Err  # noqa: E402
{{end}}
{{if fills}}
from testing import Err, fill  # noqa: E402
{{end}}
{{if keys}}
from testing import Err, change, host  # noqa: E402
{{end}}
{{if tags}}
from testing import Err, change, fill, host  # noqa: E402
{{end}}
import policy  # noqa: E402


class Policy(unittest.TestCase):
{{if not leases}}
    def test_an_entry_is_fresh_for_as_long_as_its_ttl(self):
        [rule] = policy.Lifecycle().configure('{ "ttl": "1h 30m", "jitter": 0.1 }').rules
        self.assertEqual((rule.lease.ttl, rule.lease.jitter), (5_400_000_000_000, 0.1))
{{end}}
{{if leases}}
    def test_an_entry_carries_what_it_was_made_from(self):
        policy.Lifecycle().configure('{ "ttl": "1h 30m" }')
        lease = policy.Leases().on_fill(fill("page:1", "product:1"))
        self.assertEqual((lease.ttl, lease.tags), (5_400_000_000_000, ["page:1", "product:1"]))
{{end}}

    def test_a_misspelt_setting_is_refused(self):
        with self.assertRaises(Err) as error:
            policy.Lifecycle().configure('{ "tll": "60s" }')
        self.assertIn("unknown setting `tll`", error.exception.value)
{{if reactions}}

    def test_a_change_drops_what_changed(self):
        host.reset()
        policy.Reactions().on_changes([change("products", "product:1")])
        [(what, names, _)] = host.journal
{{end}}
{{if keys}}
        self.assertEqual((what, names), ("keys", ["product:1"]))
{{end}}
{{if tags}}
        self.assertEqual((what, names), ("tags", ["product:1"]))
{{end}}


if __name__ == "__main__":
    unittest.main()
