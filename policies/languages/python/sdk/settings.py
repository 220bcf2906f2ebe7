"""Settings of the usual kinds, read from JSON. A wrong one is refused with what would be right."""

import json
import re
from typing import Any, NoReturn

from componentize_py_types import Err

_A_DURATION = "a duration such as `250ms`, `60s` or `2h`"
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_PART = re.compile(r"([0-9]+)(?:\.([0-9]+))? *(ns|us|µs|ms|s|m|h|d)(?=[0-9 ]|$) *")


def refuse(text: str) -> NoReturn:
    """Ends the call with an error that the host sees. Any other exception is a trap without a text."""
    raise Err(text)


def settings(text: str, known: list[str]) -> dict[str, Any]:
    """The settings as a table without other names than these."""
    try:
        value = json.loads(text)
    except ValueError as error:
        refuse(f"the settings are no JSON: {error}")
    return table(value, known, "the settings")


def table(value: Any, known: list[str], what: str) -> dict[str, Any]:
    """A table without other names than these."""
    if not isinstance(value, dict):
        refuse(f"{what} should be a table, not {kind(value)}")
    for name in value:
        if name not in known:
            refuse(f"unknown setting `{name}`: known are {', '.join(known)}")
    return value


def _nanoseconds(text: Any) -> int | None:
    """Nanoseconds of text such as `1h 30m` or `1.5s`; none for anything else."""
    if not isinstance(text, str) or not text.strip():
        return None
    rest = text.strip()
    total = 0
    while rest:
        part = _PART.match(rest)
        if not part:
            return None
        digits, fraction, name = part.groups()
        total += int(digits) * _UNITS[name]
        place = _UNITS[name]
        for digit in fraction or "":
            place //= 10
            total += place * int(digit)
        rest = rest[part.end() :]
    return total if total < 1 << 64 else None


def duration(name: str, value: Any) -> int:
    """A duration in nanoseconds."""
    read = _nanoseconds(value)
    if read is None:
        refuse(f"`{name}` should be {_A_DURATION}, not {_said(value)}")
    return read


def limit(name: str, value: Any) -> int | None:
    """A duration in nanoseconds, or none for `none`: no limit."""
    if value == "none":
        return None
    read = _nanoseconds(value)
    if read is None:
        refuse(f"`{name}` should be {_A_DURATION}, or `none`, not {_said(value)}")
    return read


def share(name: str, value: Any) -> float:
    """A number between 0 and 1."""
    if kind(value) == "a number" and 0 <= value <= 1:
        return float(value)
    refuse(f"`{name}` should be a number between 0 and 1, not {_said(value)}")


def lists(name: str, value: Any) -> dict[str, list[str]]:
    """A table of lists of text."""
    if not isinstance(value, dict):
        refuse(f"`{name}` should be a table, not {kind(value)}")
    for key, texts in value.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            refuse(f"`{name}`: `{key}` should be a list of text")
    return value


def _said(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else kind(value)


def kind(value: Any) -> str:
    """What kind of value it is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, (int, float)):
        return "a number"
    return {str: "text", list: "a list"}.get(type(value), "a table")
