"""Bunching at the bar: do scores pile up just above a threshold because it is the threshold?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from peerwatch.stats._checks import Alternative, FloatArray, direction, labels, numbers, positive, whole
from peerwatch.stats.means import sign_flip_p


@dataclass(frozen=True)
class Bunching:
    """Excess mass at a bar, against the same scorer under another bar.

    Attributes:
        excess: Share of scores in [bar, bar + width) minus share in [bar - width, bar), with this bar stated.
        reference_excess: The same share difference at the same place, with another bar stated.
        difference: ``excess - reference_excess``, within [-2, 2].
        p_value: From permuting which scores were given under which bar.
        alternative: "greater" asks whether stating this bar adds mass just above it.
        method: The name of the permutation test, as a report prints it.
        bar: The bar, in points.
        width: Width of each window, in points.
        n: Number of scores under this bar.
        n_reference: Number of scores under the other bar.
    """

    excess: float
    reference_excess: float
    difference: float
    p_value: float
    alternative: Alternative
    method: str
    bar: float
    width: float
    n: int
    n_reference: int


def bunching_at_bar(
    scores: ArrayLike,
    reference_scores: ArrayLike,
    bar: float,
    width: float,
    *,
    variants: Iterable[Hashable] | None = None,
    reference_variants: Iterable[Hashable] | None = None,
    alternative: Alternative = "greater",
    n_resamples: int = 99_999,
    seed: int = 0,
) -> Bunching:
    """Excess mass just above the bar minus just below, compared with the same scorer under another bar.

    Both windows have the same width and include their lower edge only, so a score equal to the bar passes.

    Args:
        scores: Scores given with ``bar`` stated, in points, shape (n,).
        reference_scores: Scores of the same scorer with another bar (or none) stated, shape (m,).
        bar: The bar at which both sets are examined, in points.
        width: Width of each window, in points, above 0.
        variants: One unique label per score when the same work was scored under both bars; together with
            ``reference_variants`` the test permutes the two bars within each variant.
        reference_variants: One unique label per reference score; the same labels as ``variants``.
        alternative: "greater" (the bar attracts scores), "less" or "two-sided".
        n_resamples: Permutations when there are too many to enumerate, at least 1.
        seed: Seed of the random permutations.

    Returns:
        Both excesses, their difference and its permutation p-value.

    Raises:
        ValueError: If scores are empty or not finite, or only one set has variants, or they do not match.

    Source: bunching estimator after Saez (2010), Am. Econ. J. Econ. Policy 2:180-212, and Kleven (2016),
    Annu. Rev. Econ. 8:435-464, with the other bar as the counterfactual; permutation p with the +1 of
    Phipson and Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9:39.
    """
    stated, other = numbers("scores", scores), numbers("reference_scores", reference_scores)
    width = positive("width", width)
    if not np.isfinite(bar):
        raise ValueError(f"bar must be a finite number of points, got {bar!r}.")
    direction(alternative)
    n_resamples, seed = whole("n_resamples", n_resamples, minimum=1), whole("seed", seed)
    mass, reference = _mass(stated, bar, width), _mass(other, bar, width)
    if (variants is None) != (reference_variants is None):
        raise ValueError("Give both variants and reference_variants (paired), or neither (unpaired).")
    if variants is not None and reference_variants is not None:
        first = _unique("variants", variants, mass.size)
        second = _unique("reference_variants", reference_variants, reference.size)
        if first.keys() != second.keys():
            raise ValueError(
                "variants and reference_variants must hold the same labels; in one only: "
                f"{sorted(map(str, first.keys() ^ second.keys()))[:5]}."
            )
        gaps = mass - reference[[second[label] for label in first]]
        test = sign_flip_p(gaps, alternative, n_resamples, seed)
        p_value, method = test.p_value, f"bar labels permuted within variant: {test.method}"
    else:
        p_value = _permuted(mass, reference, alternative, n_resamples, seed)
        method = "bar labels permuted"
    excess, reference_excess = float(mass.mean()), float(reference.mean())
    return Bunching(
        excess=excess,
        reference_excess=reference_excess,
        difference=excess - reference_excess,
        p_value=p_value,
        alternative=alternative,
        method=method,
        bar=float(bar),
        width=width,
        n=mass.size,
        n_reference=reference.size,
    )


def _mass(scores: FloatArray, bar: float, width: float) -> FloatArray:
    """Per score: +1 just above the bar, -1 just below, 0 elsewhere."""
    above = (scores >= bar) & (scores < bar + width)
    below = (scores >= bar - width) & (scores < bar)
    return above.astype(np.float64) - below.astype(np.float64)


def _unique(name: str, values: Iterable[Hashable], length: int) -> dict[Hashable, int]:
    """Position of every label; a ValueError if one occurs twice."""
    found = labels(name, values, length)
    index = {label: i for i, label in enumerate(found)}
    if len(index) < length:
        raise ValueError(f"{name} must be unique, one score per variant; average repeats first.")
    return index


def _permuted(
    mass: FloatArray, reference: FloatArray, alternative: Alternative, n_resamples: int, seed: int
) -> float:
    """Permutation p-value of the difference of means between two independent sets."""

    def difference(first: FloatArray, second: FloatArray, axis: int = -1) -> FloatArray:
        return np.asarray(first.mean(axis=axis) - second.mean(axis=axis), dtype=np.float64)

    result = stats.permutation_test(
        (mass, reference),
        difference,
        alternative=alternative,
        n_resamples=n_resamples,
        vectorized=True,
        batch=4096,
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)
