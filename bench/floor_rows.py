"""The floor's rows: which rows of the main sheet count, where they are, and what an interview's table says of them.

What the models read and no more: no findings, no profile of columns, no rejected row kept whole. Places are delivered by
code, as rounds of the Kyrgyz MTM do; a code that the gazetteer lacks stands under its delivered name.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from bench.floor_read import Read
from warehouse.codebooks.folding import fold
from warehouse.codebooks.model import Codebook
from warehouse.normalize.people import pseudonym

KINDS = {"test_submission": "test", "back_check": "back_check"}
Places = dict[str, dict[str, str]]


def code_of(book: Codebook, options: str) -> dict[str, str]:
    """Folded text → option code of a code list."""
    return {fold(text): o.code for o in book.code_lists[options] for text in (o.code, *o.labels)}


def coded(texts: pl.Series, codes: dict[str, str]) -> pl.Series:
    """A text column as codes, each distinct text once; null where no code has it."""
    known = {t: codes.get(fold(t)) for t in texts.unique().to_list() if t is not None}
    return texts.replace_strict(known, default=None, return_dtype=pl.String)


def judged(main: Read, book: Codebook, places: Places, key: bytes) -> pl.DataFrame:
    """The main sheet with row_id, place_code, place_level and reason_code (null: the row is accepted)."""
    frame = main.frame
    fields = {c.field: c for c in main.sheet.columns}
    reason = pl.lit(None, pl.String)
    if book.unique:
        reason = pl.when(~pl.col(book.unique).is_first_distinct() & pl.col(book.unique).is_not_null()).then(
            pl.lit("duplicate_submission")
        )
    for drop in reversed(book.drop):
        if drop.field in frame.columns:
            codes = coded(frame[drop.field], code_of(book, fields[drop.field].options or ""))
            reason = pl.when(codes.is_in(drop.equals)).then(pl.lit(drop.reason)).otherwise(reason)
    keys = {uuid: pseudonym(key, uuid) for uuid in frame["uuid"].unique().to_list() if uuid}
    levels = [x for x in sorted(book.places.levels, key=lambda x: -x.level) if x.code_field in frame.columns]
    return frame.with_columns(
        reason.alias("reason_code"),
        frame["uuid"].replace_strict(keys, return_dtype=pl.String).alias("row_id"),
        pl.coalesce(str(x.code_field) for x in levels).alias("place_code"),
        pl.coalesce(pl.when(pl.col(str(x.code_field)).is_not_null()).then(pl.lit(x.level, pl.Int64)) for x in levels).alias("place_level"),
    )  # fmt: skip


def day(column: str) -> pl.Expr:
    """A delivered moment or day as a date: ISO, or day first with points."""
    text = pl.col(column).str.slice(0, 10)
    return pl.coalesce(text.str.to_date(way, strict=False) for way in ("%Y-%m-%d", "%d.%m.%Y"))


def moment(column: str) -> pl.Expr:
    """A delivered moment, as its clock showed it."""
    return (
        pl.col(column)
        .str.slice(0, 19)
        .str.replace("T", " ")
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    )


def assessments(rows: pl.DataFrame, book: Codebook) -> pl.DataFrame:
    """One row per accepted row."""
    informants = pl.lit(1 if book.row_grain == "informant" else None, pl.Int64)
    return rows.filter(pl.col("reason_code").is_null()).select(
        "row_id",
        "place_code",
        "place_level",
        informants.alias("informant_count"),
        day("interview_date"),
        moment("submitted_at"),
    )


def interviews(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per row, accepted or not: its kind, its place, its day."""
    return rows.select(
        pl.col("row_id").alias("interview_key"), pl.col("reason_code").is_null().alias("is_accepted"), "reason_code",
        pl.col("reason_code").replace_strict(KINDS, default="interview", return_dtype=pl.String).fill_null("interview").alias("kind"),
        day("interview_date"), "place_code", "place_level",
    )  # fmt: skip


def place_table(rows: pl.DataFrame, book: Codebook, places: Places) -> pl.DataFrame:
    """The places of accepted rows and those they lie in: by the gazetteer, or as delivered where it lacks them."""
    levels = sorted((x for x in book.places.levels if x.code_field in rows.columns), key=lambda x: x.level)
    columns = [c for x in levels for c in (str(x.code_field), str(x.name_field))]
    named = rows.filter(pl.col("reason_code").is_null()).select(columns).unique()
    root = next(code for code, p in places.items() if p["place_level"] == "0")
    found: dict[str, dict[str, Any]] = {root: _known(places[root], 0, None)}
    for row in named.iter_rows(named=True):
        above = root
        for x in levels:
            code = row[str(x.code_field)]
            if code and code not in found:
                known = places.get(code, {"place_code": code, "place_name_en": row[str(x.name_field)]})
                found[code] = _known(known, x.level, known.get("parent_code") or above)
            above = code or above
    return pl.DataFrame(list(found.values()), schema_overrides={"place_level": pl.Int64, "parent_code": pl.String})


def _known(place: dict[str, str], level: int, parent: str | None) -> dict[str, Any]:
    name = place["place_name_en"]
    others = {f"place_name_{x}": place.get(f"place_name_{x}") or name for x in ("ru", "ky")}
    inside = "place_level" in place
    return {"place_code": place["place_code"], "place_level": level, "parent_code": parent, "place_name_en": name, **others,
            "delivered_code": None if inside else place["place_code"], "in_gazetteer": inside}  # fmt: skip
