"""Sentences with fields, that can be written and read back.

A phrase is one line of content such as ``"Objections reach us within {objection_days} days."``.
Reading it back (`Phrase.read`) is what lets a test recompute the truth from rendered files alone,
and lets a scripted agent act on nothing but the text it was shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

Kinds = tuple[tuple[str, str], ...]
"""What certain fields can hold, as (field, regular expression) pairs."""

_ANYTHING, _REST = r"[^\n]+?", r"[^\n]+"
_FIELD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence with ``{named}`` fields.

    Attributes:
        text: The sentence with its fields in braces.
    """

    text: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields in order of first appearance."""
        return tuple(dict.fromkeys(_FIELD.findall(self.text)))

    def write(self, values: Mapping[str, object]) -> str:
        """Fill the fields.

        Args:
            values: A value for every field; others are ignored.

        Raises:
            KeyError: A field has no value; the message names the field and the sentence.
        """

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in values:
                raise KeyError(f"no value for {{{name}}} in {self.text!r}; there are {sorted(values)}")
            return str(values[name])

        return _FIELD.sub(fill, self.text)

    def read(self, text: str, kinds: Kinds = ()) -> dict[str, str] | None:
        """The fields' values if `text` is exactly this sentence, else None.

        Args:
            text: What may be the sentence.
            kinds: (field, regular expression) for fields that can hold only certain things; any other
                field may hold anything within its line.
        """
        match = _pattern(self.text, kinds).fullmatch(text)
        return match.groupdict() if match else None

    def find(self, text: str, kinds: Kinds = ()) -> dict[str, str] | None:
        """The fields' values at the sentence's first occurrence inside `text`, else None.

        A field at the sentence's end holds the rest of its line; no field is longer than 2,000 characters.
        """
        # A regular expression with open ends is slow on a long text: look near the longest fixed part only.
        anchor, reach = _anchor(self.text), len(self.text) + 2_000
        at = text.find(anchor)
        while at >= 0:
            start = max(0, at - reach)
            match = _pattern(self.text, kinds).search(text[start : at + len(anchor) + reach])
            if match:
                return match.groupdict()
            at = text.find(anchor, at + 1)
        return None


@cache
def _anchor(text: str) -> str:
    return max(_FIELD.sub("\0", text).split("\0"), key=len)


@cache
def _pattern(text: str, kinds: Kinds) -> re.Pattern[str]:
    known = dict(kinds)
    parts: list[str] = []
    seen: set[str] = set()
    end = 0
    for match in _FIELD.finditer(text):
        parts.append(re.escape(text[end : match.start()]))
        name = match.group(1)
        # A repeated field must repeat its value.
        held = known.get(name, _REST if match.end() == len(text) else _ANYTHING)
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{held})")
        seen.add(name)
        end = match.end()
    parts.append(re.escape(text[end:]))
    return re.compile("".join(parts))
