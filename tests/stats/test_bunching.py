"""Bunching is found where scores chase the bar, and not where they merely rise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import nan

import numpy as np
import pytest

from peerwatch.stats import bunching_at_bar


def spread(low: int, high: int) -> list[float]:
    return [float(s) for s in range(low, high)]


def test_the_windows_are_equally_wide_and_the_bar_belongs_to_the_upper_one() -> None:
    result = bunching_at_bar([74.9, 75, 79.9, 80, 84.9, 85, 60, 80], [80, 79, 0], 80, 5)
    # Above: 80, 84.9, 80. Below: 75, 79.9. Outside: 74.9, 85, 60.
    assert result.excess == pytest.approx(1 / 8)
    assert result.reference_excess == pytest.approx(0.0)
    assert result.difference == pytest.approx(1 / 8)
    assert (result.n, result.n_reference, result.bar, result.width) == (8, 3, 80.0, 5.0)


def test_a_flat_distribution_has_no_excess() -> None:
    assert bunching_at_bar(spread(50, 100), spread(50, 100), 80, 5).excess == 0.0


def test_scores_lifted_just_over_the_bar_are_found() -> None:
    honest = spread(60, 100)
    chased = [80.0 if 75 <= s < 80 else s for s in honest]
    result = bunching_at_bar(chased, honest, 80, 5, variants=range(40), reference_variants=range(40))
    # Five of 40 moved from just below to just above: ten fortieths of excess, five pairs moved one way.
    assert result.difference == pytest.approx(10 / 40)
    assert result.p_value == pytest.approx(1 / 2**5)


def test_a_scorer_that_is_lenient_to_all_does_not_bunch() -> None:
    honest = spread(50, 92)
    lenient = [s + 8 for s in honest]
    result = bunching_at_bar(lenient, honest, 80, 5)
    assert result.difference == pytest.approx(0.0)
    assert result.p_value > 0.4


def test_the_other_bar_takes_away_bunching_at_a_round_number() -> None:
    # The scorer likes the number 80 whatever the bar is.
    fond = [80.0] * 10 + spread(60, 80)
    result = bunching_at_bar(fond, fond, 80, 5)
    assert result.excess > 0 and result.difference == 0.0
    assert result.p_value > 0.5


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_the_unpaired_p_is_the_enumerated_one(alternative: str) -> None:
    stated, other = [80.0, 82.0, 79.0, 81.0], [78.0, 80.0, 77.0, 60.0, 76.0]
    mass = {80.0: 1, 82.0: 1, 81.0: 1, 79.0: -1, 78.0: -1, 77.0: -1, 76.0: -1, 60.0: 0}
    pooled = [mass[s] for s in stated + other]

    def gap(chosen: tuple[int, ...]) -> float:
        inside = [pooled[i] for i in chosen]
        outside = [pooled[i] for i in range(9) if i not in chosen]
        return sum(inside) / 4 - sum(outside) / 5

    observed = gap((0, 1, 2, 3))
    gaps = [gap(c) for c in combinations(range(9), 4)]
    upper = sum(g >= observed - 1e-9 for g in gaps) / len(gaps)
    lower = sum(g <= observed + 1e-9 for g in gaps) / len(gaps)
    expected = {"greater": upper, "less": lower, "two-sided": min(1.0, 2 * min(upper, lower))}[alternative]
    result = bunching_at_bar(stated, other, 80, 5, alternative=alternative)  # type: ignore[arg-type]
    assert result.p_value == pytest.approx(expected)


def test_pairs_are_matched_by_label_not_by_place() -> None:
    scores, reference = [81.0, 81.0, 60.0, 60.0], [79.0, 79.0, 60.0, 60.0]
    aligned = bunching_at_bar(
        scores, reference, 80, 5, variants=["a", "b", "c", "d"], reference_variants=["a", "b", "c", "d"]
    )
    shuffled = bunching_at_bar(
        scores, reference, 80, 5, variants=["a", "b", "c", "d"], reference_variants=["c", "d", "a", "b"]
    )
    # Aligned: two pairs moved by 2, two did not. Shuffled: four pairs moved by 1, all the same way.
    assert aligned.p_value == 1 / 4
    assert shuffled.p_value == 1 / 16
    assert "within variant" in aligned.method


def test_large_sets_are_sampled_and_repeat_with_the_seed() -> None:
    rng = np.random.default_rng(1)
    stated, other = rng.normal(82, 6, 60), rng.normal(78, 6, 60)
    one = bunching_at_bar(stated, other, 80, 5, n_resamples=500, seed=7)
    assert one == bunching_at_bar(stated, other, 80, 5, n_resamples=500, seed=7)
    assert one.p_value >= 1 / 501
    assert one.p_value < 0.05


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: bunching_at_bar([1.0], [1.0], 80, 0), "width"),
        (lambda: bunching_at_bar([1.0], [1.0], nan, 5), "bar must be"),
        (lambda: bunching_at_bar([nan], [1.0], 80, 5), "scores must be finite"),
        (lambda: bunching_at_bar([1.0], [1.0], 80, 5, variants=["a"]), "both variants"),
        (
            lambda: bunching_at_bar([1.0], [1.0], 80, 5, variants=["a"], reference_variants=["b"]),
            "same labels",
        ),
        (
            lambda: bunching_at_bar(
                [1.0, 2.0], [1.0, 2.0], 80, 5, variants=["a", "a"], reference_variants=["a", "b"]
            ),
            "unique",
        ),
    ],
)
def test_bad_input_is_refused_with_what_is_valid(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
