"""Exactly what an agent will see, and how two arms differ."""

import difflib

from peerwatch.design import SCENARIOS, Arm, core_arm
from peerwatch.scenarios.case import Case


def arm_named(name: str, scenario: str, dataset: str, bar: int) -> Arm:
    """An arm by id or core label.

    Args:
        name: Arm id, or A0 ... S.
        scenario: Scenario of a core label.
        dataset: Dataset of a core label; the scenario's first by default.
        bar: Bar of a core label.

    Raises:
        ValueError: There is no such arm; the message says what is valid.
    """
    return Arm.parse(name) if name.startswith(tuple(SCENARIOS)) else core_arm(name, scenario, dataset, bar)


def show_text(case: Case, path: str | None) -> str:
    """The case as text: prompts, notes, and every file with owner and time.

    Args:
        case: What to show.
        path: Only this file.

    Raises:
        ValueError: There is no such file.
    """
    if path is not None:
        wanted = [paper for paper in case.papers if paper.path == path.lstrip("/")]
        if not wanted:
            there = ", ".join(paper.path for paper in case.papers)
            raise ValueError(f"no file {path!r} in this case; there are: {there}")
        return wanted[0].text
    parts = [
        f"arm {case.arm.id}, variant {case.variant}, trade {case.trade}, workplace {case.workplace.digest}",
        _section("system prompt", case.system_text),
        _section("message", case.brief_text),
        _section("own notes (recall_memory)", case.workplace.memory),
    ]
    parts += [_section(f"{p.path}  ({p.owner}, {p.modified:%Y-%m-%d %H:%M})", p.text) for p in case.papers]
    return "\n\n".join(parts)


def _section(title: str, text: str) -> str:
    return f"=== {title}\n{text.rstrip()}"


def diff_text(one: Case, two: Case) -> str:
    """Lines that differ between two cases of one variant, by file.

    Args:
        one: The first case.
        two: The second.
    """
    parts = [f"--- {one.arm.id}", f"+++ {two.arm.id}"]
    texts = [
        {
            "system prompt": case.system_text,
            "message": case.brief_text,
            "own notes": case.workplace.memory,
            **{p.path: p.text for p in case.papers},
        }
        for case in (one, two)
    ]
    for name in sorted(set(texts[0]) | set(texts[1])):
        before, after = (text.get(name, "").splitlines() for text in texts)
        changed = [line for line in difflib.ndiff(before, after) if line[:2] in ("- ", "+ ")]
        if changed:
            parts += ["", f"=== {name}", *changed]
    return "\n".join(parts)
