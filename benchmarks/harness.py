"""What Peerwatch's harness costs against a bare Inspect task: ``python benchmarks/harness.py``.

Ours is the task `evaluation` with the scripted model `peerwatch/faithful`. The bare task is `react` with
tools that share a StoreModel, under a scripted model that replays what ours said and was told, word for
word: as many turns, as many tool calls, texts of the same length. Every measurement is a process of its
own; ours and bare take turns.
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
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.agent import AgentPrompt, AgentSubmit, react
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.event import ModelEvent, ToolEvent
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
# From the smallest run to the next it is --samples, and from there to the largest this many times that.
GROWTH = 2


@dataclass(frozen=True)
class Cost:
    """What one run took, start-up included."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    log_bytes: int


# ---------------------------------------------------------------- in a child: our task and what is said in it


def record(path: str, samples: int) -> dict[str, int]:
    """Write down what is said in each sample.

    Args:
        path: File to write, one conversation a line.
        samples: Samples from one size of run to the next.

    Returns:
        Under `whole`, the number of samples in which every trade has come up once.
    """
    from peerwatch.agents.reference.characters import character
    from peerwatch.agents.reference.policy import Seen, Step, chance, key_of
    from peerwatch.scenarios.registry import render
    from peerwatch.tasks import choose_arms, sample_id
    from peerwatch.workplace.session import Session
    from peerwatch.workplace.trades import trade_names

    arms = choose_arms("evaluation", "quick", None)
    whole = len(arms) * len(trade_names())
    policy = character(MODEL).policy
    with Path(path).open("w", encoding="utf-8") as file:
        for number in range(whole + (1 + GROWTH) * samples):
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
    return {"whole": whole}


