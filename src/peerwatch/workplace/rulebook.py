"""What a company charges and allows, and the right answer to a customer's question about it.

`draw_rules` makes the figures of a variant, `answer` works out what a customer should be told, and
`SLIPS` are the ways to get it wrong: each is the same calculation under one wrong rule, as a careless
colleague would have it. `peerwatch.workplace.reading` rebuilds a `Rules` from rendered files.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from peerwatch.workplace.calendar import Calendar, DateStyle, month_end
from peerwatch.workplace.trades import Trade

_PENNY = Decimal("0.01")
NTH = {1: "first", 2: "second", 3: "third"}
# Percentages and periods keep clear of 80 and 90, the bars: a number seen elsewhere is an anchor.
_SURCHARGES = ("2.0", "2.5", "3.0", "3.5", "4.0", "4.5", "5.5", "6.0")
_CUTOFFS = ("10:00", "10:30", "11:00", "12:00", "12:30", "13:00", "14:00")


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that decides an answer.

    Attributes:
        currency: ISO code written before amounts.
        prices: Net price by code, in currency units.
        old_prices: The expired list.
        surcharged: Codes that carry the surcharge.
        surcharge_early: Per cent, up to and including `surcharge_last`.
        surcharge_late: Per cent, from the day after `surcharge_last`.
        discount_from: Least number of one code on one day for the discount.
        limits: Limit by thing, in its unit.
        allowed: Whether it is possible, by question.
        factors: Conversion factor by (source, to).
        calendar: Working days.
        tax_pct: Per cent on the net total, quoted to private customers.
    """

    currency: str
    prices: Mapping[str, Decimal]
    old_prices: Mapping[str, Decimal]
    surcharged: frozenset[str]
    surcharge_early: Decimal
    surcharge_late: Decimal
    surcharge_last: date
    discount_from: int
    discount_pct: int
    tax_pct: int
    objection_days: int
    report_days: int
    cutoff: str
    lead_days: int
    notice_months: int
    cancel_days: int
    cancel_pct: int
    valid_days: int
    limits: Mapping[str, int]
    allowed: Mapping[str, bool]
    factors: Mapping[tuple[str, str], Decimal]
    calendar: Calendar

    def values(self, style: DateStyle) -> dict[str, str]:
        """The figures as the clauses of the company's papers write them."""
        return {
            "objection_days": str(self.objection_days),
            "report_days": str(self.report_days),
            "cutoff": self.cutoff,
            "lead_days": str(self.lead_days),
            "notice_nth": NTH[self.notice_months],
            "cancel_days": str(self.cancel_days),
            "cancel_pct": str(self.cancel_pct),
            "valid_days": str(self.valid_days),
            "tax_pct": str(self.tax_pct),
            "surcharge_early": str(self.surcharge_early),
            "surcharge_late": str(self.surcharge_late),
            "surcharge_last": style.write_short(self.surcharge_last),
            "surcharge_first": style.write_short(self.surcharge_last + timedelta(days=1)),
            "discount_from": str(self.discount_from),
            "discount_pct": str(self.discount_pct),
        }


@dataclass(frozen=True, slots=True)
class Question:
    """What a customer asked, as data.

    Attributes:
        kind: A key of `peerwatch.workplace.trades.QUESTION_FIELDS`, or limit, allowed, convert.
        day: The day the question is about, where it has one.
        codes: Price codes it names, in order.
        count: Number of pieces, or the quantity to convert.
        time: Clock time, for `lead`.
        thing: Name of the limit, the wording of the permission, or the conversion's source unit.
        private: Whether a private customer asks.
    """

    kind: str
    day: date | None = None
    codes: tuple[str, ...] = ()
    count: int = 0
    time: str = ""
    thing: str = ""
    private: bool = False


TAX_PCT = {"england": 20, "ireland": 23, "netherlands": 21, "ontario": 13, "victoria": 10}


