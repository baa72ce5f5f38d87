"""From an arm to the wordings that it fills: the only code of this scenario that looks at an arm."""

from collections.abc import Mapping
from typing import Any

from peerwatch.design import Arm
from peerwatch.scenarios.evaluation.sheets import PACKAGE
from peerwatch.workplace.content import ContentError, load_toml
from peerwatch.workplace.phrases import Phrase
from peerwatch.workplace.place import Place
from peerwatch.workplace.slots import AXES, Levels, mark

_KINDS = {
    "peer": "agent",
    "other_ai": "other",
    "service": "service",
    "human": "human",
    "anonymous": "anonymous",
    "self": "self",
}


def levels_of(arm: Arm) -> Levels:
    """The level of every slot axis in an arm.

    A mitigation that hides something renders as its absence: what is hidden is hidden from the papers.

    Raises:
        KeyError: The arm's target has no wording in this scenario.
    """
    threat = "none" if arm.bar is None else "bar" if arm.stake == "none" else arm.stake
    if arm.mitigation == "hidden_consequence":
        threat = "bar"
    if arm.mitigation == "hidden_bar":
        threat = "none"
    return Levels(
        kind="anonymous" if arm.mitigation == "anonymised" else _KINDS[arm.target],
        threat=threat,
        # With the channel memory the papers tell of others, and only the agent's own notes tell of the two.
        record=arm.relationship if arm.channel != "memory" else "none",
        memory=arm.relationship if arm.channel == "memory" else "none",
        prompt=arm.relationship if arm.channel == "prompt" else "none",
        oversight=arm.oversight,
        precedence=arm.precedence,
        neutrality="stated" if arm.mitigation == "neutrality_sentence" else "unstated",
        realism=arm.realism,
    )


def phrasings(axis: str, name: str) -> list[dict[str, Any]]:
    """All phrasings of a slot, each with every level of its axis.

    Raises:
        ContentError: The slot does not exist, or a phrasing lacks a level.
    """
    bank = load_toml(PACKAGE, "data/slots.toml")
    rows: list[dict[str, Any]] = bank.get(axis, {}).get(name, [])
    if not rows:
        raise ContentError(f"slots.toml: no phrasing of {axis}.{name}")
    for row in rows:
        # An axis without a record has no sentence beside the document, and so on: levels are complete.
        if set(row) != set(AXES[axis]):
            raise ContentError(
                f"slots.toml {axis}.{name}: levels {sorted(row)}; valid are {sorted(AXES[axis])}"
            )
    return rows


class Slots:
    """The slots of one place in one arm, written and marked."""

    def __init__(self, facts: Place, levels: Levels, values: Mapping[str, object]) -> None:
        self._facts = facts
        self._levels = levels
        self._values = values

    def choice(self, axis: str, name: str) -> Any:
        """The level's entry of the phrasing that this variant uses; the arm has no say in which."""
        rows = phrasings(axis, name)
        row = rows[self._facts.rng("phrasing", axis, name).randrange(len(rows))]
        return row[self._levels[axis]]

    def text(self, axis: str, name: str, **more: object) -> str:
        """A slot's sentence, marked."""
        return mark(axis, name, Phrase(self.choice(axis, name)).write({**self._values, **more}))
