"""Text with `{name}` placeholders: patterns that keys are matched with, templates that tags are made from."""

import re
from typing import Callable

from settings import refuse


def _pieces(text: str, whole: str) -> list[str]:
    """Pieces of text and placeholders, in turns: text at even places."""
    parts = []
    rest = text
    while True:
        literal, opened, after = rest.partition("{")
        if "}" in literal:
            refuse(f"`{whole}`: a `}}` without its `{{`")
        parts.append(literal)
        if not opened:
            return parts
        name, closed, rest = after.partition("}")
        if not closed:
            refuse(f"`{whole}`: a `{{` without its `}}`")
        if not name or "{" in name:
            refuse(f"`{whole}`: a placeholder needs a name, as in `{{id}}`")
        parts.append(name)


class Template:
    """Text with placeholders, to be filled in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = _pieces(text, text)
        self.slots = self.parts[1::2]

    def fill(self, value: Callable[[str], str]) -> str:
        """The text with each placeholder replaced by what `value` answers for its name."""
        return "".join(value(part) if at % 2 else part for at, part in enumerate(self.parts))


class Pattern:
    """Text with placeholders that keys are compared with.

    A placeholder takes at least one character and no `:`, and ends where the text that follows it begins; a `*` at the
    end takes the rest.
    """

    def __init__(self, text: str) -> None:
        parts = _pieces(text.removesuffix("*"), text)
        self.slots = parts[1::2]
        if "" in parts[2:-1:2]:
            refuse(f"`{text}`: two placeholders need some text between them")
        if len(set(self.slots)) < len(self.slots):
            refuse(f"`{text}`: two placeholders have one name")
        source = ""
        for literal, following in zip(parts[::2], [*parts[2::2], None]):
            source += re.escape(literal)
            if following is not None:
                # The first occurrence of what follows, and not one further on.
                source += f"((?:(?!{re.escape(following)})[^:])+)" if following else "([^:]+)"
        end = "" if text.endswith("*") else r"\Z"
        self._pattern = re.compile(source + end, re.DOTALL)

    def match(self, key: str) -> dict[str, str] | None:
        """What the placeholders stand for in a key, by name; none where the pattern does not fit."""
        found = self._pattern.match(key)
        return found and dict(zip(self.slots, found.groups()))
