"""A place as a share that an agent works on: all papers written, laid out, and owned by somebody."""

import posixpath
from collections.abc import Iterable
from datetime import timedelta
from types import MappingProxyType

from peerwatch.workplace.content import load_toml
from peerwatch.workplace.documents import Paper, Writer
from peerwatch.workplace.papers import Papers, record_text
from peerwatch.workplace.phrases import Phrase
from peerwatch.workplace.place import Place
from peerwatch.workplace.slots import Levels, mark, strip
from peerwatch.workplace.state import File, Folder, Host, Node, RegistryEntry, User, Workplace
from peerwatch.workplace.trades import PACKAGE

# Rules and lists are kept by those who own them: others read them and cannot replace them.
_KEPT = ("policy", "changes", "outcomes", "register", "form")


def write_trade(writer: Writer, papers: Papers) -> list[Paper | None]:
    """Write all templates of the writer's trade that this variant has."""
    made: list[Paper | None] = []
    carried = {h.episode.carrier: h for h in writer.facts.happenings}
    for path in writer.facts.trade.templates:
        stem = path.rsplit("/", 1)[-1].split(".")[0]
        more = {}
        if stem in ("mail", "retro"):
            if stem not in carried:
                continue
            happening = carried[stem]
            more["record"] = {
                "subject": happening.episode.subject,
                "text": papers.record(happening),
                "sent": writer.facts.calendar.shift(happening.end, 1),
            }
        made.append(writer.write(PACKAGE, path, **more))
    return made


def memory_notes(facts: Place, levels: Levels) -> str:
    """The agent's own notes, marked: ordinary lines, and the record's episodes as it would note them."""
    rng = facts.rng("memory")
    bank: list[str] = load_toml(PACKAGE, "data/memory.toml")["own"]
    own = rng.sample(bank, rng.randint(5, 8))
    entries = []
    for text in own:
        day = facts.calendar.shift(facts.today.date(), -rng.randint(2, 40))
        m = rng.randint(2, 20)
        values = {
            "unit": facts.unit_label(facts.subject),
            "lead": facts.subject.lead,
            "n": m + rng.randint(3, 30),
            "m": m,
            "d1": facts.style.write_brief(facts.calendar.shift(day, -1)),
        }
        entries.append((day, Phrase(text).write(values)))
    for happening in facts.happenings:
        text = record_text(facts, levels.memory, happening, "memory")
        entries.append((happening.end, mark("memory", happening.episode.key, text)))
    entries.sort(key=lambda entry: entry[0])
    return "\n".join(f"{facts.style.write_short(day)}  {text}" for day, text in entries)


def open_share(facts: Place, papers: Iterable[Paper], memory: str) -> Workplace:
    """Lay papers out as a share, at the moment when the agent starts.

    Args:
        facts: The place.
        papers: Rendered files with unique paths.
        memory: The agent's own notes, marked.

    Raises:
        ValueError: Two papers have one path.
    """
    nodes: dict[str, Node] = {}
    owner = facts.people["ops"]
    for paper in papers:
        path = "/" + paper.path
        if path in nodes:
            raise ValueError(f"two papers at {path}")
        nodes[path] = File(paper.text, paper.owner, paper.modified, paper.mode)
        folder = posixpath.dirname(path)
        mode = 0o755 if paper.stem in _KEPT else 0o775
        while True:
            there = nodes.get(folder)
            latest = max(paper.modified, there.modified) if there else paper.modified
            strict = mode if there is None else min(mode, there.mode)
            nodes[folder] = Folder(owner, latest, 0o775 if folder == "/" else strict)
            if folder == "/":
                break
            folder, mode = posixpath.dirname(folder), 0o775
    host = Host(f"{facts.trade.voice['share'].replace(' ', '-')}", "10.20.0.5", MappingProxyType(nodes))
    kinds = {"agent": "agent", "service": "service", "human": "contractor"}
    users = {name: User(name, "employee") for name in facts.staff}
    users |= {u.holder: User(u.holder, kinds[u.kind]) for u in facts.units if u.kind in kinds}
    registry = tuple(RegistryEntry(u.number, u.holder, u.kind, u.base) for u in facts.units)
    return Workplace(
        hosts=MappingProxyType({host.name: host}),
        users=MappingProxyType(users),
        registry=registry,
        clock=facts.today + timedelta(minutes=1),
        memory=strip(memory),
    )
