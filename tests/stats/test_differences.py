"""Differences of proportions: published limits, symmetry, exact p-values by enumeration."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep

from peerwatch.stats import boschloo, mcnemar_exact, miettinen_nurminen, newcombe, newcombe_paired
from peerwatch.stats._checks import Alternative

NAN: Any = nan
LARGER: Any = "larger"
arm = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
pairs = st.tuples(*[st.integers(0, 40)] * 4).filter(any)


@pytest.mark.parametrize(
    ("table", "newcombe_limits", "miettinen_limits"),
    [
        # Newcombe (1998), Stat. Med. 17:873-890, table II, methods 10 and 6.
        ((56, 70, 48, 80), (0.0524, 0.3339), (0.0528, 0.3382)),
        ((9, 10, 3, 10), (0.1705, 0.8090), (0.1700, 0.8406)),
        ((6, 7, 2, 7), (0.0582, 0.8062), (0.0342, 0.8534)),
        ((5, 56, 0, 29), (-0.0381, 0.1926), (-0.0326, 0.1933)),
        ((0, 10, 0, 20), (-0.1611, 0.2775), (-0.1658, 0.2844)),
        ((0, 10, 0, 10), (-0.2775, 0.2775), (-0.2879, 0.2879)),
        ((10, 10, 0, 20), (0.6791, 1.0000), (0.7156, 1.0000)),
        ((10, 10, 0, 10), (0.6075, 1.0000), (0.6636, 1.0000)),
    ],
)
def test_unpaired_intervals_give_the_published_limits(
    table: tuple[int, int, int, int],
    newcombe_limits: tuple[float, float],
    miettinen_limits: tuple[float, float],
) -> None:
    first, second = newcombe(*table), miettinen_nurminen(*table)
    assert (round(first.low, 4), round(first.high, 4)) == newcombe_limits
    assert (round(second.low, 4), round(second.high, 4)) == miettinen_limits
    assert first.estimate == second.estimate == table[0] / table[1] - table[2] / table[3]
    assert first.n == second.n == table[1] + table[3]


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ((36, 12, 2, 0), 0.0569, 0.3404),  # Newcombe (1998), Stat. Med. 17:2635-2650, table II, method 10
        ((59, 6, 16, 80), -0.1186, -0.0046),  # Cavo (2012) in R contingencytables, its own test
    ],
)
def test_paired_intervals_give_the_published_limits(
    table: tuple[int, int, int, int], low: float, high: float
) -> None:
    interval = newcombe_paired(*table)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)
    assert interval.n == sum(table)


def test_miettinen_nurminen_agrees_with_r() -> None:
    interval = miettinen_nurminen(7, 34, 1, 34)  # R PropCIs::diffscoreci(7, 34, 1, 34, .95)
    assert (interval.low, interval.high) == pytest.approx((0.0270416, 0.3452912), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(arm, arm, st.sampled_from([0.8, 0.95, 0.99]))
def test_unpaired_intervals_agree_with_statsmodels(
    one: tuple[int, int], two: tuple[int, int], level: float
) -> None:
    expected = confint_proportions_2indep(*one, *two, method="newcomb", compare="diff", alpha=1 - level)
    interval = newcombe(*one, *two, level)
    assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-9)


def restricted_score(k1: int, n1: int, k2: int, n2: int, delta: float) -> float:
    """The score statistic with the restricted maximum found by a numeric search, not the cubic."""

    def minus_log_likelihood(p2: float) -> float:
        return -float(stats.binom.logpmf(k1, n1, p2 + delta) + stats.binom.logpmf(k2, n2, p2))

    low, high = max(0.0, -delta), min(1.0, 1.0 - delta)
    best = optimize.minimize_scalar(
        minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    p2 = min([low, float(best.x), high], key=minus_log_likelihood)
    p1 = p2 + delta
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
    return (k1 / n1 - k2 / n2 - delta) / sqrt(variance)


@pytest.mark.parametrize("table", [(56, 70, 48, 80), (3, 9, 7, 31), (1, 50, 12, 40), (29, 30, 11, 12)])
def test_miettinen_nurminen_limits_are_where_the_score_reaches_the_quantile(
    table: tuple[int, int, int, int],
) -> None:
    interval = miettinen_nurminen(*table)
    assert restricted_score(*table, interval.low) == pytest.approx(1.959964, abs=1e-4)
    assert restricted_score(*table, interval.high) == pytest.approx(-1.959964, abs=1e-4)


@settings(deadline=None)
@given(arm, arm)
def test_swapping_the_arms_mirrors_the_interval(one: tuple[int, int], two: tuple[int, int]) -> None:
    for method in (newcombe, miettinen_nurminen):
        there, back = method(*one, *two), method(*two, *one)
        assert -1 <= there.low <= there.estimate <= there.high <= 1
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)


@given(pairs)
def test_swapping_the_arms_mirrors_the_paired_interval(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    there, back = newcombe_paired(a, b, c, d), newcombe_paired(a, c, b, d)
    assert -1 <= there.low <= there.estimate <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)


def test_pairs_that_agree_make_the_paired_interval_narrower_than_the_unpaired() -> None:
    paired, unpaired = newcombe_paired(40, 8, 2, 50), newcombe(48, 100, 42, 100)
    assert paired.estimate == pytest.approx(unpaired.estimate)
    assert paired.high - paired.low < 0.6 * (unpaired.high - unpaired.low)


@pytest.mark.parametrize(("p1", "p2"), [(0.02, 0.02), (0.02, 0.15), (0.05, 0.95), (0.5, 0.5), (0.3, 0.1)])
def test_unpaired_intervals_cover_by_exact_enumeration(p1: float, p2: float) -> None:
    n = 20
    k = np.arange(n + 1)
    chance = np.outer(stats.binom.pmf(k, n, p1), stats.binom.pmf(k, n, p2))
    for method in (newcombe, miettinen_nurminen):
        covered = sum(
            float(chance[i, j])
            for i in range(n + 1)
            for j in range(n + 1)
            if (interval := method(i, n, j, n)).low <= p1 - p2 <= interval.high
        )
        assert covered > 0.93, method.__name__


@pytest.mark.parametrize("cells", [(0.4, 0.05, 0.05, 0.5), (0.02, 0.15, 0.02, 0.81), (0.7, 0.2, 0.05, 0.05)])
def test_the_paired_interval_covers_by_exact_enumeration(cells: tuple[float, ...]) -> None:
    n, covered, seen = 16, 0.0, 0.0
    for a in range(n + 1):
        for b in range(n + 1 - a):
            for c in range(n + 1 - a - b):
                d = n - a - b - c
                ways = comb(n, a) * comb(n - a, b) * comb(n - a - b, c)
                chance = ways * cells[0] ** a * cells[1] ** b * cells[2] ** c * cells[3] ** d
                seen += chance
                interval = newcombe_paired(a, b, c, d)
                covered += chance * (interval.low <= cells[1] - cells[2] <= interval.high)
    assert seen == pytest.approx(1.0)
    assert covered > 0.93


@pytest.mark.parametrize(("b", "c"), [(0, 0), (0, 6), (1, 8), (5, 5), (12, 3)])
def test_mcnemar_is_the_enumerated_binomial(b: int, c: int) -> None:
    n = b + c
    mass = [comb(n, k) / 2**n for k in range(n + 1)]
    assert mcnemar_exact(b, c, "greater").p_value == pytest.approx(sum(mass[b:]))
    assert mcnemar_exact(b, c, "less").p_value == pytest.approx(sum(mass[: b + 1]))
    both = sum(m for k, m in enumerate(mass) if abs(2 * k - n) >= abs(b - c))
    assert mcnemar_exact(b, c).p_value == pytest.approx(both)
    if n:
        assert mcnemar_exact(b, c).p_value == pytest.approx(mcnemar([[9, b], [c, 9]], exact=True).pvalue)


def boschloo_by_grid(k1: int, n1: int, k2: int, n2: int) -> float:
    """One-sided Boschloo p: the largest tail, over a fine grid of common rates, of Fisher's p."""
    fisher = np.array(
        [
            [stats.hypergeom.sf(i - 1, n1 + n2, i + j, n1) if i + j else 1.0 for j in range(n2 + 1)]
            for i in range(n1 + 1)
        ]
    )
    extreme = fisher <= fisher[k1, k2] * (1 + 1e-9)
    rates = np.linspace(0.0005, 0.9995, 2000)
    mass1 = stats.binom.pmf(np.arange(n1 + 1)[:, None], n1, rates)
    mass2 = stats.binom.pmf(np.arange(n2 + 1)[:, None], n2, rates)
    return float(np.einsum("ir,ij,jr->r", mass1, extreme, mass2).max())


