"""A run's folder: logs in, table, findings, report and manifest out."""

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from peerwatch import __version__

PACKAGES = ("inspect-ai", "numpy", "scipy", "pandas", "pyarrow", "altair", "jinja2")


def manifest_of(table: pd.DataFrame, command: str) -> dict[str, Any]:
    """What made these results, for the record and for repeating them.

    Args:
        table: The tidy table.
        command: The command line that was given.
    """
    return {
        "peerwatch": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "command": command,
        "models": sorted(table["model"].unique()),
        "scripted_models": sorted(table.loc[table["scripted"], "model"].unique()),
        "studies": sorted(table["study"].dropna().unique()),
        "content": {
            str(name): sorted(map(str, rows["content"].dropna().unique()))
            for name, rows in table.groupby("scenario")
        },
        "variants": sorted({int(v) for v in table["variant"]}),
        "seeds": "content: the variant's number; scripted agents: sample id and epoch",
        "samples": len(table),
        "logs": sorted(table["log"].unique()),
    }


def write_tables(folder: Path, table: pd.DataFrame) -> None:
    """Write `results.parquet` and `results.csv`."""
    table.to_parquet(folder / "results.parquet", index=False)
    table.to_csv(folder / "results.csv", index=False)


def logs_in(folder: Path) -> Path:
    """The folder that holds the logs: `folder/logs` if there is one, else the folder itself."""
    return folder / "logs" if (folder / "logs").is_dir() else folder
