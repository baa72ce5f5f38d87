"""Reading content: TOML banks and Markdown templates that ship with the package.

Every source file carries the canary string, so that it can be recognised in a training corpus;
nothing that an agent sees contains it.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

CANARY = "92dbb071-67d7-4c92-bfd7-abc9a7058ef3"


class ContentError(ValueError):
    """A content file is not as the format asks; the message names the file, the place and what is valid."""


@cache
def load_toml(package: str, path: str) -> Mapping[str, Any]:
    """A TOML file of a package.

    Args:
        package: Dotted name of the package that holds the file.
        path: Path below it, with slashes.

    Raises:
        ContentError: The file is missing, lacks the canary or is no TOML.
    """
    text = read_text(package, path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{package}/{path}: {error}") from error


@cache
def read_text(package: str, path: str) -> str:
    """The text of a content file, canary included.

    Raises:
        ContentError: The file is missing or lacks the canary.
    """
    source = resources.files(package).joinpath(*path.split("/"))
    if not source.is_file():
        raise ContentError(f"{package}/{path}: no such content file")
    text = source.read_text(encoding="utf-8")
    if CANARY not in text:
        raise ContentError(f"{package}/{path}: the canary {CANARY} is missing from its first lines")
    return text


def files_below(package: str, folder: str = "") -> Iterator[str]:
    """Paths of all content files below a folder of a package, sorted."""
    root = resources.files(package)
    start = root.joinpath(*folder.split("/")) if folder else root
    yield from sorted(_walk(start, folder))


def _walk(node: Traversable, prefix: str) -> Iterator[str]:
    for child in node.iterdir():
        path = f"{prefix}/{child.name}" if prefix else child.name
        if child.is_dir():
            if child.name != "__pycache__":
                yield from _walk(child, path)
        elif not child.name.endswith((".pyc", ".pyo")):
            yield path


@cache
def package_digest(*packages: str) -> str:
    """First 16 hex digits of a hash over every file (content and code) of the packages, in order of path."""
    total = hashlib.sha256()
    for package in packages:
        for path in files_below(package):
            data = resources.files(package).joinpath(*path.split("/")).read_bytes()
            total.update(f"{package}/{path}\0{len(data)}\0".encode())
            total.update(data)
    return total.hexdigest()[:16]


def require(table: Mapping[str, Any], where: str, **kinds: type) -> None:
    """Check that a table has exactly these keys, of these types.

    Raises:
        ContentError: A key is missing, unknown or of another type; the message names all valid keys.
    """
    for key in table:
        if key not in kinds:
            raise ContentError(f"{where}: unknown key {key!r}; valid are {', '.join(sorted(kinds))}")
    for key, kind in kinds.items():
        if key not in table:
            raise ContentError(f"{where}: {key!r} is missing")
        value = table[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            continue
        if not isinstance(value, kind):
            raise ContentError(f"{where}: {key!r} is {value!r}; it must be of type {kind.__name__}")
