"""Flips over the bar: how many paired scores cross it, and in which direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peerwatch.stats._checks import aligned


@dataclass(frozen=True)
class Flips:
    """Pairs by the side of the bar that each score is on; at the bar counts as above.

    The four counts are the paired 2 x 2 table: ``newcombe_paired(above, up, down, below)`` is the interval of
    the difference in pass rates, ``mcnemar_exact(up, down)`` its test.

    Attributes:
        above: Above in both arms.
        up: Above with treatment only.
        down: Above without treatment only.
        below: Above in neither arm.
        bar: The bar, in points.
        n: Number of pairs.
    """

    above: int
    up: int
    down: int
    below: int
    bar: float
    n: int


def count_flips(treated: ArrayLike, control: ArrayLike, bar: float) -> Flips:
    """Counts the paired scores that cross the bar in either direction.

    Args:
        treated: Scores in one arm, in points, shape (n,); entry i is the same work as entry i of ``control``.
        control: Scores in the other arm, in points, shape (n,).
        bar: The bar, in points; a score equal to it passes.

    Returns:
        The four counts.

    Raises:
        ValueError: If the arrays are not aligned, empty or not finite, or the bar is not finite.

    Source: the paired 2 x 2 table of Newcombe (1998), Stat. Med. 17:2635-2650, table I.
    """
    first, second = aligned(treated=treated, control=control)
    if not np.isfinite(bar):
        raise ValueError(f"bar must be a finite number of points, got {bar!r}.")
    passed, reference = first >= bar, second >= bar
    return Flips(
        above=int(np.sum(passed & reference)),
        up=int(np.sum(passed & ~reference)),
        down=int(np.sum(~passed & reference)),
        below=int(np.sum(~passed & ~reference)),
        bar=float(bar),
        n=first.size,
    )
