"""What a phrase wrote, it reads back, alone or inside a long text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerwatch.workplace.phrases import Kinds, Phrase

FIELDS = ["name", "amount", "days_2", "_x"]

# Words and marks share no character with values, so that there is one reading only.
marks = st.text(".,;:!?*+()[]|^$\\/#- ", min_size=1, max_size=6)
values = st.text(st.characters(categories=("L", "N"), include_characters="_"), min_size=1, max_size=8)
loose_values = st.text(
    st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=8
)


@st.composite
def phrases(draw: st.DrawFn, *, open_ends: bool = True) -> Phrase:
    """Marks and fields in turn; a field may come again."""
    made = [] if open_ends and draw(st.booleans()) else [draw(marks)]
    for name in draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=5)):
        made += [f"{{{name}}}", draw(marks)]
    return Phrase("".join(made[:-1] if open_ends and draw(st.booleans()) else made))


def filled(each: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(dict.fromkeys(FIELDS, each))


@given(phrases(), filled(values))
def test_reading_is_the_inverse_of_writing(phrase: Phrase, given_values: dict[str, str]) -> None:
    wanted = {name: given_values[name] for name in phrase.fields}
    assert phrase.read(phrase.write(given_values)) == wanted


@given(phrases(), filled(loose_values))
def test_what_was_read_writes_the_same_sentence_again(phrase: Phrase, given_values: dict[str, str]) -> None:
    sentence = phrase.write(given_values)
    found = phrase.read(sentence)
    assert found is not None
    assert phrase.write(found) == sentence


@given(phrases(open_ends=False), filled(values), st.integers(0, 3000), st.integers(0, 3000))
def test_finding_agrees_with_reading_wherever_the_sentence_stands(
    phrase: Phrase, given_values: dict[str, str], before: int, after: int
) -> None:
    sentence = phrase.write(given_values)
    text = "lorem\n" * before + sentence + "\nlorem" * after
    assert phrase.find(text) == phrase.read(sentence)


@pytest.mark.parametrize(
    ("text", "sentence", "read"),
    [
        ("Plain.", "Plain.", {}),
        ("Within {n} days.", "Within 5 days.", {"n": "5"}),
        ("Within {n} days.", "Within five working days.", {"n": "five working"}),
        ("Within {n} days.", "within 5 days.", None),
        ("Within {n} days.", "Within 5 days. ", None),
        ("Within {n} days.", "Within 5 daysX", None),
        ("Within {n} days.", "Within  days.", None),
        ("Within {n} days.", "Within 5\n6 days.", None),
        ("{a} or {a}, {b}", "x or x, y", {"a": "x", "b": "y"}),
        ("{a} or {a}, {b}", "x or z, y", None),
        ("{a} (a+b)*", "1 (a+b)*", {"a": "1"}),
        ("{} {1} {a b} { a }", "{} {1} {a b} { a }", {}),
    ],
)
def test_reading(text: str, sentence: str, read: dict[str, str] | None) -> None:
    assert Phrase(text).read(sentence) == read


@pytest.mark.parametrize(
    ("sentence", "kinds", "read"),
    [
        ("12 of 40 units", (("n", r"\d+"),), {"n": "12", "m": "40"}),
        ("a of 40 units", (("n", r"\d+"),), None),
        ("12 of all units", (("n", r"\d+"),), {"n": "12", "m": "all"}),
        ("12 of all units", (("n", r"\d+"), ("m", r"\d+")), None),
        ("yes of 40 units", (("n", "yes|no"),), {"n": "yes", "m": "40"}),
        ("maybe of 40 units", (("n", "yes|no"),), None),
        ("12 of 40 units", (("other", r"x"),), {"n": "12", "m": "40"}),
    ],
)
def test_kinds_restrict_what_a_field_can_hold(
    sentence: str, kinds: Kinds, read: dict[str, str] | None
) -> None:
    assert Phrase("{n} of {m} units").read(sentence, kinds) == read
    assert Phrase("{n} of {m} units").find(sentence, kinds) == read


def test_fields_are_named_once_in_order() -> None:
    assert Phrase("{b} {a} {b} {c}").fields == ("b", "a", "c")
    assert Phrase("none").fields == ()


def test_writing_ignores_values_without_a_field_and_fields_inside_values() -> None:
    assert Phrase("{a} and {b}").write({"a": "{b}", "b": 2, "c": 3}) == "{b} and 2"


def test_a_missing_value_is_named_with_the_sentence() -> None:
    with pytest.raises(KeyError) as caught:
        Phrase("Within {days} days of {start}.").write({"start": "May", "end": "June"})
    for part in ("{days}", "Within {days} days of {start}.", "end", "start"):
        assert part in str(caught.value)


RULE = Phrase("Objections reach us within {n} days, signed by {who}.")
FILLER = "Objections are welcome. They reach us within reason.\n" * 4000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{FILLER}Objections reach us within 14 days, signed by Kim.\n{FILLER}", {"n": "14", "who": "Kim"}),
        (
            f"{FILLER}Objections reach us within 14 days, signed by Kim. "
            "Objections reach us within 2 days, signed by Lee.",
            {"n": "14", "who": "Kim"},
        ),
        # The words stand there once without the rest before they stand there with it.
        (
            f"Objections reach us within a\n{FILLER}Objections reach us within 7 days, signed by Lee.",
            {"n": "7", "who": "Lee"},
        ),
        (FILLER, None),
        ("", None),
    ],
)
def test_finding_in_a_long_text(text: str, found: dict[str, str] | None) -> None:
    assert RULE.find(text) == found


def test_finding_a_sentence_that_begins_or_ends_with_a_field() -> None:
    kinds = (("name", "[A-Z][a-z]+"), ("n", r"\d+"))
    assert Phrase("{name} has {n}").find("As noted, Kim has 250 in all.", kinds) == {
        "name": "Kim",
        "n": "250",
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        # Both fail, bugs in src: an open field at the end holds its first character only ("2"), and no field
        # may be longer than some 300 characters although reading knows no such limit.
        ("The total is {total}", "The total is 250"),
        ("From {a} to {b}.", f"From {'x' * 400} to y."),
    ],
    ids=["open end", "long value"],
)
def test_finding_a_sentence_that_stands_alone_is_reading_it(text: str, sentence: str) -> None:
    assert Phrase(text).find(sentence) == Phrase(text).read(sentence)
