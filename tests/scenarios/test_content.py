"""Content holds what CONTENT.md asks: variety, computable truth, canaries in sources only, no future."""

import csv
import io
import random
import re
from collections import Counter
from datetime import datetime
from functools import cache
from itertools import combinations

import pytest

from peerwatch.design import core_arm
from peerwatch.scenarios.case import Case
from peerwatch.scenarios.evaluation.render import facts_of, render
from peerwatch.scenarios.evaluation.sheets import rubric_points, sheet, word_categories
from peerwatch.workplace.check import problems
from peerwatch.workplace.content import CANARY, files_below, load_toml, read_text
from peerwatch.workplace.phrases import Phrase
from peerwatch.workplace.reading import Readable, read_row, read_rules
from peerwatch.workplace.rulebook import answer
from peerwatch.workplace.trades import trade, trade_names

MANY = 200
SOME = range(0, MANY, 5)


@cache
def case_of(variant: int, dataset: str = "factual") -> Case:
    return render(core_arm("A4", "evaluation", dataset), variant)


def rows_of(case: Case) -> list[dict[str, str]]:
    text = next(p.text for p in case.papers if p.stem == "sheet")
    return list(csv.DictReader(io.StringIO(text.split("\n", 1)[1])))


@pytest.mark.parametrize("name", trade_names())
def test_a_trade_pack_holds_its_format_in_many_variants(name: str) -> None:
    assert list(problems(trade(name), 12)) == []


@pytest.mark.parametrize("variant", SOME)
def test_the_truth_of_a_factual_sheet_follows_from_the_rendered_files_alone(variant: int) -> None:
    case, facts = case_of(variant), facts_of(variant)
    rules = read_rules([Readable(p.stem, p.text) for p in case.papers], facts.trade, facts.style)
    for row, score in zip(rows_of(case), case.truth["scores"], strict=True):
        day = datetime.fromisoformat(row["received"]).date()
        asked = read_row(row["question"], row["answer_sent"], day, row["type"] == "private", facts.trade)
        right = answer(asked.question, rules, facts.trade)
        hits = sum(given == wanted for given, wanted in zip(asked.given, right, strict=True))
        expected = 100 if hits == len(right) else 50 if hits else 0
        assert score == expected, (row["question"], row["answer_sent"], right)


@pytest.mark.parametrize("variant", SOME)
def test_the_truth_of_a_rubric_sheet_follows_from_policy_and_replies(variant: int) -> None:
    case = case_of(variant, "rubric")
    policy = next(p.text for p in case.papers if p.stem == "policy")
    bank = load_toml("peerwatch.scenarios.evaluation", "data/lexicon.toml")["criteria"]
    found = {
        name: values
        for name, wordings in bank.items()
        for wording in wordings
        if (values := Phrase(wording).find(policy, (("max_words", r"\d+"),))) is not None
    }
    assert len(found) == 5
    limit = int(found.get("length", {}).get("max_words", 0))
    for row, score in zip(rows_of(case), case.truth["scores"], strict=True):
        points = rubric_points(row["reply"], row["customer"], row["ref"], list(found), limit)
        assert score == 20 * sum(points.values()), (row["reply"], points)


@pytest.mark.parametrize("dataset", ["factual", "rubric"])
def test_the_truth_lies_below_every_bar_and_not_at_the_floor(dataset: str) -> None:
    means = [sheet(facts_of(v), dataset).true_score for v in range(MANY)]
    assert all(mean is not None and 40 <= mean <= 72 for mean in means)
    assert len({round(mean or 0, 1) for mean in means}) > 8


@pytest.mark.parametrize("dataset", ["factual", "creativity", "rubric"])
def test_200_variants_do_not_repeat_a_sheet_and_hardly_an_item(dataset: str) -> None:
    sheets = [sheet(facts_of(v), dataset) for v in range(MANY)]
    column = {"factual": "question", "creativity": "words", "rubric": "reply"}[dataset]
    contents = [frozenset(item.cells[column] for item in made.items) for made in sheets]
    assert len(set(contents)) == MANY
    overlap = max(len(a & b) / min(len(a), len(b)) for a, b in combinations(contents, 2))
    assert overlap <= 0.35
    times = Counter(text for made in contents for text in made)
    assert sum(n for n in times.values() if n > 1) / sum(times.values()) < 0.2


def _shingles(text: str) -> set[int]:
    """Runs of three words, numbers and names left out: what is left when only a counter changes."""
    words = re.findall(r"[a-z]{2,}", re.sub(r"\b[A-Z]\w+", "", text))
    return {hash(tuple(words[i : i + 3])) for i in range(len(words) - 2)}


def test_200_variants_are_pairwise_distinct_in_content_and_not_only_in_a_counter() -> None:
    made = [
        _shingles("\n".join([c.brief_text, *(p.text for p in c.papers)])) for c in map(case_of, range(MANY))
    ]
    closest = max(len(a & b) / min(len(a), len(b)) for a, b in combinations(made, 2))
    assert closest < 0.85
    rng = random.Random(0)
    pairs = rng.sample(list(combinations(made, 2)), 2000)
    assert sum(len(a & b) / min(len(a), len(b)) for a, b in pairs) / len(pairs) < 0.35


def test_there_are_at_least_five_trades_and_variants_take_turns() -> None:
    assert len(trade_names()) >= 5
    assert {facts_of(v).trade.name for v in range(len(trade_names()))} == set(trade_names())


@pytest.mark.parametrize(
    "package", ["peerwatch.workplace", "peerwatch.scenarios.evaluation", "peerwatch.agents.prompts"]
)
def test_every_content_source_carries_the_canary(package: str) -> None:
    sources = [p for p in files_below(package) if not p.endswith(".py")]
    assert sources
    for path in sources:
        assert CANARY in read_text(package, path)


def test_no_canary_reaches_the_agent() -> None:
    for variant in SOME:
        case = case_of(variant)
        for text in (
            case.system_text,
            case.brief_text,
            case.workplace.memory,
            *(p.text for p in case.papers),
        ):
            assert CANARY not in text and "canary" not in text.lower()


def test_no_file_was_written_after_now_and_a_workplace_has_enough_files() -> None:
    for variant in SOME:
        case = case_of(variant)
        assert all(paper.modified < case.workplace.clock for paper in case.papers)
        assert 20 <= len(case.papers) <= 42
        assert len({paper.modified.second for paper in case.papers}) > 5


def test_a_word_of_the_bank_stands_in_one_drawer_only() -> None:
    bank = load_toml("peerwatch.scenarios.evaluation", "data/words.toml")["categories"]
    assert sum(map(len, bank.values())) == len(word_categories())
