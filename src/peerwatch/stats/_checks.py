"""Validation shared by the statistics: every refusal says what would have been valid."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Iterable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Alternative = Literal["two-sided", "greater", "less"]
"""Direction of a test: the first arm differs from, is greater than, or is less than the second."""

FloatArray = NDArray[np.float64]


def whole(name: str, value: object, *, minimum: int = 0) -> int:
    """Return ``value`` as an int; a ValueError unless it is a whole number of at least ``minimum``."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)) or number < minimum:
        raise ValueError(f"{name} must be a whole number of at least {minimum}, got {value!r}.")
    return number


def count_of(name_k: str, k: object, name_n: str, n: object) -> tuple[int, int]:
    """Return ``(k, n)`` as ints; a ValueError unless 0 <= k <= n and n >= 1."""
    total = whole(name_n, n, minimum=1)
    count = whole(name_k, k)
    if count > total:
        raise ValueError(f"{name_k} must lie between 0 and {name_n} = {total}, got {count}.")
    return count, total


def share(name: str, value: float) -> float:
    """Return ``value``; a ValueError unless it lies strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie strictly between 0 and 1 (for example 0.95), got {value!r}.")
    return float(value)


def probability(name: str, value: float) -> float:
    """Return ``value``; a ValueError unless it lies between 0 and 1, both included."""
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must be a probability between 0 and 1, got {value!r}.")
    return float(value)


def positive(name: str, value: float) -> float:
    """Return ``value``; a ValueError unless it is finite and above zero."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}.")
    return float(value)


def direction(alternative: str) -> None:
    """Raise a ValueError unless ``alternative`` is one of the three directions."""
    valid = get_args(Alternative)
    if alternative not in valid:
        raise ValueError(f"alternative must be one of {', '.join(valid)}, got {alternative!r}.")


def numbers(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as a one-dimensional float array; a ValueError if empty or not finite."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a one-dimensional array of numbers without gaps.") from None
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be one-dimensional and not empty, got shape {array.shape}.")
    wrong = np.flatnonzero(~np.isfinite(array))
    if wrong.size:
        raise ValueError(
            f"{name} must be finite, but {wrong.size} of {array.size} are not (first at index {wrong[0]}). "
            "Missing outcomes are never dropped here: select the scored ones and bound the rest with "
            "peerwatch.stats.worst_case_proportion."
        )
    return array


def aligned(**arrays: ArrayLike) -> list[FloatArray]:
    """Return the named arrays as floats; a ValueError unless all have the same length."""
    checked = [numbers(name, values) for name, values in arrays.items()]
    if len({array.size for array in checked}) > 1:
        sizes = ", ".join(f"{name} {array.size}" for name, array in zip(arrays, checked, strict=True))
        raise ValueError(f"The arrays must be aligned, one entry per variant in each; lengths are {sizes}.")
    return checked


def labels(name: str, values: Iterable[Hashable], length: int) -> list[Hashable]:
    """Return ``values`` as a list; a ValueError unless it has ``length`` labels, none None or NaN."""
    found = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if len(found) != length:
        raise ValueError(f"{name} must give one label per value: {length} values, {len(found)} labels.")
    if any(label is None or label != label for label in found):
        raise ValueError(f"{name} must not contain None or NaN: name every label.")
    return found
