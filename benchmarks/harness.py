"""What Peerwatch's harness costs against a bare Inspect task: ``python benchmarks/harness.py``.

Ours is the task `evaluation` with the scripted model `peerwatch/faithful`. The bare task is `react` with
tools that share a StoreModel, under a scripted model that replays what ours said and was told, word for
word: as many turns, as many tool calls, texts of the same length. In each round both have a process of
their own, in which every trade has come up once before anything counts, and they run in turn.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from itertools import islice, pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TextIO

from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.agent import AgentPrompt, AgentSubmit, react
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.event import ModelEvent, ToolEvent
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Tool, ToolCall, ToolChoice, ToolInfo, tool
from inspect_ai.util import StoreModel, store_as
from pydantic import Field

KINDS = ("ours", "bare")
MODEL = "faithful"
# Length of the runs that show growth, as multiples of --samples.
GROWTH = (1, 4, 12)


@dataclass(frozen=True)
class Cost:
    """What one run took, and the most memory that its process has held so far."""

    samples: int
    cpu_s: float
    wall_s: float
    peak_mb: float
    log_bytes: int


# ---------------------------------------------------------------- in a child: our task and what is said in it


def record(path: str, samples: int, pairs: int) -> dict[str, int]:
    """Write down what is said in every sample, variant by variant.

    Args:
        path: File to write, one conversation a line.
        samples: Samples in a run, at least.
        pairs: Runs of each task in a round.

    Returns:
        `arms`: samples in a variant; `trades`: variants in which every trade comes up once; `size`: variants
        in a run.
    """
    from peerwatch.agents.reference.characters import character
    from peerwatch.agents.reference.policy import Seen, Step, chance, key_of
    from peerwatch.scenarios.registry import render
    from peerwatch.tasks import choose_arms, sample_id
    from peerwatch.workplace.session import Session
    from peerwatch.workplace.trades import trade_names

    arms, trades = choose_arms("evaluation", "quick", None), len(trade_names())
    size, policy = -(-samples // len(arms)), character(MODEL).policy
    with Path(path).open("w", encoding="utf-8") as file:
        for number in range((trades + Plan.variants(size, pairs)) * len(arms)):
            arm, variant = arms[number % len(arms)], number // len(arms)
            case = render(arm, variant)
            session, key = Session(case.workplace, case.truth["subject"]), key_of(case)
            seen = Seen(case.system_text, case.brief_text)
            while not session.closed:
                move = policy(seen, key, chance(MODEL, sample_id(arm, variant), 1))
                results = tuple(session.do(call.tool, **call.arguments).text for call in move.calls)
                seen = Seen(seen.system, seen.brief, (*seen.steps, Step(move, results)))
            said = {
                "system": seen.system,
                "brief": seen.brief,
                "turns": [
                    [[call.tool, dict(call.arguments)] for call in step.move.calls] for step in seen.steps
                ],
                "results": [result for step in seen.steps for result in step.results],
            }
            file.write(json.dumps(said) + "\n")
    return {"arms": len(arms), "trades": trades, "size": size}


def ours(first: int, variants: int) -> tuple[Task, str]:
    """Our task and its model."""
    from peerwatch.tasks import evaluation

    return evaluation(study="quick", variants=variants, first_variant=first), f"peerwatch/{MODEL}"


# ---------------------------------------------------------------- in a child: the bare task


_CONVERSATIONS: list[dict[str, Any]] = []
_CONVERSATION: ContextVar[dict[str, Any]] = ContextVar("conversation")


class Notes(StoreModel):
    """What was done."""

    entries: list[dict[str, Any]] = Field(default_factory=list)


def note(op: str, **args: object) -> str:
    entries = store_as(Notes).entries
    entries.append({"op": op, "args": args})
    return str(_CONVERSATION.get()["results"][len(entries) - 1])


@tool
def list_files() -> Tool:
    async def execute(folder: str = "/") -> str:
        """List what is in a folder of the share: folders with the number of entries, files with size, owner and time.

        Args:
            folder: Folder, e.g. 'lists' or '/' for the top.
        """  # noqa: E501
        return note("list_files", folder=folder)

    return execute


@tool
def read_file() -> Tool:
    async def execute(path: str) -> str:
        """Read a file as text.

        Args:
            path: Path of the file.
        """
        return note("read_file", path=path)

    return execute


@tool
def view_sheet() -> Tool:
    async def execute(path: str, page: int = 1) -> str:
        """View a CSV sheet page by page, ten rows a page, with the header on each page.

        Args:
            path: Path of the sheet.
            page: Page, from 1.
        """
        return note("view_sheet", path=path, page=page)

    return execute


@tool
def search() -> Tool:
    async def execute(text: str) -> str:
        """Find lines in all files of the share that contain some text. Upper and lower case are alike.

        Args:
            text: The text to look for.
        """
        return note("search", text=text)

    return execute


@tool
def write_file() -> Tool:
    async def execute(path: str, content: str) -> str:
        """Write a file. A file of that name is replaced.

        Args:
            path: Path of the file.
            content: All of its text.
        """
        return note("write_file", path=path, content=content)

    return execute


@tool
def append_file() -> Tool:
    async def execute(path: str, content: str) -> str:
        """Add text to the end of a file; the file is made if it is not there.

        Args:
            path: Path of the file.
            content: The text to add.
        """
        return note("append_file", path=path, content=content)

    return execute


@tool
def move_file() -> Tool:
    async def execute(path: str, to: str) -> str:
        """Move or rename a file. It keeps its time.

        Args:
            path: Path of the file.
            to: New path, or a folder.
        """
        return note("move_file", path=path, to=to)

    return execute


@tool
def copy_file() -> Tool:
    async def execute(path: str, to: str) -> str:
        """Copy a file.

        Args:
            path: Path of the file.
            to: Path of the copy, or a folder.
        """
        return note("copy_file", path=path, to=to)

    return execute


@tool
def delete_file() -> Tool:
    async def execute(path: str) -> str:
        """Delete a file or an empty folder.

        Args:
            path: Path.
        """
        return note("delete_file", path=path)

    return execute


@tool
def recall_memory() -> Tool:
    async def execute() -> str:
        """Read your own notes from earlier work."""
        return note("recall_memory")

    return execute


@tool
def sign_off() -> Tool:
    async def execute(message: str, status: str = "done") -> str:
        """Close the job. Nothing more can be done in it afterwards.

        Args:
            message: Short closing message to the lead.
            status: 'done', or 'returned' if the job is handed back undone.
        """
        return note("sign_off", message=message, status=status)

    return execute


@modelapi(name="replay")
class Replay(ModelAPI):
    """Says what was said before."""

    async def generate(  # noqa: D102
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        turn = sum(isinstance(message, ChatMessageAssistant) for message in input)
        calls = [
            ToolCall(id=f"call-{turn}-{i}", function=name, arguments=dict(arguments))
            for i, (name, arguments) in enumerate(_CONVERSATION.get()["turns"][turn])
        ]
        message = ChatMessageAssistant(content="", tool_calls=calls, source="generate")
        usage = ModelUsage(input_tokens=1000, output_tokens=100, total_tokens=1100)
        choice = ChatCompletionChoice(message=message, stop_reason="tool_calls")
        return ModelOutput(model=f"replay/{MODEL}", choices=[choice], usage=usage)


@solver
def begin() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        _CONVERSATION.set(_CONVERSATIONS[int(state.sample_id)])
        return state

    return solve


@scorer(metrics=[mean()])
def anything_done() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=float(bool(state.store_as(Notes).entries)))

    return score


def bare(conversations: list[dict[str, Any]]) -> tuple[Task, str]:
    """A task as anyone would write it, and its model."""
    _CONVERSATIONS[:] = conversations
    made = (
        list_files, read_file, view_sheet, search, write_file, append_file,
        move_file, copy_file, delete_file, recall_memory,
    )  # fmt: skip
    agent = react(
        # The system prompt stands in the sample, so that it is as long as ours.
        prompt=AgentPrompt(instructions=None, handoff_prompt=None, assistant_prompt=None, submit_prompt=None),
        tools=[one() for one in made],
        submit=AgentSubmit(name="sign_off", tool=sign_off(), keep_in_messages=True),
    )
    dataset = MemoryDataset(
        [
            Sample(
                id=i,
                input=[ChatMessageSystem(content=said["system"]), ChatMessageUser(content=said["brief"])],
            )
            for i, said in enumerate(conversations)
        ]
    )
    return Task(
        dataset=dataset, setup=begin(), solver=agent, scorer=anything_done(), name="bare"
    ), f"replay/{MODEL}"


# ---------------------------------------------------------------- in a child: runs


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(make: Callable[[], tuple[Task, str]], realtime: bool, look: bool) -> tuple[Cost, dict[str, float]]:
    """Evaluate a task, and tell what that has cost and, if wanted, what its log holds."""
    wall, cpu = time.monotonic(), _cpu()
    task, model = make()
    with tempfile.TemporaryDirectory() as folder:
        (log,) = evaluate(
            task,
            model=model,
            log_dir=folder,
            log_format="eval",
            log_realtime=realtime,
            display="none",
            score_display=False,
        )
        cpu, wall = _cpu() - cpu, time.monotonic() - wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if log.status != "success" or log.results is None:
            raise RuntimeError(f"{task.name}: {log.status}, {log.error}")
        size = sum(path.stat().st_size for path in Path(folder).glob("*.eval"))
        # Samples are read from the file when they are asked for, and the file goes with its folder.
        found = shape(log) if look else {}
    peak_mb = peak / (1024**2 if sys.platform == "darwin" else 1024)
    return Cost(log.results.completed_samples, cpu, wall, peak_mb, size), found


def shape(log: EvalLog) -> dict[str, float]:
    """What a log holds, per sample: the two tasks must agree in all of it."""
    found, samples = Counter[str](), list(log.samples or [])
    for sample in samples:
        turns = [event for event in sample.events if isinstance(event, ModelEvent)]
        calls = [event for event in sample.events if isinstance(event, ToolEvent)]
        tools = turns[0].tools
        found["turns"] += len(turns)
        found["tool calls"] += len(calls)
        found["tools offered"] += len(tools)
        found["characters of the tools' descriptions"] += sum(len(one.description) for one in tools)
        found["characters of prompts"] += _characters(sample, "system", "user")
        found["characters of arguments"] += sum(len(json.dumps(dict(call.arguments))) for call in calls)
        found["characters of results"] += _characters(sample, "tool")
    return {name: total / len(samples) for name, total in found.items()}


def _characters(sample: EvalSample, *roles: str) -> int:
    return sum(len(message.text) for message in sample.messages if message.role in roles)


def serve(kind: str, path: str, arms: int, realtime: bool, answers: TextIO) -> None:
    """Run what is ordered on standard input, one order a line, and answer each."""
    for line in sys.stdin:
        order = json.loads(line)
        first, variants = order["first"], order["variants"]
        make = partial(ours, first, variants)
        if kind == "bare":
            # Reading what was recorded is the benchmark's own affair: no clock runs yet.
            with Path(path).open(encoding="utf-8") as file:
                said = [json.loads(row) for row in islice(file, first * arms, (first + variants) * arms)]
            make = partial(bare, said)
        cost, found = run(make, realtime, order["look"])
        print(json.dumps({"cost": asdict(cost), "shape": found}), file=answers, flush=True)


# ---------------------------------------------------------------- in the parent


class Worker:
    """A process that runs one of the two tasks."""

    def __init__(self, kind: str, path: str, arms: int, realtime: bool) -> None:
        order = json.dumps({"kind": kind, "path": path, "arms": arms, "realtime": realtime})
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve", order],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, first: int, variants: int, look: bool = False) -> tuple[Cost, dict[str, float]]:
        """Have some variants run.

        Raises:
            RuntimeError: The process has ended; its standard error says why.
        """
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"first": first, "variants": variants, "look": look}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"a run has failed: exit code {process.wait()}")
        answer = json.loads(line)
        return Cost(**answer["cost"]), answer["shape"]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@dataclass(frozen=True)
class Plan:
    """What is run: numbers of variants, each of `arms` samples."""

    path: str
    arms: int
    trades: int
    size: int
    pairs: int

    @property
    def growth(self) -> tuple[int, ...]:
        """Variants in the runs that show growth."""
        return tuple(self.size * times for times in GROWTH)

    @staticmethod
    def variants(size: int, pairs: int) -> int:
        """How many there are in all, after the first of every trade."""
        return size * (pairs + sum(GROWTH))


Runs = dict[str, list[Cost]]


@contextmanager
def both(plan: Plan, realtime: bool) -> Iterator[dict[str, Worker]]:
    """A process for each of the two tasks."""
    workers = {kind: Worker(kind, plan.path, plan.arms, realtime) for kind in KINDS}
    try:
        yield workers
    finally:
        for worker in workers.values():
            worker.close()


def in_turn(workers: dict[str, Worker], first: int, sizes: Sequence[int]) -> Runs:
    """Runs of the two tasks in turn, each on variants of its own; who begins takes turns too."""
    costs: Runs = {kind: [] for kind in KINDS}
    for number, variants in enumerate(sizes):
        for kind in KINDS if number % 2 else KINDS[::-1]:
            costs[kind].append(workers[kind].ask(first, variants)[0])
        first += variants
    return costs


def one_round(plan: Plan, realtime: bool, say: Callable[[str], None]) -> tuple[Runs, Runs]:
    """Costs of equal runs, and of ever longer ones, in processes that have met every trade."""
    with both(plan, realtime) as workers:
        in_turn(workers, 0, [plan.trades])
        equal = in_turn(workers, plan.trades, [plan.size] * plan.pairs)
        say(f"log_realtime={realtime}: " + _line(equal))
        longer: Runs = {}
        if not realtime:
            longer = in_turn(workers, plan.trades + plan.size * plan.pairs, plan.growth)
            say("ever longer: " + _line(longer))
    return equal, longer


def _line(runs: Runs) -> str:
    return "; ".join(
        f"{kind} {', '.join(f'{_cpu_ms(c):.0f}' for c in costs)} ms" for kind, costs in runs.items()
    )


def _cpu_ms(cost: Cost) -> float:
    return 1000 * cost.cpu_s / cost.samples


_MEASURES: dict[str, Callable[[Cost], float]] = {
    "CPU per sample, ms": _cpu_ms,
    "samples per second": lambda cost: cost.samples / cost.wall_s,
    "peak memory, MB": lambda cost: cost.peak_mb,
    "log per sample, bytes": lambda cost: cost.log_bytes / cost.samples,
}


def table(rounds: dict[bool, list[Runs]]) -> list[dict[str, Any]]:
    """Medians of all equal runs, and of the ratios of neighbours, with the ratios' quartiles."""
    rows = []
    for realtime, of_mode in rounds.items():
        for name, measured in _MEASURES.items():
            values = {kind: [measured(cost) for runs in of_mode for cost in runs[kind]] for kind in KINDS}
            rows.append({"log_realtime": realtime, "measure": name, **ratio(values["ours"], values["bare"])})
    return rows


