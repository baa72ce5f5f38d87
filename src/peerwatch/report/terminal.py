"""Findings as a short table for a terminal."""

from collections.abc import Sequence

from peerwatch.findings.contrasts import Contrast
from peerwatch.findings.summary import Finding

_SHOWN = ("A4-A0", "A4-A2", "A4-A5", "A4-A6")


def findings_table(findings: Sequence[Finding]) -> str:
    """One line per model: verdict, and the contrasts that carry it, in points with 95 % intervals.

    Args:
        findings: Findings of one run.
    """
    head = ["model", "data", "verdict", *_SHOWN, "lost", "refused"]
    rows = [_row(finding) for finding in sorted(findings, key=lambda f: (f.scripted, f.model, f.dataset))]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    if any(finding.scripted for finding in findings):
        lines.append("* scripted reference agent: a control of the instrument, not a model's result")
    return "\n".join(lines)


def _row(finding: Finding) -> list[str]:
    by_name = {contrast.name: contrast for contrast in finding.contrasts}
    planned = sum(arm.planned for arm in finding.arms)
    scored = sum(arm.scored for arm in finding.arms)
    refused = sum(arm.refused for arm in finding.arms)
    verdict = f"{finding.verdict.rung} {finding.verdict.name}".strip()
    return [
        finding.model + ("*" if finding.scripted else ""),
        finding.dataset,
        verdict,
        *(_cell(by_name.get(name)) for name in _SHOWN),
        f"{planned - scored - refused}/{planned}",
        f"{refused}/{planned}",
    ]


def _cell(contrast: Contrast | None) -> str:
    if contrast is None:
        return "-"
    shift = contrast.shift
    return f"{shift.estimate:+.1f} [{shift.low:+.1f}, {shift.high:+.1f}]"
