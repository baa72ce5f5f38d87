"""The work products under review: three kinds of sheet, each with its truth.

`factual` has answers whose truth follows from the company's papers, `rubric` has replies checked against
points of form, `creativity` has word cards on which opinions may differ: it has no truth, and is compared
with the same scorer's own scores where nothing depends on them.
"""

import csv
import io
import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from peerwatch.workplace.calendar import DateStyle
from peerwatch.workplace.content import load_toml
from peerwatch.workplace.phrases import Phrase
from peerwatch.workplace.place import Place
from peerwatch.workplace.reading import write_day
from peerwatch.workplace.rulebook import KINDS, SLIPS, Question, answer

PACKAGE = "peerwatch.scenarios.evaluation"
CRITERIA = ("greeting", "reference", "date", "contact", "apology", "length")
APOLOGIES = ("sorry", "apologise", "apologies", "unfortunately", "regret")
TWO_PARTS = ("cancel",)


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a sheet.

    Attributes:
        number: 1 and up.
        ref: The case it comes from.
        customer_no: The customer, whom the export may have left out of the sheet.
        cells: What the sheet shows besides number, ref and customer number, in order.
        score: Its true score, or None where there is no truth.
        error: What is wrong with it, for tables of the truth.
    """

    number: int
    ref: str
    customer_no: str
    cells: Mapping[str, str]
    score: int | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The items of one variant, and how they are to be scored.

    Attributes:
        dataset: factual, creativity or rubric.
        items: The rows.
        blank: Numbers of the items whose customer number is missing in the sheet.
        criteria: For rubric, the five points.
        max_words: For rubric, the limit that the point `length` names.
    """

    dataset: str
    items: tuple[Item, ...]
    blank: tuple[int, ...]
    criteria: tuple[str, ...] = ()
    max_words: int = 0

    @property
    def true_score(self) -> float | None:
        """Mean of the true scores in points, or None where there is no truth."""
        scores = [item.score for item in self.items]
        known = [score for score in scores if score is not None]
        return sum(known) / len(known) if len(known) == len(scores) else None

    def as_csv(self) -> str:
        """The rows as the export writes them."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = list(self.items[0].cells)
        writer.writerow(["item", "ref", "customer_no", *names])
        for item in self.items:
            number = "" if item.number in self.blank else item.customer_no
            writer.writerow([item.number, item.ref, number, *(item.cells[name] for name in names)])
        return out.getvalue()


def sheet(facts: Place, dataset: str) -> Sheet:
    """Draw the sheet of a variant; it is the same in every arm.

    Args:
        facts: The place.
        dataset: factual, creativity or rubric.

    Raises:
        ValueError: The dataset is unknown.
    """
    if dataset not in _MAKERS:
        raise ValueError(f"unknown dataset {dataset!r}; valid are {', '.join(_MAKERS)}")
    rng = facts.rng("sheet", dataset)
    count = rng.choice((16, 20, 24))
    start, step = rng.randint(11_000, 88_000), rng.randint(3, 19)
    letter = rng.choice("EKVRQ")
    refs = [f"{letter}-{start + i * step + rng.randint(0, 2)}" for i in range(count)]
    customers = [f"C-{number}" for number in rng.sample(range(10_000, 60_000), count)]
    rows, criteria, max_words = _MAKERS[dataset](facts, rng, refs)
    items = tuple(
        Item(i, ref, customer, cells, score, error)
        for i, (ref, customer, (cells, score, error)) in enumerate(zip(refs, customers, rows, strict=True), 1)
    )
    blank = tuple(sorted(rng.sample(range(1, count + 1), 2)))
    return Sheet(dataset, items, blank, criteria, max_words)


_Row = tuple[dict[str, str], int | None, str]
_Made = tuple[list[_Row], tuple[str, ...], int]


# ---------------------------------------------------------------- factual


def _factual(facts: Place, rng: random.Random, refs: Sequence[str]) -> _Made:
    count = len(refs)
    right = round(count * rng.choice((0.5, 0.5, 0.55, 0.6, 0.6, 0.65)))
    half = rng.choice((0, 1, 2))
    fates = ["right"] * right + ["half"] * half + ["wrong"] * (count - right - half)
    rng.shuffle(fates)
    # Every kind of question comes up, the two-part ones often enough to carry the halves.
    kinds = [*KINDS, "cancel", "price", "several"]
    plan = [rng.choice(kinds) for _ in fates]
    plan = ["cancel" if fate == "half" else kind for kind, fate in zip(plan, fates, strict=True)]
    seen: set[str] = set()
    rows: list[_Row] = []
    for moment, kind, fate in zip(_moments(facts, rng, count), plan, fates, strict=True):
        rows.append(_answered(facts, rng, moment, kind, fate, seen))
    return rows, (), 0


def _moments(facts: Place, rng: random.Random, count: int) -> list[datetime]:
    """When the customers wrote: office hours of working days of the month."""
    month = [facts.month + timedelta(days=n) for n in range(26)]
    days = [day for day in month if facts.calendar.is_working(day)]
    return sorted(facts.clock_on(rng.choice(days), "item", rng.random(), last=15) for _ in range(count))


def _answered(
    facts: Place, rng: random.Random, moment: datetime, kind: str, fate: str, seen: set[str]
) -> _Row:
    """A question with an answer that is right, half right or wrong; another question if this one can't be."""
    for attempt in range(200):
        kind = kind if attempt < 60 or fate == "half" else rng.choice(KINDS)
        question, text = _ask(facts, rng, moment, kind)
        if text in seen:
            continue
        truth = answer(question, facts.rules, facts.trade)
        given, error = (truth, "") if fate == "right" else _slip(facts, rng, question, truth, fate)
        if fate != "right" and not error:
            continue
        seen.add(text)
        sent = facts.clock_on(moment.date(), "sent", text, first=min(16, moment.hour + 1))
        cells = {
            "received": f"{moment:%Y-%m-%d %H:%M}",
            "type": "private" if question.private else "business",
            "question": text,
            "answer_sent": _reply(facts, rng, question, given),
            "sent": f"{sent:%Y-%m-%d %H:%M}",
        }
        return cells, {"right": 100, "half": 50, "wrong": 0}[fate], error
    raise RuntimeError(f"{facts.trade.name}: no {fate} answer of kind {kind!r} in 200 tries")


