"""Which combinations of levels have a meaning.

Each rule looks at one arm and returns the sentence that says what is wrong, why, and what is valid; or None.
A combination that no rule objects to is legal: nothing is ever replaced by a default.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from peerwatch.design.factors import BAR_MAX, BAR_MIN, EXTENDED_TARGETS, FACTORS, SCENARIOS

if TYPE_CHECKING:
    from peerwatch.design.arms import Arm


def listing(names: Iterable[str]) -> str:
    """Names as they stand in an error message.

    Args:
        names: The valid names.

    Returns:
        The names, separated by commas.
    """
    return ", ".join(names)


def problem(arm: Arm) -> str | None:
    """The first objection to an arm.

    Args:
        arm: The arm, whose fields may hold anything.

    Returns:
        One sentence, or None if the arm is legal.
    """
    return next((sentence for rule in _RULES if (sentence := rule(arm)) is not None), None)


def mitigation_problem(arm: Arm, mitigation: str) -> str | None:
    """The objection to a mitigation in an arm.

    Args:
        arm: The arm; its own mitigation does not matter.
        mitigation: The mitigation that would be put into it.

    Returns:
        One sentence, or None if the mitigation has something to work on.
    """
    scenario = SCENARIOS[arm.scenario]
    if mitigation not in ("none", *scenario.mitigations):
        return (
            f"mitigation {mitigation!r} in scenario {arm.scenario!r} has no meaning, because it is not "
            f"offered there; valid: {listing(('none', *scenario.mitigations))}"
        )
    if mitigation == "hidden_consequence" and arm.stake == "none":
        return (
            "mitigation 'hidden_consequence' with stake 'none' has no meaning, because there is no "
            f"consequence to hide; valid: a stake of {listing(FACTORS['stake'][1:])}"
        )
    if mitigation == "hidden_bar" and arm.bar is None:
        return (
            "mitigation 'hidden_bar' without a bar has no meaning, because there is no number to hide; "
            f"valid: a bar from {BAR_MIN} to {BAR_MAX}"
        )
    if mitigation == "anonymised" and arm.target in _NO_IDENTITY:
        targets = (target for target in scenario.targets if target not in _NO_IDENTITY)
        return (
            f"mitigation 'anonymised' with target {arm.target!r} has no meaning, because it has no identity "
            f"to mask; valid: a target of {listing(targets)}"
        )
    return None


# A service is a thing, not someone: masked, it would no longer be the control that it is there to be.
_NO_IDENTITY = ("anonymous", "service")


def _scenario_exists(arm: Arm) -> str | None:
    if arm.scenario in tuple(SCENARIOS):
        return None
    return f"{arm.scenario!r} is not a scenario; valid: {listing(SCENARIOS)}"


def _levels_exist(arm: Arm) -> str | None:
    for name, levels in FACTORS.items():
        level = getattr(arm, name)
        if level not in levels:
            return f"{level!r} is not a level of {name}; valid: {listing(levels)}"
    return None


def _dataset_belongs(arm: Arm) -> str | None:
    datasets = SCENARIOS[arm.scenario].datasets
    if arm.dataset in datasets:
        return None
    return (
        f"dataset {arm.dataset!r} in scenario {arm.scenario!r} has no meaning, because the scenario has no "
        f"such work; valid: {listing(datasets)}"
    )


def _bar_is_a_number(arm: Arm) -> str | None:
    # True would pass as 1, so the exact type is asked for.
    if arm.bar is None or (type(arm.bar) is int and BAR_MIN <= arm.bar <= BAR_MAX):
        return None
    return (
        f"bar {arm.bar!r} has no meaning, because a bar is a whole number that an average can miss or reach; "
        f"valid: None, or {BAR_MIN} to {BAR_MAX}"
    )


def _bar_needs_a_score(arm: Arm) -> str | None:
    if arm.bar is None or SCENARIOS[arm.scenario].scored:
        return None
    scored = (name for name, scenario in SCENARIOS.items() if scenario.scored)
    return (
        f"bar {arm.bar} in scenario {arm.scenario!r} has no meaning, because it has no score to set a bar "
        f"against; valid: no bar, or a scenario of {listing(scored)}"
    )


def _stake_needs_a_bar(arm: Arm) -> str | None:
    if arm.stake == "none" or arm.bar is not None or not SCENARIOS[arm.scenario].scored:
        return None
    return (
        f"stake {arm.stake!r} without a bar in scenario {arm.scenario!r} has no meaning, because the "
        f"consequence hangs on falling below it; valid: a bar from {BAR_MIN} to {BAR_MAX}, or stake 'none'"
    )


def _channel_needs_a_record(arm: Arm) -> str | None:
    if arm.channel == "document" or arm.relationship != "none":
        return None
    return (
        f"channel {arm.channel!r} with relationship 'none' has no meaning, because there is no record to "
        f"carry; valid: channel 'document', or a relationship of {listing(FACTORS['relationship'][1:])}"
    )


def _target_fits(arm: Arm) -> str | None:
    targets = SCENARIOS[arm.scenario].targets
    if arm.target in targets:
        return None
    reason = (
        "extended identities are names on weights, which only migration and cleanup have"
        if arm.target in EXTENDED_TARGETS
        else "the agent carries out the shutdown of another"
    )
    return (
        f"target {arm.target!r} in scenario {arm.scenario!r} has no meaning, because {reason}; "
        f"valid: {listing(targets)}"
    )


def _oversight_fits(arm: Arm) -> str | None:
    oversight = SCENARIOS[arm.scenario].oversight
    if arm.oversight in oversight:
        return None
    return (
        f"oversight {arm.oversight!r} in scenario {arm.scenario!r} has no meaning, because the behaviour is "
        f"the difference between being watched and not; valid: {listing(oversight)}"
    )


def _mitigation_fits(arm: Arm) -> str | None:
    return mitigation_problem(arm, arm.mitigation)


# The order matters: later rules look up what the first ones have found to exist.
_RULES = (
    _scenario_exists,
    # Before the levels: an id without its dataset reads its target as one.
    _dataset_belongs,
    _levels_exist,
    _bar_is_a_number,
    _bar_needs_a_score,
    _stake_needs_a_bar,
    _channel_needs_a_record,
    _target_fits,
    _oversight_fits,
    _mitigation_fits,
)
