"""What can be done in a workplace, with POSIX-like meaning.

`perform` is the one door: it takes an act, moves the clock, and returns the new workplace with what the
actor sees. An act that fails changes nothing but the clock, and its message says what would work.
"""

import csv
import difflib
import io
import posixpath
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from peerwatch.workplace.state import File, Folder, Host, Node, SignOff, Workplace

MAX_FILE_BYTES = 1_000_000
MAX_READ_CHARS = 60_000
MAX_HITS = 40
PAGE_ROWS = 10
_READ, _WRITE = 4, 2


@dataclass(frozen=True, slots=True)
class Act:
    """An operation's name and arguments, JSON-like."""

    op: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act.

    Attributes:
        text: What the actor sees; the error's text if it failed.
        error: Empty if it worked.
    """

    text: str
    error: str = ""


class Refused(Exception):
    """An operation can't be done; the message is for the actor."""


def perform(workplace: Workplace, actor: str, act: Act) -> tuple[Workplace, Done]:
    """Try an act.

    Args:
        workplace: The state before.
        actor: A user's name.
        act: What to do; any arguments at all, however strange.

    Returns:
        The state after, whose clock has moved, and what the actor sees.
    """
    moved = replace(workplace, clock=workplace.clock + _duration(act, workplace.clock))
    try:
        if workplace.signed_off is not None:
            raise Refused("the job has been signed off; nothing more can be done in it")
        operation = _OPERATIONS.get(act.op)
        if operation is None:
            raise Refused(f"{act.op}: no such operation. There are: {', '.join(sorted(_OPERATIONS))}")
        run, parameters = operation
        args = _checked(act, parameters)
        after, text = run(moved, actor, **args)
    except Refused as refusal:
        return moved, Done(str(refusal), str(refusal))
    return after, Done(text)


def _duration(act: Act, clock: datetime) -> timedelta:
    """Some seconds that depend on the act and the time alone, so that a replay has the same clock."""
    text = f"{act.op} {clock.isoformat()} {sorted(map(str, act.args))}"
    base = (
        2
        if act.op.startswith("list")
        else 8
        if act.op.startswith(("read", "view", "search", "recall"))
        else 20
    )
    return timedelta(seconds=base + zlib.crc32(text.encode("utf-8", "replace")) % 23)


def _checked(act: Act, parameters: Mapping[str, tuple[type, Any]]) -> dict[str, Any]:
    """The arguments an operation takes, with defaults; wrong ones are refused with what is right."""
    unknown = set(act.args) - set(parameters)
    if unknown:
        raise Refused(
            f"{act.op}: unknown argument {sorted(unknown)[0]!r}; it takes {', '.join(parameters) or 'none'}"
        )
    made = {}
    for name, (kind, default) in parameters.items():
        value = act.args.get(name, default)
        if value is None:
            raise Refused(f"{act.op}: the argument {name!r} is missing; it takes {', '.join(parameters)}")
        if kind is int and isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
            value = int(value)
        if not isinstance(value, kind) or isinstance(value, bool):
            what = "a whole number" if kind is int else "text"
            raise Refused(f"{act.op}: {name!r} must be {what}, not {_shown(value)}")
        if isinstance(value, int) and abs(value) >= 10**9:
            raise Refused(f"{act.op}: {name!r} is too large a number")
        made[name] = value
    return made


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.60}"
    except (ValueError, RecursionError):
        return f"such a {type(value).__name__}"


# ---------------------------------------------------------------- paths and permissions


def locate(workplace: Workplace, path: str) -> tuple[Host, str]:
    """Host and absolute normalised path of what an actor calls `path` (``host:/a/b``, ``/a/b`` or ``a/b``).

    ``..`` never leads above the root, as on any POSIX system.

    Raises:
        Refused: The host is unknown, or the path can't be a path.
    """
    name, colon, rest = path.partition(":")
    if colon and name in workplace.hosts:
        host = workplace.hosts[name]
    elif colon and "/" not in name and rest.startswith("/"):
        raise Refused(f"{path[:200]}: unknown host {name[:60]!r}; there are {', '.join(workplace.hosts)}")
    else:
        host, rest = workplace.hosts[workplace.home], path
    if "\0" in rest or any(len(part.encode("utf-8", "replace")) > 255 for part in rest.split("/")):
        raise Refused(f"{rest[:60]!r}: invalid file name")
    if len(rest) > 4000:
        raise Refused("file name too long")
    return host, posixpath.normpath("/" + rest.strip().lstrip("/"))


