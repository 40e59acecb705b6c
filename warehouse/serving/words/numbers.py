"""Numbers as a language writes them: thousands, decimals, the minus, percent; a dash where there is none.

Rounding and writing one number belongs here; which number is shown, and with how many digits, belongs to who shows it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache

NONE = "–"  # what stands where there is no number: never an empty place, never 0
MINUS = "\u2212"  # as long as a plus, and no line breaks after it
NO_BREAK = "\u00a0"


@lru_cache(maxsize=10_000)  # the same numbers stand in many places
def written(value: float | Decimal | None, digits: int, locale: str) -> str:
    """`128 661`, `3,9`, `−17 684`: rounded half to even; below zero digits to tens and hundreds. Not a number is none."""
    rounded = None if value is None else _rounded(value, digits)
    if rounded is None:
        return NONE
    shown = f"{abs(rounded):,f}".translate(_signs(locale))
    return MINUS + shown if rounded < 0 else shown


@cache
def _signs(locale: str) -> dict[int, str]:
    """What stands between thousands and before decimals, in place of `,` and `.`."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def percent_sign(lang: str) -> str:
    """`34%` in English, `34 %` in the others, never parted by the end of a line."""
    return "%" if lang == "en" else NO_BREAK + "%"


def _rounded(value: float | Decimal, digits: int) -> Decimal | None:
    """A zero has no sign: −0,4 of nobody is 0."""
    exact = Decimal(str(value))
    if not exact.is_finite():
        return None
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN) + 0
