"""What the checks look at: the interviews of a partial delivery with their answers, as frames that several checks share.

Joining and reshaping the canonical tables belongs here; judging anything does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import polars as pl

from warehouse.normalize.schema import TABLES

COUNTED = ("population_category", "dimension", "item", "sex", "age_group", "unit")


@dataclass(frozen=True)
class Collected:
    """One round as far as it is collected. `tables`: canonical tables by name; those that lack are empty."""

    round_key: str
    tables: Mapping[str, pl.DataFrame]
    refusals: frozenset[str] = frozenset()  # option codes that mean: did not answer
    question_types: Mapping[str, int] = field(default_factory=dict)
    asked_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # question to its names by language
    count_fields: Mapping[str, str] = field(default_factory=dict)  # a count's question to its field in the codebook
    day: date | None = None

    def table(self, name: str) -> pl.DataFrame:
        """A canonical table, perhaps empty."""
        found = self.tables.get(name)
        return pl.DataFrame(schema=TABLES[name]) if found is None else found

    @cached_property
    def interview(self) -> pl.DataFrame:
        """Every row that can be told to be an interview, with its `day` and its `oblast` (place of level 1)."""
        rows = self.table("interview")
        day = pl.coalesce("interview_date", pl.col("started_at").dt.date(), pl.col("submitted_at").dt.date())
        rows = rows.with_columns(day.alias("day"))
        return rows.join(self._oblasts, on="place_code", how="left", maintain_order="left")

    @cached_property
    def real(self) -> pl.DataFrame:
        """Accepted interviews: no test, no back-check, no rejected row."""
        return self.interview.filter(pl.col("is_accepted") & (pl.col("kind") == "interview"))

    @cached_property
    def known(self) -> pl.DataFrame:
        """Accepted interviews whose enumerator is known."""
        return self.real.filter(pl.col("enumerator").is_not_null())

    @property
    def is_survey(self) -> bool:
        """Whether rows are respondents; else key informants."""
        return self.table("response").height > 0

    @cached_property
    def as_of(self) -> date | None:
        """The last day that has data: by the server's clock where it is delivered, for devices may be wrong."""
        if self.day or self.interview.is_empty():
            return self.day
        sent: datetime | None = self.interview["submitted_at"].max()  # type: ignore[assignment]
        last: date | None = self.interview["day"].max()  # type: ignore[assignment]
        return sent.date() if sent else last

    @cached_property
    def answers(self) -> pl.DataFrame:
        """interview_key, question, text, number, status: one row per accepted interview × question.

        A select_multiple is one text of all options chosen, in order; a count of people is a number of its own.
        """
        return pl.concat([_told(self.table("answer")), _counted(self.table("population"))]).join(
            self.real.select("interview_key"), on="interview_key", how="semi", maintain_order="left"
        )

    @cached_property
    def questions(self) -> pl.DataFrame:
        """The answers without the parts of counts: questions as a person sees them, and of counts the totals."""
        name = pl.col("question")
        parts = name.str.contains("|", literal=True) & ~name.str.contains("|total|", literal=True)
        return self.answers.filter(~parts)

    def named(self, code: str) -> Mapping[str, str]:
        """The names of a place or question by language; its code where nobody named it."""
        return self._place_names.get(code) or self.asked_names.get(code) or dict.fromkeys(("en", "ru", "ky"), code)

    @cached_property
    def _place_names(self) -> dict[str, dict[str, str]]:
        columns = ("place_code", "place_name_en", "place_name_ru", "place_name_ky")
        rows = self.table("place").select(columns).iter_rows()
        return {code: {"en": en or code, "ru": ru or en or code, "ky": ky or en or code} for code, en, ru, ky in rows}

    @cached_property
    def _oblasts(self) -> pl.DataFrame:
        """place_code and the code of its place of level 1 (of itself where it has none above)."""
        rows = self.table("place").select("place_code", "place_level", "parent_code").iter_rows()
        above: dict[str, tuple[int, str | None]] = {code: (level, parent) for code, level, parent in rows}
        found = {code: _climb(code, above) for code in above}
        return pl.DataFrame(list(found.items()), schema={"place_code": pl.String, "oblast": pl.String}, orient="row")


def _climb(code: str, above: dict[str, tuple[int, str | None]]) -> str:
    at = code
    for _ in range(9):
        level, parent = above[at]
        if level <= 1 or parent is None or parent not in above:
            break
        at = parent
    return at


def _told(answer: pl.DataFrame) -> pl.DataFrame:
    """Answers by question: chosen options joined to one text."""
    chosen = pl.col("option_code").filter((pl.col("value_number") != 0) | pl.col("value_number").is_null())
    numeric = pl.col("option_code").is_null() & pl.col("value_number").is_not_null()
    rows = answer.group_by("response_key", "question_code", maintain_order=True).agg(
        chosen.drop_nulls().sort().str.join("+").alias("text"),
        pl.col("value_number").filter(numeric).first().alias("number"),
        pl.col("value_status").first().alias("status"),
    )
    text = pl.when(pl.col("number").is_not_null()).then(pl.col("number").cast(pl.String)).otherwise(pl.col("text"))
    return rows.select(
        pl.col("response_key").alias("interview_key"), pl.col("question_code").alias("question"),
        pl.when(pl.col("status") == "reported").then(text).alias("text"), "number", "status",
    )  # fmt: skip


def _counted(population: pl.DataFrame) -> pl.DataFrame:
    """Counts of people as answers; derived ones were not asked."""
    rows = population.filter(pl.col("value_status") != "derived")
    name = pl.concat_str([pl.col(c).fill_null("") for c in COUNTED], separator="|")
    value: Any = pl.when(pl.col("value_status") == "reported").then(pl.col("value"))
    return rows.select(
        pl.col("row_id").alias("interview_key"), name.alias("question"), value.cast(pl.String).alias("text"),
        value.cast(pl.Float64).alias("number"), pl.col("value_status").alias("status"),
    )  # fmt: skip
