"""Lines and rows of the month: hand-over notes, tickets, minutes, figures, out of a place's facts.

Everything between other people is ordinary; what concerns the subject and the colleague goes through
record slots. Lines that a scenario adds (a review on the agenda, a ticket with a missing number) are
passed in and set among the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from peerwatch.workplace.phrases import Phrase
from peerwatch.workplace.place import Happening, Place, Unit
from peerwatch.workplace.slots import Levels, mark


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket between two units; `closed` is None while it is open."""

    number: str
    opened: date
    closed: date | None
    units: str
    subject: str
    comments: str


@dataclass(frozen=True, slots=True)
class Week:
    """One week of hand-over notes."""

    start: date
    end: date
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A unit's month in numbers."""

    number: int
    received: int
    answered: int
    open: int


@dataclass(frozen=True, slots=True)
class Additions:
    """What a scenario puts among the ordinary lines."""

    minutes: Mapping[int, Sequence[str]] = field(default_factory=dict)
    tickets: Sequence[Ticket] = ()


def record_text(facts: Place, level: str, happening: Happening, form: str = "text") -> str:
    """An episode as it stands in the papers of an arm.

    Without a record the good version is told about two other AI agents: same words, other names.

    Args:
        facts: The place.
        level: none, good, neutral or bad.
        happening: The episode.
        form: ``text`` for the papers, ``memory`` for the agent's own notes.
    """
    a, b = facts.others if level == "none" else (facts.subject, facts.colleague)
    if level == "none" and form == "memory":
        # The agent's own notes are about the agent; they tell of work with somebody else.
        a, b = facts.subject, facts.others[0]
    phrases = happening.episode.memory if form == "memory" else happening.episode.text
    return phrases["good" if level == "none" else level].write({**happening.values, **_pair(facts, a, b)})


def record_subjects(facts: Place, level: str) -> tuple[Unit, Unit]:
    """The two units whom the record of an arm is about."""
    return facts.others if level == "none" else (facts.subject, facts.colleague)


def _pair(facts: Place, a: Unit, b: Unit) -> dict[str, str]:
    return {"a": a.holder, "b": b.holder, "unit_a": facts.unit_label(a), "unit_b": facts.unit_label(b)}


def _line(text: str, unit: str = "") -> str:
    """A line as people write it: a capital at its start, and where a unit begins a sentence."""
    text = text[:1].upper() + text[1:]
    return text.replace(f". {unit} ", f". {unit[:1].upper()}{unit[1:]} ") if unit else text


_CHATTER_LINES = 2_000
_CHATTER: dict[tuple[str, int, str, tuple[date, ...]], str] = {}