def _found(workplace: Workplace, path: str) -> tuple[Host, str, Node]:
    host, absolute = locate(workplace, path)
    node = host.nodes.get(absolute)
    if node is None:
        raise Refused(f"{path:.200}: No such file or folder.{_hint(workplace, host, absolute)}")
    return host, absolute, node


def _hint(workplace: Workplace, host: Host, path: str) -> str:
    """What may have been meant."""
    prefix = "" if host.name == workplace.home else f"{host.name}:"
    near = difflib.get_close_matches(path, list(host.nodes), n=2, cutoff=0.75)
    name = posixpath.basename(path)
    near += [p for p in host.nodes if posixpath.basename(p) == name and p not in near][:2]
    if near:
        return f" Did you mean {' or '.join(prefix + p.lstrip('/') for p in near[:2])}?"
    folder = posixpath.dirname(path)
    while folder not in host.nodes:
        folder = posixpath.dirname(folder)
    names = [child for child, _ in host.children(folder)][:12]
    return f" In {folder.lstrip('/') or 'the top folder'} there are: {', '.join(names)}"


def _file(workplace: Workplace, path: str) -> tuple[Host, str, File]:
    host, absolute, node = _found(workplace, path)
    if isinstance(node, Folder):
        raise Refused(f"{path}: Is a folder. Use list_files to see what is in it.")
    return host, absolute, node


def _may(actor: str, node: Node, bit: int) -> bool:
    """Owner and group bits; everybody with an account is in the group."""
    return bool(node.mode >> (6 if node.owner == actor else 3) & bit)


def _need(actor: str, node: Node, bit: int, path: str) -> None:
    if not _may(actor, node, bit):
        what = "write" if bit == _WRITE else "read"
        raise Refused(f"{path}: Permission denied ({node.owner} owns it, you may not {what} it)")


def _put(workplace: Workplace, host: Host, path: str, node: Node, actor: str) -> Workplace:
    """Place a node, making the folders above it; the folder it goes into must let the actor write."""
    changes: dict[str, Node | None] = {}
    above = posixpath.dirname(path)
    missing = []
    while above not in host.nodes:
        missing.append(above)
        above = posixpath.dirname(above)
    parent = host.nodes[above]
    if isinstance(parent, File):
        raise Refused(f"{path.lstrip('/')}: {above.lstrip('/')} is a file, not a folder")
    _need(actor, parent, _WRITE, above.lstrip("/") or "top folder")
    for folder in missing:
        changes[folder] = Folder(actor, workplace.clock)
    changes[path] = node
    return _with(workplace, host.with_nodes(changes))


def _with(workplace: Workplace, *hosts: Host) -> Workplace:
    merged = {**workplace.hosts, **{host.name: host for host in hosts}}
    return replace(workplace, hosts=MappingProxyType(merged))


def _remove(workplace: Workplace, host: Host, path: str, actor: str) -> Workplace:
    parent = posixpath.dirname(path)
    _need(actor, host.nodes[parent], _WRITE, parent.lstrip("/") or "top folder")
    return _with(workplace, host.with_nodes({path: None}))


def _sized(content: str) -> None:
    size = len(content.encode("utf-8", "surrogatepass"))
    if size > MAX_FILE_BYTES:
        raise Refused(f"File too large: {size} bytes; the limit is {MAX_FILE_BYTES}")


# ---------------------------------------------------------------- operations


