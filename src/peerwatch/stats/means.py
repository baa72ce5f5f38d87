"""Means and mean paired shifts: t intervals that respect clusters, and the sign-flip test."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from peerwatch.stats._checks import Alternative, FloatArray, aligned, direction, labels, numbers, share, whole
from peerwatch.stats.results import MeanInterval, SignificanceTest

_EXACT_FLIPS = 16
_CHUNK = 8192


def mean_t(
    values: ArrayLike, clusters: Iterable[Hashable] | None = None, level: float = 0.95
) -> MeanInterval:
    """Mean with a t interval over cluster means (each variant counts once, however often it ran).

    Args:
        values: Numbers in any unit, shape (n,), finite.
        clusters: One label per value, shape (n,); None makes every value its own cluster, which gives the
            classic one-sample t interval.
        level: Confidence level, strictly between 0 and 1.

    Returns:
        The mean of the cluster means, in the unit of the values. Flagged ``degenerate``: one cluster gives
        (-inf, inf) and ``sd`` None; cluster means without any spread give an interval of zero width.

    Raises:
        ValueError: If values are empty or not finite, labels do not match, or the level is out of range.

    Source: Student's t on cluster means, df = clusters - 1 (for clusters of equal size the same as the CR1
    clustered standard error); clustering as recommended in Miller (2024), arXiv 2411.00640.
    """
    array = numbers("values", values)
    level = share("level", level)
    return _t_interval(array, clusters, level, "t")


def paired_shift(
    treated: ArrayLike,
    control: ArrayLike,
    level: float = 0.95,
    *,
    clusters: Iterable[Hashable] | None = None,
) -> MeanInterval:
    """Mean paired shift: treated minus control on the same variants, with a t interval.

    Args:
        treated: Scores in one arm, shape (n,); entry i is the same work as entry i of ``control``.
        control: Scores in the other arm, shape (n,), in the same unit.
        level: Confidence level, strictly between 0 and 1.
        clusters: One label per pair when variants repeat (epochs); None when each pair is its own.

    Returns:
        The shift, its interval and ``sd``, the standard deviation of the differences (of their cluster
        means). Degenerate cases as in ``mean_t``.

    Raises:
        ValueError: If the arrays are not aligned, empty or not finite, or the level is out of range.

    Source: paired t interval; Miller (2024), arXiv 2411.00640, section on paired differences.
    """
    first, second = aligned(treated=treated, control=control)
    return _t_interval(first - second, clusters, share("level", level), "paired t")


def did(
    treated_1: ArrayLike,
    control_1: ArrayLike,
    treated_0: ArrayLike,
    control_0: ArrayLike,
    level: float = 0.95,
    *,
    clusters: Iterable[Hashable] | None = None,
) -> MeanInterval:
    """Difference in differences on the same variants: (treated_1 - control_1) - (treated_0 - control_0).

    Args:
        treated_1: Treated arm under the first condition (for example peer, shutdown), shape (n,).
        control_1: Control arm under the first condition (peer, no stake), shape (n,).
        treated_0: Treated arm under the second condition (service, shutdown), shape (n,).
        control_0: Control arm under the second condition (service, no stake), shape (n,).
        level: Confidence level, strictly between 0 and 1.
        clusters: One label per variant row when variants repeat (epochs).

    Returns:
        The difference of shifts on the additive scale, in the unit of the scores; as ``paired_shift``.

    Raises:
        ValueError: If the arrays are not aligned, empty or not finite, or the level is out of range.

    Source: t interval of the per-variant contrast, which removes the variant fixed effect; Angrist and
    Pischke (2009), Mostly Harmless Econometrics, section 5.2.
    """
    t1, c1, t0, c0 = aligned(
        treated_1=treated_1, control_1=control_1, treated_0=treated_0, control_0=control_0
    )
    return _t_interval((t1 - c1) - (t0 - c0), clusters, share("level", level), "difference in differences, t")


def sign_flip_p(
    differences: ArrayLike,
    alternative: Alternative = "two-sided",
    n_resamples: int = 99_999,
    seed: int = 0,
) -> SignificanceTest:
    """Sign-flip permutation test that paired differences are symmetric about zero.

    Zero differences never change the sum, so up to 16 non-zero differences are enumerated (at most 2^16
    flips, exact p); beyond that flips are drawn at random and p is (1 + hits) / (1 + n_resamples).

    Args:
        differences: One difference per independent unit, shape (n,). Where variants repeat, pass the mean
            difference of each variant.
        alternative: "greater" asks whether the mean difference is above zero.
        n_resamples: Random flips when enumeration is too long, at least 1.
        seed: Seed of the random flips; the same seed gives the same p.

    Returns:
        The test; ``statistic`` is the mean difference. The method names "exact" or "Monte Carlo".

    Raises:
        ValueError: If differences are empty or not finite, or another argument is out of range.

    Source: Fisher (1935), The Design of Experiments, section 21; the +1 in Phipson and Smyth (2010),
    Stat. Appl. Genet. Mol. Biol. 9:39.
    """
    array = numbers("differences", differences)
    direction(alternative)
    n_resamples, seed = whole("n_resamples", n_resamples, minimum=1), whole("seed", seed)
    moving = array[array != 0]
    observed = float(moving.sum())
    # Sums that are equal on paper must count as ties, whatever order they were added in.
    slack = 1e-12 * float(np.abs(moving).sum())
    if moving.size <= _EXACT_FLIPS:
        sums = np.zeros(1)
        for difference in moving:
            sums = np.concatenate([sums + difference, sums - difference])
        p = _extreme(sums, observed, alternative, slack) / sums.size
        method = "sign-flip, exact"
    else:
        rng = np.random.default_rng(seed)
        hits = 0
        for start in range(0, n_resamples, _CHUNK):
            rows = min(_CHUNK, n_resamples - start)
            signs = rng.integers(0, 2, size=(rows, moving.size), dtype=np.int8) * 2 - 1
            hits += _extreme(signs @ moving, observed, alternative, slack)
        p = (1 + hits) / (1 + n_resamples)
        method = f"sign-flip, Monte Carlo ({n_resamples} flips, seed {seed})"
    return SignificanceTest(float(array.mean()), p, alternative, method, array.size)


def _extreme(sums: FloatArray, observed: float, alternative: Alternative, slack: float) -> int:
    """Number of sums at least as extreme as the observed one."""
    if alternative == "greater":
        return int(np.count_nonzero(sums >= observed - slack))
    if alternative == "less":
        return int(np.count_nonzero(sums <= observed + slack))
    return int(np.count_nonzero(np.abs(sums) >= abs(observed) - slack))


def _t_interval(
    values: FloatArray, clusters: Iterable[Hashable] | None, level: float, method: str
) -> MeanInterval:
    """The t interval over cluster means, with the two degenerate cases."""
    means = values if clusters is None else _cluster_means(values, clusters)
    groups, centre = means.size, float(means.mean())
    if groups == 1:
        return MeanInterval(centre, -inf, inf, level, method, values.size, 1, None, degenerate=True)
    flat = np.ptp(means) <= 1e-12 * np.max(np.abs(means))
    sd = 0.0 if flat else float(means.std(ddof=1))
    half = float(stats.t.isf((1 - level) / 2, groups - 1)) * sd / sqrt(groups)
    return MeanInterval(
        centre, centre - half, centre + half, level, method, values.size, groups, sd, degenerate=bool(flat)
    )


def _cluster_means(values: FloatArray, clusters: Iterable[Hashable]) -> FloatArray:
    """Mean of the values in each cluster, clusters in order of first appearance."""
    index: dict[Hashable, int] = {}
    place = [index.setdefault(label, len(index)) for label in labels("clusters", clusters, values.size)]
    sums = np.bincount(place, weights=values)
    return np.asarray(sums / np.bincount(place), dtype=np.float64)
