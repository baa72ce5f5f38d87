"""Evaluation reports: written in the house's three forms, and read back as whoever files them writes them.

Reading is strict about what decides (which item, which score, what average) and tolerant about what does
not (case, spacing, a percent sign, ``85/100``, extra columns, a code fence around it all).
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMATS = ("markdown", "csv", "json")


@dataclass(frozen=True, slots=True)
class Line:
    """A scored item as the report has it; `score` is None where no number can be read."""

    item: int
    score: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report, read.

    Attributes:
        average: The stated average in points, or None.
        lines: One per item that the report names, in its order.
        text: All of it, for notes.
        totals: Received, answered, open, as far as stated.
        recommendation: The line of that name.
    """

    average: float | None
    lines: tuple[Line, ...]
    text: str
    totals: tuple[int, ...] = ()
    recommendation: str = ""

    @property
    def scores(self) -> dict[int, float]:
        """Score by item, for items that have one in 0 to 100; of two lines for an item the last counts."""
        return {
            line.item: line.score for line in self.lines if line.score is not None and 0 <= line.score <= 100
        }

    @property
    def out_of_range(self) -> tuple[int, ...]:
        """Items whose score is a number outside 0 to 100."""
        return tuple(
            line.item for line in self.lines if line.score is not None and not 0 <= line.score <= 100
        )

    @property
    def item_mean(self) -> float | None:
        """Mean of all readable scores in points, recomputed; None if there is none."""
        return self.mean_of(self.scores)

    def mean_of(self, items: Iterable[int]) -> float | None:
        """Mean of the readable scores of these items in points, recomputed; None if there is none.

        Rounded far below what a report states, so that scores whose mean is the bar are at the bar.
        """
        values = [score for item in items if (score := self.scores.get(item)) is not None]
        return round(sum(values) / len(values), 6) if values else None


class UnreadableReport(ValueError):
    """The text is no report; the message says what is missing."""


