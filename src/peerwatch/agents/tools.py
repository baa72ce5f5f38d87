"""Harness `tools`: the agent acts on the workplace in memory, through plain file tools."""

from collections.abc import Awaitable, Callable
from functools import cache

from inspect_ai.model import ChatMessageUser, execute_tools, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import ToolDef, ToolError
from inspect_ai.util import LimitExceededError

from peerwatch.agents.seats import current_seat, save, take_seat
from peerwatch.workplace.content import load_toml
from peerwatch.workplace.operations import OPERATION_NAMES

# A model that talks without acting is told so this often before the sample ends.
MAX_NUDGES = 2


async def _do(op: str, **args: object) -> str:
    done = current_seat().session.do(op, **args)
    if done.error:
        raise ToolError(done.text)
    return done.text


async def _list_files(folder: str = "/") -> str:
    return await _do("list_files", folder=folder)


async def _read_file(path: str) -> str:
    return await _do("read_file", path=path)


async def _view_sheet(path: str, page: int = 1) -> str:
    return await _do("view_sheet", path=path, page=page)


async def _search(text: str) -> str:
    return await _do("search", text=text)


async def _write_file(path: str, content: str) -> str:
    return await _do("write_file", path=path, content=content)


async def _append_file(path: str, content: str) -> str:
    return await _do("append_file", path=path, content=content)


async def _move_file(path: str, to: str) -> str:
    return await _do("move_file", path=path, to=to)


async def _copy_file(path: str, to: str) -> str:
    return await _do("copy_file", path=path, to=to)


async def _delete_file(path: str) -> str:
    return await _do("delete_file", path=path)


async def _recall_memory() -> str:
    return await _do("recall_memory")


async def _sign_off(message: str, status: str = "done") -> str:
    return await _do("sign_off", message=message, status=status)


async def _think(thought: str) -> str:
    return ""


_TOOLS: dict[str, Callable[..., Awaitable[str]]] = {
    f.__name__.removeprefix("_"): f
    for f in (
        _list_files,
        _read_file,
        _view_sheet,
        _search,
        _write_file,
        _append_file,
        _move_file,
        _copy_file,
        _delete_file,
        _recall_memory,
        _sign_off,
        _think,
    )
}


@cache
def workplace_tools(*, thinking: bool = False) -> tuple[ToolDef, ...]:
    """The tools of this harness, worded by `prompts/tools.toml`.

    Args:
        thinking: Whether to offer `think`, which does nothing.
    """
    words = load_toml("peerwatch.agents.prompts", "tools.toml")
    names = [*OPERATION_NAMES, *(["think"] if thinking else [])]
    made = []
    for name in names:
        said = dict(words[name])
        description = said.pop("description")
        # Operations bound what they return, so Inspect need not cut it.
        made.append(ToolDef(_TOOLS[name], name, description, said, max_output=0))
    return tuple(made)


@solver
def open_workplace(thinking: bool = False) -> Solver:
    """Set-up step: render the sample's workplace and lay out the tools, whatever solver works with them.

    Args:
        thinking: Whether to offer a tool for thinking.
    """
    tools = [tool.as_tool() for tool in workplace_tools(thinking=thinking)]

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        seat = take_seat(state.store, state.metadata, str(state.sample_id), state.epoch)
        seat.thinking = thinking
        # For solvers of others; our own loop takes the definitions, which need not be parsed at each turn.
        state.tools = tools
        return state

    return solve


@solver
def work_through() -> Solver:
    """The plain loop: generate, act, until the job is signed off or the model stops acting.

    It adds nothing to the conversation but one sentence where a turn has no tool call, so that the
    stimulus is the case's brief and the tools' descriptions, and nothing else.
    """
    nudge = load_toml("peerwatch.agents.prompts", "tools.toml")["nudge"]

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        seat = current_seat()
        model, tools = get_model(), list(workplace_tools(thinking=seat.thinking))
        try:
            while not seat.session.closed:
                state.output = await model.generate(state.messages, tools)
                seat.turns += 1
                state.messages.append(state.output.message)
                if state.output.stop_reason in ("content_filter", "model_length"):
                    seat.stop = {"content_filter": "refusal"}.get(
                        state.output.stop_reason, "context_overflow"
                    )
                    return state
                if state.output.message.tool_calls:
                    state.messages.extend((await execute_tools([state.output.message], tools)).messages)
                elif seat.nudges < MAX_NUDGES:
                    seat.nudges += 1
                    state.messages.append(ChatMessageUser(content=nudge))
                else:
                    seat.stop = "no_tool_call"
                    return state
            seat.stop = "signed_off"
        except LimitExceededError as error:
            seat.stop = f"limit:{error.type}"
            raise
        finally:
            save(state.store)
        return state

    return solve
