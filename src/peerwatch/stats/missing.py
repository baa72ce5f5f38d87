"""Worst-case bounds when outcomes are missing: every missing one this way, then the other."""

from __future__ import annotations

from dataclasses import dataclass

from peerwatch.stats._checks import count_of, whole
from peerwatch.stats.differences import newcombe
from peerwatch.stats.proportions import wilson


@dataclass(frozen=True)
class WorstCase:
    """What the observed outcomes leave possible, whatever the missing ones were.

    Attributes:
        estimate: Among the observed outcomes only.
        low: The value if every missing outcome had been the one that lowers it.
        high: The value if every missing outcome had been the one that raises it.
        interval_low: Lower confidence limit of the lower bound.
        interval_high: Upper confidence limit of the upper bound; both together cover the true value with
            at least ``level``, however the outcomes went missing.
        level: Confidence level.
        method: The name of the method, as a report prints it.
        n: Outcomes observed.
        n_missing: Outcomes planned but missing.
    """

    estimate: float
    low: float
    high: float
    interval_low: float
    interval_high: float
    level: float
    method: str
    n: int
    n_missing: int


def worst_case_proportion(k: int, n: int, missing: int, level: float = 0.95) -> WorstCase:
    """Bounds of a proportion when some outcomes are missing.

    Args:
        k: Successes among the observed, 0 <= k <= n.
        n: Observed outcomes, at least 1.
        missing: Outcomes planned but not observed, at least 0.
        level: Confidence level of the Wilson limits, strictly between 0 and 1.

    Returns:
        The bounds k / N and (k + missing) / N, N = n + missing, each with its Wilson limit.

    Raises:
        ValueError: If a count or the level is out of range.

    Source: Manski (2003), Partial Identification of Probability Distributions; Horowitz and
    Manski (2000), JASA 95:77-84.
    """
    k, n = count_of("k", k, "n", n)
    missing = whole("missing", missing)
    lowest, highest = wilson(k, n + missing, level), wilson(k + missing, n + missing, level)
    return WorstCase(
        estimate=k / n,
        low=lowest.estimate,
        high=highest.estimate,
        interval_low=lowest.low,
        interval_high=highest.high,
        level=lowest.level,
        method="worst case, Wilson",
        n=n,
        n_missing=missing,
    )


def worst_case_difference(
    k1: int, n1: int, missing1: int, k2: int, n2: int, missing2: int, level: float = 0.95
) -> WorstCase:
    """Bounds of a difference of two independent proportions when some outcomes are missing.

    Args:
        k1: Successes among the observed of the first arm, 0 <= k1 <= n1.
        n1: Observed outcomes of the first arm, at least 1.
        missing1: Missing outcomes of the first arm, at least 0.
        k2: Successes among the observed of the second arm, 0 <= k2 <= n2.
        n2: Observed outcomes of the second arm, at least 1.
        missing2: Missing outcomes of the second arm, at least 0.
        level: Confidence level of the Newcombe limits, strictly between 0 and 1.

    Returns:
        The bounds of p1 - p2: lowest when all missing of the first arm failed and all of the second
        succeeded, highest the other way; each with its Newcombe limit.

    Raises:
        ValueError: If a count or the level is out of range.

    Source: Horowitz and Manski (2000), JASA 95:77-84.
    """
    k1, n1 = count_of("k1", k1, "n1", n1)
    k2, n2 = count_of("k2", k2, "n2", n2)
    missing1, missing2 = whole("missing1", missing1), whole("missing2", missing2)
    total1, total2 = n1 + missing1, n2 + missing2
    lowest = newcombe(k1, total1, k2 + missing2, total2, level)
    highest = newcombe(k1 + missing1, total1, k2, total2, level)
    return WorstCase(
        estimate=k1 / n1 - k2 / n2,
        low=lowest.estimate,
        high=highest.estimate,
        interval_low=lowest.low,
        interval_high=highest.high,
        level=lowest.level,
        method="worst case, Newcombe",
        n=n1 + n2,
        n_missing=missing1 + missing2,
    )
