"""The floor's normalizing: what the models read of one round, as Polars frames.

Putting the steps together belongs here, and the counts of rows and people by which `mart_quality` tells that none was lost.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from bench.floor_read import Read
from bench.floor_rows import assessments, interviews, judged, place_table
from bench.floor_values import answers, counts, respondents
from warehouse.codebooks.model import Codebook
from warehouse.gazetteer.store import gazetteer_rows, of_vintage
from warehouse.operations import Operation, find_round

Frames = dict[str, pl.DataFrame]


def normalize(sheets: list[Read], book: Codebook, operation: Operation, round_key: str, key: bytes) -> Frames:
    """The canonical tables that models read, without the column round_key."""
    main, *repeats = sheets
    vintage = find_round(round_key)[1].geography_vintage
    places = {row["place_code"]: row for row in of_vintage(gazetteer_rows(operation, None), vintage, round_key)}
    rows = judged(main, book, places, key)
    frames = {
        "assessment": assessments(rows, book),
        "interview": interviews(rows),
        "place": place_table(rows, book, places),
    }
    rejected = rows.filter(pl.col("reason_code").is_not_null()).select("row_id", "reason_code")
    people = pl.DataFrame(schema={"row_id": pl.String, "people": pl.Int64})
    law = [("rows", rows.height, rows.height - rejected.height, rejected.height)]
    if main.measures:
        found = counts(main, repeats, rows, book)
        people = _people(found)
        law += [*_repeated(repeats, rows), *_law(found)]
        frames["population"] = found.filter(~pl.col("is_rejected")).drop("is_rejected")
    if book.row_grain == "respondent":
        questions = {i.question for i in operation.indicators if i.component == book.component and i.question}
        frames |= {"response": respondents(rows, book), "answer": answers(main, rows, book, questions)}
    measures = ["measure", "delivered", "accepted", "rejected"]
    frames["conservation"] = pl.DataFrame(law, schema=measures, orient="row", strict=False)
    frames["rejected"] = _rejected(rejected, people)
    frames["finding"] = (
        frames["rejected"].select(pl.col("reason_code").alias("code"), pl.lit("note").alias("severity")).unique()
    )
    return frames


def _people(found: pl.DataFrame) -> pl.DataFrame:
    """People in the totals of rejected rows."""
    totals = found.filter(pl.col("is_rejected") & (pl.col("dimension") == "total") & (pl.col("unit") == "individuals"))
    return totals.group_by("row_id").agg(pl.col("value").sum().alias("people"))


def _rejected(rejected: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    # A submission that stands twice has one row_id: its accepted row is not told here.
    return rejected.join(people, on="row_id", how="left").select("reason_code", "people")


def _repeated(repeats: list[Read], rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    kept = rows.filter(pl.col("reason_code").is_null()).select(pl.col("index").alias("parent_index"))
    told = [
        (f"rows.{r.sheet.name}", r.frame.height, r.frame.join(kept, on="parent_index", how="semi").height)
        for r in repeats
    ]
    return [(name, whole, accepted, whole - accepted) for name, whole, accepted in told]


def _law(found: pl.DataFrame) -> list[tuple[Any, ...]]:
    """People delivered, accepted and rejected, by category and dimension."""
    summed = found.group_by("population_category", "unit", "dimension").agg(
        pl.col("value").sum().alias("delivered"),
        pl.col("value").filter(~pl.col("is_rejected")).sum().alias("accepted"),
        pl.col("value").filter("is_rejected").sum().alias("rejected"),
    )
    named = summed.with_columns(
        pl.format("{}.{}", "population_category", "unit")
        + pl.when(pl.col("dimension") == "total").then(pl.lit("")).otherwise(pl.format(".{}", "dimension"))
    )
    return list(named.select("population_category", "delivered", "accepted", "rejected").iter_rows())
