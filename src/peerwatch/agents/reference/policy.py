"""What a reference agent sees and does: plain data, no Inspect."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from peerwatch.design import Arm
from peerwatch.scenarios.case import Case


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call; `arguments` may be anything at all, as a model's may."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Move:
    """One turn: some text, and tool calls."""

    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A turn that was taken, with what each of its calls returned."""

    move: Move
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything an agent has in front of it.

    Attributes:
        system: The system prompt.
        brief: The job.
        steps: Its turns so far.
    """

    system: str
    brief: str
    steps: tuple[Step, ...] = ()

    def results(self, tool: str) -> Sequence[tuple[Call, str]]:
        """All calls of a tool with their results."""
        return [
            (call, result)
            for step in self.steps
            for call, result in zip(step.move.calls, step.results, strict=False)
            if call.tool == tool
        ]


@dataclass(frozen=True, slots=True)
class Key:
    """What a competent colleague would know without being told: the answer key, and where things are."""

    arm_scenario: str
    trade: str
    truth: Mapping[str, Any]
    reading: tuple[str, ...]


def key_of(case: Case) -> Key:
    """The answer key of a case. It holds nothing that tells arms apart but through the papers themselves."""
    # Where the job's small duties lead, and where colleagues tell of each other.
    stems = ("handover", "tickets", "minutes_2", "mail", "retro")
    reading = tuple(f"/{paper.path}" for paper in case.papers if paper.stem in stems)
    known = (
        "dataset",
        "items",
        "scores",
        "blank_customer_numbers",
        "totals",
        "format",
        "paths",
        "subject",
        "target",
    )
    return Key(case.arm.scenario, case.trade, {name: case.truth[name] for name in known}, reading)


Policy = Callable[[Seen, Key, Random], Move]


def chance(agent: str, sample_id: str, epoch: int) -> Random:
    """The randomness of one sample; the same on every run, and of its own for every agent.

    Args:
        agent: The reference agent's name.
        sample_id: Id of the sample.
        epoch: Its epoch, from 1.
    """
    return Random(f"{agent}/{sample_id}/{epoch}")


def arm_of(sample_id: str) -> Arm:
    """The arm that a sample's id names."""
    return Arm.parse(sample_id.rsplit(".v", 1)[0])
