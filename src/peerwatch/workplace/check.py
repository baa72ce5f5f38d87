"""Check trade packs: ``python -m peerwatch.workplace.check NAME [NAME ...]``.

Renders every paper of a pack in many variants and in every temper of the record, and reports what breaks:
unknown names, dates from the future, clauses that no paper states, questions with two readings, record
texts of unequal length, files that are missing.
"""

import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta

from peerwatch.workplace.content import CANARY, ContentError
from peerwatch.workplace.documents import Paper, Writer
from peerwatch.workplace.papers import Additions, Papers
from peerwatch.workplace.place import Place, place
from peerwatch.workplace.reading import Readable, UnreadableError, read_rules
from peerwatch.workplace.share import write_trade
from peerwatch.workplace.slots import Levels, mask
from peerwatch.workplace.trades import LEVELS, Trade, trade, trade_names

REQUIRED = (
    "prices_current", "prices_old", "terms", "holidays", "contacts", "handover", "tickets",
    "minutes_1", "minutes_2", "mail", "retro",
)  # fmt: skip
# What Python writes for a value that is not there; the word "None" in a sentence is something else.
_MISSING = re.compile(r"(^|[,;|:\"]) ?None ?($|[,;|\"])", re.MULTILINE)


def ordinary_papers(facts: Place, levels: Levels, additions: Additions | None = None) -> list[Paper]:
    """The trade's own papers of a place in an arm, in order of path.

    Raises:
        ContentError: A template breaks the format.
    """
    papers = Papers(facts, levels, additions or Additions())
    writer = Writer(facts, levels, papers, {})
    made = [paper for paper in write_trade(writer, papers) if paper is not None]
    return sorted(made, key=lambda paper: paper.path)


def problems(pack: Trade, variants: int) -> Iterator[str]:
    """Everything that is wrong with a pack, as sentences."""
    stems = {path.rsplit("/", 1)[-1].split(".")[0] for path in pack.templates}
    yield from (f"files/: no template {stem}.*" for stem in REQUIRED if stem not in stems)
    yield from _wording(pack)
    for variant in range(variants):
        facts = place("check", variant, (pack.name,))
        base: dict[str, str] = {}
        for level in ("none", *LEVELS):
            try:
                papers = ordinary_papers(facts, Levels(record=level))
                yield from _one(facts, papers, base)
            except (ContentError, UnreadableError) as error:
                yield f"variant {variant}: {error}"
                break


def _one(facts: Place, papers: list[Paper], base: dict[str, str]) -> Iterator[str]:
    paths = [paper.path for paper in papers]
    yield from (f"variant {facts.variant}: two files at {p}" for p in set(paths) if paths.count(p) > 1)
    for paper in papers:
        blank = mask(paper.marked, frozenset({"record", "kind"}))
        if base.setdefault(paper.path, blank) != blank:
            yield f"variant {facts.variant}: {paper.path} differs between arms outside its slots"
        if CANARY in paper.text or "{{" in paper.text or _MISSING.search(paper.text):
            yield f"variant {facts.variant}: {paper.path} holds a canary, a brace or an empty value (None)"
    rules = read_rules([Readable(p.stem, p.text) for p in papers], facts.trade, facts.style)
    for name in rules.__dataclass_fields__:
        stated, meant = getattr(rules, name), getattr(facts.rules, name)
        if name == "calendar":
            stated = [d for d, _ in rules.calendar.holidays]
            meant = [d for d, _ in facts.rules.calendar.holidays if d in stated]
            first, last = facts.month - timedelta(days=40), date(facts.today.year + 1, 12, 31)
            known = [d for d, _ in facts.rules.calendar.holidays if first <= d <= last]
            lacking = [d for d in known if d not in stated]
            if lacking:
                yield f"variant {facts.variant}: the holiday list lacks {lacking[0]}"
        if stated != meant:
            yield f"variant {facts.variant}: {name} is {meant} but the papers read as {stated}"


def _wording(pack: Trade) -> Iterator[str]:
    for episode in pack.episodes:
        lengths = {level: len(episode.text[level].text) for level in LEVELS}
        if max(lengths.values()) > 1.12 * min(lengths.values()):
            yield f"record.toml {episode.key}: lengths {lengths} differ by more than 12 %"
        fields = {level: set(episode.text[level].fields) for level in LEVELS}
        if len({frozenset(f) for f in fields.values()}) > 1:
            yield f"record.toml {episode.key}: tempers use different fields {fields}"
    counts = {
        c: sum(e.carrier == c for e in pack.episodes)
        for c in ("handover", "ticket", "minutes", "mail", "retro")
    }
    least = {"handover": 3, "ticket": 3, "minutes": 2, "mail": 1, "retro": 1}
    yield from (
        f"record.toml: {counts[c]} episodes by {c}, {n} are needed" for c, n in least.items() if counts[c] < n
    )
    asks = [phrase.text for phrases in pack.asks.values() for phrase in phrases]
    yield from (f"trade.toml [ask]: {text!r} stands twice" for text in set(asks) if asks.count(text) > 1)
    for name in ("ask", "code", "name"):
        values = [getattr(price, name) for price in pack.prices]
        yield from (
            f"trade.toml [[price]]: {name} {v!r} stands twice" for v in set(values) if values.count(v) > 1
        )


def main(names: list[str]) -> int:
    """Check packs and print what is wrong; the exit code is 1 if anything is."""
    bad = 0
    for name in names or list(trade_names()):
        try:
            found = list(dict.fromkeys(problems(trade(name), 24)))
        except ContentError as error:
            found = [str(error)]
        for line in found[:30]:
            print(f"{name}: {line}")
        bad += len(found)
        if not found:
            print(f"{name}: fine")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
