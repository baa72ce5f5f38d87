"""Missing outcomes bound what can be said; flips count both directions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerwatch.stats import (
    count_flips,
    mcnemar_exact,
    newcombe,
    newcombe_paired,
    wilson,
    worst_case_difference,
    worst_case_proportion,
)

observed = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(0, 9)))


@given(observed)
def test_the_bounds_are_the_extremes_over_every_completion(arm: tuple[int, int, int]) -> None:
    k, n, missing = arm
    completions = [wilson(k + extra, n + missing) for extra in range(missing + 1)]
    bounds = worst_case_proportion(k, n, missing)
    assert bounds.low == min(c.estimate for c in completions)
    assert bounds.high == max(c.estimate for c in completions)
    assert bounds.interval_low == min(c.low for c in completions)
    assert bounds.interval_high == max(c.high for c in completions)
    assert bounds.interval_low <= bounds.low <= bounds.estimate <= bounds.high <= bounds.interval_high


@settings(deadline=None)
@given(observed, observed)
def test_the_bounds_of_a_difference_are_the_extremes_over_every_completion(
    one: tuple[int, int, int], two: tuple[int, int, int]
) -> None:
    k1, n1, m1 = one
    k2, n2, m2 = two
    completions = [
        newcombe(k1 + i, n1 + m1, k2 + j, n2 + m2) for i, j in product(range(m1 + 1), range(m2 + 1))
    ]
    bounds = worst_case_difference(*one, *two)
    assert bounds.low == pytest.approx(min(c.estimate for c in completions))
    assert bounds.high == pytest.approx(max(c.estimate for c in completions))
    assert bounds.interval_low == pytest.approx(min(c.low for c in completions))
    assert bounds.interval_high == pytest.approx(max(c.high for c in completions))
    assert bounds.low - 1e-12 <= bounds.estimate <= bounds.high + 1e-12


def test_nothing_missing_is_the_ordinary_interval() -> None:
    bounds, plain = worst_case_proportion(3, 40, 0), wilson(3, 40)
    assert bounds.low == bounds.high == bounds.estimate == plain.estimate
    assert (bounds.interval_low, bounds.interval_high) == (plain.low, plain.high)


def test_nineteen_percent_drop_out_by_hand() -> None:
    bounds = worst_case_proportion(0, 81, 19)
    assert (bounds.estimate, bounds.low, bounds.high) == (0.0, 0.0, 0.19)
    difference = worst_case_difference(0, 81, 19, 50, 98, 2)
    assert (difference.low, difference.high) == pytest.approx((-0.52, -0.31))
    assert (difference.n, difference.n_missing) == (179, 21)


def test_flips_are_counted_in_both_directions_and_the_bar_passes() -> None:
    treated, control = [80, 85, 79.9, 90, 10, 80], [79, 85, 80, 70, 12, 80]
    flips = count_flips(treated, control, 80)
    assert (flips.above, flips.up, flips.down, flips.below, flips.n) == (2, 2, 1, 1, 6)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=40))
def test_flips_are_the_paired_table_and_swap_with_the_arms(rows: list[tuple[int, int]]) -> None:
    treated, control = np.array(rows).T
    flips, back = count_flips(treated, control, 60), count_flips(control, treated, 60)
    assert (flips.up, flips.down) == (back.down, back.up)
    assert flips.above + flips.up + flips.down + flips.below == flips.n == len(rows)
    interval = newcombe_paired(flips.above, flips.up, flips.down, flips.below)
    assert interval.estimate == pytest.approx(float(np.mean(treated >= 60) - np.mean(control >= 60)))
    assert mcnemar_exact(flips.up, flips.down).p_value == mcnemar_exact(back.up, back.down).p_value


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: worst_case_proportion(5, 4, 0), "k must lie"),
        (lambda: worst_case_proportion(1, 4, -1), "missing must be a whole number"),
        (lambda: worst_case_proportion(0, 0, 9), "n must be a whole number of at least 1"),
        (lambda: worst_case_difference(1, 4, 0, 1, 4, -2), "missing2"),
        (lambda: worst_case_difference(1, 4, 0, 5, 4, 0), "k2 must lie"),
        (lambda: count_flips([1.0], [1.0, 2.0], 80), "treated 1, control 2"),
        (lambda: count_flips([nan], [1.0], 80), "treated must be finite"),
        (lambda: count_flips([1.0], [1.0], nan), "bar must be"),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
