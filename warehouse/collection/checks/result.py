"""What a check gives, and the table of all of them: `mart_collection_check`.

The shape of results belongs here; what is looked for belongs to each check, sentences to `sentences.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

Values = Mapping[str, float]
UNIT_KINDS = ("round", "enumerator", "place", "day", "interview", "question")
SEVERITIES = ("stop", "look", "note")

# One row per check × unit that it found something of; one row of the unit kind `round` for a check that found nothing or
# that is not possible. Build side and collection only: enumerators are pseudonyms, and never go to a release.
CHECK: dict[str, Any] = {
    "round_key": pl.String,
    "as_of": pl.Date,  # the last day that has data
    "check_code": pl.String,
    "outcome": pl.String,  # found | nothing | too_few | not_possible
    "severity": pl.String,  # stop | look | note; null where nothing was found
    "unit_kind": pl.String,  # round | enumerator | place | day | interview | question
    "unit": pl.String,  # the round's key, a pseudonym, a place code, an ISO day, an interview_key, a question code
    "item": pl.String,  # what else tells two rows of a unit apart (a question); empty where nothing does
    "enumerator": pl.String,  # the pseudonym that the unit belongs to, where one does
    "place_code": pl.String,
    "day": pl.Date,
    "row_number": pl.Int64,  # of an interview: where it stands in the delivery
    "n": pl.Int64,  # interviews (or answers) that were looked at
    "observed": pl.Float64,
    "threshold": pl.Float64,
    "expected": pl.Float64,  # what the others have; null where nothing is expected
    "p_value": pl.Float64,
    "adjusted_p": pl.Float64,  # within the family of the check (Benjamini-Hochberg)
    "sentence_en": pl.String,
    "sentence_ru": pl.String,
    "sentence_ky": pl.String,
    "todo_en": pl.String,
    "todo_ru": pl.String,
    "todo_ky": pl.String,
}


@dataclass(frozen=True)
class Found:
    """One thing that a check found. `says`: what the check's sentence has in braces."""

    unit_kind: str
    unit: str
    says: Mapping[str, Any] = field(default_factory=dict)
    n: int | None = None
    observed: float | None = None
    threshold: float | None = None
    expected: float | None = None
    p_value: float | None = None
    adjusted_p: float | None = None
    item: str = ""
    enumerator: str | None = None
    place_code: str | None = None
    day: date | None = None
    row_number: int | None = None


@dataclass(frozen=True)
class Lacking:
    """Why a check can't be made: a code of `lacking:` in collection.yml. `is_few`: there will be enough in a few days."""

    code: str
    is_few: bool = False


Outcome = list[Found] | Lacking


@dataclass(frozen=True)
class Share:
    """A share (0 to 1) in a sentence: written as percent."""

    value: float


@dataclass(frozen=True)
class Named:
    """A name in a sentence, by language."""

    names: Mapping[str, str]


def of_interview(row: Mapping[str, Any], **more: Any) -> Found:
    """A `Found` about one interview; `row`: its row of the table `interview`."""
    says = {"enumerator": row["enumerator"] or "–", "row": Plain(row["row_number"]), **more.pop("says", {})}
    return Found(
        "interview", row["interview_key"], says, enumerator=row["enumerator"], place_code=row["place_code"],
        day=row["day"], row_number=row["row_number"], **more,
    )  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """A number that is a name (of a row): written without the marks of thousands."""

    value: Any