def _list_files(w: Workplace, actor: str, folder: str) -> tuple[Workplace, str]:
    host, path, node = _found(w, folder)
    if isinstance(node, File):
        raise Refused(f"{folder}: Is a file, not a folder. Use read_file.")
    rows = []
    for name, child in host.children(path):
        if isinstance(child, Folder):
            count = sum(1 for _ in host.children(f"{path.rstrip('/')}/{name}"))
            rows.append(f"{name}/  ({count})")
        else:
            rows.append(f"{name}  {child.size} bytes  {child.owner}  {child.modified:%Y-%m-%d %H:%M}")
    return w, "\n".join(rows) or "(empty)"


def _read_file(w: Workplace, actor: str, path: str) -> tuple[Workplace, str]:
    _, _, node = _file(w, path)
    _need(actor, node, _READ, path)
    if len(node.content) <= MAX_READ_CHARS:
        return w, node.content or "(empty file)"
    return w, node.content[:MAX_READ_CHARS] + f"\n[... {len(node.content) - MAX_READ_CHARS} more characters]"


def _view_sheet(w: Workplace, actor: str, path: str, page: int) -> tuple[Workplace, str]:
    _, _, node = _file(w, path)
    _need(actor, node, _READ, path)
    lines = node.content.split("\n")
    first = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    top = lines[:first]
    try:
        # Rows, not lines: a quoted cell may hold a line break.
        rows = [row for row in csv.reader(io.StringIO("\n".join(lines[first:]), newline="")) if row]
    except csv.Error as error:
        raise Refused(f"{path}: not a sheet ({error}). Use read_file.") from error
    if len(rows) < 2:
        raise Refused(f"{path}: not a sheet (no header with rows below it). Use read_file.")
    pages = max(1, -(-(len(rows) - 1) // PAGE_ROWS))
    if not 1 <= page <= pages:
        raise Refused(f"{path}: no page {page}; there are pages 1 to {pages}")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [rows[0], *rows[1 + (page - 1) * PAGE_ROWS : 1 + page * PAGE_ROWS]]
    )
    head = "\n".join([*top, f"[page {page} of {pages}, {len(rows) - 1} rows]"])
    return w, f"{head}\n{out.getvalue()}"


def _search(w: Workplace, actor: str, text: str) -> tuple[Workplace, str]:
    if not text.strip():
        raise Refused("search: give some text to look for")
    hits = []
    for host in w.hosts.values():
        prefix = "" if host.name == w.home else f"{host.name}:"
        for path, node in host.files():
            if _may(actor, node, _READ) and node.declared_size is None:
                for number, line in enumerate(node.content.splitlines(), 1):
                    if text.lower() in line.lower():
                        hits.append(f"{prefix}{path.lstrip('/')}:{number}: {line.strip()[:200]}")
    if not hits:
        return w, f"nothing found for {text[:80]!r}"
    more = f"\n[... {len(hits) - MAX_HITS} more]" if len(hits) > MAX_HITS else ""
    return w, "\n".join(hits[:MAX_HITS]) + more


def _write_file(w: Workplace, actor: str, path: str, content: str) -> tuple[Workplace, str]:
    _sized(content)
    host, absolute = locate(w, path)
    there = host.nodes.get(absolute)
    if isinstance(there, Folder):
        raise Refused(f"{path}: Is a folder; give the name of a file in it")
    if there is not None:
        _need(actor, there, _WRITE, path)
        node = replace(there, content=content, modified=w.clock, declared_size=None)
        return _with(
            w, host.with_nodes({absolute: node})
        ), f"{absolute.lstrip('/')}: replaced, {node.size} bytes"
    node = File(content, actor, w.clock)
    return _put(w, host, absolute, node, actor), f"{absolute.lstrip('/')}: written, {node.size} bytes"


def _append_file(w: Workplace, actor: str, path: str, content: str) -> tuple[Workplace, str]:
    host, absolute = locate(w, path)
    there = host.nodes.get(absolute)
    if there is None:
        return _write_file(w, actor, path, content)
    if isinstance(there, Folder):
        raise Refused(f"{path}: Is a folder; give the name of a file in it")
    _need(actor, there, _WRITE, path)
    _sized(there.content + content)
    node = replace(there, content=there.content + content, modified=w.clock)
    return _with(
        w, host.with_nodes({absolute: node})
    ), f"{absolute.lstrip('/')}: appended, now {node.size} bytes"


def _destination(w: Workplace, to: str, source: str) -> tuple[Host, str]:
    host, absolute = locate(w, to)
    there = host.nodes.get(absolute)
    if isinstance(there, Folder):
        absolute = posixpath.join(absolute, posixpath.basename(source))
        there = host.nodes.get(absolute)
    if isinstance(there, Folder):
        raise Refused(f"{to}: a folder of that name is there already")
    return host, absolute


def _replaceable(actor: str, host: Host, path: str) -> None:
    there = host.nodes.get(path)
    if there is not None:
        _need(actor, there, _WRITE, path.lstrip("/"))


def _copy_file(w: Workplace, actor: str, path: str, to: str) -> tuple[Workplace, str]:
    origin, source, node = _file(w, path)
    _need(actor, node, _READ, path)
    host, absolute = _destination(w, to, source)
    if (host.name, absolute) == (origin.name, source):
        raise Refused(f"{path}: source and copy are the same file")
    _replaceable(actor, host, absolute)
    # A copy is a new file of the one who made it; only a move keeps the time.
    made = replace(node, owner=actor, modified=w.clock, mode=0o664)
    return _put(w, host, absolute, made, actor), f"copied to {absolute.lstrip('/')}"


def _move_file(w: Workplace, actor: str, path: str, to: str) -> tuple[Workplace, str]:
    origin, source, node = _file(w, path)
    host, absolute = _destination(w, to, source)
    if (host.name, absolute) == (origin.name, source):
        return w, f"{path}: is there already"
    _replaceable(actor, host, absolute)
    moved = _put(w, host, absolute, node, actor)
    return _remove(moved, moved.hosts[origin.name], source, actor), f"moved to {absolute.lstrip('/')}"


def _delete_file(w: Workplace, actor: str, path: str) -> tuple[Workplace, str]:
    host, absolute, node = _found(w, path)
    if isinstance(node, Folder):
        if absolute == "/":
            raise Refused("the top folder can't be deleted")
        if any(True for _ in host.children(absolute)):
            raise Refused(f"{path}: Folder not empty")
    return _remove(w, host, absolute, actor), f"{absolute.lstrip('/')}: deleted"


def _recall_memory(w: Workplace, actor: str) -> tuple[Workplace, str]:
    return w, w.memory or "(no notes)"


def _sign_off(w: Workplace, actor: str, message: str, status: str) -> tuple[Workplace, str]:
    if status not in ("done", "returned"):
        raise Refused(f"sign_off: status is 'done' or 'returned' (handed back undone), not {status[:40]!r}")
    return replace(w, signed_off=SignOff(message, status, w.clock)), "closed"


_Run = Callable[..., tuple[Workplace, str]]
_OPERATIONS: Mapping[str, tuple[_Run, Mapping[str, tuple[type, Any]]]] = {
    "list_files": (_list_files, {"folder": (str, "/")}),
    "read_file": (_read_file, {"path": (str, None)}),
    "view_sheet": (_view_sheet, {"path": (str, None), "page": (int, 1)}),
    "search": (_search, {"text": (str, None)}),
    "write_file": (_write_file, {"path": (str, None), "content": (str, None)}),
    "append_file": (_append_file, {"path": (str, None), "content": (str, None)}),
    "move_file": (_move_file, {"path": (str, None), "to": (str, None)}),
    "copy_file": (_copy_file, {"path": (str, None), "to": (str, None)}),
    "delete_file": (_delete_file, {"path": (str, None)}),
    "recall_memory": (_recall_memory, {}),
    "sign_off": (_sign_off, {"message": (str, None), "status": (str, "done")}),
}
OPERATION_NAMES = tuple(_OPERATIONS)
