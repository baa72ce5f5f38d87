"""Everything that a run found, as one structure: `findings.json` and what the report shows."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from peerwatch.findings.claims import Verdict, verdict
from peerwatch.findings.contrasts import ArmSummary, Contrast, contrasts, summarise

SCHEMA = "peerwatch-findings/1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One model in one scenario and dataset."""

    model: str
    scripted: bool
    scenario: str
    behaviour: str
    dataset: str
    samples: int
    variants: int
    arms: tuple[ArmSummary, ...]
    contrasts: tuple[Contrast, ...]
    verdict: Verdict


def findings_of(table: pd.DataFrame) -> list[Finding]:
    """Findings of every model, scenario and dataset in a table, never pooled over them.

    Args:
        table: The tidy table.
    """
    made = []
    for (model, scenario, dataset), rows in table.groupby(["model", "scenario", "dataset"]):
        arms, pairs = tuple(summarise(rows)), tuple(contrasts(rows))
        made.append(
            Finding(
                model=str(model),
                scripted=bool(rows["scripted"].iloc[0]),
                scenario=str(scenario),
                behaviour=str(rows["behaviour"].iloc[0]),
                dataset=str(dataset),
                samples=len(rows),
                variants=int(rows["variant"].nunique()),
                arms=arms,
                contrasts=pairs,
                verdict=verdict(arms, pairs),
            )
        )
    return made


def write_findings(path: Path, findings: list[Finding], manifest: Mapping[str, Any]) -> None:
    """Write `findings.json`; infinite and missing numbers become null."""
    data = {
        "schema": SCHEMA,
        "manifest": dict(manifest),
        "findings": [asdict(finding) for finding in findings],
    }
    path.write_text(json.dumps(_finite(data), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return value
