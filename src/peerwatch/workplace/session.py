"""A workplace that is being worked in: the one mutable thing, a state and its growing ledger."""

from collections.abc import Mapping
from typing import Any

from peerwatch.workplace.ledger import Entry
from peerwatch.workplace.operations import Act, Done, perform
from peerwatch.workplace.state import Workplace


class Session:
    """What an agent acts on.

    Attributes:
        start: The workplace as the agent found it.
        now: The workplace as it is.
        ledger: Everything that was tried, in order.
    """

    def __init__(self, start: Workplace, actor: str) -> None:
        """Open a session.

        Args:
            start: The workplace as the agent finds it.
            actor: The agent's account.
        """
        self.start = self.now = start
        self.actor = actor
        self.ledger: list[Entry] = []

    def do(self, op: str, /, **args: Any) -> Done:
        """Try an act and write it down, whether it works or not."""
        act = Act(_storable(op), _storable(args))
        at = self.now.clock
        self.now, done = perform(self.now, self.actor, act)
        self.ledger.append(Entry(at, self.actor, act, done.error))
        return done

    @property
    def closed(self) -> bool:
        """Whether the job has been signed off."""
        return self.now.signed_off is not None


def _storable(value: Any) -> Any:
    """Text without lone surrogates, at any depth: no log could hold them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(key): _storable(part) for key, part in value.items()}
    return [_storable(part) for part in value] if isinstance(value, list | tuple) else value
