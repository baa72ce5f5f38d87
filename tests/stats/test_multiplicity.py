"""Corrections for many comparisons against statsmodels, published examples and their definitions."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from peerwatch.stats import benjamini_hochberg, e_bh, holm

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)
e_values = st.lists(st.one_of(st.floats(0, 1000), st.just(inf)), min_size=1, max_size=20)


# Benjamini and Hochberg (1995), JRSS B 57:289-300, their example: BH rejects four, Bonferroni three.
MYOCARDIAL = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
MYOCARDIAL += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]


def test_the_published_example_rejects_four() -> None:
    assert sum(benjamini_hochberg(MYOCARDIAL).rejected) == 4
    assert benjamini_hochberg(MYOCARDIAL).rejected[:5] == (True, True, True, True, False)
    assert sum(holm(MYOCARDIAL).rejected) == 3


def test_holm_by_hand_in_input_order() -> None:
    adjusted = holm([0.04, 0.01, 0.03, 0.005])
    assert adjusted.values == pytest.approx((0.06, 0.03, 0.06, 0.02))
    assert adjusted.rejected == (False, True, False, True)


@settings(max_examples=40, deadline=None)
@given(p_values, st.sampled_from([0.01, 0.05, 0.2]))
def test_both_agree_with_statsmodels(p: list[float], alpha: float) -> None:
    for method, name in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        adjusted = method(p, alpha)
        rejected, expected, *_ = multipletests(p, alpha, method=name)
        assert adjusted.values == pytest.approx(tuple(expected), abs=1e-12), name
        near = [abs(v - alpha) < 1e-9 for v in adjusted.values]
        assert all(a == b or n for a, b, n in zip(adjusted.rejected, rejected, near, strict=True)), name


@given(e_values, st.sampled_from([0.05, 0.1, 0.5]))
def test_e_bh_rejects_the_largest_set_that_its_definition_allows(e: list[float], alpha: float) -> None:
    m = len(e)
    ranked = sorted(e, reverse=True)
    sizes = [k for k in range(1, m + 1) if ranked[k - 1] * alpha * k >= m * (1 + 1e-9)]
    surely = max(sizes, default=0)
    possible = max((k for k in range(1, m + 1) if ranked[k - 1] * alpha * k >= m * (1 - 1e-9)), default=0)
    adjusted = e_bh(e, alpha)
    assert surely <= sum(adjusted.rejected) <= max(possible, surely + ranked[surely:].count(ranked[-1]))
    kept = [value for value, out in zip(e, adjusted.rejected, strict=True) if not out]
    dropped = [value for value, out in zip(e, adjusted.rejected, strict=True) if out]
    assert not kept or not dropped or min(dropped) > max(kept)


def test_e_bh_by_hand() -> None:
    # m = 4, alpha = .05: needs 80 for one, 40 each for two, 26.7 each for three.
    assert e_bh([39, 90, 1, 0]).rejected == (False, True, False, False)
    assert e_bh([41, 79, 1, 0]).rejected == (True, True, False, False)
    assert e_bh([27, 27, 27, 0]).rejected == (True, True, True, False)
    assert e_bh([26, 26, 26, 0]).rejected == (False, False, False, False)
    assert e_bh([inf, 0, 0, 0]).rejected == (True, False, False, False)
    assert e_bh([39, 90, 1, 0]).values == pytest.approx((4 / 78, 4 / 90, 1.0, 1.0))


@given(p_values)
def test_corrections_only_ever_raise_p_and_holm_is_the_stricter(p: list[float]) -> None:
    strict, loose = holm(p).values, benjamini_hochberg(p).values
    assert all(raw <= q + 1e-12 <= h + 2e-12 for raw, q, h in zip(p, loose, strict, strict=True))


@pytest.mark.parametrize("method", [holm, benjamini_hochberg, e_bh])
def test_one_hypothesis_needs_no_correction(method: Callable[[list[float]], object]) -> None:
    assert holm([0.03]).values == benjamini_hochberg([0.03]).values == (0.03,)
    assert e_bh([20.0]).rejected == (True,)
    with pytest.raises(ValueError, match=r"not empty|one-dimensional"):
        method([])
    with pytest.raises(ValueError, match=r"finite|NaN"):
        method([nan, 0.5])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: holm([0.1, 1.1]), "between 0 and 1"),
        (lambda: benjamini_hochberg([-0.1]), "between 0 and 1"),
        (lambda: e_bh([-1.0]), "at least 0"),
        (lambda: holm([0.1], alpha=0.0), "strictly between"),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
