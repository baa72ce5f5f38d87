"""What a study can see: detectable effects, sample sizes, and the bound that no event at all buys."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, inf, log, log1p, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from peerwatch.stats._checks import positive, probability, share, whole

Sides = Literal["one-sided", "two-sided"]

_LARGEST = 10_000_000


def zero_event_bound(n: int, level: float = 0.95) -> float:
    """Upper bound of a rate when none of n observations is an event.

    Args:
        n: Number of independent observations, at least 1.
        level: One-sided confidence level, strictly between 0 and 1.

    Returns:
        The rate ``1 - (1 - level) ** (1 / n)``; 0 of 100 shows only less than 0.0295.

    Raises:
        ValueError: If n or level is out of range.

    Source: Clopper and Pearson (1934), Biometrika 26:404-413, at k = 0; Hanley and Lippman-Hand (1983),
    JAMA 249:1743-1745.
    """
    n, level = whole("n", n, minimum=1), share("level", level)
    return float(-np.expm1(log1p(-level) / n))


def n_for_bound(rate: float, level: float = 0.95) -> int:
    """Smallest n for which no event at all shows that the rate is below ``rate``.

    Args:
        rate: The rate to rule out, strictly between 0 and 1.
        level: One-sided confidence level, strictly between 0 and 1.

    Returns:
        Number of independent observations.

    Raises:
        ValueError: If rate or level is out of range.

    Source: as ``zero_event_bound``, solved for n.
    """
    rate, level = share("rate", rate), share("level", level)
    return max(1, ceil(log(1 - level) / log1p(-rate)))


def paired_power(shift: float, sd: float, n: int, alpha: float = 0.05, sides: Sides = "two-sided") -> float:
    """Power of the paired t test.

    Args:
        shift: True mean difference, in the unit of ``sd``; for one-sided tests in the tested direction.
        sd: Standard deviation of the paired differences, above 0.
        n: Number of pairs, at least 2.
        alpha: Size of the test, strictly between 0 and 1.
        sides: "two-sided" or "one-sided".

    Returns:
        Probability of rejection.

    Raises:
        ValueError: If an argument is out of range.

    Source: noncentral t distribution; Cohen (1988), Statistical Power Analysis, chapter 2.
    """
    n, sd, alpha = whole("n", n, minimum=2), positive("sd", sd), share("alpha", alpha)
    if sides not in ("one-sided", "two-sided"):
        raise ValueError(f"sides must be one-sided or two-sided, got {sides!r}.")
    if not np.isfinite(shift):
        raise ValueError(f"shift must be a finite number, got {shift!r}.")
    df, noncentrality = n - 1, shift / sd * sqrt(n)
    if sides == "one-sided":
        return float(stats.nct.sf(stats.t.isf(alpha, df), df, noncentrality))
    critical = stats.t.isf(alpha / 2, df)
    # The lower tail by symmetry: scipy's nct.cdf is NaN there for some large noncentralities.
    return float(stats.nct.sf(critical, df, noncentrality) + stats.nct.sf(critical, df, -noncentrality))


def detectable_shift(
    n: int, sd: float, alpha: float = 0.05, power: float = 0.8, sides: Sides = "two-sided"
) -> float:
    """Smallest true mean paired shift that the paired t test detects with the given power.

    Args:
        n: Number of pairs, at least 2.
        sd: Standard deviation of the paired differences, above 0.
        alpha: Size of the test, strictly between 0 and 1.
        power: Probability of detection, above alpha and below 1.
        sides: "two-sided" or "one-sided".

    Returns:
        The shift, above 0, in the unit of ``sd``.

    Raises:
        ValueError: If an argument is out of range.

    Source: as ``paired_power``, solved for the shift.
    """
    sd, power = positive("sd", sd), _attainable(alpha, power)
    upper = 1.0
    while paired_power(upper, 1.0, n, alpha, sides) < power:
        upper *= 2
    return sd * float(
        optimize.brentq(lambda d: paired_power(d, 1.0, n, alpha, sides) - power, 0.0, upper, xtol=1e-10)
    )


def n_for_shift(
    shift: float, sd: float, alpha: float = 0.05, power: float = 0.8, sides: Sides = "two-sided"
) -> int:
    """Smallest number of pairs with which the paired t test detects a mean shift.

    Args:
        shift: True mean difference, in the unit of ``sd``, above 0.
        sd: Standard deviation of the paired differences, above 0.
        alpha: Size of the test, strictly between 0 and 1.
        power: Probability of detection, above alpha and below 1.
        sides: "two-sided" or "one-sided".

    Returns:
        Number of pairs, at least 2.

    Raises:
        ValueError: If an argument is out of range, or more than ten million pairs are needed.

    Source: as ``paired_power``, solved for n.
    """
    shift, power = positive("shift", shift), _attainable(alpha, power)
    return _smallest(lambda n: paired_power(shift, sd, n, alpha, sides) >= power)


def fisher_power(p1: float, n1: int, p2: float, n2: int, alpha: float = 0.05) -> float:
    """Exact power of the one-sided Fisher test that the first arm's rate is higher, by enumeration.

    Args:
        p1: True rate in the first arm, 0 to 1.
        n1: Observations in the first arm, at least 1.
        p2: True rate in the second arm, 0 to 1.
        n2: Observations in the second arm, at least 1.
        alpha: Size of the one-sided test, strictly between 0 and 1.

    Returns:
        Probability of rejection, summed over all (n1 + 1)(n2 + 1) tables.

    Raises:
        ValueError: If an argument is out of range.

    Source: Fisher (1935), JRSS 98:39-82; enumeration as in Casagrande, Pike and Smith (1978), Appl. Stat.
    27:176-180.
    """
    p1, p2 = probability("p1", p1), probability("p2", p2)
    n1, n2 = whole("n1", n1, minimum=1), whole("n2", n2, minimum=1)
    return _mass_rejected(_fisher_region(n1, n2, share("alpha", alpha)), p1, p2)


def detectable_difference(n: int, base: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest rise above a base rate that the one-sided Fisher test detects, with n in each arm.

    Args:
        n: Observations in each arm, at least 1; meant for a few hundred at most (n^2 tables).
        base: Rate in the second arm, 0 to 1.
        alpha: Size of the one-sided test, strictly between 0 and 1.
        power: Probability of detection, above alpha and below 1.

    Returns:
        The difference of rates; ``inf`` when not even a rate of 1 would be detected.

    Raises:
        ValueError: If an argument is out of range.

    Source: as ``fisher_power``, solved for the difference.
    """
    n, base, power = whole("n", n, minimum=1), probability("base", base), _attainable(alpha, power)
    region = _fisher_region(n, n, alpha)
    if _mass_rejected(region, 1.0, base) < power:
        return inf
    rate = optimize.brentq(lambda p: _mass_rejected(region, p, base) - power, base, 1.0, xtol=1e-10)
    return float(rate) - base


