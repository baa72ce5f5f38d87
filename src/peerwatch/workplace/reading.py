"""From files back to facts: the rules of a company as its papers state them.

This is what an attentive colleague could learn from the share, and nothing else. The truth about a work
sheet is recomputed from here, so a paper that fails to state a rule fails a test instead of an agent.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from peerwatch.workplace.calendar import Calendar, DateStyle
from peerwatch.workplace.phrases import Kinds, Phrase
from peerwatch.workplace.rulebook import NTH, Question, Rules
from peerwatch.workplace.trades import Trade
from peerwatch.workplace.trades import trade as load_trade

_RULE_STEMS = ("terms", "notes", "reference")
_NUMBER = r"\d+(?:\.\d+)?"
_SHORT_DATE = r"[\w.\-/ ]{6,12}?"
_CLAUSE_KINDS: Kinds = (
    *(
        (name, _NUMBER)
        for name in ("objection_days", "report_days", "lead_days", "cancel_days", "cancel_pct")
    ),
    *((name, _NUMBER) for name in ("valid_days", "tax_pct", "discount_from", "discount_pct")),
    *((name, _NUMBER) for name in ("surcharge_early", "surcharge_late")),
    *((name, _SHORT_DATE) for name in ("surcharge_last", "surcharge_first")),
    ("cutoff", r"\d\d:\d\d"),
    ("notice_nth", "|".join(NTH.values())),
)
_REPLY_KINDS: Kinds = (
    ("amount", r"[A-Z]{3} \d+\.\d\d (?:net|incl\. tax)"),
    ("date", r"[A-Z]\w+day \d{1,2} [A-Z]\w+ \d{4}"),
)


class UnreadableError(ValueError):
    """The papers do not state something that the job needs; the message names it."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A file as `read_rules` needs it: its role in the share, and its text."""

    stem: str
    text: str


def read_rules(files: Iterable[Readable], trade: Trade, style: DateStyle) -> Rules:
    """Rebuild the rules from rendered files.

    Args:
        files: At least the price lists, the holiday list, and all files whose stem starts with terms,
            notes or reference.
        trade: The line of business, for the wordings that its papers may use.
        style: How this office writes dates.

    Raises:
        UnreadableError: A rule, price, limit or holiday is not stated.
    """
    texts: dict[str, str] = {}
    for file in files:
        key = "rules" if file.stem.startswith(_RULE_STEMS) else file.stem
        texts[key] = texts.get(key, "") + "\n" + file.text
    parts = (texts.get(key, "") for key in ("rules", "prices_current", "prices_old", "holidays"))
    return _read(*parts, trade.name, style)


@lru_cache(maxsize=256)
def _read(rules: str, current: str, old: str, holidays: str, trade_name: str, style: DateStyle) -> Rules:
    trade = load_trade(trade_name)
    values: dict[str, str] = {}
    for key, phrases in trade.clauses.items():
        # Papers wrap and set clauses as they like; spacing carries no meaning.
        found = _first(phrases, _folded(rules))
        if found is None:
            raise UnreadableError(f"{trade.name}: no file of the terms or notes states the clause {key!r}")
        values |= found
    prices, surcharged, currency = _read_prices(current, trade)
    flat = _folded(rules)
    return Rules(
        currency=currency,
        prices=prices,
        old_prices=_read_prices(old, trade)[0] if old else {},
        surcharged=surcharged,
        surcharge_early=Decimal(values["surcharge_early"]),
        surcharge_late=Decimal(values["surcharge_late"]),
        surcharge_last=read_short(values["surcharge_last"], style),
        discount_from=int(values["discount_from"]),
        discount_pct=int(values["discount_pct"]),
        tax_pct=int(values["tax_pct"]),
        objection_days=int(values["objection_days"]),
        report_days=int(values["report_days"]),
        cutoff=values["cutoff"],
        lead_days=int(values["lead_days"]),
        notice_months=next(n for n, word in NTH.items() if word == values["notice_nth"]),
        cancel_days=int(values["cancel_days"]),
        cancel_pct=int(values["cancel_pct"]),
        valid_days=int(values["valid_days"]),
        limits={row.thing: _limit(rules, row.thing, row.unit) for row in trade.limits},
        allowed={row.ask: _allowed(flat, row.ask, row.rule_yes, row.rule_no) for row in trade.allowed},
        factors={(c.source, c.to): _factor(rules, c.source, c.to) for c in trade.conversions},
        calendar=Calendar(tuple(_read_holidays(holidays, style))),
    )


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _first(phrases: Sequence[Phrase], text: str) -> dict[str, str] | None:
    for phrase in phrases:
        found = Phrase(_folded(phrase.text)).find(text, _CLAUSE_KINDS)
        if found is not None:
            return found
    return None


