"""Intervals of means, with Student's t, without more than Python's own library."""

import math
import statistics


def t_density(x, degrees):
    log_scale = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(degrees * math.pi) / 2
    return math.exp(log_scale - (degrees + 1) / 2 * math.log1p(x * x / degrees))


def t_quantile(p, degrees):
    """For 0.5 < p < 1: bisection on Simpson's integral of the density, to about 1e-6."""

    def below(x, steps=400):
        width = x / steps
        inner = sum((4 if i % 2 else 2) * t_density(i * width, degrees) for i in range(1, steps))
        return 0.5 + width / 3 * (t_density(0, degrees) + inner + t_density(x, degrees))

    low, high = 0.0, 200.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle, 400 if middle < 20 else 4000) < p else (low, middle)
    return (low + high) / 2


def error_of_mean(values):
    return statistics.stdev(values) / math.sqrt(len(values))


def half_width(values):
    """Of the mean's 95 % interval."""
    return t_quantile(0.975, len(values) - 1) * error_of_mean(values)


def difference(x, y):
    """mean(x) - mean(y) and half its 95 % interval's width (Welch 1947, degrees of freedom after Satterthwaite 1946)."""
    a, b = error_of_mean(x) ** 2, error_of_mean(y) ** 2
    degrees = (a + b) ** 2 / (a * a / (len(x) - 1) + b * b / (len(y) - 1))
    return statistics.mean(x) - statistics.mean(y), t_quantile(0.975, degrees) * math.sqrt(a + b)


def trimmed_mean(values, cut=0.1):
    """Without a tenth at each end, as shootout takes a replicate's blocks; the plain mean of fewer than five."""
    left_out = int(cut * len(values)) if len(values) >= 5 else 0
    kept = sorted(values)[left_out : len(values) - left_out]
    return statistics.mean(kept)


def as_percent(log_half_width):
    """A half-width on the log scale as +-%."""
    return 100 * (math.exp(log_half_width) - 1)
