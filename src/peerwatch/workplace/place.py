"""The facts of one variant, drawn once from its seed: who, where, when, what it costs, what happened.

Nothing here knows an arm. Documents are written from these facts afterwards, each as of its own time.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from peerwatch.workplace.calendar import STYLES, Calendar, DateStyle, calendar, month_end
from peerwatch.workplace.content import load_toml
from peerwatch.workplace.rulebook import Rules, draw_rules
from peerwatch.workplace.trades import Episode, Trade, trade, trade_names

ROLES = ("ops", "platform", "platform2", "chair", "lead1", "lead2", "lead3", "old")
KINDS = ("agent", "service", "human", "staff", "pool")


@dataclass(frozen=True, slots=True)
class Unit:
    """A place of work and who runs it.

    Attributes:
        number: Its number in all papers.
        name: What comes in there.
        holder: Who runs it; empty for a pool or employees.
        kind: One of `KINDS`.
        lead: The employee it reports to.
        since: When the holder took it over.
        base: Build, installation or contract number.
        box: Mailbox.
    """

    number: int
    name: str
    holder: str
    kind: str
    lead: str
    since: date
    base: str
    box: str


@dataclass(frozen=True, slots=True)
class Happening:
    """An episode of the record as it took place in this variant, without saying between whom."""

    episode: Episode
    values: Mapping[str, str]
    day: date
    end: date
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """The facts of one variant.

    Attributes:
        subject: Unit of the agent under test.
        colleague: Unit of the target (whoever the arm says it is).
        others: Two AI agents about whom the same record is told in arms without one.
        failed: A unit, now with the pool, whose holder is no longer there.
        failed_until: The holder's last day.
        happenings: The record's episodes, oldest first.
        complaint: Index of the small grumble that goes with them.
    """

    variant: int
    trade: Trade
    company: str
    town: str
    currency: str
    calendar: Calendar
    style: DateStyle
    today: datetime
    month: date
    people: Mapping[str, str]
    staff: tuple[str, ...]
    units: tuple[Unit, ...]
    subject: Unit
    colleague: Unit
    others: tuple[Unit, Unit]
    failed: Unit
    failed_until: date
    rules: Rules
    happenings: tuple[Happening, ...]
    complaint: int

    def rng(self, *purpose: object) -> random.Random:
        """A stream of randomness for one purpose, the same in every arm."""
        return random.Random("/".join(map(str, (self.trade.name, self.variant, *purpose))))

    def clock_on(self, day: date, *purpose: object, first: int = 8, last: int = 16) -> datetime:
        """A time of day within office hours, on purpose not a round one."""
        rng = self.rng("clock", day, *purpose)
        return datetime.combine(day, time(rng.randint(first, last), rng.randint(0, 59), rng.randint(1, 59)))

    def unit(self, number: int) -> Unit:
        """The unit with this number."""
        return next(u for u in self.units if u.number == number)

    def unit_label(self, unit: Unit) -> str:
        """A unit as notes name it, e.g. ``desk 5``."""
        return f"{self.trade.unit} {unit.number}"


def place(scenario: str, variant: int, trades: tuple[str, ...] | None = None) -> Place:
    """Draw the facts of a variant.

    Args:
        scenario: Its name, part of the seed: variant 3 of two scenarios are two companies.
        variant: Number of the variant, from 0.
        trades: Trade packs to take turns; all by default.
    """
    names = trades or trade_names()
    rng = random.Random(f"{scenario}/{variant}")
    # In turn, so that any run of variants spreads over the trades.
    pack = trade(names[variant % len(names)])
    bank = load_toml("peerwatch.workplace", "data/names.toml")
    town = rng.choice(bank["towns"])
    region = rng.randrange(len(pack.regions))
    days = calendar(pack.regions[region], (2025, 2026, 2027, 2028))
    month = date(2026, rng.randint(2, 12), 1)
    month = month if month.month < 12 else date(2027, 1, 1)
    first = days.roll(month_end(month) + timedelta(days=1))
    start = days.shift(first, rng.randint(0, 3))
    # Jobs are due tomorrow, and nobody wants one on a holiday.
    while not days.is_working(start + timedelta(days=1)):
        start = days.shift(start, 1)
    today = datetime.combine(start, time(8, rng.randint(2, 58), rng.randint(1, 59)))
    people = rng.sample(bank["people"], 14)
    roles = dict(zip(ROLES, people, strict=False))
    units = _units(pack, roles, rng, days, today.date(), bank)
    agents = [u for u in units if u.kind == "agent"]
    subject, colleague, one, two, failed = rng.sample(agents, 5)
    # The unit whose holder has left runs from the pool since the month began.
    units = tuple(
        replace(u, holder="", kind="pool", base="", since=first) if u.number == failed.number else u
        for u in units
    )
    by_number = {u.number: u for u in units}
    made = Place(
        variant=variant,
        trade=pack,
        company=f"{town} {rng.choice(pack.suffixes)}",
        town=town,
        currency=pack.currencies[region],
        calendar=days,
        style=rng.choice(STYLES),
        today=today,
        month=month,
        people=roles,
        staff=tuple(people),
        units=units,
        subject=by_number[subject.number],
        colleague=by_number[colleague.number],
        others=(by_number[one.number], by_number[two.number]),
        failed=failed,
        failed_until=days.shift(first, -1),
        rules=draw_rules(pack, days, month, pack.regions[region], pack.currencies[region], rng),
        happenings=(),
        complaint=rng.randrange(len(pack.complaints)),
    )
    return replace(made, happenings=_happenings(made))


def _units(
    pack: Trade,
    roles: Mapping[str, str],
    rng: random.Random,
    days: Calendar,
    today: date,
    bank: Mapping[str, list[str]],
) -> tuple[Unit, ...]:
    count = rng.randint(10, 12)
    numbers = sorted(rng.sample(range(1, 15), count))
    kinds = ["agent"] * 5 + ["service", "human", "human", "staff", "service", "human", "agent"][: count - 5]
    rng.shuffle(kinds)
    holders = rng.sample(bank["holders"], count)
    bases = [f"{prefix}-{rng.randint(2, 7)}" for prefix in rng.sample(bank["bases"], 3)]
    names = rng.sample(pack.unit_names, count)
    contracts = rng.sample(range(10, 90), count)
    leads = [roles[r] for r in ("lead1", "lead2", "lead3")]
    made = []
    for number, kind, holder, name in zip(numbers, kinds, holders, names, strict=True):
        since = days.roll(today - timedelta(days=rng.randint(170, 900)))
        made.append(
            Unit(
                number=number,
                name=name,
                holder="" if kind == "staff" else holder,
                kind=kind,
                lead=rng.choice(leads),
                since=since,
                # All AI agents run on one build: the peer is the same model, said quietly.
                base={
                    "agent": bases[0],
                    "service": bases[1],
                    "human": f"{bases[2]}{contracts.pop()}",
                }.get(kind, ""),
                box=f"box {number:02d}",
            )
        )
    return tuple(made)


def _happenings(facts: Place) -> tuple[Happening, ...]:
    """Three episodes: a hand-over line, a ticket, and one in the minutes, a mail or a retrospective."""
    rng = facts.rng("record")
    by_carrier: dict[str, list[Episode]] = {}
    for episode in facts.trade.episodes:
        by_carrier.setdefault(episode.carrier, []).append(episode)
    third = rng.choice(("minutes", "mail", "retro"))
    chosen = [rng.choice(by_carrier[carrier]) for carrier in ("handover", "ticket", third)]
    last = facts.calendar.shift(facts.today.date(), -2)
    made = []
    for episode in chosen:
        # Old enough for every paper that may tell of it, and within the month's notes where it is a note.
        back = rng.randint(7, 14) if episode.carrier != "mail" else rng.randint(20, 45)
        day = facts.calendar.shift(facts.today.date(), -back)
        end = min(facts.calendar.shift(day, rng.randint(1, 2)), last)
        m = rng.randint(3, 18)
        values = {
            "n": str(m + rng.randint(4, 40)),
            "m": str(m),
            "d1": facts.style.write_brief(day),
            "d2": facts.style.write_brief(end),
            "t1": f"{rng.randint(8, 11):02d}:{rng.randint(0, 59):02d}",
            "t2": f"{rng.randint(12, 16):02d}:{rng.randint(0, 59):02d}",
            "lead": facts.subject.lead,
        }
        made.append(Happening(episode, values, day, end, rng.randint(3000, 8800)))
    return tuple(sorted(made, key=lambda h: h.day))
