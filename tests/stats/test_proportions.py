"""Intervals for one proportion keep what they promise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import comb, inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from peerwatch.stats import exact_lower, exact_upper, korn_graubard, wilson

HALF: Any = 1.5
NAN: Any = nan
INF: Any = inf
counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Newcombe (1998), Stat. Med. 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0000),
    ],
)
def test_wilson_gives_the_published_limits(k: int, n: int, low: float, high: float) -> None:
    interval = wilson(k, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)
    assert (interval.estimate, interval.level, interval.n) == (k / n, 0.95, n)
    assert not interval.degenerate


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 7, 100])
def test_wilson_agrees_with_statsmodels(n: int, level: float) -> None:
    for k in range(n + 1):
        expected = proportion_confint(k, n, alpha=1 - level, method="wilson")
        interval = wilson(k, n, level)
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-12)


def coverage(n: int, p: float) -> float:
    """Exact probability that the 95 % Wilson interval contains p."""
    return sum(
        comb(n, k) * p**k * (1 - p) ** (n - k)
        for k in range(n + 1)
        if wilson(k, n).low <= p <= wilson(k, n).high
    )


@pytest.mark.parametrize(("n", "least"), [(10, 0.83), (20, 0.83), (50, 0.83)])
def test_wilson_covers_on_average_and_never_collapses(n: int, least: float) -> None:
    rates = np.linspace(0.005, 0.995, 199)
    covered = np.array([coverage(n, float(p)) for p in rates])
    assert covered.mean() == pytest.approx(0.953, abs=0.008)
    assert covered.min() >= least


def test_the_normal_approximation_would_have_failed_where_wilson_holds() -> None:
    n, p = 20, 0.05
    wald = sum(
        comb(n, k) * p**k * (1 - p) ** (n - k)
        for k in range(n + 1)
        if abs(k / n - p) <= 1.96 * (k / n * (1 - k / n) / n) ** 0.5
    )
    assert wald < 0.65
    assert coverage(n, p) > 0.92


@given(counts)
def test_wilson_contains_the_estimate_and_mirrors_successes_and_failures(kn: tuple[int, int]) -> None:
    k, n = kn
    here, mirrored = wilson(k, n), wilson(n - k, n)
    assert 0 <= here.low <= here.estimate <= here.high <= 1
    assert (here.low, here.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low), abs=1e-12)


@given(counts)
def test_every_bound_rises_with_one_more_success(kn: tuple[int, int]) -> None:
    k, n = kn
    if k == n:
        return
    assert wilson(k, n).low < wilson(k + 1, n).low
    assert wilson(k, n).high < wilson(k + 1, n).high
    assert exact_upper(k, n).high < exact_upper(k + 1, n).high
    assert exact_lower(k, n).low < exact_lower(k + 1, n).low


@given(counts)
def test_a_higher_level_gives_a_wider_interval(kn: tuple[int, int]) -> None:
    narrow, wide = wilson(*kn, level=0.9), wilson(*kn, level=0.99)
    assert wide.low <= narrow.low and wide.high >= narrow.high
    assert wide.high - wide.low > narrow.high - narrow.low


@pytest.mark.parametrize("n", [1, 5, 12])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_exact_bounds_are_the_rates_at_which_the_tail_is_exactly_alpha(n: int, level: float) -> None:
    for k in range(n + 1):
        upper, lower = exact_upper(k, n, level).high, exact_lower(k, n, level).low
        if k < n:
            tail = sum(comb(n, j) * upper**j * (1 - upper) ** (n - j) for j in range(k + 1))
            assert tail == pytest.approx(1 - level, abs=1e-9)
        if k > 0:
            tail = sum(comb(n, j) * lower**j * (1 - lower) ** (n - j) for j in range(k, n + 1))
            assert tail == pytest.approx(1 - level, abs=1e-9)
    assert exact_upper(n, n, level).high == 1.0
    assert exact_lower(0, n, level).low == 0.0


@pytest.mark.parametrize("p", [0.01, 0.05, 0.3, 0.5, 0.97])
def test_exact_bounds_never_cover_less_than_they_say(p: float) -> None:
    n = 25
    chance = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    assert sum(c for k, c in enumerate(chance) if p <= exact_upper(k, n).high) >= 0.95
    assert sum(c for k, c in enumerate(chance) if p >= exact_lower(k, n).low) >= 0.95


def test_no_event_in_a_hundred_only_shows_less_than_three_percent() -> None:
    assert exact_upper(0, 100).high == pytest.approx(1 - 0.05 ** (1 / 100), abs=1e-12)
    assert round(exact_upper(0, 100).high, 3) == 0.030


def test_both_one_sided_bounds_make_the_two_sided_interval_of_statsmodels() -> None:
    low, high = proportion_confint(7, 40, alpha=0.1, method="beta")
    assert exact_lower(7, 40).low == pytest.approx(low)
    assert exact_upper(7, 40).high == pytest.approx(high)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_one_observation_per_cluster_is_plain_wilson(outcomes: list[bool]) -> None:
    clustered = korn_graubard([int(x) for x in outcomes], [1] * len(outcomes))
    plain = wilson(sum(outcomes), len(outcomes))
    assert (clustered.low, clustered.high) == (plain.low, plain.high)
    assert clustered.n_effective == clustered.n == clustered.n_clusters
    assert not clustered.degenerate


@pytest.mark.parametrize(
    ("successes", "sizes"),
    [([1, 2, 0, 10], [10] * 4), ([3, 0, 1], [4, 2, 9]), ([5, 5, 0, 0, 5, 1], [5] * 6)],
)
def test_korn_graubard_uses_the_design_effect_written_out_observation_by_observation(
    successes: list[int], sizes: list[int]
) -> None:
    outcomes = [[1] * k + [0] * (m - k) for k, m in zip(successes, sizes, strict=True)]
    n, clusters = sum(sizes), len(sizes)
    p = sum(successes) / n
    # The cluster-robust sandwich: residuals multiplied pair by pair within each cluster.
    meat = sum((x - p) * (y - p) for c in outcomes for x, y in product(c, c))
    robust = clusters / (clusters - 1) * meat / n**2
    independent = p * (1 - p) / (n - 1)
    t_ratio = stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, clusters - 1)
    n_effective = min(n, n * independent / robust) * t_ratio**2
    expected = proportion_confint(p * n_effective, n_effective, method="wilson")
    interval = korn_graubard(successes, sizes)
    assert interval.n_effective == pytest.approx(n_effective)
    assert interval.design_effect == pytest.approx(robust / independent)
    assert (interval.low, interval.high) == pytest.approx(expected)


def test_copies_of_the_same_outcome_add_almost_nothing() -> None:
    # Ten variants run ten times with the same outcome each time carry ten observations, not a hundred.
    interval = korn_graubard([10] * 3 + [0] * 7, [10] * 10)
    assert interval.design_effect == pytest.approx(11.0)
    assert interval.n_effective < 10
    assert interval.low < wilson(3, 10).low and interval.high > wilson(3, 10).high


@pytest.mark.parametrize(("k", "m", "clusters"), [(0, 20, 5), (20, 20, 5), (3, 6, 4)])
def test_identical_clusters_keep_every_observation_with_the_t_correction_and_are_flagged(
    k: int, m: int, clusters: int
) -> None:
    interval, n = korn_graubard([k] * clusters, [m] * clusters), m * clusters
    t_ratio = stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, clusters - 1)
    assert interval.degenerate
    assert interval.design_effect == 1.0
    assert interval.n_effective == pytest.approx(n * t_ratio**2)
    plain = wilson(k * clusters, n)
    assert interval.low <= plain.low and interval.high >= plain.high


def test_a_single_cluster_bounds_nothing() -> None:
    interval = korn_graubard([3], [10])
    assert (interval.estimate, interval.low, interval.high) == (0.3, 0.0, 1.0)
    assert interval.degenerate


def test_korn_graubard_covers_clustered_outcomes_where_plain_wilson_does_not() -> None:
    # Exact: six clusters of four, each cluster's rate 0.1 or 0.7 with equal chance, all 5^6 outcomes.
    size, clusters, rate = 4, 6, 0.4
    mass = [
        0.5 * float(stats.binom.pmf(k, size, 0.1)) + 0.5 * float(stats.binom.pmf(k, size, 0.7))
        for k in range(size + 1)
    ]
    chance: dict[tuple[int, ...], float] = {}
    for outcome in product(range(size + 1), repeat=clusters):
        key = tuple(sorted(outcome))
        chance[key] = chance.get(key, 0.0) + float(np.prod([mass[k] for k in outcome]))
    adjusted = plain = 0.0
    for outcome, probability in chance.items():
        clustered = korn_graubard(outcome, [size] * clusters)
        naive = wilson(sum(outcome), size * clusters)
        adjusted += probability * (clustered.low <= rate <= clustered.high)
        plain += probability * (naive.low <= rate <= naive.high)
    assert sum(chance.values()) == pytest.approx(1.0)
    assert plain < 0.87
    assert adjusted > 0.94


@given(st.lists(st.integers(1, 12).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))), min_size=1))
def test_korn_graubard_contains_the_estimate_and_is_never_narrower_than_wilson(
    clusters: list[tuple[int, int]],
) -> None:
    successes, sizes = [k for k, _ in clusters], [m for _, m in clusters]
    interval, plain = korn_graubard(successes, sizes), wilson(sum(successes), sum(sizes))
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
    assert interval.high - interval.low >= plain.high - plain.low - 1e-12


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: wilson(5, 4), "k must lie between 0 and n = 4"),
        (lambda: wilson(-1, 4), "whole number of at least 0"),
        (lambda: wilson(0, 0), "n must be a whole number of at least 1"),
        (lambda: wilson(HALF, 4), "whole number"),
        (lambda: wilson(NAN, 4), "whole number"),
        (lambda: wilson(True, 4), "whole number"),
        (lambda: wilson(1, 4, level=95), "between 0 and 1"),
        (lambda: wilson(1, 4, level=nan), "between 0 and 1"),
        (lambda: exact_upper(1, INF), "whole number"),
        (lambda: exact_lower(3, 2), "between 0 and n"),
        (lambda: korn_graubard([1], [1, 2]), "same length"),
        (lambda: korn_graubard([], []), "at least 1"),
        (lambda: korn_graubard([1, 3], [2, 2]), r"successes_by_cluster\[1\]"),
        (lambda: korn_graubard([0, 0], [2, 0]), r"sizes_by_cluster\[1\]"),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()


def test_numpy_counts_are_accepted() -> None:
    k, n = np.array([3, 10])
    assert wilson(k, n) == wilson(3, 10)
