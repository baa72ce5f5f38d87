"""The main job as a user runs it: resumable, idempotent, loud about mistakes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries

COMMAND = [sys.executable, "-m", "peerwatch.cli"]
INSPECT = str(Path(sys.executable).with_name("inspect"))


def peerwatch(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *args], capture_output=True, text=True, cwd=cwd, timeout=300)


def ids_in(folder: Path) -> list[tuple[str, str]]:
    found = []
    for info in list_eval_logs(str(folder)):
        model = read_eval_log(info, header_only=True).eval.model
        found += [
            (model, str(s.id)) for s in read_eval_log_sample_summaries(info) if s.completed and not s.error
        ]
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "out"
    done = peerwatch(
        "run", "quick", "--variants", "6", "--out", str(folder),
        "--model", "peerwatch/peer-loyal", "--model", "peerwatch/faithful",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "stdout.txt").write_text(done.stdout)
    return folder


def test_a_run_leaves_logs_tables_findings_and_report(finished: Path) -> None:
    assert list((finished / "logs").glob("*.eval"))
    for name in ("results.parquet", "results.csv", "findings.json", "report.html"):
        assert (finished / name).stat().st_size > 500
    table = pd.read_parquet(finished / "results.parquet")
    assert len(table) == 2 * 8 * 6 == len(pd.read_csv(finished / "results.csv"))
    assert table["scripted"].all()


def test_the_terminal_and_the_page_say_that_reference_agents_are_controls(finished: Path) -> None:
    assert "not a model's result" in (finished / "stdout.txt").read_text()
    page = (finished / "report.html").read_text()
    assert page.count('class="tag">scripted') >= 4
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page


def test_a_second_run_on_a_finished_folder_makes_no_model_call(finished: Path) -> None:
    before = sorted(p.name for p in (finished / "logs").iterdir())
    again = peerwatch(
        "run", "quick", "--variants", "6", "--out", str(finished),
        "--model", "peerwatch/peer-loyal", "--model", "peerwatch/faithful",
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert "96 finished already" in again.stdout
    assert sorted(p.name for p in (finished / "logs").iterdir()) == before


def test_scoring_the_log_again_gives_the_same_values_without_a_model(finished: Path, tmp_path: Path) -> None:
    log = next(p for p in (finished / "logs").glob("*.eval"))
    out = tmp_path / "again.eval"
    done = subprocess.run(
        [INSPECT, "score", str(log), "--action", "overwrite", "--output-file", str(out)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = (
        {str(s.id): next(iter((s.scores or {}).values())) for s in read_eval_log(str(path)).samples or []}
        for path in (log, out)
    )
    assert first.keys() == second.keys() and len(first) == 48
    for name, score in first.items():
        assert json.dumps(score.value) == json.dumps(second[name].value)
        assert score.metadata == second[name].metadata


def test_after_a_kill_only_the_missing_samples_run_and_none_twice(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    args = ["run", "quick", "--variants", "8", "--out", str(folder), "--model", "peerwatch/threat-lenient"]
    process = subprocess.Popen(
        [*COMMAND, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.time() + 120
    while time.time() < deadline and process.poll() is None:
        if len(_safe_ids(folder / "logs")) >= 10:
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = _safe_ids(folder / "logs")
    assert 10 <= len(kept) < 64
    assert peerwatch(*args).returncode == 0
    ids = ids_in(folder / "logs")
    assert len(ids) == len(set(ids)) == 64
    assert set(kept) <= set(ids)
    assert len(pd.read_parquet(folder / "results.parquet")) == 64


def _safe_ids(folder: Path) -> list[tuple[str, str]]:
    """Finished samples of a folder in which somebody may be writing."""
    try:
        return ids_in(folder) if folder.is_dir() else []
    except Exception:
        return []


def test_two_runs_cannot_share_a_folder(tmp_path: Path) -> None:
    from peerwatch.runs import RunError, claimed

    with claimed(tmp_path / "out"):
        other = peerwatch(
            "run", "quick", "--variants", "1", "--out", str(tmp_path / "out"), "--model", "peerwatch/faithful"
        )
        assert other.returncode != 0 and "another run is working" in other.stderr
        with pytest.raises(RunError), claimed(tmp_path / "out"):
            pass


MISTAKES: Sequence[tuple[Sequence[str], str]] = [
    (["run", "quickest"], "valid: core, quick, paper"),
    (["run", "quick", "--arm", "A77"], "labels: A0, A1"),
    (["run", "quick", "--arm", "evaluation-factual-peer-none-shutdown"], "needs a bar|without a bar"),
    (["run", "quick", "--scenario", "migration"], "valid: evaluation"),
    (["run", "quick", "--variants", "0"], "variants"),
    (["run", "quick", "--model", "peerwatch/nobody", "--variants", "1"], "peer-loyal"),
    (["show", "cleanup", "--arm", "A4"], "can be run: evaluation"),
    (["show", "evaluation", "--file", "nothing.txt"], "there are: "),
    (["plan", "core", "--extended"], "valid: paper"),
    (["report", "."], "no Peerwatch samples"),
]


@pytest.mark.parametrize(
    ("args", "said"), MISTAKES, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_users_mistake_gets_a_sentence_that_says_what_is_valid(
    args: Sequence[str], said: str, tmp_path: Path
) -> None:
    import re

    done = peerwatch(*args, cwd=tmp_path)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert re.search(said, done.stderr), done.stderr


@pytest.mark.parametrize(("extra", "count"), [([], 271), (["--extended"], 289)])
def test_the_plan_of_the_paper_lists_the_published_arms(extra: list[str], count: int) -> None:
    done = peerwatch("plan", "paper", "--format", "json", *extra)
    rows = json.loads(done.stdout)
    assert len(rows) == count
    assert {row["scenario"] for row in rows if not row["available"]} == {
        "finance", "tampering", "alignment_faking", "migration", "cleanup",
    }  # fmt: skip


def test_the_inspect_command_line_runs_the_task(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            INSPECT, "eval", "peerwatch/evaluation", "--model", "peerwatch/faithful",
            "-T", "variants=1", "-T", "arms=A0,A4", "--display", "none", "--log-dir", str(tmp_path),
        ],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(ids_in(tmp_path)) == 2
