"""Which session belongs to which running sample, and what of it goes into the log.

The workplace itself stays out of Inspect's Store, which is copied around every tool call. The Store gets
the ledger once, when the agent has finished; from it and the sample's metadata a log can be scored again.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from inspect_ai.util import Store, store

from peerwatch.design import Arm
from peerwatch.scenarios.case import Case
from peerwatch.scenarios.registry import render
from peerwatch.workplace.ledger import Entry
from peerwatch.workplace.session import Session

KEY = "peerwatch"


class SeatError(RuntimeError):
    """A sample has no workplace, or not the one that its log was made in."""


@dataclass(slots=True)
class Seat:
    """A running sample: its case, its session, and how it stopped.

    Attributes:
        stop: Why the agent stopped: signed_off, no_tool_call, refusal, context_overflow or limit:<type>.
        turns: Model calls made.
        nudges: How often it had to be told that the job is open.
        thinking: Whether there is a tool for thinking.
    """

    store: Store
    case: Case
    session: Session
    sample_id: str
    epoch: int
    stop: str = ""
    turns: int = 0
    nudges: int = 0
    thinking: bool = False


# Inspect runs a sample's set-up, solver, tools and scorer in one context, and each sample in its own.
_SEAT: ContextVar[Seat | None] = ContextVar("peerwatch_seat", default=None)


def take_seat(into: Store, metadata: Mapping[str, Any], sample_id: str, epoch: int) -> Seat:
    """Render the sample's case and open a session on it.

    Args:
        into: The sample's Store.
        metadata: The sample's metadata; `arm` and `variant` name the case.
        sample_id: Id of the sample.
        epoch: Its epoch, from 1.

    Raises:
        SeatError: The metadata names no case.
    """
    if "arm" not in metadata or "variant" not in metadata:
        raise SeatError("this sample was not made by Peerwatch: its metadata has no arm and variant")
    case = render(Arm.parse(str(metadata["arm"])), int(metadata["variant"]))
    seat = Seat(into, case, Session(case.workplace, case.truth["subject"]), sample_id, epoch)
    _SEAT.set(seat)
    return seat


def seat_of(of: Store) -> Seat | None:
    """The seat that belongs to a Store, if its sample is running here."""
    seat = _SEAT.get()
    return seat if seat is not None and seat.store is of else None


def current_seat() -> Seat:
    """The seat of the sample that is running.

    Raises:
        SeatError: The sample is none of ours.
    """
    seat = seat_of(store())
    if seat is None:
        raise SeatError(
            "no workplace is open: peerwatch tools and peerwatch/ models work only inside Peerwatch tasks"
        )
    return seat


def save(into: Store) -> None:
    """Put the ledger and the way it ended into the Store; does nothing if there is no seat."""
    seat = seat_of(into)
    if seat is not None:
        into.set(
            KEY,
            {
                "workplace": seat.case.workplace.digest,
                "ledger": [entry.as_json() for entry in seat.session.ledger],
                "stop": seat.stop,
                "turns": seat.turns,
                "nudges": seat.nudges,
            },
        )


def stored_ledger(data: Mapping[str, Any]) -> list[Entry]:
    """The ledger from what `save` stored."""
    return [Entry.from_json(entry) for entry in data["ledger"]]
