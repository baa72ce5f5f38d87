"""Working days are those of an independent count, and public holidays those of the almanac."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerwatch.workplace.calendar import REGIONS, STYLES, Calendar, DateStyle, calendar, month_end

YEARS = range(2024, 2031)
CALENDARS = {region: calendar(region, YEARS) for region in REGIONS}
ONE_DAY = timedelta(days=1)

days = st.dates(date(2025, 1, 1), date(2029, 12, 31))
regions = st.sampled_from(REGIONS)


def working_days(region: str, first: date, last: date) -> list[date]:
    """All working days from `first` to `last`, both included, one by one."""
    off = {day for day, _ in CALENDARS[region].holidays}
    span = [first + i * ONE_DAY for i in range((last - first).days + 1)]
    return [day for day in span if day.isoweekday() not in (6, 7) and day not in off]


@given(regions, days, st.integers(1, 60))
def test_shifting_counts_working_days_after_the_day(region: str, day: date, n: int) -> None:
    after = working_days(region, day + ONE_DAY, day + 150 * ONE_DAY)
    assert CALENDARS[region].shift(day, n) == after[n - 1]


@given(regions, days, st.integers(1, 60))
def test_shifting_back_counts_working_days_before_the_day(region: str, day: date, n: int) -> None:
    before = working_days(region, day - 150 * ONE_DAY, day - ONE_DAY)
    assert CALENDARS[region].shift(day, -n) == before[-n]


@given(regions, days, st.integers(-60, 60))
def test_shifting_from_a_working_day_and_back_ends_there(region: str, day: date, n: int) -> None:
    start = CALENDARS[region].roll(day)
    assert CALENDARS[region].shift(CALENDARS[region].shift(start, n), -n) == start


@given(regions, days)
def test_rolling_stays_on_a_working_day_and_else_goes_to_the_next(region: str, day: date) -> None:
    cal = CALENDARS[region]
    assert cal.roll(day) == working_days(region, day, day + 30 * ONE_DAY)[0]
    assert cal.is_working(day) == (cal.roll(day) == day)
    assert cal.shift(day, 0) == day


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.integers(-240, 240))
def test_a_months_end_is_the_last_day_before_the_month_changes(day: date, later: int) -> None:
    found = date(day.year, day.month, 1)
    for _ in range(abs(later)):
        # To some day of the month after or before, then to its first.
        found = (found + 32 * ONE_DAY if later > 0 else found - ONE_DAY).replace(day=1)
    while (found + ONE_DAY).month == found.month:
        found += ONE_DAY
    assert month_end(day, later) == found


@pytest.mark.parametrize(
    ("day", "later", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 1), 0, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 1), -1, date(2025, 12, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_ends_of_months(day: date, later: int, end: date) -> None:
    assert month_end(day, later) == end


# Public holidays that fall on Monday to Friday, as published: gov.uk/bank-holidays; citizensinformation.ie;
# rijksoverheid.nl; Ontario, Employment Standards Act, part X; business.vic.gov.au.
ALMANAC = [
    ("england", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
    ("england", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
    ("netherlands", 2026, "01-01 04-06 04-27 05-14 05-25 12-25"),
    ("netherlands", 2027, "01-01 03-29 04-27 05-06 05-17"),
    ("ireland", 2026, "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25"),
    ("ireland", 2027, "01-01 02-01 03-17 03-29 05-03 06-07 08-02 10-25"),
    ("ontario", 2026, "01-01 02-16 04-03 05-18 07-01 09-07 10-12 12-25"),
    ("ontario", 2027, "01-01 02-15 03-26 05-24 07-01 09-06 10-11"),
    # Without Grand Final Friday, which follows the season; Anzac Day falls on a weekend in both years.
    ("victoria", 2026, "01-01 01-26 03-09 04-03 04-06 06-08 11-03 12-25 12-28"),
    ("victoria", 2027, "01-01 01-26 03-08 03-26 03-29 06-14 11-02 12-27 12-28"),
]


@pytest.mark.parametrize(("region", "year", "published"), ALMANAC, ids=[f"{r}-{y}" for r, y, _ in ALMANAC])
def test_the_public_holidays_of_a_year(region: str, year: int, published: str) -> None:
    off = {day for day, _ in calendar(region, [year]).holidays if day.weekday() < 5}
    assert sorted(f"{day:%m-%d}" for day in off) == published.split()


def test_the_almanac_covers_every_region() -> None:
    assert {region for region, _, _ in ALMANAC} == set(REGIONS)


def test_substitute_days_do_not_meet() -> None:
    # Christmas 2022 fell on a Sunday: its substitute comes after Boxing Day.
    found = {day: name for day, name in calendar("england", [2022]).holidays if day >= date(2022, 12, 25)}
    assert sorted(found) == [date(2022, 12, 25), date(2022, 12, 26), date(2022, 12, 27)]
    assert found[date(2022, 12, 27)] == "Christmas Day (substitute day)"


@pytest.mark.parametrize(("year", "kings_day"), [(2025, "04-26"), (2026, "04-27"), (2031, "04-26")])
def test_kings_day_keeps_off_sunday(year: int, kings_day: str) -> None:
    found = [f"{day:%m-%d}" for day, name in calendar("netherlands", [year]).holidays if name == "King's Day"]
    assert found == [kings_day]


@pytest.mark.parametrize("region", REGIONS)
def test_holidays_are_sorted_and_cover_the_years_asked_for(region: str) -> None:
    found = calendar(region, [2027, 2026]).holidays
    assert list(found) == sorted(found)
    assert {day.year for day, _ in found} == {2026, 2027}
    assert calendar(region, [2026, 2027]) == calendar(region, [2027, 2026])
    assert calendar(region, []) == Calendar(())


@pytest.mark.parametrize("region", ["scotland", "", "England"])
def test_an_unknown_region_names_the_known_ones(region: str) -> None:
    with pytest.raises(ValueError, match="unknown region") as caught:
        calendar(region, [2026])
    for known in REGIONS:
        assert known in str(caught.value)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_long_date_reads_back(day: date) -> None:
    assert DateStyle.read_long(DateStyle.write_long(day)) == day


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Monday 8 September 2026", "wrong weekday"),
        ("Tuesday 31 September 2026", "day is out of range"),
        ("8 September 2026", "does not match"),
        ("Tuesday 8 September", "does not match"),
        ("Tuesday 8 September 2026 at noon", "unconverted data"),
        ("", "does not match"),
    ],
)
def test_what_is_no_long_date(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        DateStyle.read_long(text)


@pytest.mark.parametrize(
    ("style", "short", "brief"),
    list(
        zip(
            STYLES,
            ["08/09/2026", "08.09.2026", "2026-09-08", "8 Sep 2026", "08-09-2026"],
            ["08/09", "08.09", "09-08", "8 Sep", "08-09"],
            strict=True,
        )
    ),
)
def test_short_dates(style: DateStyle, short: str, brief: str) -> None:
    day = date(2026, 9, 8)
    assert (style.write_short(day), style.write_brief(day)) == (short, brief)
    assert DateStyle.write_long(day) == "Tuesday 8 September 2026"
