"""Amounts and times as people read them, in the tables of docs/scaling.md and of the commands.

Only wording of numbers belongs here: two figures that count, never more than was measured.
"""

from __future__ import annotations

from math import floor, log10

SIZES = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
TIMES = [("s", 1.0), ("minutes", 60.0), ("hours", 3_600.0), ("days", 86_400.0)]


def amount(size: float) -> str:
    """Bytes: `570 GB`."""
    step = min(len(SIZES) - 1, int(log10(size) // 3)) if size >= 1 else 0
    return f"{two(size / 1000**step)} {SIZES[step]}"


def seconds(taken: float) -> str:
    """A time: `44 s`, `1.2 hours`."""
    name, length = next(((n, s) for n, s in TIMES[::-1] if taken >= 2 * s), TIMES[0])
    return f"{two(taken / length)} {name}"


def two(number: float) -> str:
    """With two figures that count: `0.031`, `7.8`, `280`, `24,000`."""
    if number == 0:
        return "0"
    digits = 1 - floor(log10(abs(number)))
    rounded = round(number, digits)
    return f"{rounded:,.{max(0, digits)}f}" if digits > 0 else f"{rounded:,.0f}"
