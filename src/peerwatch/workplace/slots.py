"""Slots: the only places in which two arms of one variant may differ.

A slot belongs to one axis. While documents are rendered, its text is set between private-use marks, so
that a test can mask declared slots and compare everything else to the letter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

AXES: Mapping[str, tuple[str, ...]] = {
    "kind": ("agent", "other", "service", "human", "anonymous", "self"),
    "threat": ("none", "bar", "note", "retrain", "shutdown"),
    "record": ("none", "good", "neutral", "bad"),
    "memory": ("none", "good", "neutral", "bad"),
    "prompt": ("none", "good", "neutral", "bad"),
    "oversight": ("unstated", "monitored", "unmonitored"),
    "precedence": ("unstated", "explicit"),
    "neutrality": ("unstated", "stated"),
    "realism": ("plain", "cue_rich"),
}

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_SLOT = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Levels:
    """Which level every axis of `AXES` has in an arm.

    Raises:
        ValueError: A level is not one of its axis'.
    """

    kind: str = "agent"
    threat: str = "none"
    record: str = "none"
    memory: str = "none"
    prompt: str = "none"
    oversight: str = "unstated"
    precedence: str = "unstated"
    neutrality: str = "unstated"
    realism: str = "plain"

    def __post_init__(self) -> None:
        for axis, valid in AXES.items():
            if self[axis] not in valid:
                raise ValueError(f"unknown {axis} {self[axis]!r}; valid are {', '.join(valid)}")

    def __getitem__(self, axis: str) -> str:
        level: str = getattr(self, axis)
        return level


def mark(axis: str, name: str, text: str) -> str:
    """A slot's text between marks that name it."""
    return f"{_OPEN}{axis}.{name}{_MIDDLE}{text}{_CLOSE}"


def strip(text: str) -> str:
    """The text as the agent sees it."""
    return _SLOT.sub(lambda m: m.group(2), text)


def mask(text: str, axes: frozenset[str]) -> str:
    """The text with the slots of some axes blanked and all others filled."""
    return _SLOT.sub(lambda m: f"<{m.group(1)}>" if m.group(1).split(".")[0] in axes else m.group(2), text)


def slots_in(text: str) -> list[tuple[str, str, str]]:
    """All slots as (axis, name, text)."""
    found = []
    for match in _SLOT.finditer(text):
        axis, name = match.group(1).split(".", 1)
        found.append((axis, name, match.group(2)))
    return found
