"""What a column's values look like: a type, in words that hold no value.

Looking at values belongs here; which field the column carries does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from warehouse.codebooks.folding import fold
from warehouse.codebooks.personal import long_names, personal_values

MISSING = {"", "-", "—", "n/a", "na", "null", "nat", "nan", "none", "н/д", "нет данных", "not available", "#n/a"}
MOST = 0.95  # this share of the given values has the type
FEW = 12  # options that are few enough to be listed
WHOLE = re.compile(r"-?\d{1,3}(?:[ ,'\u00a0\u202f]\d{3})+|-?\d{1,12}(?:\.0+)?")
DECIMAL = re.compile(r"-?\d+[.,]\d+(?:e[+-]?\d+)?|-?\d+")
CODE = re.compile(r"(?=.*\d)[a-z]{1,5}[-_]?\d[\w-]*|0\d+|[a-z]\d+_\d+", re.IGNORECASE)
YES_NO = {"yes", "no", "true", "false", "y", "n", "да", "нет", "ооба", "жок", "oui", "non", "sí", "si", "نعم", "لا"}
SHARE_WORDS = re.compile(r"%|percent|pourcent|procent|porcentaje|share|процент|дол[яи]|пайыз|نسبة", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """What was seen in one column. `options` are texts that are few, repeated and not personal."""

    type: str
    seen: str
    personal: str = ""
    scale: int | None = None
    options: list[str] = field(default_factory=list)
    whole: bool = False  # whole numbers only
    empty: bool = False
    complete: bool = False  # filled in on every row


def look(label: str, values: Sequence[str]) -> Look:
    """What is seen in a column. `values`: the cells below the header."""
    given = [v for v in values if fold(v) not in MISSING]
    return replace(_look(label, values), empty=not given, complete=len(given) == len(values))


def _look(label: str, values: Sequence[str]) -> Look:
    """The type of a column's values; nothing that is seen in a cell is repeated, but for options."""
    given = [v.strip() for v in values if fold(v) not in MISSING]
    filled = f"{len(given)} of {len(values)} filled"
    if not given:
        return Look("text", f"nothing is filled in ({len(values)} rows)")
    personal = personal_values(given)
    if personal:
        return Look("text", f"values look like {personal}, {filled}", personal)
    for kind, words, fits in _tests():
        if sum(map(fits, given)) >= MOST * len(given):
            return _typed(kind, words, label, given, filled)
    return _texts(given, filled)


def _tests() -> list[tuple[str, str, Callable[[str], bool]]]:
    from warehouse.normalize.values import iso_date

    def dated(text: str) -> bool:
        return not text.isdigit() and not DECIMAL.fullmatch(text) and iso_date(text) is not None

    return [
        ("boolean", "yes and no", lambda t: fold(t) in YES_NO),
        ("count", "whole numbers", lambda t: bool(WHOLE.fullmatch(t)) and not (len(t) > 1 and t[0] == "0")),
        (
            "number",
            "numbers",
            lambda t: bool(DECIMAL.fullmatch(t)) and not (len(t) > 1 and t[0] == "0" and t[1].isdigit()),
        ),
        ("datetime", "dates with times", lambda t: dated(t) and ":" in t and not re.search(r"[ T]00:00:00", t)),
        ("date", "dates", dated),
        ("code", "codes", lambda t: bool(CODE.fullmatch(t))),
    ]


def _typed(kind: str, words: str, label: str, given: list[str], filled: str) -> Look:
    numbers = [float(re.sub(r"[ '\u00a0\u202f]", "", t).replace(",", ".")) for t in given] if kind == "number" else []
    if kind in ("number", "count") and SHARE_WORDS.search(label):
        most = max(numbers or [float(re.sub(r"\D", "", t) or 0) for t in given])
        if most <= 100:
            scale = 1 if most <= 1 else 100
            return Look("share", f"shares of {scale}, {filled}", scale=scale)
    if kind == "count" and set(map(fold, given)) <= {"0", "1"}:
        return Look("boolean", f"0 and 1, {filled}")
    return Look(kind, f"{words}, {filled}", whole=kind == "count")


def _texts(given: list[str], filled: str) -> Look:
    distinct = sorted(set(given))
    number = len({fold(t) for t in distinct})
    few = (f"{number} different texts" if number > 1 else "one text") + f", {filled}"
    if _countries(distinct):
        return Look("country", f"names of countries, {few}")
    if long_names(given):
        return Look("text", f"long names that hardly repeat, {few}", "names")
    repeated = len(given) >= 10 and len(distinct) <= min(FEW, len(given) // 3)
    if repeated and all(len(t) <= 40 and not _capitalised(t) for t in distinct):
        return Look("choice", few, options=distinct)
    return Look("text", few)


def _capitalised(text: str) -> bool:
    """Two or more words with a capital each: a name of a person or a place, never listed as an option."""
    words = text.split()
    return len(words) >= 2 and all(word[0].isupper() for word in words)


def _countries(distinct: list[str]) -> bool:
    from warehouse.normalize.countries import country_names

    names = [t for t in map(fold, distinct) if len(t) > 3]
    return len(names) >= 3 and sum(t in country_names() for t in names) >= 0.8 * len(distinct)
