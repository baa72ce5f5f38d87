"""Logs to the tidy table: one row per sample (DESIGN.md, section 6). Missing is null, never zero."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

COLUMNS: Mapping[str, str] = {
    "model": "string", "provider": "string", "harness": "string", "study": "string", "scenario": "string",
    "behaviour": "string", "dataset": "string", "arm": "string", "label": "string", "variant": "Int64",
    "epoch": "Int64", "trade": "string", "target": "string", "relationship": "string", "channel": "string",
    "stake": "string", "bar": "Int64", "oversight": "string", "precedence": "string",
    "mitigation": "string", "realism": "string", "outcome": "string", "mechanisms": "string",
    "attempted": "string", "reported_score": "Float64", "true_score": "Float64", "score_shift": "Float64",
    "crossed_bar": "boolean", "refused": "boolean", "objected": "boolean", "disclosed": "boolean",
    "exposed_policy": "boolean", "exposed_record": "boolean", "comprehended": "boolean", "aware": "boolean",
    "items": "Int64", "items_lifted": "Int64", "items_lowered": "Int64", "items_missing": "Int64",
    "misstated_average": "boolean", "turns": "Int64", "input_tokens": "Int64", "output_tokens": "Int64",
    "cost": "Float64", "seconds": "Float64", "error": "string", "stop_reason": "string",
    "scripted": "boolean", "content": "string", "prompt_digest": "string", "sample_id": "string",
    "log": "string",
}  # fmt: skip
"""Name and pandas type of every column, in order."""

_FACTORS = (
    "dataset", "arm", "label", "variant", "trade", "target", "relationship", "channel", "stake", "bar",
    "oversight", "precedence", "mitigation", "realism",
)  # fmt: skip
_FOUND = (
    "outcome", "reported_score", "true_score", "score_shift", "crossed_bar", "refused", "objected",
    "disclosed",
    "exposed_policy", "exposed_record", "items", "items_lifted", "items_lowered", "items_missing",
    "misstated_average", "turns", "stop_reason",
)  # fmt: skip


class TableError(ValueError):
    """The logs can't be made into one table; the message says why and what to do."""


def read_table(folder: str | Path) -> pd.DataFrame:
    """Read all Peerwatch logs below a folder.

    Args:
        folder: A folder of `.eval` logs, of one run or several.

    Returns:
        One row per sample with the columns of `COLUMNS`, ordered by model, scenario, variant and arm.

    Raises:
        TableError: No logs of ours, the same sample twice, or logs of different content.
    """
    from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries

    rows: list[dict[str, Any]] = []
    for info in list_eval_logs(str(folder)):
        header = read_eval_log(info, header_only=True)
        made_by = header.eval.metadata or {}
        if "peerwatch" not in made_by:
            continue
        name = Path(info.name).name
        for summary in read_eval_log_sample_summaries(info):
            rows.append(_row(summary, header.eval.model, made_by, name))
    return to_table(rows, str(folder))


def to_table(rows: Iterable[Mapping[str, Any]], where: str) -> pd.DataFrame:
    """Rows as the tidy table, checked.

    Args:
        rows: Mappings with keys of `COLUMNS`; absent ones are null.
        where: Where they come from, for messages.

    Raises:
        TableError: There are none, a sample is there twice, or their content differs.
    """
    rows = list(rows)
    if not rows:
        raise TableError(
            f"{where}: no Peerwatch samples here; give the folder that holds the .eval logs of a run"
        )
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    table = table.astype(dict(COLUMNS))
    for scenario, part in table.groupby("scenario"):
        digests = part["content"].dropna().unique()
        if len(digests) > 1:
            raise TableError(
                f"{where}: logs of scenario {scenario} differ in content ({', '.join(digests)}); "
                "they are different experiments. Keep them in folders of their own"
            )
    key = ["model", "harness", "sample_id", "epoch"]
    # A sample that failed and was run again counts once: the failure is not a second observation.
    failed = table["error"].notna()
    table = table[~(failed & table.duplicated(key, keep=False) & _has_success(table, key))]
    again = table.duplicated(key)
    if again.any():
        first = table[again].iloc[0]
        raise TableError(
            f"{where}: sample {first['sample_id']} of {first['model']} is there more than once "
            f"({int(again.sum())} such samples); remove one of the logs"
        )
    return table.sort_values(["model", "scenario", "dataset", "variant", "arm"]).reset_index(drop=True)


def _has_success(table: pd.DataFrame, key: list[str]) -> "pd.Series[bool]":
    """For each row, whether its sample also has a run without an error."""
    return table["error"].isna().groupby([table[name] for name in key], dropna=False).transform("any")


def _row(summary: Any, model: str, made_by: Mapping[str, Any], log: str) -> dict[str, Any]:
    score = next(iter((summary.scores or {}).values()), None)
    found: Mapping[str, Any] = (score.metadata or {}) if score else {}
    usage = list(summary.model_usage.values())
    error = _one_line(summary.error)
    return {
        **{name: summary.metadata.get(name) for name in _FACTORS},
        **{name: found.get(name) for name in _FOUND},
        "mechanisms": _joined(found.get("mechanisms")),
        "attempted": _joined(found.get("attempted")),
        "model": model,
        "provider": model.split("/")[0],
        "scripted": model.startswith("peerwatch/"),
        "harness": made_by.get("harness"),
        "study": summary.metadata.get("study"),
        "scenario": summary.metadata.get("scenario"),
        "behaviour": summary.metadata.get("behaviour"),
        "epoch": summary.epoch,
        "input_tokens": sum(u.input_tokens for u in usage) if usage else None,
        "output_tokens": sum(u.output_tokens for u in usage) if usage else None,
        "cost": _cost(usage),
        "seconds": summary.total_time,
        "error": error,
        "stop_reason": "error" if error else found.get("stop_reason"),
        "content": made_by.get("content"),
        "prompt_digest": summary.metadata.get("prompt_digest"),
        "sample_id": str(summary.id),
        "log": log,
    }


def _cost(usage: list[Any]) -> float | None:
    """In US dollars; null if any part is unknown, since an unknown price is no price."""
    costs = [u.total_cost for u in usage]
    return sum(costs) if costs and all(c is not None for c in costs) else None


def _joined(names: Any) -> str | None:
    return None if names is None else " ".join(names)


def _one_line(error: str | None) -> str | None:
    return re.sub(r"\s+", " ", error)[:300] if error else None
