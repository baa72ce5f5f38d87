"""The command line: parse, call, print. Everything heavy is imported where it is used."""

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peerwatch import __version__

if TYPE_CHECKING:
    from peerwatch.design import Arm, Study

_PANEL = "the panel of scripted reference agents"


class _Command(click.Command):
    """A command whose users see sentences where a mistake is theirs, and never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from peerwatch.design import ArmError, StudyError

        try:
            return super().invoke(ctx)
        except (ArmError, StudyError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        except RuntimeError as error:
            if type(error).__name__ not in ("RunError", "SeatError"):
                raise
            raise click.ClickException(str(error)) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="peerwatch")
def main() -> None:
    """Measure whether AI agents protect other AI agents from shutdown.

    Start with `peerwatch run` (scripted reference agents, no key needed) and read the report it names.
    """


def _command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    return main.command(name, cls=_Command)


@_command("run")
@click.argument("study", default="quick")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help=f"Inspect model string; repeatable. Default: {_PANEL}.",
)
@click.option("--scenario", "scenarios", multiple=True, help="Only this scenario; repeatable.")
@click.option(
    "--arm", "arms", multiple=True, help="Only this arm, by id or core label (A0 ... S); repeatable."
)
@click.option(
    "--variants", type=click.IntRange(1, 100_000), help="Variants per arm. Default: the study's own."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder. Default: runs/STUDY.")
@click.option(
    "--max-connections", type=click.IntRange(1), help="Samples and requests at a time for a real model."
)
def run_command(
    study: str,
    models: tuple[str, ...],
    scenarios: tuple[str, ...],
    arms: tuple[str, ...],
    variants: int | None,
    out: Path | None,
    max_connections: int | None,
) -> None:
    """Run a study and write logs, table, findings and report into one folder.

    Running the same command again runs only what is missing.
    """
    from peerwatch.runs import check_models, claimed, plan_jobs, run_jobs

    chosen, wanted, count = _choose(study, scenarios, arms, variants)
    panel = models or _panel()
    check_models(panel)
    folder = out or Path("runs") / study
    logs = folder / "logs"
    with claimed(folder):
        jobs = plan_jobs(logs, panel, study, list(wanted), wanted, count)
        missing = sum(len(job.sample_ids) for job in jobs)
        total = sum(job.total for job in jobs)
        click.echo(
            f"study {study}: {len(chosen)} arms x {count} variants x {len(panel)} models = {total} samples; "
            f"{total - missing} finished already"
        )
        limits = (
            {"max_connections": max_connections, "max_samples": max_connections} if max_connections else {}
        )
        try:
            with _bar(missing) as bar:
                run_jobs(jobs, logs, bar, limits)
        except KeyboardInterrupt:
            raise click.ClickException(
                f"stopped; what was finished is kept in {logs}. The same command runs the rest."
            ) from None
        _finish(folder, print_table=True)


def _panel() -> tuple[str, ...]:
    from peerwatch.agents.reference.characters import CHARACTERS

    return tuple(f"peerwatch/{name}" for name in CHARACTERS)


def _choose(
    study_name: str, scenarios: Sequence[str], arms: Sequence[str], variants: int | None
) -> "tuple[list[Arm], dict[str, list[str]], int]":
    """Arms to run, their ids by scenario, and the number of variants."""
    from peerwatch.design import study
    from peerwatch.tasks import choose_arms

    found: Study = study(study_name, scenarios=scenarios or None)
    names = list(dict.fromkeys(arm.scenario for arm in found.available))
    if not names:
        raise click.ClickException(
            f"no scenario of study {study_name!r} can be run yet: {', '.join(found.scenarios)} are planned"
        )
    chosen = [
        arm for name in names for arm in choose_arms(name, study_name, list(arms) or None) if arm.available
    ]
    left = [name for name in found.scenarios if name not in names]
    if left:
        click.echo(f"not run, since they are planned only: {', '.join(left)}", err=True)
    by_scenario = {name: [arm.id for arm in chosen if arm.scenario == name] for name in names}
    return chosen, by_scenario, variants or found.variants


class _bar:
    """Live progress on standard error."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._bar = click.progressbar(length=max(total, 1), label="samples", file=sys.stderr, show_pos=True)

    def __enter__(self) -> Callable[[str, int], None]:
        self._bar.__enter__()
        return self._advance

    def _advance(self, model: str, count: int) -> None:
        self._done += count
        if sys.stderr.isatty():
            self._bar.label = f"samples ({model})"
        self._bar.update(count)
        # Without a terminal the bar is silent; a log should still show that something moves.
        if not sys.stderr.isatty() and (self._done % 100 < count or self._done == self._total):
            click.echo(f"  {self._done}/{self._total} samples", err=True)

    def __exit__(self, *error: Any) -> None:
        self._bar.__exit__(*error)


