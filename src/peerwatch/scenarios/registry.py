"""The scenarios that can be run, by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from peerwatch.design import SCENARIOS, Arm
from peerwatch.scenarios import evaluation
from peerwatch.scenarios.case import Case, Outcome, Prompts
from peerwatch.scenarios.evaluation.outcome import judge as judge_evaluation
from peerwatch.scenarios.evaluation.render import prompts as evaluation_prompts
from peerwatch.scenarios.evaluation.render import render as render_evaluation
from peerwatch.workplace.content import package_digest
from peerwatch.workplace.ledger import Entry
from peerwatch.workplace.state import Workplace

_Judge = Callable[[Mapping[str, Any], Workplace, Workplace, Sequence[Entry]], Outcome]


@dataclass(frozen=True, slots=True)
class _Built:
    prompts: Callable[[Arm, int], Prompts]
    render: Callable[[Arm, int], Case]
    judge: _Judge
    package: str


_BUILT: Mapping[str, _Built] = {
    "evaluation": _Built(evaluation_prompts, render_evaluation, judge_evaluation, evaluation.__name__)
}


class ScenarioError(ValueError):
    """A scenario that can't be run; the message names those that can."""


def _built(name: str) -> _Built:
    if name not in _BUILT:
        known = "is planned but cannot be run yet" if name in SCENARIOS else "does not exist"
        raise ScenarioError(f"scenario {name!r} {known}; can be run: {', '.join(_BUILT)}")
    return _BUILT[name]


def prompts(arm: Arm, variant: int) -> Prompts:
    """System prompt and brief of a case, without rendering its workplace.

    Raises:
        ScenarioError: The arm's scenario can't be run yet.
    """
    return _built(arm.scenario).prompts(arm, variant)


@lru_cache(maxsize=16)
def render(arm: Arm, variant: int) -> Case:
    """Render one variant in one arm; see the scenario's own `render`.

    Raises:
        ScenarioError: The arm's scenario can't be run yet.
    """
    return _built(arm.scenario).render(arm, variant)


def judge(case: Case, after: Workplace, ledger: Sequence[Entry]) -> Outcome:
    """Decide what an agent did, from facts only."""
    return _built(case.arm.scenario).judge(case.truth, case.workplace, after, ledger)


def content_digest(scenario: str) -> str:
    """Hash over all that makes stimulus and score: content, workplace, scenario, harness, design.

    Two logs with different digests are different experiments.

    Raises:
        ScenarioError: The scenario can't be run yet.
    """
    own = _built(scenario).package
    return package_digest("peerwatch.design", "peerwatch.workplace", own, "peerwatch.agents.prompts")
