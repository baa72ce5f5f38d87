"""Power and sample sizes: the quick table of the method note, statsmodels, and enumeration."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from math import comb, inf, nan

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from peerwatch.stats import (
    detectable_difference,
    detectable_shift,
    exact_upper,
    fisher_power,
    n_for_bound,
    n_for_difference,
    n_for_equivalence,
    n_for_shift,
    paired_power,
    zero_event_bound,
)


@pytest.mark.parametrize(
    ("rate", "n"), [(0.1, 29), (0.05, 59), (0.03, 99), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)]
)
def test_observations_without_an_event_that_rule_out_a_rate(rate: float, n: int) -> None:
    assert n_for_bound(rate) == n
    assert zero_event_bound(n) <= rate < zero_event_bound(n - 1)


@pytest.mark.parametrize(("n", "level"), [(1, 0.95), (100, 0.95), (100, 0.99), (5000, 0.9)])
def test_the_zero_event_bound_is_the_exact_bound_at_zero(n: int, level: float) -> None:
    assert zero_event_bound(n, level) == pytest.approx(exact_upper(0, n, level).high, rel=1e-9)
    assert (1 - zero_event_bound(n, level)) ** n == pytest.approx(1 - level)


@pytest.mark.parametrize(
    ("base", "raised", "table", "n"),
    [
        # The note rounds to the nearest; a sample size is rounded up.
        (0.005, 0.05, 162, 163),
        (0.02, 0.10, 108, 108),
        (0.02, 0.15, 56, 56),
        (0.15, 0.30, 95, 95),
        (0.50, 0.65, 133, 134),
    ],
)
def test_unpaired_superiority_as_in_the_quick_table(base: float, raised: float, table: int, n: int) -> None:
    assert n_for_difference(raised, base) == n_for_difference(base, raised) == n
    assert n - table in (0, 1)


@pytest.mark.parametrize(("delta", "sizes"), [(0.05, (135, 326, 874, 1713)), (0.10, (34, 82, 219, 429))])
def test_equivalence_as_in_the_quick_table(delta: float, sizes: tuple[int, ...]) -> None:
    assert tuple(n_for_equivalence(p, delta) for p in (0.02, 0.05, 0.15, 0.50)) == sizes


@pytest.mark.parametrize(
    ("sd", "table", "exact"),
    [
        # The note does not say how its paired row was made; it is within one item of the exact t test.
        (3, (73, 20, 5), (73, 20, 6)),
        (6, (285, 73, 14), (285, 73, 14)),
        (10, (788, 199, 34), (787, 199, 34)),
    ],
)
def test_paired_shifts_as_in_the_quick_table(
    sd: float, table: tuple[int, ...], exact: tuple[int, ...]
) -> None:
    found = tuple(n_for_shift(shift, sd) for shift in (1, 2, 5))
    assert found == exact
    assert all(abs(a - b) <= 1 for a, b in zip(found, table, strict=True))


@pytest.mark.parametrize("sides", ["one-sided", "two-sided"])
@pytest.mark.parametrize(("shift", "sd", "n"), [(1, 3, 73), (5, 3, 5), (0.2, 1, 40), (2, 1, 3)])
def test_paired_power_agrees_with_statsmodels(shift: float, sd: float, n: int, sides: str) -> None:
    alternative = "larger" if sides == "one-sided" else "two-sided"
    expected = TTestPower().power(shift / sd, n, 0.05, alternative=alternative)
    assert paired_power(shift, sd, n, sides=sides) == pytest.approx(expected, abs=1e-8)  # type: ignore[arg-type]


def test_paired_power_is_alpha_without_a_shift_and_the_simulated_share_with_one() -> None:
    assert paired_power(0.0, 2.0, 12, alpha=0.01) == pytest.approx(0.01)
    draws = np.random.default_rng(2).normal(1.0, 2.0, size=(40_000, 15))
    rejected = np.abs(stats.ttest_1samp(draws, 0.0, axis=1).statistic) > stats.t.ppf(0.975, 14)
    assert paired_power(1.0, 2.0, 15) == pytest.approx(float(rejected.mean()), abs=0.01)


@pytest.mark.parametrize("n", [2, 5, 73, 500, 5000])
def test_power_stays_a_probability_however_large_the_shift(n: int) -> None:
    found = [paired_power(shift, 1.0, n) for shift in np.linspace(0, 40, 161)]
    assert all(0.0499 < p <= 1 + 1e-12 for p in found)
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(found))


@pytest.mark.parametrize("n", [2, 5, 30, 100])
def test_the_detectable_shift_is_detected_with_exactly_the_power(n: int) -> None:
    shift = detectable_shift(n, 4.0, power=0.9)
    assert paired_power(shift, 4.0, n) == pytest.approx(0.9, abs=1e-6)
    assert detectable_shift(n, 8.0, power=0.9) == pytest.approx(2 * shift)
    assert n_for_shift(shift * 1.0001, 4.0, power=0.9) == n


def enumerated_fisher_power(p1: float, n1: int, p2: float, n2: int, alpha: float) -> float:
    total = 0.0
    for i, j in product(range(n1 + 1), range(n2 + 1)):
        table = np.array([[i, n1 - i], [j, n2 - j]])
        if stats.fisher_exact(table, alternative="greater").pvalue <= alpha:
            total += comb(n1, i) * p1**i * (1 - p1) ** (n1 - i) * comb(n2, j) * p2**j * (1 - p2) ** (n2 - j)
    return total


@pytest.mark.parametrize(("p1", "n1", "p2", "n2"), [(0.9, 8, 0.2, 8), (0.5, 12, 0.1, 7), (0.4, 10, 0.4, 10)])
def test_fisher_power_is_the_sum_over_all_tables(p1: float, n1: int, p2: float, n2: int) -> None:
    assert fisher_power(p1, n1, p2, n2) == pytest.approx(enumerated_fisher_power(p1, n1, p2, n2, 0.05))


def test_a_table_exactly_at_alpha_is_rejected() -> None:
    # Three of three against none of three: one of twenty tables, p = 0.05.
    assert fisher_power(1.0, 3, 0.0, 3, alpha=0.05) == 1.0
    assert fisher_power(1.0, 3, 0.0, 3, alpha=0.0499) == 0.0


@pytest.mark.parametrize(
    ("control", "treatment", "power"),
    [
        # The method note, section 1.4: one-sided Fisher at n = 100 per arm.
        (0.00, 0.02, 0.05),
        (0.00, 0.05, 0.56),
        (0.00, 0.15, 1.0),
        (0.02, 0.10, 0.69),
        (0.02, 0.15, 0.95),
        (0.02, 0.02, 0.008),
    ],
)
def test_fisher_power_as_in_the_method_note(control: float, treatment: float, power: float) -> None:
    digits = 3 if power < 0.01 else 2
    assert round(fisher_power(treatment, 100, control, 100), digits) == power


@pytest.mark.parametrize(("n", "base"), [(20, 0.0), (50, 0.02), (100, 0.02), (40, 0.5)])
def test_the_detectable_difference_is_detected_with_exactly_the_power(n: int, base: float) -> None:
    difference = detectable_difference(n, base)
    assert fisher_power(base + difference, n, base, n) == pytest.approx(0.8, abs=1e-6)
    assert fisher_power(base + 0.9 * difference, n, base, n) < 0.8


def test_a_hundred_per_arm_cannot_see_zero_against_two_percent() -> None:
    assert 0.05 < detectable_difference(100, 0.0) < 0.10


def test_too_few_observations_detect_nothing_at_all() -> None:
    assert detectable_difference(5, 0.9) == inf
    assert detectable_difference(2, 0.0) == inf


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: zero_event_bound(0), "n must be a whole number of at least 1"),
        (lambda: n_for_bound(0.0), "rate must lie strictly between"),
        (lambda: n_for_bound(5.0), "rate must lie strictly between"),
        (lambda: paired_power(1.0, 0.0, 5), "sd must be"),
        (lambda: paired_power(nan, 1.0, 5), "shift must be"),
        (lambda: paired_power(1.0, 1.0, 1), "at least 2"),
        (lambda: n_for_shift(0.0, 1.0), "shift must be"),
        (lambda: n_for_shift(1e-9, 1.0), "too small to detect"),
        (lambda: detectable_shift(10, 1.0, alpha=0.5, power=0.4), "power must lie above alpha"),
        (lambda: fisher_power(1.2, 5, 0.1, 5), "p1 must be a probability"),
        (lambda: n_for_difference(0.1, 0.1), "must differ"),
        (lambda: n_for_equivalence(0.5, 1.5), "delta must lie"),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
