"""What the statistics return: frozen values with named fields."""

from __future__ import annotations

from dataclasses import dataclass, field

from peerwatch.stats._checks import Alternative


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes:
        estimate: The point estimate, always inside ``[low, high]``.
        low: Lower limit, in the unit of the estimate; ``-inf`` when nothing bounds it.
        high: Upper limit, in the unit of the estimate; ``inf`` when nothing bounds it.
        level: Confidence level, for example 0.95.
        method: The name of the method, as a report prints it.
        n: Number of observations used (of both arms, when two unpaired arms are compared).
        degenerate: True when the data could not estimate the variance that the method needs (one
            value only, or no spread at all). The limits then follow the rule in the function's
            documentation and should be read with it.
    """

    estimate: float
    low: float
    high: float
    level: float
    method: str
    n: int
    degenerate: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class ClusteredInterval(Interval):
    """An interval for a proportion from repeated observations of the same clusters.

    Attributes:
        n_clusters: Number of clusters.
        design_effect: Variance relative to as many independent observations; 1.0 when inestimable.
        n_effective: Independent observations that carry the same information, at most ``n``.
    """

    n_clusters: int
    design_effect: float
    n_effective: float


@dataclass(frozen=True)
class MeanInterval(Interval):
    """An interval for a mean or for a mean of differences.

    Attributes:
        n_clusters: Number of clusters; equals ``n`` when every value is its own cluster.
        sd: Standard deviation (ddof 1) of the cluster means; None with one cluster, where it is undefined.
    """

    n_clusters: int
    sd: float | None


@dataclass(frozen=True)
class SignificanceTest:
    """The result of a test of no difference.

    Attributes:
        statistic: The observed difference that was tested, in the unit of the data.
        p_value: Probability of a difference at least as extreme when there is none.
        alternative: "two-sided", "greater" or "less", of the first arm over the second.
        method: The name of the method, as a report prints it.
        n: Number of observations (pairs, when paired).
    """

    statistic: float
    p_value: float
    alternative: Alternative
    method: str
    n: int


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests (TOST) of a difference against ``-delta`` and ``+delta``.

    Attributes:
        estimate: The difference.
        low: Lower limit of the interval at level ``1 - 2 alpha``.
        high: Upper limit of the interval at level ``1 - 2 alpha``.
        delta: Half-width of the equivalence region, in the unit of the difference.
        alpha: Size of the test.
        p_lower: p-value against "the difference is at or below -delta".
        p_upper: p-value against "the difference is at or above +delta".
        p_value: The larger of the two.
        equivalent: True when the interval lies strictly inside ``(-delta, delta)``.
        method: The name of the method, as a report prints it.
        n: Number of observations.
        degenerate: True when the data could not estimate a variance, as in ``Interval``.
    """

    estimate: float
    low: float
    high: float
    delta: float
    alpha: float
    p_lower: float
    p_upper: float
    p_value: float
    equivalent: bool
    method: str
    n: int
    degenerate: bool = field(default=False, kw_only=True)