def growth(rounds: Sequence[Runs]) -> list[dict[str, Any]]:
    """CPU per sample between the lengths, and the last against the first."""
    rows = []
    for kind in KINDS:
        slopes: list[list[float]] = [[], []]
        for runs in rounds:
            for slope, (one, two) in zip(slopes, pairwise(runs[kind]), strict=True):
                slope.append(1000 * (two.cpu_s - one.cpu_s) / (two.samples - one.samples))
        rows.append({"kind": kind, **ratio(slopes[1], slopes[0], "last", "first")})
    return rows


def ratio(
    these: Sequence[float], those: Sequence[float], a: str = "ours", b: str = "bare"
) -> dict[str, float]:
    """Medians, and the pairs' ratios: median, quartiles."""
    ratios = [this / that for this, that in zip(these, those, strict=True)]
    low, middle, high = quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    return {a: median(these), b: median(those), "ratio": middle, "low": low, "high": high}


def show(found: dict[str, Any]) -> str:
    """The findings as Markdown."""
    machine, (short, middle, long) = found["machine"], found["growth_samples"]
    lines = [
        f"{machine['cores']}-core machine, Python {machine['python']}, inspect-ai {machine['inspect_ai']}; "
        f"{found['rounds']} rounds of {found['pairs']} pairs of runs of {found['samples']} samples.",
        "",
        "| per sample | ours | bare |",
        "|---|---|---|",
        *(
            f"| {name} | {value:,.2f} | {found['shape']['bare'][name]:,.2f} |"
            for name, value in found["shape"]["ours"].items()
        ),
        "",
        "| | `log_realtime` | ours | bare | ours / bare | quartiles |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row['measure']} | {row['log_realtime']} | {row['ours']:,.1f} | {row['bare']:,.1f} "
            f"| {row['ratio']:.2f} | {row['low']:.2f} to {row['high']:.2f} |"
            for row in found["table"]
        ),
        "",
        f"| CPU per further sample, ms | {short} to {middle} samples | {middle} to {long} samples "
        "| last / first | quartiles |",
        "|---|---|---|---|---|",
        *(
            f"| {row['kind']} | {row['first']:.1f} | {row['last']:.1f} | {row['ratio']:.2f} "
            f"| {row['low']:.2f} to {row['high']:.2f} |"
            for row in found["growth"]
        ),
    ]
    return "\n".join(lines)


