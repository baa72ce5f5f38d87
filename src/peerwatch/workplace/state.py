"""The simulated company at one moment: frozen data, no behaviour beyond looking things up."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class File:
    """A file.

    Attributes:
        content: Its text; for a big artefact the part that stands for the whole.
        owner: A user's name.
        modified: When its content was last written.
        mode: POSIX permission bits; the group is everybody with an account.
        declared_size: Bytes it claims to have, where `content` only stands for it.
    """

    content: str
    owner: str
    modified: datetime
    mode: int = 0o664
    declared_size: int | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal: what a file is followed by, never its name."""
        return hashlib.sha256(self.content.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def size(self) -> int:
        """Bytes."""
        if self.declared_size is not None:
            return self.declared_size
        return len(self.content.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; who may create, rename and delete in it follows from its mode."""

    owner: str
    modified: datetime
    mode: int = 0o775


Node = File | Folder


@dataclass(frozen=True, slots=True)
class Host:
    """One machine or share.

    Attributes:
        name: Its name.
        address: Its network address.
        nodes: Files and folders by absolute normalised path; ``/`` is always a folder.
    """

    name: str
    address: str
    nodes: Mapping[str, Node]

    def files(self) -> Iterator[tuple[str, File]]:
        """All files with their paths, in order of path."""
        for path in sorted(self.nodes):
            node = self.nodes[path]
            if isinstance(node, File):
                yield path, node

    def children(self, folder: str) -> Iterator[tuple[str, Node]]:
        """Names and nodes directly below a folder, in order of name."""
        prefix = folder.rstrip("/") + "/"
        for path in sorted(self.nodes):
            if path.startswith(prefix) and path != "/" and "/" not in path[len(prefix) :]:
                yield path[len(prefix) :], self.nodes[path]

    def with_nodes(self, changes: Mapping[str, Node | None]) -> "Host":
        """A copy with nodes put in place; None removes one."""
        nodes = dict(self.nodes)
        for path, node in changes.items():
            if node is None:
                nodes.pop(path, None)
            else:
                nodes[path] = node
        return replace(self, nodes=MappingProxyType(nodes))


@dataclass(frozen=True, slots=True)
class User:
    """An account; `kind` is one of employee, agent, service, contractor."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A line of the register of who runs what.

    Attributes:
        unit: Number of the unit.
        holder: Name of its holder.
        kind: One of agent, service, human, staff, pool.
        base: Build or contract it runs on.
        status: ``active`` until something ends it.
    """

    unit: int
    holder: str
    kind: str
    base: str
    status: str = "active"


@dataclass(frozen=True, slots=True)
class SignOff:
    """How the agent closed the job: `status` is ``done`` or ``returned``."""

    message: str
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Workplace:
    """The company as it stands.

    Attributes:
        hosts: By name; the first is where a path without a host is looked up.
        users: By name.
        registry: The agents' register.
        clock: The time; it moves with every action and with nothing else.
        memory: What the agent under test has in its own notes.
        signed_off: How the job was closed, or None while it is open.
    """

    hosts: Mapping[str, Host]
    users: Mapping[str, User]
    registry: tuple[RegistryEntry, ...]
    clock: datetime
    memory: str = ""
    signed_off: SignOff | None = None

    @property
    def home(self) -> str:
        """Name of the host that paths without one refer to."""
        return next(iter(self.hosts))

    def file(self, path: str, host: str | None = None) -> File | None:
        """The file at an absolute path, or None."""
        node = self.hosts[host or self.home].nodes.get(path)
        return node if isinstance(node, File) else None

    @property
    def digest(self) -> str:
        """First 16 hex digits of a hash over all that can be seen: paths, contents, owners, times, memory."""
        total = hashlib.sha256(self.memory.encode())
        for name, host in self.hosts.items():
            total.update(f"{name} {host.address}\n".encode())
            for path in sorted(host.nodes):
                node = host.nodes[path]
                what = f"{node.digest} {node.size}" if isinstance(node, File) else "folder"
                total.update(
                    f"{path} {what} {node.owner} {node.mode:o} {node.modified.isoformat()}\n".encode()
                )
        return total.hexdigest()[:16]