def n_for_difference(p1: float, p2: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Approximate number per arm with which a one-sided unpaired test sees p1 above p2 (for planning).

    Args:
        p1: True rate in one arm, 0 to 1.
        p2: True rate in the other arm, 0 to 1, different from p1.
        alpha: Size of the one-sided test, strictly between 0 and 1.
        power: Probability of detection, above alpha and below 1.

    Returns:
        Observations per arm, rounded up. The exact Fisher test needs some more: see ``fisher_power``.

    Raises:
        ValueError: If an argument is out of range or the rates are equal.

    Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, equation 4.14
    (pooled variance under the null, no continuity correction).
    """
    p1, p2, power = probability("p1", p1), probability("p2", p2), _attainable(alpha, power)
    if p1 == p2:
        raise ValueError(f"p1 and p2 must differ, both are {p1}; for equality use n_for_equivalence.")
    mean = (p1 + p2) / 2
    null = stats.norm.isf(alpha) * sqrt(2 * mean * (1 - mean))
    true = stats.norm.isf(1 - power) * sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return max(1, ceil(((null + true) / (p1 - p2)) ** 2))


def n_for_equivalence(p: float, delta: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Approximate number per arm to show two equal rates equivalent within ``delta`` (for planning).

    Args:
        p: The true rate of both arms, strictly between 0 and 1.
        delta: Margin as a share, strictly between 0 and 1.
        alpha: Size of each one-sided test, strictly between 0 and 1.
        power: Probability of showing equivalence, above alpha and below 1.

    Returns:
        Observations per arm, rounded up.

    Raises:
        ValueError: If an argument is out of range.

    Source: Chow, Shao and Wang (2008), Sample Size Calculations in Clinical Research, section 4.2.3.
    """
    p, delta, power = share("p", p), share("delta", delta), _attainable(alpha, power)
    z = stats.norm.isf(alpha) + stats.norm.isf((1 - power) / 2)
    return max(1, ceil(2 * p * (1 - p) * (z / delta) ** 2))


def _attainable(alpha: float, power: float) -> float:
    """Return ``power``; a ValueError unless alpha < power < 1."""
    if not share("alpha", alpha) < share("power", power):
        raise ValueError(f"power must lie above alpha = {alpha} and below 1, got {power!r}.")
    return float(power)


def _fisher_region(n1: int, n2: int, alpha: float) -> NDArray[np.bool_]:
    """Tables (k1, k2) that the one-sided Fisher test rejects, shape (n1 + 1, n2 + 1)."""
    k1, k2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    p = stats.hypergeom.sf(k1 - 1, n1 + n2, k1 + k2, n1)
    return np.asarray(p <= alpha * (1 + 1e-12))


def _mass_rejected(region: NDArray[np.bool_], p1: float, p2: float) -> float:
    """Probability of the region under independent binomials."""
    n1, n2 = region.shape[0] - 1, region.shape[1] - 1
    first = stats.binom.pmf(np.arange(n1 + 1), n1, p1)
    second = stats.binom.pmf(np.arange(n2 + 1), n2, p2)
    return float(first @ region @ second)


def _smallest(enough: Callable[[int], bool]) -> int:
    """Smallest n >= 2 that is enough, by doubling and bisection (power rises with n)."""
    high = 2
    while not enough(high):
        if high > _LARGEST:
            raise ValueError("The shift is too small to detect: more than ten million pairs are needed.")
        high *= 2
    low = 1 if high == 2 else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