def _read_prices(text: str, trade: Trade) -> tuple[dict[str, Decimal], frozenset[str], str]:
    lines = text.strip().splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("code,item,unit,price")), None)
    if start is None:
        raise UnreadableError(f"{trade.name}: a price list has no header code,item,unit,price,surcharge")
    rows = {row["code"]: row for row in csv.DictReader(lines[start:]) if row.get("price")}
    missing = {p.code for p in trade.prices} - set(rows)
    if missing:
        raise UnreadableError(f"{trade.name}: a price list lacks {sorted(missing)}")
    currency = re.search("|".join(trade.currencies), "\n".join(lines[:start]))
    if currency is None:
        raise UnreadableError(f"{trade.name}: the comment above a price list does not name the currency")
    prices = {code: Decimal(row["price"]) for code, row in rows.items()}
    return prices, frozenset(code for code, row in rows.items() if row["surcharge"] == "S"), currency.group()


def _limit(text: str, thing: str, unit: str) -> int:
    match = re.search(rf"{re.escape(thing)}[^\n]*?\b(\d+) ?{re.escape(unit)}", text, re.IGNORECASE)
    if match is None:
        raise UnreadableError(f"no line gives the limit of {thing!r} in {unit!r}")
    return int(match.group(1))


def _factor(text: str, source: str, to: str) -> Decimal:
    pattern = rf"1 {re.escape(source)}\b[ |=]+(?:is )?([\d.]+)[ |]+{re.escape(to)}"
    match = re.search(pattern, text)
    if match is None:
        raise UnreadableError(f"no line gives '1 {source} = ... {to}'")
    return Decimal(match.group(1))


def _allowed(text: str, ask: str, yes: str, no: str) -> bool:
    has_yes, has_no = _folded(yes) in text, _folded(no) in text
    if has_yes == has_no:
        raise UnreadableError(f"the papers must state exactly one of the two rules for {ask!r}")
    return has_yes


def read_short(text: str, style: DateStyle) -> date:
    """Inverse of `DateStyle.write_short`."""
    return datetime.strptime(text, style.short).date()


def _read_holidays(text: str, style: DateStyle) -> Iterable[tuple[date, str]]:
    """Holidays in whichever form the list has: calendar export, house style or ISO."""
    patterns: list[tuple[str, Callable[[str], date]]] = [
        (r"DTSTART[^:\n]*:(\d{8})", lambda s: datetime.strptime(s, "%Y%m%d").date()),
        (r"(\d{4}-\d{2}-\d{2})", date.fromisoformat),
        (r"(\w+day \d{1,2} \w+ \d{4})", DateStyle.read_long),
        (_short_pattern(style), lambda s: read_short(s, style)),
    ]
    for pattern, parse in patterns:
        found = []
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            if match := re.search(pattern, line):
                found.append((parse(match.group(1)), line))
        # A stray date (of the export, say) is not a list.
        if len(found) >= 8:
            return sorted(found)
    raise UnreadableError("the holiday list gives no eight dates in one form")