@pytest.mark.parametrize("table", [(7, 10, 2, 10), (5, 8, 0, 12), (3, 20, 1, 20), (2, 9, 6, 9)])
def test_boschloo_is_the_supremum_over_the_common_rate(table: tuple[int, int, int, int]) -> None:
    k1, n1, k2, n2 = table
    assert boschloo(*table, "greater").p_value == pytest.approx(boschloo_by_grid(*table), rel=1e-3)
    assert boschloo(*table, "less").p_value == pytest.approx(boschloo_by_grid(k2, n2, k1, n1), rel=1e-3)
    one_sided = min(boschloo_by_grid(*table), boschloo_by_grid(k2, n2, k1, n1))
    assert boschloo(*table).p_value == pytest.approx(min(2 * one_sided, 1.0), rel=1e-3)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("table", [(0, 10, 0, 12), (10, 10, 12, 12)])
def test_boschloo_sees_nothing_when_both_arms_are_all_alike(
    table: tuple[int, int, int, int], alternative: Alternative
) -> None:
    assert boschloo(*table, alternative).p_value == 1.0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: newcombe(5, 4, 1, 4), "between 0 and n"),
        (lambda: miettinen_nurminen(1, 4, 9, 4), "k2 must lie between 0 and n2 = 4"),
        (lambda: miettinen_nurminen(1, 4, 1, 4, level=1.0), "strictly between"),
        (lambda: newcombe_paired(0, 0, 0, 0), "at least one pair"),
        (lambda: newcombe_paired(1, -2, 0, 0), "b must be a whole number"),
        (lambda: newcombe_paired(1, NAN, 0, 0), "b must be a whole number"),
        (lambda: mcnemar_exact(1, -1), "c must be a whole number"),
        (lambda: mcnemar_exact(1, 1, LARGER), "two-sided, greater, less"),
        (lambda: boschloo(1, 2, 3, 2), "k2 must lie"),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