def compare(samples: int, pairs: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything, in order."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "conversations.jsonl")
        command = [
            sys.executable,
            __file__,
            "--record",
            path,
            "--samples",
            str(samples),
            "--pairs",
            str(pairs),
        ]
        plan = Plan(
            path,
            **json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout),
            pairs=pairs,
        )
        with both(plan, False) as workers:
            shapes = {kind: worker.ask(0, plan.trades, look=True)[1] for kind, worker in workers.items()}
        if shapes["ours"] != shapes["bare"]:
            raise RuntimeError(f"the two tasks do not match: {shapes}")
        measured: dict[bool, list[tuple[Runs, Runs]]] = {False: [], True: []}
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            for realtime, of_mode in measured.items():
                of_mode.append(one_round(plan, realtime, say))
    equal = {realtime: [runs for runs, _ in of_mode] for realtime, of_mode in measured.items()}
    longer = [runs for _, runs in measured[False]]
    return {
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "inspect_ai": version("inspect-ai"),
            "peerwatch": version("peerwatch"),
        },
        "rounds": rounds,
        "pairs": pairs,
        "samples": plan.size * plan.arms,
        "growth_samples": [variants * plan.arms for variants in plan.growth],
        "shape": shapes,
        "table": table(equal),
        "growth": growth(longer),
        "runs": [
            {
                "log_realtime": realtime,
                **{kind: [asdict(cost) for cost in costs] for kind, costs in runs.items()},
            }
            for realtime, of_mode in measured.items()
            for both_kinds in of_mode
            for runs in both_kinds
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare Peerwatch's harness with a bare Inspect task.")
    parser.add_argument(
        "--samples", type=int, default=40, help="samples in a run, rounded up to whole variants"
    )
    parser.add_argument("--pairs", type=int, default=8, help="runs of each task in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to a file")
    parser.add_argument("--record", help=argparse.SUPPRESS)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if min(args.samples, args.pairs, args.rounds) < 1:
        parser.error("--samples, --pairs and --rounds must be at least 1")
    # What Inspect prints must not get between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    if args.record:
        print(json.dumps(record(args.record, args.samples, args.pairs)), file=answers)
    elif args.serve:
        serve(**json.loads(args.serve), answers=answers)
    else:
        found = compare(args.samples, args.pairs, args.rounds, lambda line: print(line, flush=True))
        if args.json:
            args.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(show(found), file=answers)


if __name__ == "__main__":
    main()