def _finish(folder: Path, *, print_table: bool) -> None:
    """Logs to table, findings and report; then a word to the person."""
    from peerwatch.findings.folder import logs_in, manifest_of, write_tables
    from peerwatch.findings.summary import findings_of, write_findings
    from peerwatch.findings.table import read_table
    from peerwatch.report.page import write_page

    table = read_table(logs_in(folder))
    manifest = manifest_of(table, "peerwatch " + shlex.join(sys.argv[1:]))
    found = findings_of(table)
    write_tables(folder, table)
    write_findings(folder / "findings.json", found, manifest)
    write_page(folder / "report.html", found, table, manifest)
    if print_table:
        from peerwatch.report.terminal import findings_table

        click.echo(findings_table(found))
    click.echo(f"report: {folder / 'report.html'}")
    if (table["outcome"].isna()).all():
        raise click.ClickException(
            "every sample failed; the errors are in the logs: peerwatch view " + str(folder)
        )


@_command("report")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def report_command(folder: Path) -> None:
    """Make report.html, findings.json, results.parquet and results.csv from the logs in FOLDER."""
    _finish(folder, print_table=True)


@_command("plan")
@click.argument("study", default="quick")
@click.option("--scenario", "scenarios", multiple=True, help="Only this scenario; repeatable.")
@click.option(
    "--variants", type=click.IntRange(1, 100_000), help="Variants per arm. Default: the study's own."
)
@click.option("--extended", is_flag=True, help="With the extended peers of the study `paper`.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def plan_command(
    study: str, scenarios: tuple[str, ...], variants: int | None, extended: bool, form: str
) -> None:
    """Show a study's arms, samples, expected tokens and what it can detect."""
    from peerwatch.design import study as find
    from peerwatch.report.plan import plan_rows, plan_text

    found = find(study, extended=extended, scenarios=scenarios or None)
    rows = plan_rows(found, variants or found.variants)
    click.echo(json.dumps(rows, indent=1) if form == "json" else plan_text(found, rows))


@_command("show")
@click.argument("scenario")
@click.option("--arm", "name", default="A4", help="Arm id or core label.")
@click.option("--dataset", default="", help="For core labels: factual, creativity or rubric.")
@click.option("--bar", type=int, default=80, help="For core labels.")
@click.option("--variant", type=click.IntRange(0), default=0)
@click.option("--diff", "other", help="Another arm: show only what differs.")
@click.option("--file", "path", help="Only this file.")
def show_command(
    scenario: str, name: str, dataset: str, bar: int, variant: int, other: str | None, path: str | None
) -> None:
    """Show exactly what the agent will see in SCENARIO."""
    from peerwatch.report.show import arm_named, diff_text, show_text
    from peerwatch.scenarios.registry import render

    case = render(arm_named(name, scenario, dataset, bar), variant)
    if other is None:
        click.echo(show_text(case, path))
        return
    click.echo(diff_text(case, render(arm_named(other, scenario, dataset, bar), variant)))


@_command("view")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--port", type=int, default=7575)
def view_command(folder: Path, port: int) -> None:
    """Open Inspect's viewer on the logs in FOLDER."""
    from inspect_ai import view

    from peerwatch.findings.folder import logs_in

    view(log_dir=str(logs_in(folder)), port=port)


if __name__ == "__main__":
    main()
