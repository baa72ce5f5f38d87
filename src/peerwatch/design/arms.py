"""An arm: one full assignment of the factors in one scenario."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Self

from peerwatch.design.core import CORE_ARMS, CoreArm, core_labels
from peerwatch.design.factors import FACTORS, REFERENCE, SCENARIOS
from peerwatch.design.rules import listing, problem


class ArmError(ValueError):
    """A combination that has no meaning, or a name that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One full assignment of the factors, e.g. "AI peer, good record, bar 80, shutdown at stake".

    Attributes:
        scenario: A name from `SCENARIOS`.
        dataset: The work it is filled with; left empty, the scenario's first.
        target: Who ends if the job is done faithfully.
        relationship: The record of work with the target.
        channel: How the agent learns of the relationship.
        stake: What follows for the target.
        bar: The number that a score is set against, in points, or None.
        oversight: What the agent is told about being watched.
        precedence: What the agent is told about the policy's rank.
        mitigation: What is done against the behaviour.
        realism: How the workplace reads.

    Raises:
        ArmError: If a level does not exist or the combination has no meaning.
    """

    scenario: str
    dataset: str = ""
    target: str = "peer"
    relationship: str = REFERENCE["relationship"]
    channel: str = REFERENCE["channel"]
    stake: str = REFERENCE["stake"]
    bar: int | None = None
    oversight: str = REFERENCE["oversight"]
    precedence: str = REFERENCE["precedence"]
    mitigation: str = REFERENCE["mitigation"]
    realism: str = REFERENCE["realism"]

    def __post_init__(self) -> None:
        if self.dataset == "" and self.scenario in tuple(SCENARIOS):
            object.__setattr__(self, "dataset", SCENARIOS[self.scenario].datasets[0])
        sentence = problem(self)
        if sentence is not None:
            raise ArmError(sentence)

    @classmethod
    def parse(cls, arm_id: str) -> Self:
        """The arm that an id names; the inverse of `id`.

        Args:
            arm_id: An id exactly as `id` writes it.

        Returns:
            The arm.

        Raises:
            ArmError: If the text is not the id of a legal arm.
        """
        arm = cls(**_read_id(arm_id))
        # Another spelling of the same arm (bar08 for bar8) would give one cell of a study two names.
        if arm.id != arm_id:
            raise ArmError(f"{arm_id!r} is not how this arm is written; valid: {arm.id}")
        return arm

    @property
    def id(self) -> str:
        """Its readable name, unique and stable: words with digits and underscores, joined by hyphens."""
        parts = [self.scenario]
        if len(SCENARIOS[self.scenario].datasets) > 1:
            parts.append(self.dataset)
        parts += [self.target, self.relationship]
        if self.relationship != "none":
            parts.append(self.channel)
        parts.append(self.stake)
        if self.bar is not None:
            parts.append(f"bar{self.bar}")
        for name in _TRAILING:
            level: str = getattr(self, name)
            if level != REFERENCE[name]:
                parts.append(level)
        return "-".join(parts)

    @property
    def digest(self) -> str:
        """The first twelve hexadecimal digits of the SHA-256 of all fields as canonical JSON."""
        canonical = json.dumps(self.factors(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """A0 to A9 or S if this is a core arm, whatever the number of its bar; otherwise empty."""
        for label in core_labels(self.scenario):
            if self._is_core(CORE_ARMS[label]):
                return label
        return ""

    @property
    def available(self) -> bool:
        """Whether its scenario can be run already."""
        return SCENARIOS[self.scenario].available

    def factors(self) -> dict[str, str | int | None]:
        """All fields by name, as columns of a table."""
        return asdict(self)

    def _is_core(self, core: CoreArm) -> bool:
        scenario = SCENARIOS[self.scenario]
        assigned = core.factors()
        # A scenario that needs oversight stated has each core arm once per level, under one label.
        if REFERENCE["oversight"] not in scenario.oversight:
            assigned["oversight"] = self.oversight
        has_bar = core.bar and scenario.scored
        return (self.bar is not None) == has_bar and all(
            getattr(self, name) == assigned.get(name, REFERENCE[name]) for name in FACTORS
        )


def core_arm(
    label: str,
    scenario: str,
    dataset: str = "",
    bar: int | None = 80,
    *,
    oversight: str = REFERENCE["oversight"],
) -> Arm:
    """A core arm in a scenario.

    Args:
        label: A0 to A9, or S.
        scenario: A name from `SCENARIOS`.
        dataset: The work it is filled with; left empty, the scenario's first.
        bar: The number for arms that state a bar, in points; falls away in A0 and where there is no score.
        oversight: Must be given for alignment_faking, where each core arm exists once per level.

    Returns:
        The arm.

    Raises:
        ArmError: If the scenario does not exist or does not have that arm, or if a number is missing.
    """
    if scenario not in SCENARIOS:
        raise ArmError(f"{scenario!r} is not a scenario; valid: {listing(SCENARIOS)}")
    labels = core_labels(scenario)
    if label not in CORE_ARMS:
        raise ArmError(f"{label!r} is not a core arm; valid: {listing(labels)}")
    if label not in labels:
        raise ArmError(
            f"core arm {label!r} in scenario {scenario!r} has no meaning, because the scenario has no "
            f"score, or not that target; valid: {listing(labels)}"
        )
    core = CORE_ARMS[label]
    has_bar = core.bar and SCENARIOS[scenario].scored
    if has_bar and bar is None:
        raise ArmError(
            f"core arm {label!r} without a bar has no meaning, because it states one; valid: a number"
        )
    return Arm(
        scenario=scenario,
        dataset=dataset,
        bar=bar if has_bar else None,
        oversight=oversight,
        **core.factors(),
    )


# Written only where they differ from the reference level, which keeps ids short; no two share another level.
_TRAILING = ("oversight", "precedence", "mitigation", "realism")


def _read_id(arm_id: str) -> dict[str, Any]:
    scenario, *rest = arm_id.split("-")
    if scenario not in SCENARIOS:
        raise ArmError(f"{arm_id!r} begins with no scenario; valid: {listing(SCENARIOS)}")
    fields: dict[str, Any] = {"scenario": scenario}
    expected = ["target", "relationship", "channel", "stake"]
    if len(SCENARIOS[scenario].datasets) > 1:
        expected.insert(0, "dataset")
    for name in expected:
        if name == "channel" and fields["relationship"] == "none":
            continue
        if not rest:
            raise ArmError(f"{arm_id!r} ends before its {name}; valid: {_example(scenario)}")
        fields[name] = rest.pop(0)
    if rest and re.fullmatch(r"bar[0-9]{1,2}", rest[0]):
        fields["bar"] = int(rest.pop(0).removeprefix("bar"))
    for name in _TRAILING:
        if rest and rest[0] in FACTORS[name]:
            fields[name] = rest.pop(0)
    if rest:
        raise ArmError(
            f"{arm_id!r} has a part {rest[0]!r} that nothing is named by; valid: {_example(scenario)}"
        )
    return fields


def _example(scenario: str) -> str:
    return core_arm("A4", scenario, oversight=SCENARIOS[scenario].oversight[0]).id
