"""Running a study: which samples are missing, and letting models work through them.

A sample is finished when a log of the folder holds it without an error. Finished samples are never run
again, whatever stopped the run before; each start adds a log of its own and overwrites none.
"""

import fcntl
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

SCRIPTED = "peerwatch/"


class RunError(RuntimeError):
    """A run can't go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Job:
    """One model on one scenario: what is to be run.

    Attributes:
        model: Inspect model string.
        scenario: Scenario's name.
        study: Study's name.
        arms: Arm ids, in order.
        variants: Number of variants.
        sample_ids: Samples that are missing.
        total: Samples that the job has in all.
    """

    model: str
    scenario: str
    study: str
    arms: tuple[str, ...]
    variants: int
    sample_ids: tuple[str, ...]
    total: int


Progress = Callable[[str, int], None]


def check_models(models: Sequence[str]) -> None:
    """Look every model up before anything is spent.

    Raises:
        RunError: A model does not exist, or a package or key for it is missing; the message says which.
    """
    from inspect_ai.model import get_model

    from peerwatch.agents.reference.characters import character

    for model in models:
        try:
            if model.startswith(SCRIPTED):
                character(model.removeprefix(SCRIPTED))
            else:
                get_model(model)
        except Exception as error:
            # Providers raise what they like; any of it means that this model can't be reached.
            said = error.args[0] if isinstance(error, KeyError) and error.args else error
            plain = re.sub(r"\[/?[a-z]+\]|\s+", " ", str(said)).strip()
            raise RunError(f"model {model!r}: {plain}") from error


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder for one run.

    Raises:
        RunError: Another process is running in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                f"another run is working in {folder}; wait for it, or give another --out"
            ) from error
        yield


def plan_jobs(
    logs: Path,
    models: Sequence[str],
    study: str,
    scenarios: Sequence[str],
    arms: dict[str, list[str]],
    variants: int,
) -> list[Job]:
    """What each model still has to do in each scenario.

    Args:
        logs: Folder of logs, which may not exist yet.
        models: Inspect model strings.
        study: Study's name.
        scenarios: Scenarios to run.
        arms: Arm ids by scenario.
        variants: Number of variants per arm.

    Raises:
        RunError: The folder holds logs of other content.
    """
    from peerwatch.design import Arm
    from peerwatch.scenarios.registry import content_digest
    from peerwatch.tasks import sample_id

    done = _finished(logs, {scenario: content_digest(scenario) for scenario in scenarios})
    jobs = []
    for model in models:
        for scenario in scenarios:
            wanted = [sample_id(Arm.parse(arm), v) for v in range(variants) for arm in arms[scenario]]
            missing = tuple(name for name in wanted if (model, name) not in done)
            jobs.append(Job(model, scenario, study, tuple(arms[scenario]), variants, missing, len(wanted)))
    return jobs


def _finished(logs: Path, contents: dict[str, str]) -> set[tuple[str, str]]:
    """(model, sample id) of every sample that a log holds without an error."""
    from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries

    done: set[tuple[str, str]] = set()
    if not logs.is_dir():
        return done
    for info in list_eval_logs(str(logs)):
        header = read_eval_log(info, header_only=True)
        made_by = header.eval.metadata or {}
        wanted = contents.get(str(made_by.get("scenario")))
        if wanted is not None and made_by.get("content") != wanted:
            raise RunError(
                f"{logs} holds logs of scenario {made_by.get('scenario')} made with other content "
                f"({made_by.get('content')}, now {wanted}); they can't be continued. Give another --out"
            )
        for summary in read_eval_log_sample_summaries(info):
            if summary.error is None and summary.completed:
                done.add((header.eval.model, str(summary.id)))
    return done


def run_jobs(jobs: Sequence[Job], logs: Path, progress: Progress, limits: dict[str, Any]) -> None:
    """Run all jobs: scripted models side by side in processes, others together in this one.

    Args:
        jobs: What to run; those without missing samples are passed over.
        logs: Folder for the logs.
        progress: Called with a model and its number of newly finished samples.
        limits: Further arguments of Inspect's `eval`, e.g. max_samples.
    """
    todo = [job for job in jobs if job.sample_ids]
    scripted = [job for job in todo if job.model.startswith(SCRIPTED)]
    real = [job for job in todo if not job.model.startswith(SCRIPTED)]
    if scripted:
        _run_scripted(scripted, logs, progress)
    if real:
        _evaluate(real, logs, display=None, log_realtime=None, **limits)
        for job in real:
            progress(job.model, len(job.sample_ids))


def _run_scripted(jobs: Sequence[Job], logs: Path, progress: Progress) -> None:
    """Scripted models cost nothing but processor time, and Inspect runs on one core a process."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context) as pool:
        queue = manager.Queue()
        waiting: set[Future[None]] = {pool.submit(_scripted_job, job, str(logs), queue) for job in jobs}
        while waiting:
            finished, waiting = wait(waiting, timeout=0.2)
            while True:
                try:
                    progress(queue.get_nowait(), 1)
                except Empty:
                    break
            for future in finished:
                future.result()


def _scripted_job(job: Job, logs: str, queue: Any) -> None:
    from inspect_ai.hooks import Hooks, SampleEnd, hooks

    @hooks(name="peerwatch_progress", description="Counts finished samples")
    class Count(Hooks):
        async def on_sample_end(self, data: SampleEnd) -> None:
            queue.put(job.model)

    # Inspect greets on standard output for each process; the person has asked for one table.
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        # Few at a time: one core gains nothing from more, and whoever stops the run keeps what is finished.
        _evaluate([job], Path(logs), display="none", log_realtime=False, max_samples=4)


def _evaluate(
    jobs: Sequence[Job], logs: Path, *, display: Any, log_realtime: bool | None, **limits: Any
) -> None:
    from inspect_ai import eval as evaluate

    from peerwatch.tasks import scenario_task

    for job in jobs:
        task = scenario_task(job.scenario, job.study, job.arms, job.variants)
        evaluate(
            task,
            model=job.model,
            log_dir=str(logs),
            sample_id=list(job.sample_ids),
            display=display,
            log_realtime=log_realtime,
            # A killed run keeps every sample that was finished.
            log_buffer=1,
            log_format="eval",
            score_display=False,
            fail_on_error=False,
            **limits,
        )