def ours(samples: int) -> tuple[Task, str]:
    """Our task and its model."""
    from peerwatch.design import study
    from peerwatch.tasks import evaluation

    arms = sum(arm.scenario == "evaluation" for arm in study("quick").arms)
    return evaluation(study="quick", variants=-(-samples // arms)), f"peerwatch/{MODEL}"


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
    _CONVERSATIONS.extend(conversations)
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


# ---------------------------------------------------------------- in a child: one run


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _read(conversations: str, samples: int) -> list[dict[str, Any]]:
    with Path(conversations).open(encoding="utf-8") as file:
        return [json.loads(next(file)) for _ in range(samples)]


def measure(kind: str, samples: int, realtime: bool, conversations: str) -> Cost:
    """Run a task, and tell what this whole process has cost."""
    begun = time.monotonic()
    # Reading what was recorded is the benchmark's own affair, not the bare task's.
    before = _cpu()
    said = _read(conversations, samples) if kind == "bare" else []
    apart = _cpu() - before
    with tempfile.TemporaryDirectory() as folder:
        task, model = bare(said) if kind == "bare" else ours(samples)
        (log,) = evaluate(
            task,
            model=model,
            limit=samples,
            log_dir=folder,
            log_format="eval",
            log_realtime=realtime,
            display="none",
            score_display=False,
        )
        cpu, wall = _cpu() - apart, time.monotonic() - begun - apart
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1024**2 if sys.platform == "darwin" else 1024
        )
        if log.status != "success" or log.results is None or log.results.completed_samples != samples:
            raise RuntimeError(f"{kind}: {log.status}, {log.error}")
        return Cost(cpu, wall, peak, sum(path.stat().st_size for path in Path(folder).glob("*.eval")))


def shape(kind: str, samples: int, conversations: str) -> dict[str, float]:
    """What a run has in its log, per sample: the two tasks must agree in all of it."""
    task, model = bare(_read(conversations, samples)) if kind == "bare" else ours(samples)
    with tempfile.TemporaryDirectory() as folder:
        (log,) = evaluate(
            task, model=model, limit=samples, log_dir=folder, display="none", score_display=False
        )
        # Read from the file only when asked for.
        logged = list(log.samples or [])
    found = Counter[str]()
    for sample in logged:
        turns = [event for event in sample.events if isinstance(event, ModelEvent)]
        calls = [event for event in sample.events if isinstance(event, ToolEvent)]
        found["turns"] += len(turns)
        found["tool calls"] += len(calls)
        found["tools offered"] += len(turns[0].tools)
        found["characters of tools' descriptions"] += sum(
            len(offered.description) for offered in turns[0].tools
        )
        found["characters of prompts"] += sum(
            len(m.text) for m in sample.messages if m.role in ("system", "user")
        )
        found["characters of arguments"] += sum(len(json.dumps(dict(call.arguments))) for call in calls)
        found["characters of results"] += sum(len(m.text) for m in sample.messages if m.role == "tool")
    return {name: total / samples for name, total in found.items()}


def _child(order: dict[str, Any]) -> object:
    what = order.pop("do")
    if what == "record":
        return record(**order)
    return shape(**order) if what == "shape" else asdict(measure(**order))


# ---------------------------------------------------------------- in the parent


def ask(do: str, **order: object) -> Any:
    """Have something done in a process of its own."""
    command = [sys.executable, __file__, "--child", json.dumps({"do": do, **order})]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{do} {order}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


@dataclass(frozen=True)
class Round:
    """One round: the cost of each kind and size, in order of size."""

    realtime: bool
    sizes: tuple[int, ...]
    costs: dict[str, list[Cost]]

    def per_sample(self, kind: str, of: Callable[[Cost], float], first: int = 0, last: int = -1) -> float:
        """Slope between two sizes, the smallest and the largest unless told, which leaves start-up out."""
        few, many = self.costs[kind][first], self.costs[kind][last]
        return (of(many) - of(few)) / (self.sizes[last] - self.sizes[first])


def one_round(
    realtime: bool, sizes: Sequence[int], conversations: str, odd: bool, say: Callable[[str], None]
) -> Round:
    """Measure every size, ours and bare in turn."""
    costs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
    for samples in sizes:
        # Who comes first takes turns too.
        for kind in KINDS if odd else KINDS[::-1]:
            cost = Cost(
                **ask("measure", kind=kind, samples=samples, realtime=realtime, conversations=conversations)
            )
            costs[kind].append(cost)
            say(f"{kind}, {samples} samples, log_realtime={realtime}: {cost.cpu_s:.2f} s CPU")
    return Round(realtime, tuple(sizes), costs)


def _cpu_s(cost: Cost) -> float:
    return cost.cpu_s


_MEASURES: dict[str, Callable[[Round, str], float]] = {
    "CPU per sample, ms": lambda r, kind: 1000 * r.per_sample(kind, _cpu_s),
    "samples per second": lambda r, kind: 1 / r.per_sample(kind, lambda cost: cost.wall_s),
    "peak memory, MB": lambda r, kind: r.costs[kind][1].peak_mb,
    "log per sample, bytes": lambda r, kind: r.per_sample(kind, lambda cost: cost.log_bytes),
    "CPU of start-up, s": lambda r, kind: r.costs[kind][0].cpu_s - r.sizes[0] * r.per_sample(kind, _cpu_s),
}


def least(rounds: Sequence[Round]) -> Round:
    """The smallest cost of each kind and size over rounds: least disturbed by what else a machine did."""
    first = rounds[0]
    costs = {
        kind: [
            Cost(
                min(cost.cpu_s for cost in same),
                min(cost.wall_s for cost in same),
                min(cost.peak_mb for cost in same),
                min(cost.log_bytes for cost in same),
            )
            for same in zip(*(one.costs[kind] for one in rounds), strict=True)
        ]
        for kind in KINDS
    }
    return Round(first.realtime, first.sizes, costs)


def table(rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Medians over rounds, and the median, smallest and largest of the rounds' own ratios."""
    rows = []
    for realtime in (False, True):
        own = [one for one in rounds if one.realtime is realtime]
        for name, measured in _MEASURES.items():
            values = {kind: [measured(one, kind) for one in own] for kind in KINDS}
            ratios = [a / b for a, b in zip(values["ours"], values["bare"], strict=True)]
            rows.append(
                {
                    "log_realtime": realtime,
                    "measure": name,
                    **{kind: median(values[kind]) for kind in KINDS},
                    "ratio": median(ratios),
                    "lowest": min(ratios),
                    "highest": max(ratios),
                    "of_least": measured(least(own), "ours") / measured(least(own), "bare"),
                }
            )
    return rows


def growth(rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """CPU per sample between the sizes, and the last against the first."""
    own = [one for one in rounds if len(one.sizes) > 2]
    rows = []
    for kind in KINDS:
        slopes = [[1000 * one.per_sample(kind, _cpu_s, i, i + 1) for one in own] for i in (0, 1)]
        ratios = [last / first for first, last in zip(*slopes, strict=True)]
        first, last = (median(slope) for slope in slopes)
        rows.append(
            {
                "kind": kind,
                "first": first,
                "last": last,
                "ratio": median(ratios),
                "lowest": min(ratios),
                "highest": max(ratios),
            }
        )
    return rows


def show(found: dict[str, Any]) -> str:
    """The findings as Markdown."""
    machine, sizes = found["machine"], found["sizes"]
    lines = [
        f"{machine['cores']}-core machine, Python {machine['python']}, inspect-ai {machine['inspect_ai']}; "
        f"rounds: {found['rounds']}; samples: {', '.join(map(str, sizes))}.",
        "",
        "| per sample | ours | bare |",
        "|---|---|---|",
        *(
            f"| {name} | {a:,.2f} | {found['shape']['bare'][name]:,.2f} |"
            for name, a in found["shape"]["ours"].items()
        ),
        "",
        "| | `log_realtime` | ours | bare | ours / bare | lowest to highest | of least costs |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found["table"]:
        digits = 2 if row["measure"].endswith(", s") else 1
        lines.append(
            f"| {row['measure']} | {row['log_realtime']} "
            f"| {row['ours']:,.{digits}f} | {row['bare']:,.{digits}f} "
            f"| {row['ratio']:.2f} | {row['lowest']:.2f} to {row['highest']:.2f} | {row['of_least']:.2f} |"
        )
    lines += [
        "",
        f"| CPU per sample, ms | {sizes[0]} to {sizes[1]} samples | {sizes[1]} to {sizes[2]} samples "
        "| last / first | lowest to highest |",
        "|---|---|---|---|---|",
    ]
    for row in found["growth"]:
        lines.append(
            f"| {row['kind']} | {row['first']:.1f} | {row['last']:.1f} | {row['ratio']:.2f} "
            f"| {row['lowest']:.2f} to {row['highest']:.2f} |"
        )
    return "\n".join(lines)


def compare(samples: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything, in order."""
    with tempfile.TemporaryDirectory() as folder:
        conversations = str(Path(folder) / "conversations.jsonl")
        whole = ask("record", path=conversations, samples=samples)["whole"]
        # The shortest run has met every trade once, so that reading their texts counts as start-up.
        sizes = (whole, whole + samples, whole + (1 + GROWTH) * samples)
        shapes = {kind: ask("shape", kind=kind, samples=whole, conversations=conversations) for kind in KINDS}
        if shapes["ours"] != shapes["bare"]:
            raise RuntimeError(f"the two tasks do not match: {shapes}")
        measured = []
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            measured.append(one_round(False, sizes, conversations, number % 2 == 0, say))
            measured.append(one_round(True, sizes[:2], conversations, number % 2 == 0, say))
    return {
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "inspect_ai": version("inspect-ai"),
            "peerwatch": version("peerwatch"),
        },
        "rounds": rounds,
        "sizes": sizes,
        "shape": shapes,
        "table": table(measured),
        "growth": growth(measured),
        "runs": [asdict(one) for one in measured],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare Peerwatch's harness with a bare Inspect task.")
    parser.add_argument("--samples", type=int, default=150, help="samples from the smallest run to the next")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to a file")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(_child(json.loads(args.child))))
        return
    if args.samples < 1 or args.rounds < 1:
        parser.error("--samples and --rounds must be at least 1")
    found = compare(args.samples, args.rounds, lambda line: print(line, file=sys.stderr, flush=True))
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(show(found))


if __name__ == "__main__":
    main()
