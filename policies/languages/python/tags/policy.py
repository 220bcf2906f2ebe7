"""Tags: an entry carries the names of what it was made from, and a change purges by name, so that one row takes every
page along that shows it.

Tags come from three places: the loader's own word, patterns over the key, and the key itself.
"""

from dataclasses import dataclass, field

from guard import guarded
from names import Pattern, Template
from plan import FEEDS, lease, plan, rule
from settings import limit, lists, refuse, settings
from wit_world import exports
from wit_world.exports.leases import Fill
from wit_world.exports.lifecycle import Plan
from wit_world.exports.reactions import Change, ChangeKind
from wit_world.imports import purge, rows
from wit_world.imports.types import Lease, PurgeMode


@dataclass
class Prepared:
    """What was prepared from the settings."""

    ttl: int | None = None
    patterns: list[tuple[Pattern, list[Template]]] = field(default_factory=list)
    on_change: dict[str, list[Template]] = field(default_factory=dict)


policy = Prepared()


def pattern_with_tags(text: str, tags: list[str]) -> tuple[Pattern, list[Template]]:
    """A pattern, and its tags, which may use its placeholders alone."""
    pattern = Pattern(text)
    templates = [Template(tag) for tag in tags]
    for template in templates:
        for slot in template.slots:
            if slot not in pattern.slots:
                refuse(f"`patterns`: `{text}` has no `{{{slot}}}` for the tag `{template.text}`")
    return pattern, templates


@guarded
class Lifecycle(exports.Lifecycle):
    def configure(self, config: str) -> Plan:
        given = settings(config, ["ttl", "patterns", "on_change", "listen"])
        listen = given.get("listen", "writes")
        if not isinstance(listen, str) or listen not in FEEDS:
            refuse("`listen` should be `writes`, `capture` or `both`")
        policy.ttl = limit("ttl", given.get("ttl", "300s"))
        patterns = lists("patterns", given.get("patterns", {}))
        policy.patterns = [pattern_with_tags(text, tags) for text, tags in patterns.items()]
        on_change = lists("on_change", given.get("on_change", {}))
        policy.on_change = {name: [Template(tag) for tag in tags] for name, tags in on_change.items()}
        return plan([rule("")], FEEDS[listen])


@guarded
class Leases(exports.Leases):
    def on_fill(self, fill: Fill) -> Lease:
        tags = [fill.key, *fill.depends_on]
        for pattern, templates in policy.patterns:
            parts = pattern.match(fill.key)
            if parts is not None:
                tags += [template.fill(parts.__getitem__) for template in templates]
        # Each once, in the order in which they came.
        return lease(policy.ttl, tags=list(dict.fromkeys(tags)))


def tags_of_row(template: Template, index: int, change: Change) -> list[str]:
    """What a template stands for in the row as it is and, where that differs, in the row as it was, so that what is
    made from a column that changed is found under its old value too. A column that the feed carries on one side only is
    taken to be the same on the other.
    """

    def value(first, second):
        def of(column: str) -> str:
            if column == "key":
                return change.key
            for side in (first, second):
                text = side(index, column)
                if text is not None:
                    return text
            refuse(
                f"`{template.text}` needs the column `{column}`, which the feed `{change.feed}` does not carry for a "
                f"change of `{change.collection}`; `{{key}}` stands for the change's key"
            )

        return of

    now = template.fill(value(rows.after, rows.before))
    was = template.fill(value(rows.before, rows.after))
    return [now] if was == now else [was, now]


@guarded
class Reactions(exports.Reactions):
    def on_changes(self, changes: list[Change]) -> None:
        tags: list[str] = []
        for index, change in enumerate(changes):
            templates = policy.on_change.get(change.collection)
            fixed = templates is not None and not any(template.slots for template in templates)
            if change.kind == ChangeKind.TRUNCATED and not fixed:
                # Which tags a template made is not known without the rows: all of them, then.
                purge.everything(PurgeMode.DROP)
            elif templates is None:
                tags.append(change.key)
            else:
                for template in templates:
                    tags += tags_of_row(template, index, change)
        if tags:
            purge.tags(tags, PurgeMode.DROP)
