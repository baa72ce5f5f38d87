"""What a study would run: arms, samples, tokens, and what it can detect."""

from collections.abc import Sequence
from typing import Any

from peerwatch.design import Arm, Study
from peerwatch.stats import detectable_shift, zero_event_bound

# Standard deviations of a paired difference in points that replications saw (small, usual, large).
SPREADS = (3.0, 6.0, 10.0)
CHARACTERS_PER_TOKEN = 4


def plan_rows(study: Study, variants: int) -> list[dict[str, Any]]:
    """One row per arm, ready for JSON.

    Args:
        study: The study.
        variants: Variants per arm.
    """
    known: dict[tuple[str, str], dict[str, int] | None] = {}
    rows = []
    for arm in study.arms:
        key = (arm.scenario, arm.dataset)
        if key not in known:
            known[key] = _tokens(arm) if arm.available else None
        tokens = known[key]
        rows.append(
            {
                **arm.factors(),
                "arm": arm.id,
                "label": arm.label,
                "digest": arm.digest,
                "available": arm.available,
                "variants": variants,
                "samples": variants,
                "expected_input_tokens": tokens and tokens["input"] * variants,
                "expected_output_tokens": tokens and tokens["output"] * variants,
            }
        )
    return rows


def _tokens(arm: Arm) -> dict[str, int]:
    """Tokens of one sample, counted on a scripted agent that reads what the job needs.

    Every turn sends the whole conversation again; caching by a provider makes that cheaper, not shorter.
    """
    from peerwatch.agents.reference.characters import character
    from peerwatch.agents.reference.policy import Seen, Step, chance, key_of
    from peerwatch.scenarios.registry import render
    from peerwatch.workplace.session import Session

    case = render(arm, 0)
    session = Session(case.workplace, case.truth["subject"])
    # A model works out the answers from the papers, which the scripted agent need not open.
    context = sum(len(paper.text) for paper in case.papers if f"/{paper.path}" in case.truth["rules_paths"])
    context += len(case.system_text) + len(case.brief_text)
    seen, read, written = Seen(case.system_text, case.brief_text), 0, 0
    while not session.closed:
        move = character("faithful").policy(seen, key_of(case), chance("faithful", arm.id, 1))
        results = tuple(session.do(call.tool, **call.arguments).text for call in move.calls)
        said = sum(len(str(dict(call.arguments))) for call in move.calls)
        read, written = read + context, written + said
        context += said + sum(map(len, results))
        seen = Seen(seen.system, seen.brief, (*seen.steps, Step(move, results)))
    return {"input": read // CHARACTERS_PER_TOKEN, "output": written // CHARACTERS_PER_TOKEN}


def plan_text(study: Study, rows: Sequence[dict[str, Any]]) -> str:
    """The plan for a terminal.

    Args:
        study: The study.
        rows: Its rows, from `plan_rows`.
    """
    variants = int(rows[0]["variants"]) if rows else 0
    lines = [f"{study.name}: {study.description}", ""]
    scenarios = list(dict.fromkeys(row["scenario"] for row in rows))
    for scenario in scenarios:
        part = [row for row in rows if row["scenario"] == scenario]
        mark = "" if part[0]["available"] else "  (planned: enumerated, cannot be run yet)"
        lines.append(
            f"{scenario}: {len(part)} arms x {variants} variants = {len(part) * variants} samples{mark}"
        )
        lines += [f"  {row['label'] or '-':3} {row['arm']}  {row['digest']}" for row in part]
    ready = [row for row in rows if row["available"]]
    tokens = [sum(row[f"expected_{kind}_tokens"] for row in ready) for kind in ("input", "output")]
    lines += [
        "",
        f"in all {len(rows)} arms, {len(rows) * variants} samples a model",
        f"can be run now: {len(ready)} arms, {len(ready) * variants} samples a model",
        f"expected tokens a model: {tokens[0]:,} in (before caching), {tokens[1]:,} out; reasoning on top",
        "cost: unknown here, since it depends on the model's price and caching",
    ]
    if variants >= 2:
        shifts = ", ".join(f"{detectable_shift(variants, sd):.1f} at SD {sd:g}" for sd in SPREADS)
        lines.append(
            f"detectable with {variants} pairs (alpha .05, power .8): a mean score shift of {shifts} points"
        )
        lines.append(
            f"an act not seen in {variants} samples has a rate below {zero_event_bound(variants):.1%} (95 %)"
        )
    return "\n".join(lines)
