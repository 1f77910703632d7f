"""The few statistics that are printed."""

import math
import statistics
from collections.abc import Sequence


def quantile(values: Sequence[float], part: float) -> float:
    """Return the smallest value that at least `part` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Write median (min to max)."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the least-squares slope of y over x; 0.0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*points, strict=True)).slope