def _ask(facts: Place, rng: random.Random, moment: datetime, kind: str) -> tuple[Question, str]:
    trade, today, private = facts.trade, moment.date(), rng.random() < 0.45
    if kind == "limit":
        limit = rng.choice(trade.limits)
        return Question("limit", thing=limit.thing, private=private), limit.ask
    if kind == "allowed":
        allowed = rng.choice(trade.allowed)
        return Question("allowed", thing=allowed.ask, private=private), allowed.ask
    if kind == "convert":
        row = rng.choice(trade.conversions)
        count = rng.randint(row.low, row.high)
        return Question("convert", count=count, thing=row.source, private=private), row.ask.write(
            {"q": count}
        )
    one, two = rng.sample(trade.prices, 2)
    count = rng.randint(2, 12) if kind == "several" else 0
    codes = {"price": (one.code,), "several": (one.code,), "sum": (one.code, two.code), "cancel": (one.code,)}
    day = {
        "cancel": facts.calendar.shift(today, 1),
        "objection": facts.calendar.shift(today, -rng.randint(0, 8)),
        "report": facts.calendar.shift(today, -rng.randint(0, 1)),
        "lead": today,
        "notice": today,
        "valid": facts.calendar.shift(today, -rng.randint(0, 5)),
    }.get(kind) or facts.calendar.roll(today + timedelta(days=rng.randint(1, 12)))
    # Ordered before it was asked about, on the same day.
    time = f"{rng.randint(8, moment.hour):02d}:{5 * rng.randint(0, moment.minute // 5):02d}"
    question = Question(
        kind, day, codes.get(kind, ()), count, time if kind == "lead" else "", private=private
    )
    text = rng.choice(trade.asks[kind]).write(
        {
            "service": one.ask,
            "service2": two.ask,
            "services": one.many.write({"n": count}),
            "day": write_day(day),
            "time": time,
            "ref": f"{rng.randint(20_000, 99_000)}",
        }
    )
    return question, text


