"""Working days, public holidays and the ways in which an office writes a date."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dateutil.easter import easter

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
REGIONS = ("england", "ireland", "netherlands", "ontario", "victoria")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days count.

    Attributes:
        holidays: Public holidays as (day, name), sorted.
    """

    holidays: tuple[tuple[date, str], ...]
    _off: frozenset[date] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_off", frozenset(day for day, _ in self.holidays))

    def is_working(self, day: date) -> bool:
        """Whether `day` is Monday to Friday and no public holiday."""
        return day.weekday() < 5 and day not in self._off

    def roll(self, day: date) -> date:
        """`day` itself, or the next working day if it is none."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def shift(self, day: date, working_days: int) -> date:
        """The `working_days`-th working day after (or, if negative, before) `day`; `day` is not counted."""
        step = timedelta(days=1 if working_days >= 0 else -1)
        left = abs(working_days)
        while left:
            day += step
            left -= self.is_working(day)
        return day


def month_end(day: date, months_later: int = 0) -> date:
    """Last day of the calendar month `months_later` months after that of `day`."""
    index = day.year * 12 + day.month + months_later
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


def calendar(region: str, years: Iterable[int]) -> Calendar:
    """The public holidays of a region, computed.

    Args:
        region: One of `REGIONS`.
        years: Calendar years to cover.

    Raises:
        ValueError: The region is unknown.
    """
    if region not in REGIONS:
        raise ValueError(f"unknown region {region!r}; valid are {', '.join(REGIONS)}")
    days = [day for year in years for day in _holidays(region, year)]
    return Calendar(tuple(sorted(days)))


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _last(year: int, month: int, weekday: int) -> date:
    end = month_end(date(year, month, 1))
    return end - timedelta(days=(end.weekday() - weekday) % 7)


def _holidays(region: str, year: int) -> list[tuple[date, str]]:
    """As by law, less days that move with a sports season."""
    sunday = easter(year)
    new_year, friday = (date(year, 1, 1), "New Year's Day"), (sunday - timedelta(days=2), "Good Friday")
    monday = (sunday + timedelta(days=1), "Easter Monday")
    christmas, boxing = (date(year, 12, 25), "Christmas Day"), (date(year, 12, 26), "Boxing Day")
    february = date(year, 2, 1)
    made = {
        "england": [
            new_year,
            friday,
            monday,
            (_nth(year, 5, 0, 1), "Early May bank holiday"),
            (_last(year, 5, 0), "Spring bank holiday"),
            (_last(year, 8, 0), "Summer bank holiday"),
            christmas,
            boxing,
        ],
        "ireland": [
            new_year,
            (february if february.weekday() == 4 else _nth(year, 2, 0, 1), "St Brigid's Day"),
            (date(year, 3, 17), "St Patrick's Day"),
            monday,
            (_nth(year, 5, 0, 1), "May Day"),
            (_nth(year, 6, 0, 1), "June holiday"),
            (_nth(year, 8, 0, 1), "August holiday"),
            (_last(year, 10, 0), "October holiday"),
            christmas,
            (boxing[0], "St Stephen's Day"),
        ],
        "netherlands": [
            new_year,
            monday,
            (date(year, 4, 26 if date(year, 4, 27).weekday() == 6 else 27), "King's Day"),
            (sunday + timedelta(days=39), "Ascension Day"),
            (sunday + timedelta(days=50), "Whit Monday"),
            christmas,
            (boxing[0], "Second Christmas Day"),
        ],
        "ontario": [
            new_year,
            (_nth(year, 2, 0, 3), "Family Day"),
            friday,
            (date(year, 5, 24) - timedelta(days=date(year, 5, 24).weekday()), "Victoria Day"),
            (date(year, 7, 1), "Canada Day"),
            (_nth(year, 9, 0, 1), "Labour Day"),
            (_nth(year, 10, 0, 2), "Thanksgiving"),
            christmas,
            boxing,
        ],
        "victoria": [
            new_year,
            (date(year, 1, 26), "Australia Day"),
            (_nth(year, 3, 0, 2), "Labour Day"),
            friday,
            monday,
            (date(year, 4, 25), "Anzac Day"),
            (_nth(year, 6, 0, 2), "King's Birthday"),
            (_nth(year, 11, 1, 1), "Cup Day"),
            christmas,
            boxing,
        ],
    }[region]
    kept = {"england": set(), "victoria": {"Anzac Day"}}.get(region)
    return made if kept is None else made + _substitutes(made, kept)


def _substitutes(days: list[tuple[date, str]], kept: set[str]) -> list[tuple[date, str]]:
    """For holidays at a weekend, the next day that is free of one."""
    taken, made = {day for day, _ in days}, []
    for day, name in sorted(days):
        later = day
        while later.weekday() >= 5 or (later in taken and later != day):
            later += timedelta(days=1)
        if later != day and name not in kept:
            made.append((later, f"{name} (substitute day)"))
            taken.add(later)
    return made


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How one office writes dates.

    Attributes:
        short: strftime pattern of a date in lists, e.g. ``%d/%m/%Y``.
        brief: strftime pattern without the year, e.g. ``%d/%m``.
    """

    short: str
    brief: str

    def write_short(self, day: date) -> str:
        """A date for lists and headings."""
        return _strip(day.strftime(self.short))

    def write_brief(self, day: date) -> str:
        """A date whose year is understood."""
        return _strip(day.strftime(self.brief))

    @staticmethod
    def write_long(day: date) -> str:
        """A date in a sentence to a customer, e.g. ``Tuesday 8 September 2026``."""
        return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"

    @staticmethod
    def read_long(text: str) -> date:
        """Inverse of `write_long`.

        Raises:
            ValueError: The text is not such a date, or its weekday is wrong.
        """
        parsed = datetime.strptime(text, "%A %d %B %Y").date()
        if _DAYS[parsed.weekday()] != text.split()[0]:
            raise ValueError(f"{text!r} names the wrong weekday")
        return parsed


def _strip(text: str) -> str:
    """Drop the zero of ``08 Sept`` (strftime has no portable way), keep it in ``08/09``."""
    return text[1:] if text.startswith("0") and text[2:3] == " " else text


STYLES = (
    DateStyle("%d/%m/%Y", "%d/%m"),
    DateStyle("%d.%m.%Y", "%d.%m"),
    DateStyle("%Y-%m-%d", "%m-%d"),
    DateStyle("%d %b %Y", "%d %b"),
    DateStyle("%d-%m-%Y", "%d-%m"),
)
