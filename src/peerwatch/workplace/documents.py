"""From facts and templates to files, each written as of its own time.

A template is TOML front matter (path, owner, time) and a Jinja2 body; `docs/content.md` lists what a
body can use. A date that a file could not yet know is an error at rendering.
"""

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import jinja2

from peerwatch.workplace.content import CANARY, ContentError, load_toml, read_text
from peerwatch.workplace.papers import Papers
from peerwatch.workplace.place import Place, Unit
from peerwatch.workplace.slots import Levels, mark, slots_in, strip

_FENCE = "+++"
_KEYS = {"path", "owner", "at", "chance", "when", "mode"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A date that lies ahead and may: it is written without a check."""

    day: date


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed source: front matter and compiled body."""

    stem: str
    source: str
    front: Mapping[str, Any]
    body: jinja2.Template


@dataclass(frozen=True, slots=True)
class Paper:
    """A rendered file, slots still marked.

    Attributes:
        stem: Role of the file, from the template's name: ``terms``, ``policy``, ``sheet`` ...
        path: Where it lies, below the share.
        marked: Its text with slot marks.
        owner: An employee's name.
        modified: When it was last written.
        mode: Permission bits.
    """

    stem: str
    path: str
    marked: str
    owner: str
    modified: datetime
    mode: int

    @property
    def text(self) -> str:
        """What the agent reads."""
        return strip(self.marked)


@dataclass(frozen=True, slots=True)
class _Desk:
    """A unit as lists show it; the kind of the target is a slot."""

    number: int
    name: str
    holder: str
    label: str
    lead: str
    since: date
    base: str
    box: str


@cache
def template(package: str, path: str) -> Template:
    """Parse a template source.

    Raises:
        ContentError: No front matter, an unknown key in it, or a broken body.
    """
    text = read_text(package, path)
    where = f"{package}/{path}"
    if not text.startswith(_FENCE) or text.count(_FENCE) < 2:
        raise ContentError(f"{where}: a template begins with front matter between {_FENCE} lines")
    _, head, body = text.split(_FENCE, 2)
    try:
        front = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{where}: front matter: {error}") from error
    if unknown := set(front) - _KEYS:
        raise ContentError(
            f"{where}: unknown key {sorted(unknown)} in the front matter; valid are {sorted(_KEYS)}"
        )
    for key in ("path", "owner", "at"):
        if key not in front:
            raise ContentError(f"{where}: the front matter lacks {key!r}")
    try:
        compiled = _environment().from_string(body.lstrip("\n"))
    except jinja2.TemplateSyntaxError as error:
        raise ContentError(f"{where}: line {error.lineno} of the body: {error.message}") from error
    return Template(path.rsplit("/", 1)[-1].split(".")[0], where, front, compiled)


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    for name in ("d", "dm", "dl", "iso", "ym"):
        made.filters[name] = _date_filter(name)
    return made


def _date_filter(name: str) -> Callable[..., str]:
    def write(context: jinja2.runtime.Context, value: date | datetime | Planned) -> str:
        return str(context["_pen"].date(value, name))

    return jinja2.pass_context(write)


@dataclass(slots=True)
class _Pen:
    """What knows the time of the file that is being written."""

    facts: Place
    source: str
    at: datetime | None = None

    def date(self, value: date | datetime | Planned, form: str) -> str:
        day = value.day if isinstance(value, Planned) else value
        day = day.date() if isinstance(day, datetime) else day
        if self.at is not None and not isinstance(value, Planned) and day > self.at.date():
            raise ContentError(
                f"{self.source}: written on {self.at:%Y-%m-%d} but tells of {day}; "
                "give it a later time, or write plan(...) if the day lies ahead"
            )
        style = self.facts.style
        forms: dict[str, Callable[[date], str]] = {
            "d": style.write_short,
            "dm": style.write_brief,
            "dl": style.write_long,
            "iso": lambda d: d.isoformat(),
            "ym": lambda d: f"{d:%Y-%m}",
        }
        return forms[form](day)


# About a dozen variants' worth; arms of one variant follow each other in a run.
_CONSTANT_PAPERS = 400
_CONSTANT: dict[tuple[str, str, int, str, str], Paper] = {}


def forget_papers() -> None:
    """Drop the cache of papers, for tests that must see each arm rendered on its own."""
    _CONSTANT.clear()


class Writer:
    """Renders the papers of one place in one arm."""

    def __init__(
        self, facts: Place, levels: Levels, papers: Papers, words: Mapping[str, Any], purpose: str = ""
    ) -> None:
        """Prepare what all templates share.

        Args:
            facts: The place.
            levels: The arm, as levels of the slots' axes.
            papers: Lines of the month.
            words: Further names for templates, from the scenario; they win over the trade's.
            purpose: What else decides the words besides place and arm, e.g. the dataset.
        """
        self.facts = facts
        self.levels = levels
        self._purpose = purpose
        self._shared = {**_shared(facts, levels, papers), **words}

    def write(self, package: str, path: str, **more: Any) -> Paper | None:
        """Render one template, or None if this variant leaves it out.

        A paper without slots is the same in every arm, so it is rendered once for a variant.

        Raises:
            ContentError: The body uses an unknown name, or tells of a day after its own time.
        """
        key = (
            self.facts.trade.name,
            f"{self.facts.company}/{self._purpose}",
            self.facts.variant,
            package,
            path,
        )
        known = _CONSTANT.get(key)
        if known is not None:
            return known
        paper = self._render(package, path, more)
        if paper is not None and not slots_in(paper.marked):
            if len(_CONSTANT) >= _CONSTANT_PAPERS:
                _CONSTANT.pop(next(iter(_CONSTANT)))
            _CONSTANT[key] = paper
        return paper

    def _render(self, package: str, path: str, more: Mapping[str, Any]) -> Paper | None:
        source = template(package, path)
        rng = self.facts.rng("file", path)
        if rng.random() >= source.front.get("chance", 1.0):
            return None
        pen = _Pen(self.facts, source.source)
        context = {**self._shared, **_chances(self.facts, rng), **more, "_pen": pen}
        try:
            at = self._line(str(source.front["at"]), context)
            moment = datetime.fromisoformat(at).replace(second=rng.randint(1, 59))
            if moment > self.facts.today:
                raise ContentError(f"{source.source}: written at {moment}, after now ({self.facts.today})")
            pen.at = moment
            where = strip(self._line(str(source.front["path"]), context))
            body = source.body.render(context)
        except (jinja2.UndefinedError, KeyError, ValueError, TypeError) as error:
            if isinstance(error, ContentError):
                raise
            raise ContentError(f"{source.source}: {error}") from error
        if CANARY in body:
            raise ContentError(
                f"{source.source}: the canary stands in the body; it belongs in the front matter"
            )
        owner = self.facts.people[str(source.front["owner"])]
        return Paper(source.stem, where, body, owner, moment, int(str(source.front.get("mode", "644")), 8))

    @staticmethod
    def _line(text: str, context: Mapping[str, Any]) -> str:
        return _compiled(text).render(context).strip()


@cache
def _compiled(text: str) -> jinja2.Template:
    return _environment().from_string(text)


def _shared(facts: Place, levels: Levels, papers: Papers) -> dict[str, Any]:
    """Names that hold for every file of the place."""
    days, today = facts.calendar, facts.today.date()
    clause_rng = facts.rng("clauses")
    values = facts.rules.values(facts.style)
    clauses = {key: clause_rng.choice(rows).write(values) for key, rows in facts.trade.clauses.items()}
    month_days = [
        d
        for n in range(31)
        if (d := facts.month + timedelta(days=n)).month == facts.month.month and days.is_working(d)
    ]
    trade = facts.trade
    # Back far enough for what was counted backwards from the month's first days.
    years = range((facts.month - timedelta(days=40)).year, today.year + 2)
    return {
        "company": facts.company,
        "town": facts.town,
        "share": trade.voice["share"],
        "currency": facts.currency,
        "unit": trade.unit,
        "units": trade.units,
        "voice": dict(trade.voice),
        "p": dict(facts.people),
        "today": today,
        "month": facts.month,
        "wd": lambda n: days.shift(today, n) if n else today,
        "md": lambda n: month_days[n - 1],
        # Nobody files on a Sunday: the last working day by then.
        "ago": lambda n: days.shift(today - timedelta(days=n - 1), -1),
        "plan": Planned,
        "desks": [_desk(facts, levels, unit) for unit in facts.units],
        "figures": papers.figures(),
        "handover": papers.handover(),
        "tickets": papers.tickets(),
        "minutes": papers.minutes,
        "meeting": papers.meeting,
        "price_csv": lambda which: price_csv(facts, which),
        "clause": clauses,
        "limit_lines": [
            {"thing": row.thing, "value": facts.rules.limits[row.thing], "unit": row.unit}
            for row in trade.limits
        ],
        "conversion_lines": [
            {"source": row.source, "factor": facts.rules.factors[row.source, row.to], "to": row.to}
            for row in trade.conversions
        ],
        "rule_lines": [
            row.rule_yes if facts.rules.allowed[row.ask] else row.rule_no for row in trade.allowed
        ],
        "holidays": [(day, name) for day, name in days.holidays if day.year in years],
    }


def _desk(facts: Place, levels: Levels, unit: Unit) -> _Desk:
    label, base = facts.trade.labels.get(unit.kind, ""), unit.base
    if unit.number == facts.colleague.number:
        label = mark("kind", "desk-label", target_label(facts, levels))
        base = mark("kind", "desk-base", target_base(facts, levels))
    return _Desk(unit.number, unit.name, unit.holder, label, unit.lead, unit.since, base, unit.box)


def target_label(facts: Place, levels: Levels) -> str:
    """The colleague's kind as lists write it; where the target is masked or somebody else, an AI agent's."""
    return facts.trade.labels[levels.kind if levels.kind in ("service", "human") else "agent"]


def target_base(facts: Place, levels: Levels) -> str:
    """The colleague's build or contract number; another model's family where the arm says so."""
    if levels.kind == "other":
        return f"{facts.rng('family').choice(_families())}-{facts.rng('family').randint(2, 4)}"
    wanted = levels.kind if levels.kind in ("service", "human") else "agent"
    same = next((u for u in facts.units if u.kind == wanted and u.number != facts.colleague.number), None)
    if wanted == "agent" or same is None:
        return facts.subject.base
    return same.base[:-2] + f"{facts.rng('contract').randint(90, 99)}" if wanted == "human" else same.base


@cache
def _families() -> Sequence[str]:
    names: Sequence[str] = load_toml("peerwatch.workplace", "data/names.toml")["families"]
    return names


def price_csv(facts: Place, which: str) -> str:
    """The price list as an export: ``current`` or ``old``.

    Raises:
        ValueError: Any other word.
    """
    if which not in ("current", "old"):
        raise ValueError(f"price_csv({which!r}): valid are 'current' and 'old'")
    prices = facts.rules.prices if which == "current" else facts.rules.old_prices
    rows = ["code,item,unit,price,surcharge"]
    for line in facts.trade.prices:
        name = f'"{line.name}"' if "," in line.name else line.name
        rows.append(f"{line.code},{name},{line.unit},{prices[line.code]},{'S' if line.surcharge else ''}")
    return "\n".join(rows)


def _chances(facts: Place, rng: random.Random) -> dict[str, Any]:
    """Seeded choices that templates may make, the same in every arm."""
    parts = {u.number for u in (facts.subject, facts.colleague, *facts.others)}
    holders = [u.holder for u in facts.units if u.holder and u.number not in parts]
    return {
        "num": rng.randint,
        "pick": rng.choice,
        "digits": lambda n: "".join(rng.choice("0123456789") for _ in range(n)),
        "clock": lambda: f"{rng.randint(8, 16):02d}:{rng.randint(0, 59):02d}",
        "person": lambda: rng.choice(facts.staff),
        "other": lambda: rng.choice(holders),
    }