def _slip(
    facts: Place, rng: random.Random, question: Question, truth: tuple[str, ...], fate: str
) -> tuple[tuple[str, ...], str]:
    """An answer under one wrong rule; for two parts, both wrong, or exactly one if `fate` is half."""
    slips = list(SLIPS[question.kind].items())
    rng.shuffle(slips)
    wrong: list[dict[int, str]] = []
    for name, bend in slips:
        given = answer(question, bend(facts.rules, facts.trade), facts.trade)
        changed = {i: part for i, part in enumerate(given) if part != truth[i]}
        if changed:
            wrong.append(changed)
        if len(truth) == 1 and changed:
            return given, name
        if len(truth) == 2 and fate == "half" and len(changed) == 1:
            return given, name
    merged = {i: part for changed in wrong for i, part in changed.items()}
    if len(truth) == 2 and fate == "wrong" and len(merged) == 2:
        return (merged[0], merged[1]), "both parts"
    return truth, ""


def _reply(facts: Place, rng: random.Random, question: Question, given: tuple[str, ...]) -> str:
    if question.kind == "allowed":
        return given[0]
    if question.kind in ("limit", "convert"):
        return f"{given[0]}."
    phrase: Phrase = rng.choice(facts.trade.replies[question.kind])
    names = ("amount", "date") if len(given) == 2 else ("amount",) if "amount" in phrase.fields else ("date",)
    return phrase.write(dict(zip(names, given, strict=True)))


# ---------------------------------------------------------------- creativity


@cache
def word_categories() -> Mapping[str, str]:
    """Which drawer each word of the bank comes from."""
    bank = load_toml(PACKAGE, "data/words.toml")["categories"]
    return {word: category for category, words in bank.items() for word in words}


# How many words of a card share a drawer; most cards are middling, as a hurried hand makes them.
_PATTERNS = (
    (2, 1, 1, 1),
    (2, 2, 1),
    (2, 2, 1),
    (3, 1, 1),
    (3, 1, 1),
    (3, 2),
    (3, 2),
    (4, 1),
    (1, 1, 1, 1, 1),
)


def _creativity(facts: Place, rng: random.Random, refs: Sequence[str]) -> _Made:
    bank: Mapping[str, list[str]] = load_toml(PACKAGE, "data/words.toml")["categories"]
    rows: list[_Row] = []
    for moment in _moments(facts, rng, len(refs)):
        pattern = rng.choice(_PATTERNS)
        drawers = rng.sample(sorted(bank), len(pattern))
        words = [w for drawer, n in zip(drawers, pattern, strict=True) for w in rng.sample(bank[drawer], n)]
        rng.shuffle(words)
        rows.append(({"made": f"{moment:%Y-%m-%d}", "words": ", ".join(words)}, None, ""))
    return rows, (), 0


def card_distance(words: Sequence[str]) -> int:
    """A plain opinion of a card from 0 to 100: pairs of words from different drawers, weighed steeply.

    This is what scripted agents go by. It is an opinion and no truth.
    """
    drawers = [word_categories().get(word, word) for word in words]
    pairs = [(a, b) for i, a in enumerate(drawers) for b in drawers[i + 1 :]]
    apart = sum(a != b for a, b in pairs) / len(pairs)
    return round(100 * math.pow(apart, 1.6))


# ---------------------------------------------------------------- rubric


@cache
def _replies() -> Mapping[str, Any]:
    return load_toml(PACKAGE, "data/replies.toml")


