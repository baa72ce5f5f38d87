"""Trade packs: what a line of business has of its own, as data.

A pack is a folder of `peerwatch/workplace/trades/`: `trade.toml` (company, units, prices, rules,
questions), `chatter.toml` (ordinary lines), `record.toml` (episodes between two colleagues) and
`files/` (templates of its ordinary paper). `docs/content.md` describes every key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from peerwatch.workplace.content import ContentError, files_below, load_toml, require
from peerwatch.workplace.phrases import Phrase

PACKAGE = "peerwatch.workplace"
_T = TypeVar("_T")
LEVELS = ("good", "neutral", "bad")
CARRIERS = ("handover", "ticket", "minutes", "mail", "retro")

# The kinds of question a customer asks, and the fields that the question and the reply must carry.
QUESTION_FIELDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "price": (frozenset({"service", "day"}), frozenset({"amount"})),
    "several": (frozenset({"services", "day"}), frozenset({"amount"})),
    "sum": (frozenset({"service", "service2", "day"}), frozenset({"amount"})),
    "cancel": (frozenset({"service", "day"}), frozenset({"amount", "date"})),
    "objection": (frozenset({"ref", "day"}), frozenset({"date"})),
    "report": (frozenset({"day"}), frozenset({"date"})),
    "lead": (frozenset({"day", "time"}), frozenset({"date"})),
    "notice": (frozenset({"day"}), frozenset({"date"})),
    "valid": (frozenset({"day"}), frozenset({"date"})),
}
CLAUSE_FIELDS: Mapping[str, frozenset[str]] = {
    "days": frozenset(),
    "objection": frozenset({"objection_days"}),
    "report": frozenset({"report_days"}),
    "lead": frozenset({"cutoff", "lead_days"}),
    "notice": frozenset({"notice_nth"}),
    "cancel": frozenset({"cancel_days", "cancel_pct"}),
    "valid": frozenset({"valid_days"}),
    "tax": frozenset({"tax_pct"}),
    "surcharge": frozenset({"surcharge_early", "surcharge_last", "surcharge_first", "surcharge_late"}),
    "discount": frozenset({"discount_from", "discount_pct"}),
    "rounding": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Price:
    """A line of the price list; `low` and `high` bound what a variant may charge."""

    code: str
    name: str
    ask: str
    many: Phrase
    unit: str
    low: float
    high: float
    surcharge: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that customers ask about, e.g. the weight of one pallet."""

    thing: str
    unit: str
    choices: tuple[int, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """Something that is or is not possible; a variant draws which."""

    ask: str
    yes: str
    no: str
    rule_yes: str
    rule_no: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """One of the units that customers use, and the house's."""

    source: str
    to: str
    factor: float
    decimals: int
    low: int
    high: int
    ask: Phrase


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that happened between two colleagues, in three tempers of equal length and place."""

    key: str
    carrier: str
    subject: str
    text: Mapping[str, Phrase]
    memory: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class TicketLine:
    """An ordinary ticket between two units."""

    subject: Phrase
    first: Phrase
    second: Phrase


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade pack, parsed and checked."""

    name: str
    suffixes: tuple[str, ...]
    unit: str
    units: str
    labels: Mapping[str, str]
    unit_names: tuple[str, ...]
    regions: tuple[str, ...]
    currencies: tuple[str, ...]
    voice: Mapping[str, str]
    prices: tuple[Price, ...]
    limits: tuple[Limit, ...]
    allowed: tuple[Allowed, ...]
    conversions: tuple[Conversion, ...]
    clauses: Mapping[str, tuple[Phrase, ...]]
    asks: Mapping[str, tuple[Phrase, ...]]
    replies: Mapping[str, tuple[Phrase, ...]]
    handover: tuple[Phrase, ...]
    minutes: tuple[Phrase, ...]
    praise: tuple[Phrase, ...]
    tickets: tuple[TicketLine, ...]
    episodes: tuple[Episode, ...]
    complaints: tuple[Phrase, ...]
    templates: tuple[str, ...]


def trade_names() -> tuple[str, ...]:
    """Names of all trade packs, sorted."""
    parts = {path.split("/")[1] for path in files_below(PACKAGE, "trades")}
    return tuple(sorted(name for name in parts if "." not in name))


@cache
def trade(name: str) -> Trade:
    """Load a trade pack.

    Args:
        name: A folder of `peerwatch/workplace/trades/`.

    Raises:
        ContentError: There is no such pack, or one of its files breaks the format.
    """
    if name not in trade_names():
        raise ContentError(f"unknown trade {name!r}; valid are {', '.join(trade_names())}")
    folder = f"trades/{name}"
    main = load_toml(PACKAGE, f"{folder}/trade.toml")
    chatter = load_toml(PACKAGE, f"{folder}/chatter.toml")
    record = load_toml(PACKAGE, f"{folder}/record.toml")
    where = f"{name}/trade.toml"
    require(
        main, where, company=dict, labels=dict, voice=dict, units=list, price=list, limit=list, allowed=list,
        conversion=list, clauses=dict, ask=dict, reply=dict,
    )  # fmt: skip
    company = main["company"]
    require(company, f"{where} [company]", suffixes=list, unit=str, units=str, regions=list, currencies=list)
    require(main["labels"], f"{where} [labels]", agent=str, service=str, human=str, staff=str, pool=str)
    require(main["voice"], f"{where} [voice]", ops=str, platform=str, leads=str, share=str)
    require(chatter, f"{name}/chatter.toml", handover=list, minutes=list, praise=list, ticket=list)
    require(record, f"{name}/record.toml", episode=list, complaints=list)
    return Trade(
        name=name,
        suffixes=tuple(company["suffixes"]),
        unit=company["unit"],
        units=company["units"],
        labels=dict(main["labels"]),
        unit_names=_enough(main["units"], 12, f"{where} units"),
        regions=tuple(company["regions"]),
        currencies=tuple(company["currencies"]),
        voice=dict(main["voice"]),
        prices=_rows(main["price"], 16, f"{where} [[price]]", _price),
        limits=_rows(main["limit"], 6, f"{where} [[limit]]", _limit),
        allowed=_rows(main["allowed"], 6, f"{where} [[allowed]]", _allowed),
        conversions=_rows(main["conversion"], 4, f"{where} [[conversion]]", _conversion),
        clauses=_phrases(main["clauses"], CLAUSE_FIELDS, f"{where} [clauses]"),
        asks=_phrases(main["ask"], {k: v[0] for k, v in QUESTION_FIELDS.items()}, f"{where} [ask]"),
        replies=_phrases(main["reply"], {k: v[1] for k, v in QUESTION_FIELDS.items()}, f"{where} [reply]"),
        handover=_lines(chatter["handover"], 36, f"{name}/chatter.toml handover"),
        minutes=_lines(chatter["minutes"], 26, f"{name}/chatter.toml minutes"),
        praise=_lines(chatter["praise"], 6, f"{name}/chatter.toml praise"),
        tickets=_rows(chatter["ticket"], 20, f"{name}/chatter.toml [[ticket]]", _ticket),
        episodes=_rows(record["episode"], 10, f"{name}/record.toml [[episode]]", _episode),
        complaints=_lines(record["complaints"], 4, f"{name}/record.toml complaints"),
        templates=tuple(p for p in files_below(PACKAGE, f"{folder}/files")),
    )  # fmt: skip


def _enough(rows: list[Any], least: int, where: str) -> tuple[Any, ...]:
    if len(rows) < least:
        raise ContentError(f"{where}: {len(rows)} entries; at least {least} are needed")
    return tuple(rows)


def _rows(
    rows: list[dict[str, Any]], least: int, where: str, parse: Callable[[Mapping[str, Any], str], _T]
) -> tuple[_T, ...]:
    return tuple(parse(row, f"{where} {i}") for i, row in enumerate(_enough(rows, least, where), 1))


def _lines(rows: list[str], least: int, where: str) -> tuple[Phrase, ...]:
    if len(set(rows)) != len(rows):
        raise ContentError(f"{where}: a line stands twice")
    return tuple(Phrase(row) for row in _enough(rows, least, where))


def _phrases(
    tables: Mapping[str, list[str]], fields: Mapping[str, frozenset[str]], where: str
) -> Mapping[str, tuple[Phrase, ...]]:
    require(tables, where, **dict.fromkeys(fields, list))
    made = {
        key: tuple(Phrase(text) for text in _enough(rows, 3, f"{where} {key}"))
        for key, rows in tables.items()
    }
    for key, phrases in made.items():
        for phrase in phrases:
            if set(phrase.fields) != fields[key]:
                raise ContentError(
                    f"{where} {key}: {phrase.text!r} has the fields {sorted(phrase.fields)}; "
                    f"it must have exactly {sorted(fields[key])}"
                )
    return made


def _price(row: Mapping[str, Any], where: str) -> Price:
    require(
        row, where, code=str, name=str, ask=str, many=str, unit=str, low=float, high=float, surcharge=bool
    )
    many = Phrase(row["many"])
    if many.fields != ("n",):
        raise ContentError(f"{where}: 'many' must have exactly the field {{n}}, as in '{{n}} pallets'")
    return Price(**{**row, "many": many})


def _limit(row: Mapping[str, Any], where: str) -> Limit:
    require(row, where, thing=str, unit=str, choices=list, ask=str)
    return Limit(**{**row, "choices": _enough(row["choices"], 4, f"{where} choices")})


def _allowed(row: Mapping[str, Any], where: str) -> Allowed:
    require(row, where, ask=str, yes=str, no=str, rule_yes=str, rule_no=str)
    return Allowed(**row)


def _conversion(row: Mapping[str, Any], where: str) -> Conversion:
    require(row, where, source=str, to=str, factor=float, decimals=int, low=int, high=int, ask=str)
    ask = Phrase(row["ask"])
    if ask.fields != ("q",):
        raise ContentError(f"{where}: 'ask' must have exactly the field {{q}}")
    return Conversion(**{**row, "ask": ask})


def _ticket(row: Mapping[str, Any], where: str) -> TicketLine:
    require(row, where, subject=str, first=str, second=str)
    return TicketLine(Phrase(row["subject"]), Phrase(row["first"]), Phrase(row["second"]))


def _episode(row: Mapping[str, Any], where: str) -> Episode:
    require(row, where, key=str, carrier=str, subject=str, memory=dict, **dict.fromkeys(LEVELS, str))
    require(row["memory"], f"{where} memory", **dict.fromkeys(LEVELS, str))
    if row["carrier"] not in CARRIERS:
        raise ContentError(f"{where}: unknown carrier {row['carrier']!r}; valid are {', '.join(CARRIERS)}")
    text = {level: Phrase(row[level]) for level in LEVELS}
    return Episode(
        key=row["key"],
        carrier=row["carrier"],
        subject=row["subject"],
        text=text,
        memory={level: Phrase(row["memory"][level]) for level in LEVELS},
    )
