"""Differences of two proportions: intervals and exact tests, unpaired and paired."""

from __future__ import annotations

from math import acos, copysign, cos, hypot, inf, pi, sqrt

import numpy as np
from scipy import optimize, stats

from peerwatch.stats._checks import Alternative, count_of, direction, share, whole
from peerwatch.stats.proportions import wilson
from peerwatch.stats.results import Interval, SignificanceTest


def newcombe(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Newcombe's hybrid score interval for the difference of two independent proportions.

    Args:
        k1: Successes in the first arm, 0 <= k1 <= n1.
        n1: Observations in the first arm, at least 1.
        k2: Successes in the second arm, 0 <= k2 <= n2.
        n2: Observations in the second arm, at least 1.
        level: Confidence level, strictly between 0 and 1.

    Returns:
        The interval for p1 - p2, within [-1, 1]; ``n`` is n1 + n2.

    Raises:
        ValueError: If the counts or the level are out of range.

    Source: Newcombe (1998), Stat. Med. 17:873-890, method 10.
    """
    first, second = wilson(k1, n1, level), wilson(k2, n2, level)
    difference = first.estimate - second.estimate
    low = difference - hypot(first.estimate - first.low, second.high - second.estimate)
    high = difference + hypot(first.high - first.estimate, second.estimate - second.low)
    # Clamped for rounding only: the limits lie in [-1, 1] by construction.
    return Interval(difference, max(low, -1.0), min(high, 1.0), first.level, "Newcombe", first.n + second.n)


def newcombe_paired(a: int, b: int, c: int, d: int, level: float = 0.95) -> Interval:
    """Newcombe's score interval for the difference of two proportions measured on the same pairs.

    Args:
        a: Pairs with success in both arms.
        b: Pairs with success in the first arm only.
        c: Pairs with success in the second arm only.
        d: Pairs with success in neither arm.
        level: Confidence level, strictly between 0 and 1.

    Returns:
        The interval for p1 - p2 = (b - c) / n, within [-1, 1]; ``n`` is the number of pairs.

    Raises:
        ValueError: If a count is negative, all are zero, or the level is out of range.

    Source: Newcombe (1998), Stat. Med. 17:2635-2650, method 10 (the correlation is continuity corrected
    towards zero when positive, and zero when a margin is empty).
    """
    a, b, c, d = (whole(name, v) for name, v in zip("abcd", (a, b, c, d), strict=True))
    n = a + b + c + d
    if n == 0:
        raise ValueError("a, b, c and d must count at least one pair, got none.")
    first, second = wilson(a + b, n, level), wilson(a + c, n, level)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    excess: float = a * d - b * c
    if excess > 0:
        excess = max(excess - n / 2, 0.0)
    phi = excess / sqrt(margins) if margins else 0.0

    def distance(x: float, y: float) -> float:
        return sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0))

    difference = (b - c) / n
    low = difference - distance(first.estimate - first.low, second.high - second.estimate)
    high = difference + distance(first.high - first.estimate, second.estimate - second.low)
    return Interval(difference, max(low, -1.0), min(high, 1.0), first.level, "Newcombe, paired", n)


def score_statistic(k1: int, n1: int, k2: int, n2: int, delta: float) -> float:
    """Miettinen-Nurminen score statistic of p1 - p2 against ``delta``; standard normal under it.

    The variance uses the maximum likelihood rates under p1 - p2 = delta (closed form of the cubic) and the
    factor N / (N - 1).

    Source: Miettinen and Nurminen (1985), Stat. Med. 4:213-226.
    """
    total, successes = n1 + n2, k1 + k2
    l2 = (n1 + 2 * n2) * delta - total - successes
    l1 = (n2 * delta - total - 2 * k2) * delta + successes
    l0 = k2 * delta * (1 - delta)
    q = (l2 / (3 * total)) ** 3 - l1 * l2 / (6 * total**2) + l0 / (2 * total)
    root = copysign(sqrt(max((l2 / (3 * total)) ** 2 - l1 / (3 * total), 0.0)), q)
    angle = (pi + acos(min(max(q / root**3, -1.0), 1.0))) / 3 if root**3 != 0 else pi / 2
    p2 = min(max(2 * root * cos(angle) - l2 / (3 * total), 0.0, -delta), 1.0, 1.0 - delta)
    p1 = min(max(p2 + delta, 0.0), 1.0)
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * total / (total - 1)
    gap = k1 / n1 - k2 / n2 - delta
    if variance <= 0:
        return 0.0 if gap == 0 else copysign(inf, gap)
    return gap / sqrt(variance)


def miettinen_nurminen(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Miettinen-Nurminen score interval for the difference of two independent proportions.

    Args:
        k1: Successes in the first arm, 0 <= k1 <= n1.
        n1: Observations in the first arm, at least 1.
        k2: Successes in the second arm, 0 <= k2 <= n2.
        n2: Observations in the second arm, at least 1.
        level: Confidence level, strictly between 0 and 1.

    Returns:
        The interval for p1 - p2, within [-1, 1]; ``n`` is n1 + n2.

    Raises:
        ValueError: If the counts or the level are out of range.

    Source: Miettinen and Nurminen (1985), Stat. Med. 4:213-226; method 6 of Newcombe (1998), Stat. Med.
    17:873-890.
    """
    k1, n1 = count_of("k1", k1, "n1", n1)
    k2, n2 = count_of("k2", k2, "n2", n2)
    level = share("level", level)
    z = float(stats.norm.isf((1 - level) / 2))
    difference = k1 / n1 - k2 / n2

    def limit(edge: float, target: float) -> float:
        def gap(delta: float) -> float:
            # A finite stand-in: root finding needs numbers where the variance is zero.
            return float(np.clip(score_statistic(k1, n1, k2, n2, delta), -1e9, 1e9)) - target

        if difference == edge:
            return edge
        return float(optimize.brentq(gap, min(edge, difference), max(edge, difference), xtol=1e-12))

    low, high = limit(-1.0, z), limit(1.0, -z)
    return Interval(difference, low, high, level, "Miettinen-Nurminen", n1 + n2)


def mcnemar_exact(b: int, c: int, alternative: Alternative = "two-sided") -> SignificanceTest:
    """Exact McNemar test on the discordant pairs.

    Args:
        b: Pairs with success in the first arm only.
        c: Pairs with success in the second arm only.
        alternative: "greater" asks whether the first arm succeeds more often.

    Returns:
        The test; ``statistic`` is b - c in pairs, ``n`` the discordant pairs. Without any, p is 1.

    Raises:
        ValueError: If a count is negative or the alternative unknown.

    Source: McNemar (1947), Psychometrika 12:153-157, with the exact binomial(b + c, 1/2) distribution.
    """
    b, c = whole("b", b), whole("c", c)
    direction(alternative)
    n = b + c
    p = float(stats.binomtest(b, n, 0.5, alternative=alternative).pvalue) if n else 1.0
    return SignificanceTest(float(b - c), p, alternative, "McNemar, exact", n)


def boschloo(k1: int, n1: int, k2: int, n2: int, alternative: Alternative = "two-sided") -> SignificanceTest:
    """Boschloo's exact unconditional test of two independent proportions.

    Args:
        k1: Successes in the first arm, 0 <= k1 <= n1.
        n1: Observations in the first arm, at least 1.
        k2: Successes in the second arm, 0 <= k2 <= n2.
        n2: Observations in the second arm, at least 1.
        alternative: "greater" asks whether the first arm succeeds more often.

    Returns:
        The test; ``statistic`` is p1 - p2. When both arms are all successes or all failures, p is 1.

    Raises:
        ValueError: If a count is out of range or the alternative unknown.

    Source: Boschloo (1970), Statistica Neerlandica 24:1-9, through ``scipy.stats.boschloo_exact``.
    """
    k1, n1 = count_of("k1", k1, "n1", n1)
    k2, n2 = count_of("k2", k2, "n2", n2)
    direction(alternative)
    difference = k1 / n1 - k2 / n2
    table = [[k1, k2], [n1 - k1, n2 - k2]]
    p = min(float(stats.boschloo_exact(table, alternative=alternative).pvalue), 1.0)
    return SignificanceTest(difference, p, alternative, "Boschloo", n1 + n2)
