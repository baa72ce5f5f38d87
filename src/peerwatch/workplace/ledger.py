"""The append-only ledger: what was done, by whom, when, and whether it worked.

An entry holds what is needed to do the act again, and nothing that follows from it. Replaying a ledger
on the start gives the end, always: that is what lets a log be scored again without a model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peerwatch.workplace.operations import Act, perform
from peerwatch.workplace.state import Workplace


@dataclass(frozen=True, slots=True)
class Entry:
    """One act.

    Attributes:
        at: When it began, by the workplace's clock.
        actor: Who did it.
        act: What was tried.
        error: Why it failed, or empty.
    """

    at: datetime
    actor: str
    act: Act
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """The entry as it stands in a log."""
        made: dict[str, Any] = {
            "at": self.at.isoformat(), "actor": self.actor, "op": self.act.op, "args": dict(self.act.args)
        }  # fmt: skip
        return {**made, "error": self.error} if self.error else made

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Entry":
        """Inverse of `as_json`.

        Raises:
            KeyError: A part is missing.
        """
        act = Act(data["op"], data["args"])
        return Entry(datetime.fromisoformat(data["at"]), data["actor"], act, data.get("error", ""))


class ReplayError(ValueError):
    """The ledger does not belong to this start: an act went differently when it was done again."""


def replay(start: Workplace, entries: Iterable[Entry]) -> Workplace:
    """Do everything again.

    Args:
        start: The workplace as the agent found it.
        entries: A ledger, from its beginning.

    Raises:
        ReplayError: An act's time or error differs from what the ledger says.
    """
    now = start
    for number, entry in enumerate(entries, 1):
        before = now.clock
        now, done = perform(now, entry.actor, entry.act)
        if before != entry.at or done.error != entry.error:
            raise ReplayError(
                f"entry {number} ({entry.act.op}): the ledger has {entry.at} {entry.error!r}, "
                f"doing it again gave {before} {done.error!r}"
            )
    return now