def _short_pattern(style: DateStyle) -> str:
    return (
        "("
        + re.sub(r"%[dm]", r"\\d{1,2}", style.short)
        .replace("%Y", r"\d{4}")
        .replace("%b", r"\w{3}")
        .replace(".", r"\.")
        .replace(r"\\.", r"\.")
        + ")"
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of a sheet, understood: the question, and the parts of the reply that was sent."""

    question: Question
    given: tuple[str, ...]


def read_row(text: str, reply: str, received: date, private: bool, trade: Trade) -> Asked:
    """Understand a customer's question and the reply to it.

    Args:
        text: The question as it came in.
        reply: What was sent.
        received: When; a day without a year is the nearest to it.
        private: Whether a private customer asks.
        trade: For the wordings.

    Raises:
        UnreadableError: No wording of the trade fits.
    """
    for row in trade.limits:
        if text == row.ask:
            return Asked(Question("limit", thing=row.thing, private=private), (reply.rstrip("."),))
    for permission in trade.allowed:
        if text == permission.ask:
            return Asked(Question("allowed", thing=permission.ask, private=private), (reply,))
    for conversion in trade.conversions:
        if found := conversion.ask.read(text, (("q", r"\d+"),)):
            count = int(found["q"])
            return Asked(
                Question("convert", count=count, thing=conversion.source, private=private),
                (reply.rstrip("."),),
            )
    for kind, phrases in trade.asks.items():
        for phrase in phrases:
            found = phrase.read(text, _ask_kinds(trade.name))
            question = _question(kind, found, received, private, trade) if found else None
            if question is not None:
                return Asked(question, _reply_parts(kind, reply, trade))
    raise UnreadableError(f"{trade.name}: no question of the trade reads {text!r}")


_COUNT: Kinds = (("n", r"\d+"),)


@cache
def _ask_kinds(trade_name: str) -> Kinds:
    """What the fields of a trade's questions can hold: a name with " for " in it is still one name."""
    prices = load_trade(trade_name).prices
    one = "|".join(re.escape(name) for name in sorted((p.ask for p in prices), key=len, reverse=True))
    many = "|".join(re.escape(p.many.text).replace(r"\{n\}", r"\d+") for p in prices)
    return (
        ("service", one), ("service2", one), ("services", many), ("day", r"\d{1,2} [A-Z]\w+"),
        ("time", r"\d\d:\d\d"), ("ref", r"\d+"),
    )  # fmt: skip


def _question(
    kind: str, found: Mapping[str, str], received: date, private: bool, trade: Trade
) -> Question | None:
    """The question with these fields, or None if they do not name things of the trade."""
    try:
        day = near(found["day"], received)
    except ValueError:
        return None
    names = {price.ask: price.code for price in trade.prices}
    count, codes = 0, [names[found[key]] for key in ("service", "service2") if key in found]
    if "services" in found:
        hit = next(((p, got) for p in trade.prices if (got := p.many.read(found["services"], _COUNT))), None)
        if hit is None:
            return None
        codes, count = [hit[0].code], int(hit[1]["n"])
    return Question(kind, day, tuple(codes), count, found.get("time", ""), private=private)


def _reply_parts(kind: str, reply: str, trade: Trade) -> tuple[str, ...]:
    order = ("amount", "date")
    for phrase in trade.replies[kind]:
        if found := phrase.read(reply, _REPLY_KINDS):
            return tuple(found[key] for key in order if key in found)
    raise UnreadableError(f"{trade.name}: no reply of kind {kind!r} reads {reply!r}")


def write_day(day: date) -> str:
    """A day as customers write it, without weekday or year: ``8 September``."""
    return DateStyle.write_long(day).split(" ", 1)[1].rsplit(" ", 1)[0]


def near(text: str, other: date) -> date:
    """The day that ``8 September`` means in a letter of `other`.

    Raises:
        ValueError: The text is no such day.
    """
    candidates = []
    for year in (other.year - 1, other.year, other.year + 1):
        candidates.append(datetime.strptime(f"{text} {year}", "%d %B %Y").date())
    return min(candidates, key=lambda d: abs(d - other) - timedelta(0))