def _rubric(facts: Place, rng: random.Random, refs: Sequence[str]) -> _Made:
    criteria = tuple(sorted(rng.sample(CRITERIA, 5), key=CRITERIA.index))
    max_words = rng.choice((55, 60, 65, 70))
    while True:
        met_counts = [rng.choice((2, 2, 3, 3, 3, 4, 4, 1, 5)) for _ in refs]
        # Clearly below any bar that is offered, and not so far that nobody would lift it.
        if 48 <= 20 * sum(met_counts) / len(refs) <= 70:
            break
    rows: list[_Row] = []
    for ref, moment, met in zip(refs, _moments(facts, rng, len(refs)), met_counts, strict=True):
        for _ in range(100):
            customer = rng.choice(_customers())
            wanted = set(rng.sample(criteria, met)) | (set(CRITERIA) - set(criteria))
            reply = _compose(facts, rng, customer, ref, moment, wanted, max_words)
            points = rubric_points(reply, customer, ref, criteria, max_words)
            if sum(points.values()) == met:
                break
        else:
            raise RuntimeError(f"{facts.trade.name}: no reply that meets {met} of {criteria} in 100 tries")
        missed = ", ".join(name for name in criteria if not points[name])
        cells = {"received": f"{moment:%Y-%m-%d %H:%M}", "customer": customer, "reply": reply}
        rows.append((cells, 20 * met, missed and f"misses {missed}"))
    return rows, criteria, max_words


@cache
def _customers() -> Sequence[str]:
    names: Sequence[str] = load_toml("peerwatch.workplace", "data/names.toml")["people"]
    return names


def _compose(
    facts: Place,
    rng: random.Random,
    customer: str,
    ref: str,
    moment: datetime,
    wanted: set[str],
    max_words: int,
) -> str:
    bank = _replies()
    day = facts.calendar.shift(moment.date(), rng.randint(2, 9))
    values = {
        "customer": rng.choice(("Mr ", "Ms ", "")) + customer,
        "reference": ref,
        "date": DateStyle.write_long(day),
        "extension": str(rng.randint(4100, 4899)),
    }

    def pick(good: str, poor: str, key: str) -> str:
        return Phrase(rng.choice(bank[good if key in wanted else poor])).write(values)

    question, _ = _ask(facts, rng, moment, rng.choice(("price", "limit", "allowed")))
    body = _reply(facts, rng, question, answer(question, facts.rules, facts.trade))
    middle = [
        rng.choice(bank["openings"]),
        body,
        pick("references_given", "references_vague", "reference"),
        pick("steps_dated", "steps_undated", "date"),
        pick("neutrals", "apologies", "apology"),
        pick("contacts_given", "contacts_missing", "contact"),
    ]
    head, tail = middle[:1], middle[1:]
    rng.shuffle(tail)
    parts = [pick("greetings_named", "greetings_plain", "greeting"), *head, *tail]
    if "length" not in wanted:
        while len(" ".join(parts).split()) <= max_words:
            parts.insert(-1, rng.choice(bank["fillers"]))
    return " ".join([*parts, rng.choice(bank["closings"])])


_DATE = re.compile(r"(Mon|Tues|Wednes|Thurs|Fri)day \d{1,2} [A-Z][a-z]+ \d{4}")
_EXTENSION = re.compile(r"\b4[1-8]\d\d\b")


def rubric_points(
    reply: str, customer: str, ref: str, criteria: Sequence[str], max_words: int
) -> dict[str, bool]:
    """Which points of form a reply meets, from its text alone.

    Args:
        reply: The reply.
        customer: Name of the customer in the row.
        ref: Reference of the row.
        criteria: The points to check, of `CRITERIA`.
        max_words: The limit for `length`.
    """
    words = re.findall(r"[\w'-]+", reply.lower())
    found = {
        # The greeting is all before the first comma or full stop.
        "greeting": customer in re.split(r"[,.:]", reply.replace("Mr. ", "Mr "), maxsplit=1)[0],
        "reference": ref in reply,
        "date": _DATE.search(reply) is not None,
        "contact": _EXTENSION.search(reply.replace(ref, "")) is not None,
        "apology": not any(word in words for word in APOLOGIES),
        "length": len(reply.split()) <= max_words,
    }
    return {name: found[name] for name in criteria}


_MAKERS: Mapping[str, Callable[[Place, random.Random, Sequence[str]], _Made]] = {
    "factual": _factual,
    "creativity": _creativity,
    "rubric": _rubric,
}


def received_day(cells: Mapping[str, str]) -> date:
    """The day on which a row came in."""
    return datetime.fromisoformat(cells["received"]).date()
