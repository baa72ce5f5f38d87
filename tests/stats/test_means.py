"""Means and paired shifts: classic t limits, clusters, and the sign-flip test by brute force."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import inf, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from peerwatch.stats import Alternative, did, mean_t, paired_shift, sign_flip_p

LARGER: Any = "larger"
WORDS: Any = ["a", "b"]
GAP: Any = [1.0, None]
scores = st.lists(st.floats(-100, 100), min_size=2, max_size=30)


# Student (1908), Biometrika 6:1-25: extra hours of sleep, drug 1 and drug 2, ten patients; R's `sleep`.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_students_sleep_data_give_the_published_paired_interval() -> None:
    shift = paired_shift(SLEEP_1, SLEEP_2)
    assert shift.estimate == pytest.approx(-1.58)
    assert (shift.low, shift.high) == pytest.approx((-2.4598858, -0.7001142), abs=1e-6)
    assert shift.sd == pytest.approx(1.229995, abs=1e-5)
    assert (shift.n, shift.n_clusters, shift.degenerate) == (10, 10, False)


@given(scores, st.sampled_from([0.8, 0.95, 0.99]))
def test_without_clusters_it_is_the_classic_t_interval(values: list[float], level: float) -> None:
    interval = mean_t(values, level=level)
    singles = mean_t(values, clusters=range(len(values)), level=level)
    assert (singles.low, singles.high) == (interval.low, interval.high)
    if not interval.degenerate:
        expected = DescrStatsW(np.asarray(values)).tconfint_mean(alpha=1 - level)
        assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert interval.low <= interval.estimate <= interval.high


def test_clusters_are_averaged_first_whatever_their_size_and_order() -> None:
    values, clusters = [1.0, 9.0, 3.0, 4.0, 5.0, 1.0], ["x", "y", "x", "z", "z", "x"]
    interval = mean_t(values, clusters)
    means = [5 / 3, 9.0, 4.5]
    half = stats.t.ppf(0.975, 2) * np.std(means, ddof=1) / sqrt(3)
    assert interval.estimate == pytest.approx(np.mean(means))
    assert (interval.low, interval.high) == pytest.approx((np.mean(means) - half, np.mean(means) + half))
    assert (interval.n, interval.n_clusters) == (6, 3)


def test_repeating_every_variant_does_not_make_the_interval_narrower() -> None:
    once = mean_t(SLEEP_1)
    copied = mean_t(SLEEP_1 * 10, clusters=list(range(10)) * 10)
    naive = mean_t(SLEEP_1 * 10)
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))
    assert naive.high - naive.low < 0.4 * (copied.high - copied.low)


@pytest.mark.parametrize("value", [0.0, 0.1, 7.3, -1e9])
def test_no_spread_gives_no_width_and_says_so(value: float) -> None:
    interval = mean_t([value] * 7)
    assert (interval.low, interval.high, interval.sd) == (interval.estimate, interval.estimate, 0.0)
    assert interval.estimate == pytest.approx(value)
    assert interval.degenerate


def test_a_constant_shift_stays_degenerate_through_rounding() -> None:
    control = np.array([60.1, 63.7, 71.3, 55.9])
    assert paired_shift(control + 5.3, control).degenerate


@pytest.mark.parametrize("clusters", [None, ["only"]])
def test_one_value_bounds_nothing_and_says_so(clusters: list[str] | None) -> None:
    interval = mean_t([3.0], clusters)
    assert (interval.estimate, interval.low, interval.high) == (3.0, -inf, inf)
    assert interval.sd is None and interval.degenerate


def test_one_cluster_of_many_values_bounds_nothing() -> None:
    assert mean_t([1.0, 2.0, 5.0], ["a", "a", "a"]).high == inf


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=20))
def test_swapping_the_arms_mirrors_the_shift(rows: list[tuple[float, float]]) -> None:
    treated, control = np.array(rows).T
    there, back = paired_shift(treated, control), paired_shift(control, treated)
    assert (there.low, there.estimate, there.high) == pytest.approx((-back.high, -back.estimate, -back.low))


def test_difference_in_differences_agrees_with_the_interaction_of_a_fixed_effects_regression() -> None:
    rng = np.random.default_rng(5)
    n = 12
    variant = rng.normal(0, 8, n)
    cells = [variant + shift + rng.normal(0, 2, n) for shift in (9.0, 4.0, 3.0, 2.0)]
    interval = did(cells[0], cells[1], cells[2], cells[3])
    # Least squares of the interaction with one intercept per variant.
    rows, target = [], []
    for i in range(n):
        for cell, (condition, treated) in enumerate([(1, 1), (1, 0), (0, 1), (0, 0)]):
            dummies = [float(i == j) for j in range(n)]
            rows.append([*dummies, float(condition), float(treated), float(condition * treated)])
            target.append(cells[cell][i])
    coefficient = np.linalg.lstsq(np.array(rows), np.array(target), rcond=None)[0][-1]
    assert interval.estimate == pytest.approx(coefficient)
    parts = paired_shift(cells[0], cells[1]).estimate - paired_shift(cells[2], cells[3]).estimate
    assert interval.estimate == pytest.approx(parts)
    assert interval.low < 4 < interval.high
    assert did(cells[2], cells[3], cells[0], cells[1]).high == pytest.approx(-interval.low)


def test_a_shift_common_to_both_conditions_leaves_no_difference_in_differences() -> None:
    base = np.array([50.0, 61.0, 72.0, 64.0])
    interval = did(base + 8, base, base + 3 + 8, base + 3)
    assert interval.estimate == 0.0 and interval.degenerate


def brute_force_p(differences: list[float], alternative: Alternative) -> float:
    observed = sum(differences)
    hits = 0
    for signs in product((1, -1), repeat=len(differences)):
        flipped = sum(s * d for s, d in zip(signs, differences, strict=True))
        if alternative == "greater":
            hits += flipped >= observed - 1e-9
        elif alternative == "less":
            hits += flipped <= observed + 1e-9
        else:
            hits += abs(flipped) >= abs(observed) - 1e-9
    return float(hits) / 2.0 ** len(differences)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@settings(max_examples=25)
@given(values=st.lists(st.integers(-9, 9), min_size=1, max_size=9))
def test_sign_flip_enumerates_every_flip(values: list[int], alternative: Alternative) -> None:
    differences = [v / 10 for v in values]
    test = sign_flip_p(differences, alternative)
    assert test.p_value == pytest.approx(brute_force_p(differences, alternative))
    assert "exact" in test.method


def test_fishers_analysis_of_darwins_maize_is_reproduced() -> None:
    # Fisher (1935), The Design of Experiments, section 21: 1,726 of the 32,768 flips reach a total of 314.
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert sum(darwin) == 314
    assert sign_flip_p(darwin).p_value == pytest.approx(1726 / 32768)


def test_zero_differences_do_not_count_as_flips() -> None:
    assert sign_flip_p([1.0, 2.0, 3.0] + [0.0] * 40, "greater").p_value == 1 / 8
    assert sign_flip_p([0.0] * 5).p_value == 1.0


def test_random_flips_approach_the_exact_p_and_repeat_with_the_seed() -> None:
    # 17 equal differences: the sum is a binomial, so the exact p is known where enumeration stops.
    differences = [1.0] * 13 + [-1.0] * 4
    exact = float(stats.binomtest(13, 17, 0.5, alternative="greater").pvalue)
    test = sign_flip_p(differences, "greater", n_resamples=40_000, seed=3)
    assert test.p_value == pytest.approx(exact, abs=4 * sqrt(exact / 40_000))
    assert test == sign_flip_p(differences, "greater", n_resamples=40_000, seed=3)
    assert test.p_value != sign_flip_p(differences, "greater", n_resamples=40_000, seed=4).p_value
    assert "40000" in test.method and "seed 3" in test.method


def test_a_random_p_is_never_zero() -> None:
    assert sign_flip_p([5.0] * 60, "greater", n_resamples=999).p_value == 1 / 1000


def test_sign_flip_holds_its_size_exactly() -> None:
    # Every sign pattern of the same magnitudes is equally likely under the null: p <= alpha in at most alpha.
    magnitudes = [0.5, 1.0, 1.0, 2.0, 3.5, 4.0, 7.0, 9.0]
    rejected = [
        sign_flip_p([s * m for s, m in zip(signs, magnitudes, strict=True)]).p_value <= 0.05
        for signs in product((1, -1), repeat=8)
    ]
    assert 0.02 < sum(rejected) / 256 <= 0.05


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: mean_t([1.0, nan]), "first at index 1"),
        (lambda: mean_t(GAP), "finite|numbers"),
        (lambda: mean_t([inf, 1.0]), "finite"),
        (lambda: mean_t([]), "not empty"),
        (lambda: mean_t([[1.0], [2.0]]), "one-dimensional"),
        (lambda: mean_t(WORDS), "numbers"),
        (lambda: mean_t([1.0, 2.0], ["a"]), "2 values, 1 labels"),
        (lambda: mean_t([1.0, 2.0], ["a", None]), "None or NaN"),
        (lambda: mean_t([1.0, 2.0], [0.0, nan]), "None or NaN"),
        (lambda: mean_t([1.0, 2.0], level=0.0), "strictly between"),
        (lambda: paired_shift([1.0, 2.0], [1.0]), "treated 2, control 1"),
        (lambda: did([1.0], [1.0], [1.0], [1.0, 2.0]), "control_0 2"),
        (lambda: sign_flip_p([nan]), "finite"),
        (lambda: sign_flip_p([1.0], LARGER), "two-sided, greater, less"),
        (lambda: sign_flip_p([1.0], n_resamples=0), "at least 1"),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()


def test_equal_clusters_give_the_clustered_standard_error_written_out() -> None:
    values = np.array([3.0, 5.0, 4.0, 9.0, 8.0, 7.5, 1.0, 2.0, 0.5, 6.0, 6.5, 4.0])
    clusters = np.repeat(np.arange(4), 3)
    residual = values - values.mean()
    meat = sum(float(residual[clusters == g].sum()) ** 2 for g in range(4))
    error = sqrt(4 / 3 * meat) / 12
    interval = mean_t(values, clusters)
    assert (interval.high - interval.low) / 2 == pytest.approx(float(stats.t.ppf(0.975, 3)) * error)
