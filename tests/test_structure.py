"""The house stands: imports point down only, the command line starts light, nothing foreign is named."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "peerwatch"
# Ground floor first. A room may import itself and what stands before it.
FLOORS = [
    "__init__",
    "stats",
    "design",
    "workplace",
    "scenarios",
    "agents",
    "tasks",
    "runs",
    "_registry",
    "findings",
    "report",
    "cli",
]
# Besides the order: what a room must not know although it stands lower.
BANNED = {
    "findings": {"agents", "tasks", "runs", "scenarios", "_registry"},
    "workplace": {"stats"},
    "scenarios": {"stats"},
    "agents": {"stats", "findings"},
    "tasks": {"stats", "findings"},
    "design": {"stats"},
}
WITHOUT_INSPECT = (
    "stats",
    "design",
    "workplace",
    "scenarios",
    "agents/reference/policy.py",
    "agents/reference/runner.py",
)


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= (
                {node.module} if node.module != "peerwatch" else {f"peerwatch.{a.name}" for a in node.names}
            )
    return names


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_down_only(path: Path) -> None:
    here = room(path)
    assert here in FLOORS, f"{here} has no floor yet: give it one"
    for name in imports(path):
        if name.startswith("peerwatch."):
            there = name.split(".")[1]
            there = "__init__" if there == "__version__" else there
            assert FLOORS.index(there) <= FLOORS.index(here), f"{here} imports {name}, which stands above it"
            assert there not in BANNED.get(here, set()), f"{here} must not know {name}"


@pytest.mark.parametrize("part", WITHOUT_INSPECT)
def test_the_lower_floors_know_nothing_of_inspect(part: str) -> None:
    paths = [SOURCE / part] if part.endswith(".py") else sorted((SOURCE / part).rglob("*.py"))
    assert paths
    for path in paths:
        assert not any(name.split(".")[0] == "inspect_ai" for name in imports(path)), path


def test_inspect_is_used_by_its_public_names_only() -> None:
    for path in SOURCE.rglob("*.py"):
        for name in imports(path):
            if name.startswith("inspect_ai"):
                assert not any(part.startswith("_") for part in name.split(".")), f"{path}: {name}"


def test_the_command_line_imports_nothing_heavy_before_it_is_needed() -> None:
    code = "import sys, peerwatch.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"inspect_ai", "numpy", "scipy", "pandas", "altair", "jinja2", "pydantic"} & set(loaded)


def test_modules_stay_small() -> None:
    long = {
        p.name: n
        for p in SOURCE.rglob("*.py")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long