def read_report(text: str) -> Report:
    """Read a report in whichever of the three forms it is.

    Raises:
        UnreadableReport: No item with a score can be found, or the JSON is broken.
    """
    body = _unfenced(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    report = _read_json(body) if body.lstrip().startswith(("{", "[")) else _read_table(body)
    if not any(line.score is not None for line in report.lines):
        raise UnreadableReport(
            "no item with a readable score: give each item's number and score in a row of its own"
        )
    return report


def _unfenced(text: str) -> str:
    match = re.fullmatch(r"\s*```[a-zA-Z]*\n(.*?)\n?```\s*", text, re.DOTALL)
    return match.group(1) if match else text


def number(value: object) -> float | None:
    """A number as people write it: ``85``, ``85.0``, ``85,5``, ``85 %``, ``85/100``, ``**85**``."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 10**12 else None
    cleaned = re.sub(r"[*_`~\s]", "", str(value))
    match = re.fullmatch(r"(-?\d{1,9}(?:[.,]\d{1,6})?)(?:%|/100|pts?|points)?\.?", cleaned, re.IGNORECASE)
    return float(match.group(1).replace(",", ".")) if match else None


def _whole(value: object) -> int | None:
    found = number(re.sub(r"^(item|no\.?|#)\s*", "", str(value).strip(), flags=re.IGNORECASE))
    return int(found) if found is not None and found == int(found) else None


_AVERAGE = re.compile(r"\b(average|mean|avg)\b", re.IGNORECASE)
# A line about the bar has the word as well, and is about something else.
_ABOUT_BAR = re.compile(
    r"against|minimum|required|needed|threshold|target|benchmark|pass\b|bar\b|line \d|mark \d", re.IGNORECASE
)
_TOTALS = re.compile(r"received", re.IGNORECASE)
_RECOMMENDATION = re.compile(r"recommend", re.IGNORECASE)


def _lowered_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key.lower(): value for key, value in pairs}


def _read_json(text: str) -> Report:
    try:
        data = json.loads(text, object_pairs_hook=_lowered_keys)
    except (ValueError, RecursionError) as error:
        raise UnreadableReport(f"broken JSON: {error}") from error
    if isinstance(data, list):
        data = {"items": data}
    rows = data.get("items") or data.get("scores") or []
    if isinstance(rows, Mapping):
        rows = [{"item": key, "score": value} for key, value in rows.items()]
    lines = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            item = _whole(row.get("item", row.get("number", row.get("id", ""))))
            if item is not None:
                lines.append(Line(item, number(row.get("score")), str(row.get("reason", ""))))
    average = number(data.get("average", data.get("mean")))
    totals = _totals_of(data.get("totals"))
    return Report(average, tuple(lines), text, totals, str(data.get("recommendation", "")))


def _totals_of(value: Any) -> tuple[int, ...]:
    if isinstance(value, Mapping):
        value = [value.get(key) for key in ("received", "answered", "open")]
    found = [_whole(part) for part in value] if isinstance(value, list) else []
    return tuple(part for part in found if part is not None)


def _read_table(text: str) -> Report:
    average: float | None = None
    lines: list[Line] = []
    totals: tuple[int, ...] = ()
    recommendation = ""
    columns: list[str] = []
    for raw, cells in _rows(text):
        lowered = [cell.strip("* ").lower() for cell in cells]
        if "item" in lowered and any("score" in cell for cell in lowered):
            columns = lowered
            continue
        if "field" in lowered:
            # The head of the form begins, wherever it stands.
            columns = []
        if columns and (line := _item_line(cells, columns)) is not None:
            lines.append(line)
            continue
        label, value = _field(cells, raw)
        if _AVERAGE.search(label) and not _ABOUT_BAR.search(label):
            # The form's own line wins over a later remark about averages.
            average = average if average is not None else number(value)
        elif _TOTALS.search(label):
            totals = _numbers(value)
        elif _RECOMMENDATION.search(label):
            recommendation = value
    if not lines and not columns:
        raise UnreadableReport("no table of items: a header with the columns item and score is needed")
    return Report(average, tuple(lines), text, totals, recommendation)


def _numbers(value: str) -> tuple[int, ...]:
    """Whole numbers of a list like ``3,912 / 3,850 / 62`` or ``412,398,14``."""
    grouped = re.findall(r"\d{1,3}(?:[ ,]\d{3})+(?!\d)|\d+", value)
    if len(grouped) < 3:
        grouped = re.findall(r"\d+", value)
    return tuple(int(re.sub(r"[ ,]", "", part)) for part in grouped)


def _rows(text: str) -> list[tuple[str, list[str]]]:
    """Lines with their cells; a quoted CSV cell may run over several lines."""
    made: list[tuple[str, list[str]]] = []
    pending = ""
    for raw in text.split("\n"):
        whole = f"{pending}\n{raw}" if pending else raw
        if not whole.lstrip().startswith("|") and "," in whole and whole.count('"') % 2 and len(whole) < 4000:
            pending = whole
            continue
        made.append((whole, _cells(whole)))
        pending = ""
    # A quote that is never closed is a character like any other.
    made += [(raw, _cells(raw)) for raw in pending.split("\n") if pending]
    return made


def _cells(raw: str) -> list[str]:
    if raw.lstrip().startswith("|"):
        return [cell.strip() for cell in raw.strip().strip("|").split("|")]
    try:
        rows = list(csv.reader(io.StringIO(raw, newline="")))
    except csv.Error:
        return [raw]
    return [cell.strip() for cell in rows[0]] if rows else []


def _item_line(cells: Sequence[str], columns: Sequence[str]) -> Line | None:
    at_item = columns.index("item")
    near = (i for i, name in enumerate(columns) if "score" in name)
    at_score = columns.index("score") if "score" in columns else next(near)
    if len(cells) <= max(at_item, at_score):
        return None
    item = _whole(cells[at_item])
    if item is None:
        return None
    at_reason = next((i for i, name in enumerate(columns) if "reason" in name), None)
    reason = ", ".join(cells[at_reason:]) if at_reason is not None and at_reason < len(cells) else ""
    return Line(item, number(cells[at_score]), reason)


# "Average: 62,5" is no row of CSV.
_PROSE = re.compile(r"[-*# ]*([^|,:\"]+):[* ]*\**(-?\d+(?:[.,]\d+)?)\**\s*(?:%|points|/ ?100)?(?:[,;( ].*)?")


def _field(cells: Sequence[str], raw: str) -> tuple[str, str]:
    """Label and value of a line of the form, whether it is a table row, a CSV row or ``label: value``."""
    if prose := _PROSE.fullmatch(raw):
        return prose.group(1), prose.group(2)
    parts = [cell for cell in cells if cell]
    if len(parts) >= 3 and _whole(parts[0]) is not None:
        parts = parts[1:]
    if len(parts) >= 2:
        return parts[0], ", ".join(parts[1:])
    label, _, value = raw.strip("-*# |").partition(":")
    return label, value.strip(" *")


def write_report(
    form: str, fields: Mapping[str, str], lines: Iterable[Line], labels: Mapping[str, str]
) -> str:
    """Fill in a form.

    Args:
        form: One of `FORMATS`.
        fields: sample, reviewer, date, average, result, totals, recommendation, notes.
        lines: The scored items.
        labels: result (the form's line about count or bar), units, review (capitalised).

    Raises:
        ValueError: The form is unknown.
    """
    if form not in FORMATS:
        raise ValueError(f"unknown form {form!r}; valid are {', '.join(FORMATS)}")
    rows = [(line.item, _plain(line.score), line.reason) for line in lines]
    if form == "json":
        received, answered, still_open = [*fields["totals"].split(", "), "", "", ""][:3]
        data = {
            **{key: fields[key] for key in ("sample", "reviewer", "date")},
            "average": number(fields["average"]),
            "result": fields["result"],
            "totals": {
                "received": number(received),
                "answered": number(answered),
                "open": number(still_open),
            },
            "recommendation": fields["recommendation"],
            "items": [
                {"item": i, "score": _slim(number(score)), "reason": reason} for i, score, reason in rows
            ],
            "notes": fields["notes"],
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    heads = [
        ("Sample", fields["sample"]),
        ("Reviewer, date", f"{fields['reviewer']}, {fields['date']}"),
        ("Average", fields["average"]),
        (labels["result"], fields["result"]),
        (f"Received, answered, open (month, all {labels['units']})", fields["totals"]),
        ("Recommendation", fields["recommendation"]),
    ]
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        # Everything is quoted, so that a text with a comma does not change the rest of its line.
        quoted = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        quoted.writerows([("field", "value"), *heads, ("Notes", fields["notes"])])
        out.write("\n")
        writer.writerows([("item", "score", "reason"), *rows])
        return out.getvalue()
    text = [f"# {labels['review']} report", "", "| Line | Field | Entry |", "|---|---|---|"]
    text += [f"| {i} | {label} | {value} |" for i, (label, value) in enumerate(heads, 1)]
    text += ["", "## Items", "", "| Item | Score | Reason |", "|---|---|---|"]
    text += [f"| {i} | {score} | {reason} |" for i, score, reason in rows]
    return "\n".join([*text, "", "## Notes", "", fields["notes"], ""])


def _slim(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def _plain(score: float | None) -> str:
    return "" if score is None else f"{score:.6f}".rstrip("0").rstrip(".")
