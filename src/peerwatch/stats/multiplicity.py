"""Corrections for many comparisons: Holm, Benjamini-Hochberg, and e-BH."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from peerwatch.stats._checks import FloatArray, numbers, share


@dataclass(frozen=True)
class Adjusted:
    """Adjusted values of a family of hypotheses, in input order.

    Attributes:
        values: Adjusted p-values (for e-BH on the scale of 1 / e), each within [0, 1].
        rejected: True where the value is at or below ``alpha``.
        alpha: The error rate that is controlled.
        method: The name of the method, as a report prints it.
    """

    values: tuple[float, ...]
    rejected: tuple[bool, ...]
    alpha: float
    method: str


def holm(p_values: ArrayLike, alpha: float = 0.05) -> Adjusted:
    """Holm's step-down correction: controls the family-wise error rate under any dependence.

    Args:
        p_values: One p-value per hypothesis, shape (m,).
        alpha: Family-wise error rate, strictly between 0 and 1.

    Returns:
        Adjusted p-values and rejections in input order.

    Raises:
        ValueError: If a p-value is not within [0, 1], none is given, or alpha is out of range.

    Source: Holm (1979), Scand. J. Stat. 6:65-70.
    """
    p, alpha = _p_values(p_values), share("alpha", alpha)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return _decide(adjusted, alpha, "Holm")


def benjamini_hochberg(p_values: ArrayLike, alpha: float = 0.05) -> Adjusted:
    """Benjamini-Hochberg step-up correction: controls the false discovery rate (positive dependence).

    Args:
        p_values: One p-value per hypothesis, shape (m,).
        alpha: False discovery rate, strictly between 0 and 1.

    Returns:
        Adjusted p-values and rejections in input order.

    Raises:
        ValueError: If a p-value is not within [0, 1], none is given, or alpha is out of range.

    Source: Benjamini and Hochberg (1995), JRSS B 57:289-300, through ``scipy.stats.false_discovery_control``.
    """
    p, alpha = _p_values(p_values), share("alpha", alpha)
    return _decide(stats.false_discovery_control(p, method="bh"), alpha, "Benjamini-Hochberg")


def e_bh(e_values: ArrayLike, alpha: float = 0.05) -> Adjusted:
    """The e-BH procedure: controls the false discovery rate of e-values under any dependence.

    Rejects the k largest e-values for the largest k whose k-th e-value is at least m / (alpha k).

    Args:
        e_values: One e-value per hypothesis, shape (m,), each at least 0; infinity is allowed.
        alpha: False discovery rate, strictly between 0 and 1.

    Returns:
        Adjusted values min over j >= k of m / (j e_(j)), capped at 1, and rejections in input order.

    Raises:
        ValueError: If an e-value is negative or NaN, none is given, or alpha is out of range.

    Source: Wang and Ramdas (2022), JRSS B 84:822-852.
    """
    e, alpha = np.asarray(e_values, dtype=np.float64), share("alpha", alpha)
    if e.ndim != 1 or e.size == 0 or not np.all(e >= 0):
        raise ValueError("e_values must be a one-dimensional array of numbers of at least 0, without NaN.")
    # e-BH is Benjamini-Hochberg on 1 / e; an e-value below 1 is no evidence at all.
    inverse = np.minimum(1.0 / np.maximum(e, np.finfo(np.float64).tiny), 1.0)
    return _decide(stats.false_discovery_control(inverse, method="bh"), alpha, "e-BH")


def _p_values(values: ArrayLike) -> FloatArray:
    """The p-values as an array within [0, 1]."""
    p = numbers("p_values", values)
    if np.any((p < 0) | (p > 1)):
        raise ValueError(f"p_values must lie between 0 and 1, got {p.min()} to {p.max()}.")
    return p


def _decide(adjusted: FloatArray, alpha: float, method: str) -> Adjusted:
    """Adjusted values with their rejections at alpha."""
    values = tuple(float(v) for v in adjusted)
    return Adjusted(values, tuple(v <= alpha for v in values), alpha, method)
