{{if static}}
"""Entries are fresh for `ttl`, whatever happens to the data."""
{{end}}
{{if fills}}
"""Entries are fresh for `ttl`, and carry the names of what they were made from."""
{{end}}
{{if keys}}
"""Entries are fresh for `ttl`; a change drops its key."""
{{end}}
{{if tags}}
"""Entries are fresh for `ttl`, and carry the names of what they were made from. A change drops what was made from what
changed.
"""
{{end}}

from guard import guarded
from plan import lease, plan, rule
from settings import duration, settings, share
from wit_world import exports
{{if leases}}
from wit_world.exports.leases import Fill
{{end}}
from wit_world.exports.lifecycle import Plan
{{if reactions}}
from wit_world.exports.reactions import Change, ChangeKind
from wit_world.imports import purge
{{end}}
{{if fills}}
from wit_world.imports.types import Lease
{{end}}
{{if keys}}
from wit_world.imports.types import PurgeMode
{{end}}
{{if tags}}
from wit_world.imports.types import Lease, PurgeMode
{{end}}
{{if leases}}


class Settings:
    """What is set."""

    ttl = 0
    jitter = 0.0
{{end}}


@guarded
class Lifecycle(exports.Lifecycle):
    def configure(self, config: str) -> Plan:
        given = settings(config, ["ttl", "jitter"])
{{if leases}}
        Settings.ttl = duration("ttl", given.get("ttl", "60s"))
        Settings.jitter = share("jitter", given.get("jitter", 0))
{{end}}
{{if not leases}}
        ttl = duration("ttl", given.get("ttl", "60s"))
        jitter = share("jitter", given.get("jitter", 0))
{{end}}
{{if static}}
        return plan([rule("", lease(ttl, jitter=jitter))])
{{end}}
{{if keys}}
        return plan([rule("", lease(ttl, jitter=jitter))], ["writes"])
{{end}}
{{if fills}}
        return plan([rule("")])
{{end}}
{{if tags}}
        return plan([rule("")], ["writes"])
{{end}}
{{if leases}}


@guarded
class Leases(exports.Leases):
    def on_fill(self, fill: Fill) -> Lease:
        return lease(Settings.ttl, jitter=Settings.jitter, tags=[fill.key, *fill.depends_on])
{{end}}
{{if reactions}}


@guarded
class Reactions(exports.Reactions):
    def on_changes(self, changes: list[Change]) -> None:
        if any(change.kind == ChangeKind.TRUNCATED for change in changes):
            purge.everything(PurgeMode.DROP)
        else:
{{end}}
{{if keys}}
            purge.keys([change.key for change in changes], PurgeMode.DROP)
{{end}}
{{if tags}}
            purge.tags([change.key for change in changes], PurgeMode.DROP)
{{end}}
