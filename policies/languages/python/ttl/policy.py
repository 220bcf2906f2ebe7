"""Time to live: an entry is fresh for a fixed time after it was stored, whatever happens to the data.

The host does everything from the leases in the plan; the policy is never called again.
"""

from typing import Any

from guard import guarded
from plan import lease, plan, rule
from settings import duration, kind, limit, refuse, settings, share, table
from wit_world import exports
from wit_world.exports.lifecycle import Plan

# Each setting with what reads it. They may be set for all keys, and in the rule of a prefix.
SETTINGS = {"ttl": limit, "jitter": share, "grace": duration, "rescue": duration}
DEFAULTS = {"ttl": 60_000_000_000, "jitter": 0.0, "grace": 0, "rescue": 0}


def over(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The settings of every key, or those of a rule over them."""
    return defaults | {name: read(name, given[name]) for name, read in SETTINGS.items() if name in given}


@guarded
class Lifecycle(exports.Lifecycle):
    def configure(self, config: str) -> Plan:
        given = settings(config, [*SETTINGS, "rules"])
        every_key = over(DEFAULTS, given)
        rules = [rule("", lease(**every_key))]
        own = given.get("rules", [])
        if not isinstance(own, list):
            refuse(f"`rules` should be a list, not {kind(own)}")
        for each in own:
            table(each, [*SETTINGS, "prefix"], "`rules`: each")
            prefix = each.get("prefix")
            if not isinstance(prefix, str) or not prefix:
                refuse("`rules`: each should have a `prefix`, as text that is not empty")
            if any(other.prefix == prefix for other in rules):
                refuse(f"`rules`: two are for `{prefix}`")
            rules.append(rule(prefix, lease(**over(every_key, each))))
        return plan(rules)