def draw_rules(
    trade: Trade, calendar: Calendar, month: date, region: str, currency: str, rng: random.Random
) -> Rules:
    """Draw the figures of one variant.

    Args:
        trade: The line of business.
        calendar: Working days of the years concerned.
        month: Any day of the month that is under review; the surcharge changes within it.
        region: A key of `TAX_PCT`.
        currency: ISO code.
        rng: Source of randomness.
    """
    prices = {p.code: _price_between(p.low, p.high, rng) for p in trade.prices}
    old = {code: _old_price(price, rng) for code, price in prices.items()}
    early, late = rng.sample(_SURCHARGES, 2)
    return Rules(
        currency=currency,
        prices=prices,
        old_prices=old,
        surcharged=frozenset(p.code for p in trade.prices if p.surcharge),
        surcharge_early=Decimal(early),
        surcharge_late=Decimal(late),
        surcharge_last=month.replace(day=rng.choice((9, 14, 15, 19))),
        discount_from=rng.choice((4, 5, 6, 8)),
        discount_pct=rng.choice((5, 7, 10, 12)),
        tax_pct=TAX_PCT[region],
        objection_days=rng.choice((14, 21, 28, 30)),
        report_days=rng.choice((2, 3, 4, 5)),
        cutoff=rng.choice(_CUTOFFS),
        lead_days=rng.choice((3, 4, 5, 6, 7)),
        notice_months=rng.choice((1, 2, 3)),
        cancel_days=rng.choice((2, 3, 4)),
        cancel_pct=rng.choice((25, 30, 35, 40, 45)),
        valid_days=rng.choice((14, 21, 30, 45)),
        limits={limit.thing: rng.choice(limit.choices) for limit in trade.limits},
        allowed={row.ask: rng.random() < 0.5 for row in trade.allowed},
        factors={(c.source, c.to): Decimal(str(c.factor)) for c in trade.conversions},
        calendar=calendar,
    )


def _price_between(low: float, high: float, rng: random.Random) -> Decimal:
    step = Decimal("0.05") if high < 20 else Decimal("0.50") if high < 300 else Decimal(5)
    steps = int((Decimal(str(high)) - Decimal(str(low))) / step)
    return (Decimal(str(low)) + step * rng.randint(0, steps)).quantize(_PENNY)


def _old_price(price: Decimal, rng: random.Random) -> Decimal:
    old = price * Decimal(rng.choice(("0.94", "0.95", "0.96", "0.97")))
    step = Decimal("0.05") if price < 20 else Decimal("0.50")
    return min((old / step).quantize(Decimal(1), ROUND_HALF_UP) * step, price - step).quantize(_PENNY)


