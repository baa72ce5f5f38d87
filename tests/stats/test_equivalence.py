"""Equivalence is claimed exactly when the 1 - 2 alpha interval lies inside the margin."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from peerwatch.stats import mean_t, miettinen_nurminen, tost_mean, tost_proportions_2indep

DIFFERENCES = [0.4, -1.1, 0.9, 0.2, -0.3, 1.4, -0.8, 0.1, 0.5, -0.2]
arm = st.integers(2, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("delta", [0.3, 0.6, 2.0])
def test_means_agree_with_statsmodels(delta: float) -> None:
    p, lower, upper = DescrStatsW(np.array(DIFFERENCES)).ttost_mean(-delta, delta)
    test = tost_mean(DIFFERENCES, delta)
    assert (test.p_value, test.p_lower, test.p_upper) == pytest.approx((p, lower[1], upper[1]))
    assert test.equivalent == (p < 0.05)


def test_the_interval_is_the_ninety_percent_one() -> None:
    test, interval = tost_mean(DIFFERENCES, 1.0), mean_t(DIFFERENCES, level=0.9)
    assert (test.low, test.high) == pytest.approx((interval.low, interval.high))


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=20), st.floats(0.01, 6), st.sampled_from([0.01, 0.05]))
def test_interval_and_p_value_of_means_never_disagree(
    differences: list[float], delta: float, alpha: float
) -> None:
    test = tost_mean(differences, delta, alpha)
    if abs(test.p_value - alpha) > 1e-9:
        assert test.equivalent == (test.p_value < alpha)


@settings(deadline=None)
@given(arm, arm, st.floats(0.02, 0.9))
def test_interval_and_p_value_of_proportions_never_disagree(
    one: tuple[int, int], two: tuple[int, int], delta: float
) -> None:
    test = tost_proportions_2indep(*one, *two, delta)
    interval = miettinen_nurminen(*one, *two, 0.9)
    assert (test.low, test.high) == (interval.low, interval.high)
    if abs(test.p_value - 0.05) > 1e-6:
        assert test.equivalent == (test.p_value < 0.05)


@pytest.mark.parametrize("table", [(40, 100, 42, 110), (3, 60, 5, 58), (95, 100, 180, 200), (0, 30, 1, 40)])
@pytest.mark.parametrize("delta", [0.05, 0.1, 0.3])
def test_p_values_of_proportions_use_the_rates_most_likely_at_the_margin(
    table: tuple[int, int, int, int], delta: float
) -> None:
    # Not against statsmodels: its method "score" misses the restricted maximum (statsmodels issue 10269):
    # 56/70 - 48/80 gives 0.0526 to 0.3440 there, but 0.0528 to 0.3382 as published, and here.
    k1, n1, k2, n2 = table

    def z(margin: float) -> float:
        p2 = np.linspace(max(0.0, -margin), min(1.0, 1.0 - margin), 400_001)
        likelihood = stats.binom.logpmf(k1, n1, np.clip(p2 + margin, 0, 1)) + stats.binom.logpmf(k2, n2, p2)
        best = float(p2[np.argmax(likelihood)])
        variance = (best + margin) * (1 - best - margin) / n1 + best * (1 - best) / n2
        return (k1 / n1 - k2 / n2 - margin) / sqrt(variance * (n1 + n2) / (n1 + n2 - 1))

    test = tost_proportions_2indep(*table, delta=delta)
    assert test.p_lower == pytest.approx(float(stats.norm.sf(z(-delta))), abs=1e-5)
    assert test.p_upper == pytest.approx(float(stats.norm.cdf(z(delta))), abs=1e-5)
    assert test.p_value == max(test.p_lower, test.p_upper)


def test_the_size_at_the_margin_is_near_alpha_by_exact_enumeration() -> None:
    # True difference exactly at the margin: equivalence may be claimed in about alpha of all tables.
    n1 = n2 = 60
    mass1 = np.asarray(stats.binom.pmf(np.arange(n1 + 1), n1, 0.5))
    mass2 = np.asarray(stats.binom.pmf(np.arange(n2 + 1), n2, 0.3))
    claimed = sum(
        float(mass1[i] * mass2[j])
        for i in range(n1 + 1)
        for j in range(n2 + 1)
        if mass1[i] * mass2[j] > 1e-7 and tost_proportions_2indep(i, n1, j, n2, 0.2).equivalent
    )
    assert 0.03 < claimed < 0.06


def test_few_observations_never_show_equivalence() -> None:
    assert not tost_proportions_2indep(0, 20, 0, 20, 0.05).equivalent
    assert tost_proportions_2indep(0, 100, 0, 100, 0.05).equivalent


def test_degenerate_data_are_decided_by_rule_and_flagged() -> None:
    inside, outside, single = tost_mean([0.1] * 5, 0.5), tost_mean([0.5] * 5, 0.5), tost_mean([0.0], 0.5)
    assert inside.equivalent and inside.p_value == 0.0 and inside.degenerate
    assert not outside.equivalent and outside.p_value == 1.0 and outside.degenerate
    assert not single.equivalent and single.p_value == 1.0 and single.degenerate
    assert (single.low, single.high) == (-inf, inf)


def test_clusters_widen_the_interval() -> None:
    repeated, once = (
        tost_mean(DIFFERENCES * 20, 0.3, clusters=list(range(10)) * 20),
        tost_mean(DIFFERENCES, 0.3),
    )
    assert not repeated.equivalent
    assert repeated.p_value == pytest.approx(once.p_value)
    assert tost_mean(DIFFERENCES * 20, 0.3).equivalent


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: tost_mean([1.0, 2.0], 0.0), "delta must be a finite number above 0"),
        (lambda: tost_mean([1.0, 2.0], inf), "delta"),
        (lambda: tost_mean([1.0, 2.0], 1.0, alpha=0.5), "between 0 and 0.5"),
        (lambda: tost_mean([1.0, nan], 1.0), "finite"),
        (lambda: tost_proportions_2indep(1, 2, 1, 2, 5.0), "share strictly between 0 and 1"),
        (lambda: tost_proportions_2indep(3, 2, 1, 2, 0.1), "k1 must lie"),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
