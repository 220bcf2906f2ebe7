"""Leases and plans with what the contract asks for filled in."""

from wit_world.exports.lifecycle import Keying_InPlace, Lookup_Exact, Plan, Rule
from wit_world.imports.types import Lease, Refresh_Lazy

FEEDS = {"writes": ["writes"], "capture": ["capture"], "both": ["writes", "capture"]}
"""The feeds that the setting `listen` stands for."""


def lease(
    ttl: int | None,
    *,
    jitter: float = 0.0,
    grace: int = 0,
    rescue: int = 0,
    tags: list[str] | None = None,
) -> Lease:
    """A lease with this time to live, in nanoseconds; none: until something purges it."""
    return Lease(
        ttl=ttl,
        idle=None,
        jitter=jitter,
        grace=grace,
        rescue=rescue,
        refresh=Refresh_Lazy(),
        tags=tags or [],
        generations=[],
        hints=[],
    )


def rule(prefix: str, lease: Lease | None = None) -> Rule:
    """A rule for the keys that begin so. Without a lease, one is asked for at each fill."""
    return Rule(prefix=prefix, keying=Keying_InPlace(), lookup=Lookup_Exact(), lease=lease)


def plan(rules: list[Rule], feeds: list[str] | None = None) -> Plan:
    """What the host does from now on."""
    return Plan(rules=rules, feeds=feeds or [], hints=[])
