"""The table `interview`: how each interview of a round was made, without saying by whom or where exactly.

Filling the table from a main sheet belongs here: enumerators and devices become keyed pseudonyms, positions a distance, and
neither is kept. Which fields tell these things is data (`interview_fields.py`); judging interviews does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.model import Codebook
from warehouse.gazetteer.positions import Position, distance_km
from warehouse.normalize.answered import answered
from warehouse.normalize.dates import Order, read_dates
from warehouse.normalize.drift.find import IN_OTHER_COLUMNS
from warehouse.normalize.found_places import FoundPlaces
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.interview_fields import Column, columns_of, interview_fields, texts
from warehouse.normalize.moments import minutes_between, moments
from warehouse.normalize.numbers import Style, decimal_numbers
from warehouse.normalize.people import pseudonym
from warehouse.normalize.places import RowPlaces
from warehouse.normalize.schema import INTERVIEW

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which look like figures
NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
POINT = rf"{NUMBER}[\s,;]+{NUMBER}(?:[\s,;]+{NUMBER}[\s,;]+(\d+(?:\.\d+)?))?"  # latitude longitude [altitude accuracy]


@dataclass(frozen=True)
class Interviews:
    """What a main sheet of interviews is read with. `positions`: place code to coordinates, of the places that have any."""

    round_key: str
    book: Codebook
    key: bytes
    positions: Mapping[str, Position]

    def table(
        self, frame: TextFrame, places: RowPlaces, rejected: pl.DataFrame, accepted: pl.DataFrame
    ) -> pl.DataFrame:
        """One row per row of the sheet that is an interview, accepted or not.

        `rejected`: row_number, reason_code; `accepted`: row_number, row_id.
        """
        rows = pl.DataFrame({"row_number": frame.data["row_number"]}, schema={"row_number": pl.Int64})
        told = [self.pseudonyms(frame, "enumerator"), self.pseudonyms(frame, "device"), *_times(frame)]
        told += [_text(frame, "informant_number"), _text(frame, "form_version")]
        rows = rows.with_columns(*told, *answered(frame, self.book, self.key))
        rows = rows.join(_states(rejected), on="row_number", how="left", maintain_order="left")
        rows = rows.join(accepted.select("row_number", "row_id"), on="row_number", how="left", maintain_order="left")
        rows = rows.join(
            places.rows.select("row_number", "place_code", "place_level", "combination"),
            on="row_number", how="left", maintain_order="left",
        )  # fmt: skip
        rows = rows.with_columns(*self._distance(frame, rows, places), *self._keys(frame, rows))
        return self._shaped(rows)

    def _shaped(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The table's columns; nothing of rows whose values stand under other headers."""
        kinds, drifted = interview_fields().kinds, pl.col("reason_code").is_in(IN_OTHER_COLUMNS).fill_null(value=False)
        kept = ["round_key", "interview_key", "row_number", "is_accepted", "reason_code", "kind"]
        named = rows.with_columns(
            pl.lit(self.round_key).alias("round_key"),
            pl.col("row_id").is_not_null().alias("is_accepted"),
            pl.col("reason_code").replace_strict(kinds, default="interview", return_dtype=pl.String)
            .fill_null("interview").alias("kind"),
        )  # fmt: skip
        named = named.with_columns(pl.when(~drifted).then(name).alias(name) for name in INTERVIEW if name not in kept)
        return named.select(INTERVIEW.keys()).cast(INTERVIEW)  # type: ignore[arg-type]

    def pseudonyms(self, frame: TextFrame, column: str) -> pl.Series:
        """`E-` or `D-` and 8 letters for each identifier; null where none is delivered."""
        identifiers = texts(frame, column)  # type: ignore[arg-type]
        names = {t: letters(self.key, column, t) for t in identifiers.unique().to_list() if t}
        return identifiers.replace_strict(names, default=None, return_dtype=pl.String).rename(column)

    def _keys(self, frame: TextFrame, rows: pl.DataFrame) -> list[pl.Series]:
        """`interview_key`: the row's id where it was accepted, else a keyed hash; `back_check_of`: another row's id."""
        name, sheet = self.book.unique and frame.of(self.book.unique), frame.match.raw.name
        own = frame.data[name].to_list() if name else [""] * rows.height
        keys = [
            row_id or pseudonym(self.key, f"rejected {sheet} {number} {uuid}")
            for row_id, number, uuid in zip(rows["row_id"], rows["row_number"], own, strict=True)
        ]
        checked = [pseudonym(self.key, t) if t else None for t in texts(frame, "back_check_of").to_list()]
        return [
            pl.Series("interview_key", keys, dtype=pl.String),
            pl.Series("back_check_of", checked, dtype=pl.String),
        ]

    def _distance(self, frame: TextFrame, rows: pl.DataFrame, places: RowPlaces) -> list[pl.Series]:
        """`gps_km`, `gps_place_level` and `gps_accuracy_m`."""
        latitude, longitude, accuracy = _position(frame)
        known = self._nearest(rows["combination"], places.found) if self.positions else {}
        at = [known.get(combination) for combination in rows["combination"].to_list()]
        data = pl.DataFrame({
            "a": latitude, "b": longitude, "c": pl.Series([p and p[0] for p in at], dtype=pl.Float64),
            "d": pl.Series([p and p[1] for p in at], dtype=pl.Float64),
        }).select(distance_km(pl.col("a"), pl.col("b"), pl.col("c"), pl.col("d")).round(2).alias("gps_km"))  # fmt: skip
        levels = pl.Series("level", [p and p[2] for p in at], dtype=pl.Int64)
        return [
            data["gps_km"],
            pl.select(pl.when(data["gps_km"].is_not_null()).then(levels).alias("gps_place_level")).to_series(),
            accuracy,
        ]

    def _nearest(self, combinations: pl.Series, found: FoundPlaces) -> dict[int, tuple[float, float, int]]:
        """By combination, the position of its place, or of the nearest it lies in below the country, with that place's level."""
        located = pl.DataFrame(
            [(c, *p) for c, p in self.positions.items()], schema=["code", "latitude", "longitude"], orient="row"
        )
        left = combinations.alias("combination").drop_nulls().unique().to_frame()
        left = left.with_columns(found.results["place"].gather(left["combination"])).drop_nulls()
        near: dict[int, tuple[float, float, int]] = {}
        while left.height:
            there = found.places[left["place"]].select("above", "code", "level")
            left = left.hstack(there).filter(pl.col("level") > 0).join(located, on="code", how="left")
            hit = left.drop_nulls("latitude").select("combination", "latitude", "longitude", "level")
            near |= {at: (latitude, longitude, level) for at, latitude, longitude, level in hit.iter_rows()}
            left = (
                left.filter(pl.col("latitude").is_null())
                .select("combination", pl.col("above").alias("place"))
                .drop_nulls()
            )
        return near


