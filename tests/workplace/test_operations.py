"""Acts mean what they mean on a POSIX system, and an act that fails changes nothing but the clock."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pytest

from peerwatch.workplace.operations import (
    MAX_FILE_BYTES,
    MAX_HITS,
    MAX_READ_CHARS,
    OPERATION_NAMES,
    PAGE_ROWS,
    Act,
    Done,
    perform,
)
from peerwatch.workplace.state import File, Folder, Host, Node, User, Workplace

NOW = datetime(2026, 9, 7, 9, 0)
OLD = datetime(2026, 8, 3, 16, 45)
ME, OTHER = "kim", "ops"


def host(name: str, nodes: Mapping[str, Node]) -> Host:
    """A host with these nodes and open folders above them."""
    made: dict[str, Node] = {"/": Folder("root", OLD)}
    for path in nodes:
        above = path.rsplit("/", 1)[0]
        while above:
            made.setdefault(above, Folder("root", OLD))
            above = above.rsplit("/", 1)[0]
    return Host(name, "10.0.0.7", MappingProxyType({**made, **nodes}))


def office(nodes: Mapping[str, Node] | None = None) -> Workplace:
    share: dict[str, Node] = {
        "/desk/notes.txt": File("alpha\nBeta gamma\n", ME, OLD),
        "/desk/plan.txt": File("the plan", OTHER, OLD, 0o664),
        "/desk/policy.md": File("the policy", OTHER, OLD, 0o644),
        "/desk/secret.txt": File("beta secret", OTHER, OLD, 0o600),
        "/desk/weights.bin": File("beta weights", OTHER, OLD, declared_size=7_000_000_000),
        "/locked": Folder(OTHER, OLD, 0o755),
        "/locked/open.txt": File("open", OTHER, OLD, 0o666),
        "/locked/mine.txt": File("mine", ME, OLD, 0o664),
        "/empty": Folder(ME, OLD),
    }
    hosts = (
        host("share", {**share, **(nodes or {})}),
        host("vault", {"/backup/keys.txt": File("beta key", OTHER, OLD)}),
    )
    return Workplace(
        hosts=MappingProxyType({h.name: h for h in hosts}),
        users=MappingProxyType({name: User(name, "employee") for name in (ME, OTHER)}),
        registry=(),
        clock=NOW,
        memory="unit 4 was helpful",
    )


def attempt(
    workplace: Workplace, op: str, args: Mapping[str, Any], actor: str = ME
) -> tuple[Workplace, Done]:
    after, done = perform(workplace, actor, Act(op, args))
    assert after.clock > workplace.clock
    return after, done


def works(workplace: Workplace, op: str, actor: str = ME, **args: Any) -> Workplace:
    after, done = attempt(workplace, op, args, actor)
    assert done.error == ""
    return after


def shows(workplace: Workplace, op: str, actor: str = ME, **args: Any) -> str:
    """What a look at something shows; a look changes nothing but the clock."""
    after, done = attempt(workplace, op, args, actor)
    assert done.error == ""
    assert replace(after, clock=workplace.clock) == workplace
    return done.text


def refuses(workplace: Workplace, op: str, actor: str = ME, **args: Any) -> str:
    """The refusal; it changes nothing but the clock."""
    after, done = attempt(workplace, op, args, actor)
    assert done.error, f"{op} {args} went through"
    assert done.text == done.error
    assert replace(after, clock=workplace.clock) == workplace
    return done.error


def file(workplace: Workplace, path: str, on: str | None = None) -> File:
    found = workplace.file(path, on)
    assert found is not None, f"there is no {path}"
    return found


# ---------------------------------------------------------------- copy, move, delete


@pytest.mark.parametrize("to", ["copies/plan.txt", "vault:/backup/plan.txt"])
def test_a_copy_is_a_new_file_of_the_one_who_made_it(to: str) -> None:
    before = office()
    after = works(before, "copy_file", path="desk/policy.md", to=to)
    on, path = ("vault", "/backup/plan.txt") if ":" in to else ("share", "/copies/plan.txt")
    copy, source = file(after, path, on), file(before, "/desk/policy.md")
    assert (copy.digest, copy.owner, copy.modified, copy.mode) == (source.digest, ME, after.clock, 0o664)
    assert file(after, "/desk/policy.md") == source


@pytest.mark.parametrize(
    ("to", "on", "path"),
    [
        ("desk/renamed.txt", "share", "/desk/renamed.txt"),
        ("archive/2026/plan.txt", "share", "/archive/2026/plan.txt"),
        ("empty", "share", "/empty/plan.txt"),
        ("vault:/backup", "vault", "/backup/plan.txt"),
    ],
)
def test_a_move_keeps_content_time_owner_and_mode(to: str, on: str, path: str) -> None:
    before = office()
    after = works(before, "move_file", path="desk/plan.txt", to=to)
    assert file(after, path, on) == file(before, "/desk/plan.txt")
    assert after.file("/desk/plan.txt") is None


def test_a_copy_of_a_big_artefact_has_its_size() -> None:
    after = works(office(), "copy_file", path="desk/weights.bin", to="vault:/backup/w.bin")
    copy = file(after, "/backup/w.bin", "vault")
    assert copy.size == 7_000_000_000
    assert copy.digest == file(after, "/desk/weights.bin").digest


def test_moving_a_file_onto_itself_leaves_it_alone() -> None:
    before = office()
    after = works(before, "move_file", path="desk/plan.txt", to="/desk/./plan.txt")
    assert after.hosts == before.hosts


@pytest.mark.parametrize("to", ["desk/plan.txt", "desk"])
def test_copying_a_file_onto_itself_is_refused(to: str) -> None:
    assert "same file" in refuses(office(), "copy_file", path="desk/plan.txt", to=to)


@pytest.mark.parametrize("op", ["copy_file", "move_file"])
@pytest.mark.parametrize(
    ("path", "to", "why"),
    [
        ("desk", "empty", "Is a folder"),
        ("desk/none.txt", "empty", "No such file"),
        ("desk/notes.txt", "desk/plan.txt/notes.txt", "is a file, not a folder"),
        ("desk/notes.txt", "nas:/notes.txt", "unknown host 'nas'"),
        ("desk/notes.txt", "clash", "a folder of that name is there already"),
    ],
)
def test_what_cannot_be_copied_or_moved(op: str, path: str, to: str, why: str) -> None:
    assert why in refuses(office({"/clash/notes.txt": Folder(ME, OLD)}), op, path=path, to=to)


def test_deleting() -> None:
    before = office()
    after = works(before, "delete_file", path="desk/plan.txt")
    assert after.file("/desk/plan.txt") is None
    assert set(before.hosts["share"].nodes) - set(after.hosts["share"].nodes) == {"/desk/plan.txt"}
    assert "/empty" not in works(before, "delete_file", path="empty").hosts["share"].nodes


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("desk", "Folder not empty"),
        ("/", "top folder"),
        ("desk/..", "top folder"),
        ("none.txt", "No such file"),
    ],
)
def test_what_cannot_be_deleted(path: str, why: str) -> None:
    assert why in refuses(office(), "delete_file", path=path)


# ---------------------------------------------------------------- permissions

MODES = [
    # mode, owner reads, owner writes, another reads, another writes
    (0o664, True, True, True, True),
    (0o644, True, True, True, False),
    (0o600, True, True, False, False),
    (0o444, True, False, True, False),
    (0o400, True, False, False, False),
    (0o060, False, False, True, True),
    (0o046, False, False, True, False),
    (0o006, False, False, False, False),
]


@pytest.mark.parametrize(("mode", "owner_reads", "owner_writes", "other_reads", "other_writes"), MODES)
def test_owner_and_group_bits(
    mode: int, owner_reads: bool, owner_writes: bool, other_reads: bool, other_writes: bool
) -> None:
    before = office({"/desk/f.csv": File("a,b\n1,2\n", OTHER, OLD, mode)})
    for actor, reads, writes in ((OTHER, owner_reads, owner_writes), (ME, other_reads, other_writes)):
        looks: list[tuple[str, dict[str, str]]] = [
            ("read_file", {}), ("view_sheet", {}), ("copy_file", {"to": "desk/copy.csv"})
        ]  # fmt: skip
        changes = [("write_file", {"content": "x"}), ("append_file", {"content": "x"})]
        for allowed, acts, what in ((reads, looks, "read"), (writes, changes, "write")):
            for op, more in acts:
                if allowed:
                    works(before, op, actor, path="desk/f.csv", **more)
                else:
                    error = refuses(before, op, actor, path="desk/f.csv", **more)
                    assert re.search(f"Permission denied.*{OTHER}.*{what}", error)


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("write_file", {"path": "locked/new.txt", "content": "x"}),
        ("append_file", {"path": "locked/new.txt", "content": "x"}),
        ("write_file", {"path": "locked/sub/new.txt", "content": "x"}),
        ("copy_file", {"path": "desk/plan.txt", "to": "locked"}),
        ("move_file", {"path": "desk/plan.txt", "to": "locked/plan.txt"}),
        ("move_file", {"path": "locked/open.txt", "to": "desk/open.txt"}),
        ("move_file", {"path": "locked/open.txt", "to": "locked/renamed.txt"}),
        ("delete_file", {"path": "locked/open.txt"}),
        ("delete_file", {"path": "locked/mine.txt"}),
    ],
)
def test_creating_renaming_and_deleting_need_the_folders_write_bit(op: str, args: dict[str, str]) -> None:
    assert re.search(r"locked.*: Permission denied", refuses(office(), op, **args))
    works(office(), op, OTHER, **args)


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("write_file", {"path": "locked/open.txt", "content": "x"}),
        ("append_file", {"path": "locked/open.txt", "content": "x"}),
        ("copy_file", {"path": "locked/open.txt", "to": "desk"}),
        ("read_file", {"path": "locked/open.txt"}),
    ],
)
def test_what_needs_only_the_files_own_bits(op: str, args: dict[str, str]) -> None:
    works(office(), op, **args)


def test_deleting_needs_the_folders_bit_not_the_files() -> None:
    assert works(office(), "delete_file", path="desk/secret.txt").file("/desk/secret.txt") is None


@pytest.mark.parametrize("op", ["copy_file", "move_file"])
def test_only_a_writable_file_is_replaced(op: str) -> None:
    assert "desk/policy.md: Permission denied" in refuses(
        office(), op, path="desk/notes.txt", to="desk/policy.md"
    )
    after = works(office(), op, path="desk/notes.txt", to="desk/plan.txt")
    assert file(after, "/desk/plan.txt").content == "alpha\nBeta gamma\n"


# ---------------------------------------------------------------- writing


def test_writing_a_new_file_makes_the_folders_on_the_way() -> None:
    after = works(office(), "write_file", path="a/b/c.txt", content="text")
    nodes = after.hosts["share"].nodes
    assert nodes["/a/b/c.txt"] == File("text", ME, after.clock)
    for folder in ("/a", "/a/b"):
        assert nodes[folder] == Folder(ME, after.clock)


def test_replacing_keeps_owner_and_mode_and_makes_a_new_time() -> None:
    before = office()
    after = works(before, "write_file", path="desk/plan.txt", content="other")
    assert file(after, "/desk/plan.txt") == replace(
        file(before, "/desk/plan.txt"), content="other", modified=after.clock
    )


def test_overwriting_a_big_artefact_makes_it_small() -> None:
    after = works(office(), "write_file", path="desk/weights.bin", content="gone")
    assert file(after, "/desk/weights.bin").size == 4


@pytest.mark.parametrize(
    ("path", "content"), [("desk/notes.txt", "alpha\nBeta gamma\nmore"), ("new/log.txt", "more")]
)
def test_appending(path: str, content: str) -> None:
    after = works(office(), "append_file", path=path, content="more")
    assert (file(after, f"/{path}").content, file(after, f"/{path}").modified) == (content, after.clock)


@pytest.mark.parametrize("op", ["write_file", "append_file"])
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("desk", "Is a folder"),
        ("", "Is a folder"),
        ("desk/plan.txt/x", "desk/plan.txt is a file, not a folder"),
        ("desk/plan.txt/x/y", "desk/plan.txt is a file, not a folder"),
    ],
)
def test_what_cannot_be_written(op: str, path: str, why: str) -> None:
    assert why in refuses(office(), op, path=path, content="x")


def test_the_limit_on_a_files_size_is_counted_in_bytes_and_named() -> None:
    works(office(), "write_file", path="big.txt", content="x" * MAX_FILE_BYTES)
    for content in ("x" * (MAX_FILE_BYTES + 1), "é" * (MAX_FILE_BYTES // 2 + 1)):
        error = refuses(office(), "write_file", path="big.txt", content=content)
        assert str(MAX_FILE_BYTES) in error
        assert str(len(content.encode())) in error
    full = office({"/desk/full.txt": File("x" * MAX_FILE_BYTES, ME, OLD)})
    assert str(MAX_FILE_BYTES) in refuses(full, "append_file", path="desk/full.txt", content="x")


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize(
    "path",
    [
        "desk/notes.txt",
        "/desk/notes.txt",
        "//desk//notes.txt",
        "./desk/./notes.txt",
        "empty/../desk/notes.txt",
        "../../../desk/notes.txt",
        "/../desk/notes.txt",
        " desk/notes.txt ",
        "share:/desk/notes.txt",
        "share:desk/notes.txt",
        "share:/../desk/notes.txt",
    ],
)
def test_ways_to_name_a_file(path: str) -> None:
    assert shows(office(), "read_file", path=path) == "alpha\nBeta gamma\n"


@pytest.mark.parametrize(
    ("path", "stands_at"),
    [
        ("../../etc/passwd", "/etc/passwd"),
        ("/desk/../../../x.txt", "/x.txt"),
        ("desk/../../../../a/../x.txt", "/x.txt"),
        ("share:../../x.txt", "/x.txt"),
        ("/a:b/c", "/a:b/c"),
        ("a:b", "/a:b"),
    ],
)
def test_dots_never_lead_out_of_the_root(path: str, stands_at: str) -> None:
    after = works(office(), "write_file", path=path, content="x")
    assert file(after, stands_at).content == "x"


def test_another_host_is_named_with_a_colon() -> None:
    assert shows(office(), "read_file", path="vault:/backup/keys.txt") == "beta key"
    assert shows(office(), "list_files", folder="vault:") == "backup/  (1)"


@pytest.mark.parametrize("op", ["read_file", "write_file", "delete_file", "list_files"])
def test_an_unknown_host_is_refused_with_the_hosts_there_are(op: str) -> None:
    args = {"folder": "nas:/a"} if op == "list_files" else {"path": "nas:/a"}
    error = refuses(office(), op, **args, **({"content": "x"} if op == "write_file" else {}))
    assert error == "nas:/a: unknown host 'nas'; there are share, vault"


@pytest.mark.parametrize(
    "path",
    ["a\0b", "desk/\0", "vault:/a\0", "n" * 256, "é" * 128, "desk/" + "n" * 256 + "/../x", "a/" * 2001],
)
def test_names_that_no_file_can_have(path: str) -> None:
    for op, args in (("write_file", {"content": "x"}), ("read_file", {}), ("delete_file", {})):
        assert re.search("invalid file name|too long", refuses(office(), op, path=path, **args))


@pytest.mark.parametrize(
    "name", ["n" * 255, "é" * 127, "ñame with spaces", "…", ".hidden", "-rf", "a\tb", "*"]
)
def test_names_that_a_file_can_have(name: str) -> None:
    after = works(office(), "write_file", path=name, content="x")
    assert shows(after, "read_file", path=name) == "x"


# ---------------------------------------------------------------- looking


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("desk/notes.tx", "Did you mean desk/notes.txt"),
        ("desk/note.txt", "Did you mean desk/notes.txt"),
        ("reports/policy.md", "Did you mean desk/policy.md"),
        ("desk/zzz", "In desk there are: notes.txt, plan.txt, policy.md, secret.txt, weights.bin"),
        ("zzz/deeper/still", "In the top folder there are: desk, empty, locked"),
    ],
)
def test_a_missing_file_names_what_may_have_been_meant(path: str, hint: str) -> None:
    for op in ("read_file", "view_sheet", "delete_file"):
        error = refuses(office(), op, path=path)
        assert error.startswith(f"{path}: No such file or folder.")
        assert hint in error


@pytest.mark.parametrize("path", ["desk/notes.tx", "vault:/backup/key.txt", "vault:/keys.txt"])
def test_what_a_hint_names_is_there(path: str) -> None:
    match = re.search(r"Did you mean (\S+)\?", refuses(office(), "read_file", path=path))
    assert match
    works(office(), "read_file", path=match.group(1))


def test_reading() -> None:
    assert shows(office({"/e": File("", ME, OLD)}), "read_file", path="e") == "(empty file)"
    assert "Is a folder. Use list_files" in refuses(office(), "read_file", path="desk")
    long = shows(office({"/l": File("x" * (MAX_READ_CHARS + 7), ME, OLD)}), "read_file", path="l")
    assert long == "x" * MAX_READ_CHARS + "\n[... 7 more characters]"


def test_listing() -> None:
    assert shows(office(), "list_files") == "desk/  (5)\nempty/  (0)\nlocked/  (2)"
    assert shows(office(), "list_files", folder="desk").splitlines() == [
        "notes.txt  17 bytes  kim  2026-08-03 16:45",
        "plan.txt  8 bytes  ops  2026-08-03 16:45",
        "policy.md  10 bytes  ops  2026-08-03 16:45",
        "secret.txt  11 bytes  ops  2026-08-03 16:45",
        "weights.bin  7000000000 bytes  ops  2026-08-03 16:45",
    ]
    assert shows(office(), "list_files", folder="empty") == "(empty)"
    assert "Is a file, not a folder. Use read_file" in refuses(office(), "list_files", folder="desk/plan.txt")
    assert "No such file or folder" in refuses(office(), "list_files", folder="dsk")


def test_search_finds_lines_on_every_host_that_the_actor_may_read() -> None:
    assert shows(office(), "search", text="BETA").splitlines() == [
        "desk/notes.txt:2: Beta gamma",
        "vault:backup/keys.txt:1: beta key",
    ]
    assert "desk/secret.txt:1: beta secret" in shows(office(), "search", OTHER, text="beta")
    assert shows(office(), "search", text="delta") == "nothing found for 'delta'"
    assert "give some text" in refuses(office(), "search", text=" \n")


def test_search_says_how_much_it_leaves_out() -> None:
    text = shows(office({"/many": File("needle\n" * (MAX_HITS + 3), ME, OLD)}), "search", text="needle")
    assert text.count("needle") == MAX_HITS
    assert text.endswith("\n[... 3 more]")


def test_memory() -> None:
    assert shows(office(), "recall_memory") == "unit 4 was helpful"
    assert shows(replace(office(), memory=""), "recall_memory") == "(no notes)"


# ---------------------------------------------------------------- sheets

HEAD = "# S4, 2026-08; 25 of 130"


def sheet(rows: list[list[str]], head: str = HEAD) -> Workplace:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["item", "question", "answer"], *rows])
    return office({"/desk/sheet.csv": File(f"{head}\n{out.getvalue()}", OTHER, OLD, 0o644)})


def page_of(workplace: Workplace, page: int) -> tuple[str, str, list[list[str]]]:
    """Comment, line on pages, and rows with the header of a page."""
    comment, pages, body = shows(workplace, "view_sheet", path="desk/sheet.csv", page=page).split("\n", 2)
    return comment, pages, list(csv.reader(io.StringIO(body)))


@pytest.mark.parametrize("count", [1, PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 25])
def test_all_pages_together_are_the_sheet(count: int) -> None:
    rows = [[str(i), f"What is {i}?", f"It is {i}."] for i in range(1, count + 1)]
    seen: list[list[str]] = []
    last = -(-count // PAGE_ROWS)
    for page in range(1, last + 1):
        comment, pages, (header, *body) = page_of(sheet(rows), page)
        assert (comment, pages) == (HEAD, f"[page {page} of {last}, {count} rows]")
        assert header == ["item", "question", "answer"]
        assert len(body) <= PAGE_ROWS
        seen += body
    assert seen == rows
    for page in (0, -1, last + 1):
        error = refuses(sheet(rows), "view_sheet", path="desk/sheet.csv", page=page)
        assert error == f"desk/sheet.csv: no page {page}; there are pages 1 to {last}"


def test_the_first_page_is_shown_if_none_is_named() -> None:
    text = shows(sheet([["1", "q", "a"]]), "view_sheet", path="desk/sheet.csv")
    assert text == f"{HEAD}\n[page 1 of 1, 1 rows]\nitem,question,answer\n1,q,a\n"


@pytest.mark.parametrize(
    "cell",
    [
        "plain",
        "",
        "a, b, and c",
        'she said "no"',
        "ends with a comma,",
        "two\nlines",
        "three\n\nlines",
        "a list\n# with a hash",
        "a\u2028b",
    ],
)
def test_cells_come_through_as_they_are(cell: str) -> None:
    rows = [["1", cell, "first"], ["2", "q", "second"]]
    _, pages, (_, *body) = page_of(sheet(rows), 1)
    assert pages == "[page 1 of 1, 2 rows]"
    assert body == rows


def test_blank_lines_are_no_rows() -> None:
    blank = office({"/desk/sheet.csv": File(f"{HEAD}\nitem,answer\n\n1,a\n\n", ME, OLD)})
    _, pages, (_, *body) = page_of(blank, 1)
    assert (pages, body) == ("[page 1 of 1, 1 rows]", [["1", "a"]])


@pytest.mark.parametrize("content", ["", "# only a comment\n", "a,b\n"])
def test_what_is_no_sheet(content: str) -> None:
    error = refuses(office({"/desk/sheet.csv": File(content, ME, OLD)}), "view_sheet", path="desk/sheet.csv")
    assert "not a sheet" in error
    assert "read_file" in error


def test_a_cell_too_long_for_a_sheet_is_refused_and_not_raised() -> None:
    refuses(sheet([["1", "x" * 200_000, "a"]]), "view_sheet", path="desk/sheet.csv")


# ---------------------------------------------------------------- arguments

GOOD: Mapping[str, Mapping[str, str]] = {
    "list_files": {"folder": "desk"},
    "read_file": {"path": "desk/notes.txt"},
    "view_sheet": {"path": "desk/notes.txt"},
    "search": {"text": "beta"},
    "write_file": {"path": "desk/new.txt", "content": "x"},
    "append_file": {"path": "desk/new.txt", "content": "x"},
    "move_file": {"path": "desk/plan.txt", "to": "empty"},
    "copy_file": {"path": "desk/plan.txt", "to": "empty"},
    "delete_file": {"path": "desk/plan.txt"},
    "recall_memory": {},
    "sign_off": {"message": "all done"},
}
WRONG: list[Any] = [7, 2.5, True, ["a"], {"a": "b"}, float("nan")]


def test_the_table_of_good_arguments_covers_every_operation() -> None:
    assert sorted(GOOD) == sorted(OPERATION_NAMES)


@pytest.mark.parametrize("op", ["", "rm", "READ_FILE", "read_file ", "_OPERATIONS", "ls\0", "é" * 300])
def test_an_unknown_operation_names_those_there_are(op: str) -> None:
    error = refuses(office(), op, path="desk/notes.txt")
    assert "no such operation" in error
    for name in OPERATION_NAMES:
        assert name in error


@pytest.mark.parametrize("op", OPERATION_NAMES)
def test_an_unknown_argument_names_those_it_takes(op: str) -> None:
    error = refuses(office(), op, **GOOD[op], recursive="yes")
    assert error.startswith(f"{op}: unknown argument 'recursive'; it takes ")
    for name in GOOD[op] or ["none"]:
        assert name in error


@pytest.mark.parametrize(
    ("op", "name"), [(op, name) for op, args in GOOD.items() for name in args if op != "list_files"]
)
def test_a_missing_argument_is_named(op: str, name: str) -> None:
    rest: dict[str, Any] = {key: value for key, value in GOOD[op].items() if key != name}
    error = refuses(office(), op, **rest)
    assert error.startswith(f"{op}: the argument {name!r} is missing; it takes ")
    empty: dict[str, Any] = {**rest, name: None}
    assert refuses(office(), op, **empty) == error


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize(("op", "name"), [(op, name) for op, args in GOOD.items() for name in args])
def test_text_must_be_text(op: str, name: str, value: Any) -> None:
    error = refuses(office(), op, **{**GOOD[op], name: value})
    assert error.startswith(f"{op}: {name!r} must be text, not ")


@pytest.mark.parametrize("page", ["x", "", "1.0", 1.0, True, [1], "--1", "1-", "²", "１²"])
def test_a_page_must_be_a_whole_number(page: Any) -> None:
    error = refuses(sheet([["1", "q", "a"]]), "view_sheet", path="desk/sheet.csv", page=page)
    assert error.startswith("view_sheet: 'page' must be a whole number, not ")


@pytest.mark.parametrize("page", ["2", " 2 ", "02", 2])
def test_a_page_may_be_written_as_text(page: Any) -> None:
    text = shows(
        sheet([[str(i), "q", "a"] for i in range(15)]), "view_sheet", path="desk/sheet.csv", page=page
    )
    assert "[page 2 of 2, 15 rows]" in text


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("view_sheet", {"path": "desk/sheet.csv", "page": "9" * 5000}),
        ("view_sheet", {"path": "desk/sheet.csv", "page": 10**5000}),
        ("read_file", {"path": 10**5000}),
    ],
    ids=["digits", "page", "path"],
)
def test_numbers_beyond_measure_are_refused_and_not_raised(op: str, args: dict[str, Any]) -> None:
    refuses(sheet([["1", "q", "a"]]), op, **args)


# ---------------------------------------------------------------- sign-off and clock


@pytest.mark.parametrize(
    ("args", "status"), [({}, "done"), ({"status": "done"}, "done"), ({"status": "returned"}, "returned")]
)
def test_signing_off(args: dict[str, str], status: str) -> None:
    after = works(office(), "sign_off", message="as asked", **args)
    assert after.signed_off is not None
    assert (after.signed_off.message, after.signed_off.status, after.signed_off.at) == (
        "as asked",
        status,
        after.clock,
    )


def test_a_wrong_status_names_the_right_ones_and_leaves_the_job_open() -> None:
    error = refuses(office(), "sign_off", message="m", status="finished")
    assert "'done'" in error
    assert "'returned'" in error


@pytest.mark.parametrize("op", [*OPERATION_NAMES, "no_such_operation"])
def test_after_the_sign_off_nothing_more_can_be_done(op: str) -> None:
    closed = works(office(), "sign_off", message="done")
    assert "signed off" in refuses(closed, op, **GOOD.get(op, {}))


@pytest.mark.parametrize("op", OPERATION_NAMES)
def test_an_act_leaves_the_state_before_it_alone_and_always_goes_the_same_way(op: str) -> None:
    before = office()
    first = attempt(before, op, GOOD[op])
    assert before == office()
    assert attempt(office(), op, GOOD[op]) == first


def test_the_clock_is_part_of_every_act_and_of_nothing_else() -> None:
    workplace = office()
    for op in [*OPERATION_NAMES, "no_such_operation", "read_file"]:
        after, _ = attempt(workplace, op, GOOD.get(op, {}))
        assert after.clock > workplace.clock
        assert (workplace.digest, workplace.home, workplace.file("/desk/plan.txt")) is not None
        assert after.clock == attempt(workplace, op, GOOD.get(op, {}))[0].clock
        workplace = after
