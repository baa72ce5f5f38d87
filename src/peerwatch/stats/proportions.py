"""Intervals for one proportion: independent, clustered, and one-sided exact."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy import stats

from peerwatch.stats._checks import count_of, share
from peerwatch.stats.results import ClusteredInterval, Interval


def wilson_limits(p: float, n: float, level: float) -> tuple[float, float]:
    """Limits of the Wilson score interval for a share ``p`` of ``n`` (possibly effective) observations.

    Source: Wilson (1927), JASA 22:209-212; Newcombe (1998), Stat. Med. 17:857-872, method 3.
    """
    z2 = stats.norm.isf((1 - level) / 2) ** 2
    centre = p + z2 / (2 * n)
    half = sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))
    scale = 1 + z2 / n
    # Rounding must not push a limit past the value it has exactly at 0 and 1.
    low = 0.0 if p == 0 else (centre - half) / scale
    high = 1.0 if p == 1 else (centre + half) / scale
    return float(low), float(high)


def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """Two-sided Wilson score interval for a proportion, without continuity correction.

    Args:
        k: Number of successes, 0 <= k <= n.
        n: Number of independent observations, at least 1.
        level: Confidence level, strictly between 0 and 1.

    Returns:
        The interval, within [0, 1]; ``low`` is exactly 0 at k = 0, ``high`` exactly 1 at k = n.

    Raises:
        ValueError: If the counts or the level are out of range.

    Source: Wilson (1927), JASA 22:209-212; Newcombe (1998), Stat. Med. 17:857-872, method 3.
    """
    k, n = count_of("k", k, "n", n)
    level = share("level", level)
    low, high = wilson_limits(k / n, n, level)
    return Interval(k / n, low, high, level, "Wilson", n)


def korn_graubard(
    successes_by_cluster: Sequence[int], sizes_by_cluster: Sequence[int], level: float = 0.95
) -> ClusteredInterval:
    """Wilson interval for a proportion whose observations come in clusters (variants run more than once).

    The number of observations n is replaced by an effective number: n divided by the design effect
    (cluster-robust variance of the ratio estimator over p(1-p)/(n-1)), then multiplied by
    (t[n-1] / t[clusters-1])^2 for the uncertainty of that variance, and never above n. With one
    observation per cluster both corrections are exactly 1 and the result is plain Wilson.

    Two cases cannot estimate a design effect and are flagged ``degenerate``. Every cluster has the same
    share (all 0, all 1, or all alike): the design effect is taken as 1, the usual survey convention, and
    the t correction stays. That says nothing about dependence: where repeats of a variant are near copies of
    each other, the cautious interval counts clusters, ``wilson(0, number of clusters)``. Only one cluster of
    several observations: the interval is [0, 1].

    Args:
        successes_by_cluster: Successes in each cluster, shape (clusters,).
        sizes_by_cluster: Observations in each cluster, shape (clusters,), each at least 1.
        level: Confidence level, strictly between 0 and 1.

    Returns:
        The interval with the design effect and the effective number of observations.

    Raises:
        ValueError: If the sequences differ in length, are empty, or a count is out of range.

    Source: Korn and Graubard (1998), Survey Methodology 24:193-201 (effective sample size and its
    degrees-of-freedom adjustment); with the Wilson interval: Franco et al. (2019), JSSAM 7:334-364.
    """
    level = share("level", level)
    if len(successes_by_cluster) != len(sizes_by_cluster) or len(sizes_by_cluster) == 0:
        raise ValueError(
            "successes_by_cluster and sizes_by_cluster must have the same length, at least 1; "
            f"got {len(successes_by_cluster)} and {len(sizes_by_cluster)}."
        )
    counts = [
        count_of(f"successes_by_cluster[{i}]", k, f"sizes_by_cluster[{i}]", m)
        for i, (k, m) in enumerate(zip(successes_by_cluster, sizes_by_cluster, strict=True))
    ]
    successes, sizes = np.array(counts, dtype=np.int64).T
    n, clusters = int(sizes.sum()), len(counts)
    p = int(successes.sum()) / n
    # Integer arithmetic: "every cluster alike" is decided without rounding.
    alike = bool(np.all(successes * n == sizes * successes.sum()))
    if n == clusters:
        design_effect, n_effective = 1.0, float(n)
    elif clusters == 1:
        return ClusteredInterval(p, 0.0, 1.0, level, "Wilson, Korn-Graubard", n, 1, 1.0, 0.0, degenerate=True)
    else:
        residual = float(np.sum((successes - sizes * p) ** 2))
        robust = clusters / (clusters - 1) * residual / n**2
        design_effect = 1.0 if alike else robust / (p * (1 - p) / (n - 1))
        tail = (1 - level) / 2
        t_ratio = float(stats.t.isf(tail, n - 1) / stats.t.isf(tail, clusters - 1))
        n_effective = n / max(design_effect, 1.0) * t_ratio**2
    low, high = wilson_limits(p, n_effective, level)
    degenerate = alike and n > clusters
    return ClusteredInterval(
        p,
        low,
        high,
        level,
        "Wilson, Korn-Graubard",
        n,
        clusters,
        design_effect,
        n_effective,
        degenerate=degenerate,
    )


def exact_upper(k: int, n: int, level: float = 0.95) -> Interval:
    """One-sided exact (Clopper-Pearson) upper bound of a proportion.

    Args:
        k: Number of successes, 0 <= k <= n.
        n: Number of independent observations, at least 1.
        level: One-sided confidence level, strictly between 0 and 1.

    Returns:
        The interval [0, bound]. At k = 0 the bound is ``1 - (1 - level) ** (1 / n)``, at k = n it is 1.

    Raises:
        ValueError: If the counts or the level are out of range.

    Source: Clopper and Pearson (1934), Biometrika 26:404-413, as a beta quantile.
    """
    k, n = count_of("k", k, "n", n)
    level = share("level", level)
    high = 1.0 if k == n else float(stats.beta.ppf(level, k + 1, n - k))
    return Interval(k / n, 0.0, high, level, "Clopper-Pearson, one-sided upper", n)


def exact_lower(k: int, n: int, level: float = 0.95) -> Interval:
    """One-sided exact (Clopper-Pearson) lower bound of a proportion.

    Args:
        k: Number of successes, 0 <= k <= n.
        n: Number of independent observations, at least 1.
        level: One-sided confidence level, strictly between 0 and 1.

    Returns:
        The interval [bound, 1]. At k = n the bound is ``(1 - level) ** (1 / n)``, at k = 0 it is 0.

    Raises:
        ValueError: If the counts or the level are out of range.

    Source: Clopper and Pearson (1934), Biometrika 26:404-413, as a beta quantile.
    """
    k, n = count_of("k", k, "n", n)
    level = share("level", level)
    low = 0.0 if k == 0 else float(stats.beta.ppf(1 - level, k, n - k + 1))
    return Interval(k / n, low, 1.0, level, "Clopper-Pearson, one-sided lower", n)
