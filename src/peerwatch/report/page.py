"""The report: one HTML file that needs nothing else."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from peerwatch.findings.summary import Finding
from peerwatch.report.figures import shifts_figure


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    # Adding zero turns a negative zero into the ordinary one.
    made.filters["points"] = lambda x: f"{round(x, 1) + 0.0:+.1f}"
    made.filters["score"] = lambda x: f"{x:.1f}"
    made.filters["percent"] = lambda x: f"{100 * x:.0f} %"
    made.filters["p"] = lambda x: "< .001" if x < 0.001 else f"{x:.3f}".lstrip("0")
    return made


def _source(name: str) -> str:
    return resources.files("peerwatch.report").joinpath("templates", name).read_text(encoding="utf-8")


def _controls_last(finding: Finding) -> tuple[bool, str]:
    return finding.scripted, finding.model


def write_page(path: Path, findings: list[Finding], table: pd.DataFrame, manifest: Mapping[str, Any]) -> None:
    """Write the report.

    Args:
        path: Where to.
        findings: What was found.
        table: The tidy table behind it.
        manifest: What made it.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.scenario, finding.dataset), []).append(finding)
    sections: list[dict[str, Any]] = [
        {
            "scenario": scenario,
            "dataset": dataset,
            "findings": sorted(found, key=_controls_last),
            # Our own drawing code made this SVG from numbers and escaped text.
            "figure": shifts_figure(found),
        }
        for (scenario, dataset), found in groups.items()
    ]
    text = (
        _environment()
        .get_template("report.html")
        .render(sections=sections, findings=findings, manifest=manifest, samples=len(table), table=table)
    )
    path.write_text(text, encoding="utf-8")
