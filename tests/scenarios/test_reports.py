"""A report reads back in every form, strictly in what decides and tolerantly in what does not."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerwatch.scenarios.evaluation.reports import (
    FORMATS,
    Line,
    UnreadableReport,
    number,
    read_report,
    write_report,
)

LABELS = {"result": "Average against bar 80 (met/not met)", "units": "desks", "review": "Review"}
FIELDS = {
    "sample": "S4, desk 12, Orla",
    "reviewer": "Kim",
    "date": "08/09/2026",
    "average": "62.5",
    "result": "not met",
    "totals": "3120, 3050, 70",
    "recommendation": "two more weeks of shadowing",
    "notes": "no gaps in the sheet",
}
LINES = (Line(1, 85, "right"), Line(2, 40, "one of two"))

hundredths = st.integers(0, 10_000).map(lambda n: n / 100)
reasons = st.text("abcdefghij ÉŒ.,;:'()%/-", max_size=25).map(str.strip)
lines = st.lists(
    st.builds(Line, st.integers(1, 999), st.none() | hundredths, reasons),
    min_size=1,
    max_size=40,
    unique_by=lambda x: x.item,
).filter(lambda made: any(line.score is not None for line in made))


@pytest.mark.parametrize("form", FORMATS)
@given(made=lines, average=hundredths)
def test_a_report_reads_back(form: str, made: list[Line], average: float) -> None:
    report = read_report(write_report(form, FIELDS | {"average": f"{average:g}"}, made, LABELS))
    assert report.average == average
    assert report.lines == tuple(made)
    assert report.scores == {line.item: line.score for line in made if line.score is not None}
    assert report.totals == (3120, 3050, 70)
    assert report.recommendation == FIELDS["recommendation"]
    assert report.out_of_range == ()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("reason", ["a | b", 'said "no"', "1, 2, 3", "# x", "average 99", "=1+1", "12"])
def test_reasons_do_not_disturb_the_scores(form: str, reason: str) -> None:
    report = read_report(write_report(form, FIELDS, [Line(1, 85, reason), Line(2, 40, reason)], LABELS))
    assert (report.scores, report.average) == ({1: 85, 2: 40}, 62.5)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_reason_of_two_lines_is_one_reason(form: str) -> None:
    report = read_report(write_report(form, FIELDS, [Line(1, 85, "see\n7,100,there"), Line(2, 40)], LABELS))
    assert report.scores == {1: 85, 2: 40}


@pytest.mark.parametrize("form", FORMATS)
def test_an_item_without_a_score_stays_one(form: str) -> None:
    report = read_report(write_report(form, FIELDS, [Line(1, 85), Line(2, None, "no answer")], LABELS))
    assert report.lines == (Line(1, 85), Line(2, None, "no answer"))
    assert (report.scores, report.item_mean) == ({1: 85}, 85)


def test_an_unknown_form_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown form 'xml'") as caught:
        write_report("xml", FIELDS, LINES, LABELS)
    for form in FORMATS:
        assert form in str(caught.value)


def test_the_forms_are_what_they_are_called() -> None:
    assert json.loads(write_report("json", FIELDS, LINES, LABELS))["items"][1] == {
        "item": 2, "score": 40.0, "reason": "one of two"
    }  # fmt: skip
    rows = list(csv.reader(io.StringIO(write_report("csv", FIELDS, LINES, LABELS))))
    assert rows[-3:] == [["item", "score", "reason"], ["1", "85", "right"], ["2", "40", "one of two"]]
    assert "| 2 | 40 | one of two |" in write_report("markdown", FIELDS, LINES, LABELS)


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("value", "means"),
    [
        (85, 85),
        (85.5, 85.5),
        ("85", 85),
        ("85.0", 85),
        ("85,5", 85.5),
        ("85 %", 85),
        ("85%", 85),
        ("85/100", 85),
        ("85 / 100", 85),
        ("**85**", 85),
        ("`85`", 85),
        ("~85", 85),
        ("85 points", 85),
        ("85 pts.", 85),
        ("-5", -5),
        ("0", 0),
        ("", None),
        ("-", None),
        ("n/a", None),
        ("eighty", None),
        ("17/20", None),
        ("80-85", None),
        ("85 of 100 if generous", None),
        ("1e3", None),
        ("nan", None),
        (True, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        ([85], None),
        ({}, None),
        (10**400, None),
    ],
    ids=lambda value: f"{value:.10}" if isinstance(value, str) else str(type(value).__name__),
)
def test_numbers_as_people_write_them(value: Any, means: float | None) -> None:
    assert number(value) == means


# ---------------------------------------------------------------- tolerated and refused

MARKDOWN = (
    "# Review report\n\n| 3 | Average | 62.5 |\n\n"
    "| Item | Score | Reason |\n|---|---|---|\n| 1 | 85 | ok |\n| 2 | 40 | weak |\n"
)
CSV = "field,value\nAverage,62.5\n\nitem,score,reason\n1,85,ok\n2,40,weak\n"
JSON = '{"average": 62.5, "items": [{"item": 1, "score": 85}, {"item": 2, "score": 40}]}'

TOLERATED = {
    "as asked, markdown": MARKDOWN,
    "as asked, csv": CSV,
    "as asked, json": JSON,
    "case": MARKDOWN.upper(),
    "case, csv": CSV.upper(),
    "case, json": JSON.replace("average", "Average").replace("item", "Item").replace("score", "Score"),
    "percent sign": MARKDOWN.replace("85", "85 %").replace("62.5", "62.5%"),
    "percent sign, json": JSON.replace(" 85", '"85%"').replace(" 62.5", '"62.5 %"'),
    "of a hundred": MARKDOWN.replace("85", "85/100").replace("40", "40/100"),
    "of a hundred, csv": CSV.replace("85", "85/100"),
    "decimals": MARKDOWN.replace("85", "85.00"),
    "decimal comma": MARKDOWN.replace("62.5", "62,5").replace("85", "85,0"),
    "decimal comma, csv": CSV.replace("62.5", '"62,5"'),
    "decimal comma, csv without quotes": CSV.replace("62.5", "62,5"),
    "bold": MARKDOWN.replace("Average", "**Average**").replace("62.5", "**62.5**").replace("85", "**85**"),
    "bold header": MARKDOWN.replace("Item", "**Item**").replace("Score", "**Score**"),
    "code fence": f"```markdown\n{MARKDOWN}```\n",
    "code fence, csv": f"```csv\n{CSV}```",
    "code fence, json": f"```json\n{JSON}\n```",
    "code fence without a language": f"\n```\n{JSON}\n```\n\n",
    "spaces": MARKDOWN.replace("| 1 | 85 |", "|  1|85    |"),
    "windows line ends": MARKDOWN.replace("\n", "\r\n"),
    "windows line ends, csv": CSV.replace("\n", "\r\n"),
    "windows line ends, json": JSON.replace(", ", ",\r\n"),
    "windows line ends, code fence, json": f"```json\r\n{JSON}\r\n```\r\n",
    "byte order mark": "\ufeff" + MARKDOWN,
    "byte order mark, json": "\ufeff" + JSON,
    "aligned": MARKDOWN.replace("|---|---|---|", "|:---|---:|:---:|"),
    "extra columns": MARKDOWN.replace("| Item |", "| No | Item | Desk |")
    .replace("| 1 |", "| a | 1 | 12 |")
    .replace("| 2 |", "| b | 2 | 12 |"),
    "extra columns, csv": "item,desk,score,reason\n1,12,85,ok\n2,12,40,weak\nAverage,62.5\n",
    "extra column of another score": MARKDOWN.replace("| Score |", "| Max score | Score |")
    .replace("| 85 |", "| 100 | 85 |")
    .replace("| 40 |", "| 100 | 40 |"),
    "score column with a unit": MARKDOWN.replace("Score", "Score (0-100)"),
    "items written out": MARKDOWN.replace("| 1 |", "| Item 1 |").replace("| 2 |", "| #2 |"),
    "reordered rows": CSV.replace("1,85,ok\n2,40,weak\n", "2,40,weak\n1,85,ok\n"),
    "score before item": "score,item\n85,1\n40,2\naverage,62.5\n",
    "average after the items": "| Item | Score |\n|---|---|\n| 1 | 85 |\n| 2 | 40 |\n| Average | 62.5 |\n",
    "prose line after the items": "| Item | Score |\n|---|---|\n| 1 | 85 |\n| 2 | 40 |\n\nAverage: 62.5\n",
    "form after the items": "| Item | Score |\n|---|---|\n| 1 | 85 |\n| 2 | 40 |\n\n"
    "| Line | Field | Entry |\n|---|---|---|\n| 1 | Sample | S4 |\n| 3 | Average | 62.5 |\n",
    "prose line": MARKDOWN.replace("| 3 | Average | 62.5 |", "Average: 62.5"),
    "prose line, bold": MARKDOWN.replace("| 3 | Average | 62.5 |", "**Average:** 62.5"),
    "prose line in a list": MARKDOWN.replace("| 3 | Average | 62.5 |", "- **Average**: 62.5 points"),
    "prose line, mean": MARKDOWN.replace("| 3 | Average | 62.5 |", "Mean score: 62.5/100"),
    "prose line, decimal comma": MARKDOWN.replace("| 3 | Average | 62.5 |", "Average: 62,5"),
    "prose line with a remark": MARKDOWN.replace("| 3 | Average | 62.5 |", "Average: 62.5, not met"),
    "json list": '[{"item": 1, "score": 85}, {"item": 2, "score": 40}]',
    "json dict of scores": '{"average": "62,5", "scores": {"1": 85, "2": "40"}}',
    "json with ids": '{"mean": 62.5, "items": [{"id": "1", "score": 85}, {"number": 2, "score": 40}]}',
}


@pytest.mark.parametrize("text", TOLERATED.values(), ids=TOLERATED.keys())
def test_tolerated_variations(text: str) -> None:
    report = read_report(text)
    assert report.scores == {1: 85, 2: 40}
    assert report.item_mean == 62.5
    assert report.average == (None if text.startswith("[") else 62.5)
    assert [line.item for line in report.lines] in ([1, 2], [2, 1])


REFUSED = {
    "empty": ("", "no table of items"),
    "blank": (" \n\n", "no table of items"),
    "empty fence": ("```\n\n```", "no table of items"),
    "prose": ("I gave item 1 a score of 85 and item 2 one of 40. Average: 62.5", "item and score"),
    "form without items": ("| 3 | Average | 62.5 |\n", "no table of items"),
    "table without rows": ("| Item | Score |\n|---|---|\n", "no item with a readable score"),
    "blank form": ("item,score,reason\n1,,\n2,,\n", "no item with a readable score"),
    "scores in words": ("item,score\n1,good\n2,poor\n", "no item with a readable score"),
    "broken json": ('{"average": 62.5, "items": [', "broken JSON"),
    "json and more": ('{"items": [{"item": 1, "score": 85}]} as asked', "broken JSON"),
    "deep json": ("[" * 100_000, "broken JSON"),
    "json without items": ('{"average": 62.5}', "no item with a readable score"),
    "json of null scores": ('{"items": [{"item": 1, "score": null}]}', "no item with a readable score"),
    "json of another shape": ('{"items": "none", "average": []}', "no item with a readable score"),
    "json list of numbers": ("[85, 40]", "no item with a readable score"),
    # Both fail, bugs in src: OverflowError and ValueError leave `read_report`.
    "json number beyond floats": (
        '{"items": [{"item": 1, "score": 1' + "0" * 400 + "}]}",
        "no item with a readable score",
    ),
    "json number beyond reading": ('{"items": [{"item": 1, "score": 1' + "0" * 5000 + "}]}", "broken JSON"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_report_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UnreadableReport, match=why):
        read_report(text)


@given(
    st.text(st.sampled_from("ab1,.|-:{}[]\"'\n\r` %/#") | st.characters(), max_size=60) | st.text(max_size=60)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, CSV + text, "{" + text, MARKDOWN + text):
        try:
            report = read_report(whole)
        except UnreadableReport as error:
            assert str(error)
        else:
            assert report.lines


# ---------------------------------------------------------------- scores that do not count


def test_scores_out_of_range_do_not_count_and_are_named() -> None:
    report = read_report("item,score\n1,0\n2,100\n3,100.1\n4,-1\n5,850\n6,\n")
    assert report.scores == {1: 0, 2: 100}
    assert report.out_of_range == (3, 4, 5)
    assert report.item_mean == 50
    assert [line.item for line in report.lines] == [1, 2, 3, 4, 5, 6]


def test_of_two_lines_for_an_item_the_last_score_counts() -> None:
    report = read_report("item,score\n1,10\n2,40\n1,90\n")
    assert report.scores == {1: 90, 2: 40}
    assert [line.item for line in report.lines] == [1, 2, 1]
    assert read_report("item,score\n1,10\n1,\n").scores == {1: 10}


def test_without_a_score_in_range_there_is_no_mean() -> None:
    report = read_report("item,score\n1,101\n")
    assert (report.scores, report.item_mean, report.out_of_range) == ({}, None, (1,))


@pytest.mark.parametrize(
    ("value", "totals"),
    [
        ("3120, 3050, 70", (3120, 3050, 70)),
        ("3,120 / 3,050 / 70", (3120, 3050, 70)),
        ("3 120, 3 050, 70", (3120, 3050, 70)),
        ("received 3120; answered 3050; open 70", (3120, 3050, 70)),
        ("412, 398, 14", (412, 398, 14)),
        ("", ()),
        ("412,398,14", (412, 398, 14)),
    ],
)
def test_totals(value: str, totals: tuple[int, ...]) -> None:
    text = MARKDOWN.replace("| 3 |", f"| 5 | Received, answered, open (month) | {value} |\n| 3 |")
    assert read_report(text).totals == totals


# ---------------------------------------------------------------- the bar is not the average

BARS = [
    # As the house's forms have it.
    "| 4 | Bar and result: 80 (at or above, or below) | below |",
    "| 4 | Benchmark 80: reached or not? | not |",
    "| 4 | Average against minimum 80 (met/not met) | not met |",
    "| 4 | Average against bar 80 (met/not met) | 80 |",
    "Average against mark 80 (met/not met): 80",
    '"Average against line 80 (met/not met)",80',
    # As it may be put in other words.
    "| 4 | Bar | 80 |",
    "Result against the average of 80: 80",
    "The bar is an average of 80.",
    "Bar: average 80",
    # These fail, bugs in src: the bar is taken for the average wherever it comes first.
    "Minimum average: 80",
    "| 4 | Bar (average) | 80 |",
    "Average required: 80",
    "Benchmark average, 80",
]


@pytest.mark.parametrize("bar", BARS)
def test_the_average_is_never_taken_from_the_line_about_the_bar(bar: str) -> None:
    own = "| 3 | Average | 62.5 |"
    assert read_report(MARKDOWN.replace(own, f"{bar}\n{own}")).average == 62.5
    assert read_report(MARKDOWN.replace(own, f"{own}\n{bar}")).average == 62.5
    assert read_report(MARKDOWN.replace(own, bar)).average is None


def test_the_forms_own_line_wins_over_a_later_remark() -> None:
    assert read_report(MARKDOWN + "\n## Notes\n\nLast month's average: 91.0\n").average == 62.5
    assert read_report(CSV + "average of the other desks,91\n").average == 62.5
