"""Columns that look personal: by their header, and by the shape of their values.

Only the recognition belongs here; dropping identifiers is done where a delivery is read into a frame.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from warehouse.codebooks.folding import fold, fold_label, matches_any, skeleton

PHONE = re.compile(r"\+?[\d\s().-]{9,20}")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}")
DEGREES = re.compile(r"-?\d{1,3}[.,]\d{4,}")
POINT = re.compile(r"-?\d{1,3}\.\d+[ ,]+-?\d{1,3}\.\d+( .*)?")
LONG_NUMBER = re.compile(r"\d{13,16}")
MOST = 0.6  # this share of the values that are there


def looks_personal(label: str) -> bool:
    """Whether a header looks like a person's identifier or an exact position (`operations/common/identifiers.yml`)."""
    from warehouse.normalize.reasons import identifier_globs

    globs = identifier_globs()
    folded = fold_label(label)
    return matches_any(label, globs) or matches_any(folded, globs) or skeleton(folded) in _usual_headers()


@cache
def _usual_headers() -> frozenset[str]:
    """The usual headers of identifiers (`concepts.yml`): whole headers only."""
    from warehouse.codebooks.concepts import concepts

    listed = [c for c in concepts().concepts if c.column_class == "identifier"]
    return frozenset(skeleton(label) for c in listed for labels in c.labels.values() for label in labels)


def personal_values(values: Sequence[str]) -> str:
    """What the values look like (`phone numbers`, …); empty where they don't look personal. Never tells a value."""
    given = [fold(v) for v in values if v.strip()]
    if not given:
        return ""
    for what, fits in KINDS:
        if sum(map(fits, given)) >= MOST * len(given):
            return what
    return ""


def _phone(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return (
        bool(PHONE.fullmatch(text))
        and 9 <= digits <= 15
        and (text[0] in "+0" or not text.isdigit() or digits >= 11)
        and "." not in text
    )


def _name(text: str) -> bool:
    """Two to four words of letters, as names of people are written; places have these too, so it counts with others only."""
    words = text.split()
    return 2 <= len(words) <= 4 and all(w.replace("-", "").replace("'", "").isalpha() for w in words)


KINDS = (
    ("e-mail addresses", lambda t: bool(EMAIL.fullmatch(t))),
    ("exact positions", lambda t: bool(POINT.fullmatch(t))),
    ("coordinates", lambda t: bool(DEGREES.fullmatch(t)) and abs(float(t.replace(",", "."))) <= 180),
    ("long personal numbers", lambda t: bool(LONG_NUMBER.fullmatch(t))),
    ("phone numbers", _phone),
)


def long_names(values: Sequence[str]) -> bool:
    """Whether the values are names of two to four words that hardly repeat: people, or places (a person decides)."""
    given = [fold(v) for v in values if v.strip()]
    if len(given) < 5 or len(set(given)) < 0.8 * len(given):
        return False
    return sum(map(_name, given)) >= MOST * len(given)