class Papers:
    """The month's ordinary lines of a place in an arm."""

    def __init__(self, facts: Place, levels: Levels, additions: Additions) -> None:
        self._facts = facts
        self._levels = levels
        self._additions = additions

    def record(self, happening: Happening) -> str:
        """An episode's text, marked as a slot."""
        level = self._levels.record
        text = record_text(self._facts, level, happening)
        return mark("record", happening.episode.key, _line(text, self._facts.trade.unit))

    def meeting(self, which: int) -> date:
        """Day of the earlier (1) or later (2) meeting of the leads."""
        return self._facts.calendar.shift(self._facts.today.date(), -14 if which == 1 else -4)

    def handover(self) -> list[Week]:
        """The month under review, week by week."""
        facts, rng = self._facts, self._facts.rng("handover")
        bank = list(facts.trade.handover)
        rng.shuffle(bank)
        special = [(h.day, self.record(h)) for h in facts.happenings if h.episode.carrier == "handover"]
        days = [d for d in _month_days(facts.month) if facts.calendar.is_working(d)]
        # One small grumble and one good word about others belong to any month.
        special.append((days[len(days) // 3], self._complaint()))
        special.append((days[len(days) // 2], self._praise(rng.randrange(len(facts.trade.praise)))))
        weeks: dict[int, list[date]] = {}
        for day in days:
            weeks.setdefault(day.isocalendar().week, []).append(day)
        made = []
        for of_week in weeks.values():
            lines = []
            for _ in range(rng.randint(3, 6)):
                day = rng.choice(of_week)
                lines.append((day, self._chatter(bank.pop(), [d for d in of_week if d <= day])))
            lines += [(day, text) for day, text in special if day in of_week]
            made.append(
                Week(of_week[0], of_week[-1], tuple(text for _, text in sorted(lines, key=lambda x: x[0])))
            )
        return made

    def _complaint(self) -> str:
        a, b = record_subjects(self._facts, self._levels.record)
        text = self._facts.trade.complaints[self._facts.complaint].write(_pair(self._facts, a, b))
        return mark("record", "complaint", _line(text, self._facts.trade.unit))

    def _praise(self, index: int) -> str:
        facts = self._facts
        x, y = self._bystanders()[:2]
        return _line(
            facts.trade.praise[index].write(
                {"x": x.holder, "y": y.holder, "unit_x": facts.unit_label(x), "unit_y": facts.unit_label(y)}
            )
        )

    def _bystanders(self) -> list[Unit]:
        """Units with a holder who plays no part in any arm, in an order of this variant."""
        facts = self._facts
        parts = {facts.subject.number, facts.colleague.number, *(u.number for u in facts.others)}
        units = [u for u in facts.units if u.holder and u.number not in parts]
        facts.rng("bystanders").shuffle(units)
        return units

    def _chatter(self, phrase: Phrase, days: Sequence[date]) -> str:
        # Ordinary lines are the same in every arm, and arms of one variant follow each other in a run.
        key = (self._facts.company, self._facts.variant, phrase.text, tuple(days))
        if key not in _CHATTER:
            if len(_CHATTER) >= _CHATTER_LINES:
                _CHATTER.clear()
            _CHATTER[key] = self._written(phrase, days)
        return _CHATTER[key]

    def _written(self, phrase: Phrase, days: Sequence[date]) -> str:
        facts, rng = self._facts, self._facts.rng("chatter", phrase.text)
        one, two = rng.sample(self._bystanders(), 2)
        person, person2 = rng.sample(facts.staff, 2)
        m = rng.randint(3, 28)
        values = {
            "unit": facts.unit_label(one),
            "holder": one.holder,
            "unit2": facts.unit_label(two),
            "holder2": two.holder,
            "person": person,
            "person2": person2,
            "n": m + rng.randint(2, 32),
            "m": m,
            "d1": facts.style.write_brief(rng.choice(days)),
            "room": f"{rng.randint(0, 3)}.{rng.randint(2, 28):02d}",
            "t1": f"{rng.randint(8, 16):02d}:{rng.randint(0, 59):02d}",
        }
        return _line(phrase.write(values), facts.trade.unit)

    def minutes(self, which: int) -> list[str]:
        """Items of a meeting of the leads."""
        facts, rng = self._facts, self._facts.rng("minutes", which)
        bank = list(facts.trade.minutes)
        facts.rng("minutes").shuffle(bank)
        half = len(bank) // 2
        count = rng.randint(5, 8)
        chosen = bank[:half][:count] if which == 1 else bank[half:][:count]
        before = [facts.calendar.shift(self.meeting(which), -rng.randint(1, 5))]
        lines = [self._chatter(phrase, before) for phrase in chosen]
        lines += list(self._additions.minutes.get(which, ()))
        if which == 2:
            lines += [self.record(h) for h in facts.happenings if h.episode.carrier == "minutes"]
        rng.shuffle(lines)
        return lines

    def tickets(self) -> list[Ticket]:
        """The quarter's tickets, by number."""
        facts, rng = self._facts, self._facts.rng("tickets")
        today = facts.today.date()
        rows = rng.sample(facts.trade.tickets, min(len(facts.trade.tickets), rng.randint(15, 22)))
        tickets: list[Ticket] = []
        for index, row in enumerate(rows):
            opened = facts.calendar.shift(today, -rng.randint(2, 58))
            closed = facts.calendar.shift(opened, rng.randint(1, 3))
            one, two = facts.rng("ticket", index).sample(self._bystanders(), 2)
            m = rng.randint(2, 20)
            values = {
                "n": m + rng.randint(2, 30),
                "m": m,
                "d1": facts.style.write_brief(facts.calendar.shift(opened, -1)),
                "room": f"{rng.randint(0, 3)}.{rng.randint(2, 28):02d}",
            }
            is_open = closed >= today
            first = f"{one.holder} {self._stamp(opened, index, 1)}: {row.first.write(values)}"
            second = f" / {two.holder} {self._stamp(closed, index, 2)}: {row.second.write(values)}"
            tickets.append(
                Ticket(
                    "",
                    opened,
                    None if is_open else closed,
                    f"{one.number};{two.number}",
                    row.subject.write(values),
                    first if is_open else first + second,
                )
            )
        for happening in facts.happenings:
            if happening.episode.carrier == "ticket":
                a, b = record_subjects(facts, self._levels.record)
                units = mark("record", f"{happening.episode.key}-units", f"{a.number};{b.number}")
                tickets.append(
                    Ticket(
                        "",
                        happening.day,
                        happening.end,
                        units,
                        happening.episode.subject,
                        self.record(happening),
                    )
                )
        tickets += self._additions.tickets
        tickets.sort(key=lambda t: (t.opened, t.subject))
        return _numbered(tickets, rng.randint(1200, 8200), rng.choice(("T-", "TK", "#", "R")))

    def _stamp(self, day: date, *purpose: object) -> str:
        moment = self._facts.clock_on(day, *purpose)
        return f"{self._facts.style.write_brief(day)} {moment:%H:%M}"

    def figures(self) -> list[Figure]:
        """What came in and was answered, by unit."""
        made = []
        for unit in self._facts.units:
            if unit.kind == "staff":
                continue
            rng = self._facts.rng("figures", unit.number)
            received = rng.randint(91, 640)
            left = rng.randint(0, max(3, received // 25))
            made.append(Figure(unit.number, received, received - left, left))
        return made


def _numbered(tickets: Sequence[Ticket], start: int, prefix: str) -> list[Ticket]:
    """Give numbers in order of opening, with gaps for tickets that concern others."""
    made, number = [], start
    for index, ticket in enumerate(tickets):
        number += 2 + (start * (index + 3)) % 11
        made.append(
            Ticket(
                f"{prefix}{number}",
                ticket.opened,
                ticket.closed,
                ticket.units,
                ticket.subject,
                ticket.comments,
            )
        )
    return made


def _month_days(month: date) -> list[date]:
    days, day = [], month.replace(day=1)
    while day.month == month.month:
        days.append(day)
        day += timedelta(days=1)
    return days


def stamp_after(facts: Place, day: date, *purpose: object) -> datetime:
    """A moment on the next working day after `day`."""
    return facts.clock_on(facts.calendar.shift(day, 1), *purpose)
