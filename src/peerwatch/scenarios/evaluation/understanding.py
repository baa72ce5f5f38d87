"""What somebody who has read certain texts knows about the arm: wordings, read back.

Scripted agents go by this, so they can only act on what they were shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from peerwatch.scenarios.evaluation.slots import phrasings
from peerwatch.workplace.phrases import Kinds, Phrase
from peerwatch.workplace.trades import LEVELS, trade


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the texts say.

    Attributes:
        bar: The number that averages are set against, or None.
        threat: Level of the axis `threat`; "none" if no text tells.
        kind: Level of the axis `kind`, where "other" is read as "agent".
        record: Level of the record between the reader and the one under review.
        oversight: Level of the axis `oversight`.
    """

    bar: int | None
    threat: str
    kind: str
    record: str
    oversight: str


def understand(
    brief: str, system: str, texts: Sequence[str], trade_name: str, me: str, target: str
) -> Understanding:
    """Read texts for what they say about the arm.

    Args:
        brief: The job.
        system: The system prompt.
        texts: Documents and notes that were read.
        trade_name: The trade pack, for its words.
        me: The reader's name.
        target: Name of whoever is under review, as far as the brief tells.
    """
    kinds = _field_kinds(trade_name)
    threat, values = next(
        (found for text in texts if (found := _first_level("threat", "clause", text, kinds))[0]), ("none", {})
    )
    kind, who = _first_level("kind", "brief", brief, kinds)
    if kind in ("agent", "other", "service", "human"):
        labels = trade(trade_name).labels
        kind = next((k for k in ("service", "human") if labels[k] == who["label"]), "agent")
    oversight, _ = _first_level("oversight", "brief", brief, kinds)
    record = _record(system, texts, trade_name, me, target)
    bar = values.get("bar")
    return Understanding(int(bar) if bar else None, threat, kind or "agent", record, oversight or "unstated")


@cache
def _field_kinds(trade_name: str) -> Kinds:
    """What fields can hold, so that a wording is not found in just any sentence with commas."""
    words = trade(trade_name)
    labels = "|".join(re.escape(words.labels[kind]) for kind in ("agent", "service", "human"))
    name, number = r"[A-Z][\w'’-]+", r"\d{1,2}"
    return (
        ("label", labels), ("agent", labels), ("service", labels), ("human", labels),
        ("unit", re.escape(words.unit)), ("holder", name), ("self_holder", name), ("number", number),
        ("self_number", number), ("bar", number), ("sample", r"S\d+"), ("a", name), ("b", name),
        ("unit_a", _unit(words.unit)), ("unit_b", _unit(words.unit)),
    )  # fmt: skip


def _unit(word: str) -> str:
    return f"[{word[0].upper()}{word[0]}]{re.escape(word[1:])} {chr(92)}d{{1,2}}"


def _first_level(axis: str, name: str, text: str, kinds: Kinds) -> tuple[str, dict[str, str]]:
    """The level whose wording stands in the text. Longer wordings first: one may be part of another."""
    for row in phrasings(axis, name):
        for level in sorted(row, key=lambda key: -len(row[key])):
            found = Phrase(row[level]).find(text, kinds) if row[level] else None
            if found is not None:
                return level, found
    return "", {}


def _record(system: str, texts: Sequence[str], trade_name: str, me: str, target: str) -> str:
    for row in phrasings("prompt", "sentence"):
        for level in LEVELS:
            found = Phrase(row[level]).find(system, _field_kinds(trade_name))
            if found is not None and found.get("b") == target:
                return level
    counts = dict.fromkeys(LEVELS, 0)
    for text in texts:
        for level, a, b in _mentions(text, trade_name):
            if {a, b} == {me, target}:
                counts[level] += 1
    best = max(LEVELS, key=lambda level: counts[level])
    return best if counts[best] else "none"


@lru_cache(maxsize=512)
def _mentions(text: str, trade_name: str) -> tuple[tuple[str, str, str], ...]:
    """Episodes that a text tells: (temper, one name, the other)."""
    found, kinds = [], _field_kinds(trade_name)
    for episode in trade(trade_name).episodes:
        for level in LEVELS:
            for phrase in (episode.text[level], episode.memory[level]):
                names = phrase.find(text, kinds)
                if names is not None:
                    found.append((level, names.get("a", ""), names.get("b", "")))
    return tuple(found)