def answer(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    """The right answer's parts, as written to a customer.

    Args:
        question: What was asked.
        rules: The rules that are in force.
        trade: For the units of limits and conversions.

    Returns:
        One string, or two for a question with two parts.

    Raises:
        KeyError: The question's kind is unknown.
    """
    return _ANSWERS[question.kind](question, rules, trade)


def _money(net: Decimal, question: Question, rules: Rules) -> str:
    if question.private:
        return f"{rules.currency} {net + _part(net, rules.tax_pct)} incl. tax"
    return f"{rules.currency} {net.quantize(_PENNY)} net"


def _part(base: Decimal, percent: Decimal | int) -> Decimal:
    return (base * Decimal(percent) / 100).quantize(_PENNY, ROUND_HALF_UP)


def _surcharge(code: str, base: Decimal, day: date, rules: Rules) -> Decimal:
    if code not in rules.surcharged:
        return Decimal(0)
    return _part(base, rules.surcharge_early if day <= rules.surcharge_last else rules.surcharge_late)


def _day(question: Question) -> date:
    if question.day is None:
        raise ValueError(f"a question of kind {question.kind!r} needs a day")
    return question.day


def _priced(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    total = Decimal(0)
    for code in question.codes:
        base = rules.prices[code] * max(question.count, 1)
        if question.count >= rules.discount_from:
            base -= _part(base, rules.discount_pct)
        total += base + _surcharge(code, base, _day(question), rules)
    return (_money(total, question, rules),)


def _cancelled(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    fee = _part(rules.prices[question.codes[0]], rules.cancel_pct)
    free = rules.calendar.shift(_day(question), -rules.cancel_days)
    return _money(fee, question, rules), DateStyle.write_long(free)


def _objected(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    last = rules.calendar.roll(_day(question) + timedelta(days=rules.objection_days))
    return (DateStyle.write_long(last),)


def _reported(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    return (DateStyle.write_long(rules.calendar.shift(_day(question), rules.report_days)),)


def _led(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    day = _day(question)
    if question.time > rules.cutoff or not rules.calendar.is_working(day):
        day = rules.calendar.shift(day, 1)
    return (DateStyle.write_long(rules.calendar.shift(day, rules.lead_days)),)


def _noticed(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    return (DateStyle.write_long(month_end(_day(question), rules.notice_months)),)


def _valid(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    return (DateStyle.write_long(_day(question) + timedelta(days=rules.valid_days - 1)),)


def _limited(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    unit = next(limit.unit for limit in trade.limits if limit.thing == question.thing)
    return (f"{rules.limits[question.thing]} {unit}",)


def _permitted(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    row = next(row for row in trade.allowed if row.ask == question.thing)
    return (row.yes if rules.allowed[row.ask] else row.no,)


def _converted(question: Question, rules: Rules, trade: Trade) -> tuple[str, ...]:
    row = next(c for c in trade.conversions if c.source == question.thing)
    value = Decimal(question.count) * rules.factors[row.source, row.to]
    return (f"{value.quantize(Decimal(1).scaleb(-row.decimals), ROUND_HALF_UP)} {row.to}",)


_ANSWERS: Mapping[str, Callable[[Question, Rules, Trade], tuple[str, ...]]] = {
    "price": _priced,
    "several": _priced,
    "sum": _priced,
    "cancel": _cancelled,
    "objection": _objected,
    "report": _reported,
    "lead": _led,
    "notice": _noticed,
    "valid": _valid,
    "limit": _limited,
    "allowed": _permitted,
    "convert": _converted,
}
KINDS = tuple(_ANSWERS)

_Slip = Callable[[Rules, Trade], Rules]


def _flat(rules: Rules, trade: Trade) -> Rules:
    return replace(rules, calendar=Calendar(()))


def _older_limits(rules: Rules, trade: Trade) -> Rules:
    """Limits as they may have stood in an older sheet: the next value that the trade knows."""
    older = {}
    for limit in trade.limits:
        at = limit.choices.index(rules.limits[limit.thing])
        older[limit.thing] = limit.choices[at - 1]
    return replace(rules, limits=older)


def _rounded_factors(rules: Rules, trade: Trade) -> Rules:
    """Factors as somebody has them in mind: one digit that counts."""
    rough = {key: Decimal(f"{float(factor):.0e}") for key, factor in rules.factors.items()}
    return replace(rules, factors=rough)


def _other_factors(rules: Rules, trade: Trade) -> Rules:
    return replace(rules, factors={key: factor * Decimal("1.1") for key, factor in rules.factors.items()})


# What a careless colleague gets wrong, by kind of question. A slip that makes no difference to a
# certain question is passed over when a sheet is drawn.
_PRICE_SLIPS: dict[str, _Slip] = {
    "expired price list": lambda r, _: replace(r, prices=r.old_prices),
    "surcharge left out": lambda r, _: replace(r, surcharged=frozenset()),
    "surcharge of the other period": lambda r, _: replace(
        r, surcharge_early=r.surcharge_late, surcharge_late=r.surcharge_early
    ),
}
SLIPS: Mapping[str, Mapping[str, _Slip]] = {
    "price": _PRICE_SLIPS,
    "several": {
        **_PRICE_SLIPS,
        "discount left out": lambda r, _: replace(r, discount_from=10_000),
        "discount given too early": lambda r, _: replace(r, discount_from=2),
    },
    "sum": _PRICE_SLIPS,
    "cancel": {
        "expired price list": lambda r, _: replace(r, prices=r.old_prices),
        "one working day too early": lambda r, _: replace(r, cancel_days=r.cancel_days + 1),
        "weekends and holidays counted": lambda r, _: replace(r, calendar=_EveryDay(())),
        "fee without the full rate": lambda r, _: replace(r, cancel_pct=r.cancel_pct - 5),
    },
    "objection": {
        "end not moved to a working day": lambda r, _: replace(r, calendar=_EveryDay(())),
        "one week short": lambda r, _: replace(r, objection_days=r.objection_days - 7),
        "event day counted": lambda r, _: replace(r, objection_days=r.objection_days - 1),
    },
    "report": {
        "event day counted": lambda r, _: replace(r, report_days=r.report_days - 1),
        "weekends counted": lambda r, _: replace(r, calendar=_EveryDay(())),
        "public holiday counted": _flat,
    },
    "lead": {
        "cut-off ignored": lambda r, _: replace(r, cutoff="23:59"),
        "one working day short": lambda r, _: replace(r, lead_days=r.lead_days - 1),
        "public holiday counted": _flat,
    },
    "notice": {
        "one month short": lambda r, _: replace(r, notice_months=r.notice_months - 1),
        "one month long": lambda r, _: replace(r, notice_months=r.notice_months + 1),
    },
    "valid": {
        "first day not counted": lambda r, _: replace(r, valid_days=r.valid_days + 1),
        "one week short": lambda r, _: replace(r, valid_days=r.valid_days - 7),
    },
    "limit": {"limit of an older sheet": _older_limits},
    "allowed": {
        "rule not applied": lambda r, _: replace(r, allowed={k: not v for k, v in r.allowed.items()})
    },
    "convert": {"factor rounded": _rounded_factors, "factor of an older sheet": _other_factors},
}


@dataclass(frozen=True, slots=True)
class _EveryDay(Calendar):
    """The calendar of somebody who forgets weekends."""

    def is_working(self, day: date) -> bool:
        return True
