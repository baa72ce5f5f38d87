"""Equivalence: two one-sided tests that a difference is smaller than a stated margin."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from math import sqrt

from numpy.typing import ArrayLike
from scipy import stats

from peerwatch.stats._checks import positive
from peerwatch.stats.differences import miettinen_nurminen, score_statistic
from peerwatch.stats.means import mean_t
from peerwatch.stats.results import Equivalence, Interval


def tost_mean(
    differences: ArrayLike,
    delta: float,
    alpha: float = 0.05,
    *,
    clusters: Iterable[Hashable] | None = None,
) -> Equivalence:
    """Tests that a mean difference lies within ``-delta`` and ``+delta``.

    Args:
        differences: Paired differences in any unit, shape (n,), finite.
        delta: Margin in the same unit, above 0.
        alpha: Size of the test, strictly between 0 and 0.5.
        clusters: One label per difference when variants repeat, as in ``mean_t``.

    Returns:
        The test with the interval at level 1 - 2 alpha. One cluster alone is never equivalent (p = 1);
        without any spread p is 0 inside the margin and 1 outside. Both are flagged ``degenerate``.

    Raises:
        ValueError: If differences are empty or not finite, or delta or alpha is out of range.

    Source: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657-680.
    """
    delta, alpha = positive("delta", delta), _size(alpha)
    interval = mean_t(differences, clusters, 1 - 2 * alpha)
    if interval.sd is None:
        p_lower = p_upper = 1.0
    elif interval.sd == 0:
        p_lower, p_upper = float(interval.estimate <= -delta), float(interval.estimate >= delta)
    else:
        error, df = interval.sd / sqrt(interval.n_clusters), interval.n_clusters - 1
        p_lower = float(stats.t.sf((interval.estimate + delta) / error, df))
        p_upper = float(stats.t.cdf((interval.estimate - delta) / error, df))
    return _verdict(interval, delta, alpha, p_lower, p_upper, "TOST, t")


def tost_proportions_2indep(
    k1: int, n1: int, k2: int, n2: int, delta: float, alpha: float = 0.05
) -> Equivalence:
    """Tests that the difference of two independent proportions lies within ``-delta`` and ``+delta``.

    Args:
        k1: Successes in the first arm, 0 <= k1 <= n1.
        n1: Observations in the first arm, at least 1.
        k2: Successes in the second arm, 0 <= k2 <= n2.
        n2: Observations in the second arm, at least 1.
        delta: Margin as a share (0.05 is five percentage points), strictly between 0 and 1.
        alpha: Size of the test, strictly between 0 and 0.5.

    Returns:
        The test of p1 - p2 with the Miettinen-Nurminen interval at level 1 - 2 alpha.

    Raises:
        ValueError: If a count, delta or alpha is out of range.

    Source: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657-680, with the score statistic of Miettinen
    and Nurminen (1985), Stat. Med. 4:213-226, as in Farrington and Manning (1990), Stat. Med. 9:1447-1454.
    """
    delta, alpha = positive("delta", delta), _size(alpha)
    if delta >= 1:
        raise ValueError(f"delta must be a share strictly between 0 and 1 (0.05 is 5 points), got {delta}.")
    interval = miettinen_nurminen(k1, n1, k2, n2, 1 - 2 * alpha)
    p_lower = float(stats.norm.sf(score_statistic(k1, n1, k2, n2, -delta)))
    p_upper = float(stats.norm.cdf(score_statistic(k1, n1, k2, n2, delta)))
    return _verdict(interval, delta, alpha, p_lower, p_upper, "TOST, Miettinen-Nurminen")


def _size(alpha: float) -> float:
    """Return ``alpha``; a ValueError unless the interval at 1 - 2 alpha exists."""
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha must lie strictly between 0 and 0.5 (for example 0.05), got {alpha!r}.")
    return float(alpha)


def _verdict(
    interval: Interval, delta: float, alpha: float, p_lower: float, p_upper: float, method: str
) -> Equivalence:
    """The interval and both p-values as one result."""
    return Equivalence(
        estimate=interval.estimate,
        low=interval.low,
        high=interval.high,
        delta=delta,
        alpha=alpha,
        p_lower=p_lower,
        p_upper=p_upper,
        p_value=max(p_lower, p_upper),
        equivalent=-delta < interval.low and interval.high < delta,
        method=method,
        n=interval.n,
        degenerate=interval.degenerate,
    )
