"""A host for unit tests: to be imported before the policy.

What the tool generates for a component (`wit_world`, `componentize_py_types`) stands here in short, so that a policy can
be imported without it. What it purges is noted in `host.journal`; rows are taken from `host.rows`.
"""

import sys
from dataclasses import make_dataclass
from enum import Enum
from types import ModuleType
from typing import Any


class Host:
    """What a policy reaches."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forgets everything."""
        self.journal: list[tuple[Any, ...]] = []
        self.lines: list[tuple[Any, ...]] = []
        self.rows: list[dict[str, dict[str, str]]] = []
        self.now = 0

    def noting(self, name: str) -> Any:
        """A function that notes what it is called with."""
        return lambda *given: self.journal.append((name, *given))

    def row(self, side: str) -> Any:
        """A function that answers a column of a row."""

        def column(index: int, name: str) -> str | None:
            row = self.rows[index] if index < len(self.rows) else {}
            return row.get(side, {}).get(name)

        return column


host = Host()


class Err(Exception):
    """The error of a call."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


def _module(name: str, **items: Any) -> ModuleType:
    module = ModuleType(name)
    for item, value in items.items():
        setattr(module, item, value)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    return module


def _record(name: str, fields: str) -> type:
    return make_dataclass(name, fields.split())


_LEASE = "ttl idle jitter grace rescue refresh tags generations hints"
_CHANGE = "feed position collection key kind at"
_KINDS = "CREATED UPDATED DELETED TRUNCATED OTHER"

_module("componentize_py_types", Err=Err)
_module("wit_world")
_module("wit_world.imports")
_module(
    "wit_world.imports.types",
    Lease=_record("Lease", _LEASE),
    PurgeMode=Enum("PurgeMode", "DROP EXPIRE REPLACE"),
    Refresh_Lazy=_record("Refresh_Lazy", ""),
    Refresh_Ahead=_record("Refresh_Ahead", "value"),
    Refresh_Early=_record("Refresh_Early", "value"),
)
_PURGES = ["keys", "tags", "prefix", "bump", "everything", "keys_again"]
_module("wit_world.imports.purge", **{name: host.noting(name) for name in _PURGES})
_module("wit_world.imports.rows", before=host.row("before"), after=host.row("after"))
_module("wit_world.imports.clock", now=lambda: host.now)
_module("wit_world.imports.random", next=lambda: 4)
_module(
    "wit_world.imports.log",
    Level=Enum("Level", "TRACE DEBUG INFO WARN ERROR"),
    emit=lambda *given: host.lines.append(given),
)
_module("wit_world.exports", **{name: object for name in ["Lifecycle", "Leases", "Reactions", "Snapshots"]})
_module(
    "wit_world.exports.lifecycle",
    Plan=_record("Plan", "rules feeds hints"),
    Rule=_record("Rule", "prefix keying lookup lease"),
    Keying_InPlace=_record("Keying_InPlace", ""),
    Lookup_Exact=_record("Lookup_Exact", ""),
)
_module("wit_world.exports.leases", Fill=_record("Fill", "key now size load_time depends_on"))
_module(
    "wit_world.exports.reactions",
    Change=_record("Change", _CHANGE),
    ChangeKind=Enum("ChangeKind", _KINDS),
)


def fill(key: str, *depends_on: str) -> Any:
    """A fill of which nothing else is known."""
    return sys.modules["wit_world.exports.leases"].Fill(key, 0, 0, 0, list(depends_on))


def change(collection: str, key: str, kind: str = "UPDATED") -> Any:
    """A change on the feed of announced writes."""
    reactions = sys.modules["wit_world.exports.reactions"]
    return reactions.Change("writes", 0, collection, key, reactions.ChangeKind[kind], 0)