def letters(key: bytes, column: str, identifier: str) -> str:
    """The pseudonym of an enumerator (`E-` and 8 letters) or a device (`D-`): equal whatever the case it is written in."""
    number, text = int(pseudonym(key, f"{column} {identifier.casefold()}"), 16), ""
    for _ in range(8):
        number, at = divmod(number, len(LETTERS))
        text += LETTERS[at]
    return f"{column[0].upper()}-{text}"


def _states(rejected: pl.DataFrame) -> pl.DataFrame:
    return rejected.select("row_number", "reason_code").unique("row_number", keep="first", maintain_order=True)


def _text(frame: TextFrame, column: str) -> pl.Series:
    told = texts(frame, column)  # type: ignore[arg-type]
    return pl.select(pl.when(told != "").then(told).alias(column)).to_series()


def _times(frame: TextFrame) -> list[pl.Series]:
    started, ended, sent = (texts(frame, c) for c in ("started_at", "ended_at", "submitted_at"))  # type: ignore[arg-type]
    first, last, at = (_day_order(frame, c) for c in ("started_at", "ended_at", "submitted_at"))  # type: ignore[arg-type]
    days = read_dates(texts(frame, "interview_date"), order=_order(frame, "interview_date"))
    return [
        moments(started, first), moments(ended, last), moments(sent, at),
        minutes_between(started, ended, first, last).round(2), days.values.rename("interview_date"),
    ]  # fmt: skip


def _day_order(frame: TextFrame, column: Column) -> Order:
    """What whole columns tell of the day in their moments, where the frame is a piece of a sheet."""
    piece, own = frame.match.piece, columns_of(frame, column)
    return piece.habits.day_order(*(c.index for c in own)) if piece and own else "column"


def _order(frame: TextFrame, column: Column) -> Order:
    piece, own = frame.match.piece, columns_of(frame, column)
    return piece.habits.order(*(c.index for c in own)) if piece and own else "column"


def _style(frame: TextFrame, column: Column) -> Style | None:
    piece, own = frame.match.piece, columns_of(frame, column)
    return piece.habits.style(*(c.index for c in own)) if piece and own else None


def _position(frame: TextFrame) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Latitude, longitude and accuracy in metres; null where there is none, or where 0, 0 stands for none."""
    points = texts(frame, "position") if columns_of(frame, "position") else None
    found = []
    for number, column in ((1, "latitude"), (2, "longitude"), (4, "gps_accuracy_m")):
        own = decimal_numbers(texts(frame, column), _style(frame, column))  # type: ignore[arg-type]
        if points is not None:
            own = pl.select(pl.coalesce(own, points.str.extract(POINT, number).cast(pl.Float64))).to_series()
        found.append(own.rename(column))
    latitude, longitude, accuracy = found
    usable = ~((latitude == 0) & (longitude == 0)) & (latitude.abs() <= 90) & (longitude.abs() <= 180)
    degrees = pl.select(*(pl.when(usable).then(s).alias(s.name) for s in (latitude, longitude)))
    return degrees["latitude"], degrees["longitude"], accuracy
