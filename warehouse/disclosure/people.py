"""Respondents of one round as a person-level file may hold them: allow-listed columns only, generalised, answers as words.

Reading canonical tables and making ages, places and numbers coarse belongs here; what is blanked after that, in `people_steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from warehouse.errors import UsageError

STRICT = ("plain", "quasi", "sensitive", "identifier")  # from the freest class to the one that never leaves
PLACE, AGE, YEARS = "oblast", "age_group", "age_years"  # made here: the place at level 1, the age in groups
FIRST = (PLACE, "sex", AGE)  # keys that every reader needs, the most important first
BANDS = 4
LIST = " "  # between the chosen options of a question with several answers


@dataclass(frozen=True)
class Columns:
    """Which columns a file has: keys (who could be recognised by), sensitive ones, and the rest. Keys in order of importance."""

    keys: tuple[str, ...]
    sensitive: tuple[str, ...]
    plain: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every column."""
        return (*self.keys, *self.plain, *self.sensitive)


@dataclass(frozen=True)
class Respondents:
    """One row per respondent, one text column per allowed field; `several`: columns that hold lists; classes by field."""

    frame: pl.DataFrame
    several: frozenset[str]
    classes: dict[str, str]
    weights: pl.Series | None  # the delivered ones, where every respondent has one


def read_respondents(folder: Path) -> Respondents:
    """Every field of a normalized round that may be given away at all."""
    response = pl.read_parquet(folder / "response.parquet")
    answers = pl.read_parquet(folder / "answer.parquet").filter(pl.col("value_status") == "reported")
    places = pl.read_parquet(folder / "place.parquet")
    classes = {f: c for f, c in _classes(folder).items() if c != "identifier"}
    frame = response.select("response_key", _first_level(response, places).alias(PLACE), pl.col("age_group").alias(AGE))
    classes |= {PLACE: "quasi", AGE: "quasi"}
    several = set()
    for field in [f for f in classes if f not in (PLACE, AGE, YEARS)]:
        mine = answers.filter(pl.col("question_code") == field)
        if mine.height:
            column, is_list = _column(mine, field)
            frame = frame.join(column, on="response_key", how="left", maintain_order="left")
            several |= {field} if is_list else set()
    kept = [c for c in frame.columns if c != "response_key" and frame[c].n_unique() > 1]  # one value says nothing
    weight = response["weight"]
    whole = len(weight) > 0 and weight.null_count() == 0 and bool((weight > 0).all())
    return Respondents(frame.select(kept), frozenset(several), {c: classes[c] for c in kept}, weight if whole else None)


def choose(
    people: Respondents, keys: Sequence[str] | None, sensitive: Sequence[str] | None, plain: Sequence[str] | None
) -> Columns:
    """The columns asked for, or all of a class. A column may be guarded more closely than its class says, never less."""
    for named, least in ((keys, ""), (sensitive, "quasi"), (plain, "plain")):
        for name in named or ():
            _may(people, name, least)
    of = {c: [n for n, k in people.classes.items() if k == c] for c in STRICT}
    first = [n for n in FIRST if n in of["quasi"]]
    chosen = list(dict.fromkeys(keys if keys is not None else [*first, *(n for n in of["quasi"] if n not in FIRST)]))
    guarded = [n for n in dict.fromkeys(of["sensitive"] if sensitive is None else sensitive) if n not in chosen]
    rest = [n for n in dict.fromkeys(of["plain"] if plain is None else plain) if n not in (*chosen, *guarded)]
    if not chosen:
        raise UsageError(
            "a person-level file needs a key", expected=_listed(people), todo="--keys sex,age_group", code="no_keys"
        )
    return Columns(tuple(chosen), tuple(guarded), tuple(rest))


def _may(people: Respondents, name: str, least: str) -> None:
    found = people.classes.get(name)
    if found is None:
        raise UsageError(
            f"{name} is no column of a person-level file of this round",
            expected=_listed(people), todo="choose from these; identifiers and free text are never among them", code="unknown_column",
        )  # fmt: skip
    lowered = (least == "plain" and found != "plain") or (least == "quasi" and found == "quasi")
    if lowered:
        raise UsageError(
            f"{name} is {found} and can't be given away more freely",
            expected=f"{name} in {'--keys' if found == 'quasi' else '--sensitive'}",
            todo="its class stands in the codebook", code="class_lowered",
        )  # fmt: skip


def _listed(people: Respondents) -> str:
    return "one of " + ", ".join(sorted(people.classes))


def _classes(folder: Path) -> dict[str, str]:
    """The class of every mapped field; the strictest where its columns differ."""
    mapped = pl.read_parquet(folder / "column_map.parquet").filter(pl.col("mapping") == "mapped")
    found: dict[str, str] = {}
    for field, group in mapped.select("field", "column_class").iter_rows():
        found[field] = max(found.get(field, "plain"), group, key=STRICT.index)
    return found


def _first_level(response: pl.DataFrame, places: pl.DataFrame) -> pl.Expr:
    """The place at level 1 that holds a respondent's place."""
    parent = dict(places.select("place_code", "parent_code").iter_rows())
    level = dict(places.select("place_code", "place_level").iter_rows())

    def above(code: str | None) -> str | None:
        seen: set[str] = set()
        while code is not None and code not in seen and (level.get(code) or 0) > 1:
            seen.add(code)
            code = parent.get(code)
        return code if code is not None and level.get(code) == 1 else None

    codes = response["place_code"].unique().to_list()
    return pl.col("place_code").replace_strict({c: above(c) for c in codes}, return_dtype=pl.String)


def _column(mine: pl.DataFrame, field: str) -> tuple[pl.DataFrame, bool]:
    """One text per respondent, and whether it is a list of chosen options."""
    if mine["option_code"].null_count() == mine.height:
        return mine.select("response_key", banded(mine["value_number"]).alias(field)), False
    chosen = mine.filter(pl.col("option_code").is_not_null())
    if chosen["response_key"].is_duplicated().any() or chosen["value_number"].is_not_null().any():
        told = pl.when(pl.col("value_number") == 1).then(pl.col("option_code"))
        return chosen.group_by("response_key", maintain_order=True).agg(
            told.drop_nulls().sort().str.join(LIST).alias(field)
        ), True
    return chosen.select("response_key", pl.col("option_code").alias(field)), False


def banded(numbers: pl.Series) -> pl.Series:
    """Numbers as a few bands of about as many people each, in whole numbers."""
    known = numbers.drop_nulls().drop_nans()
    ends = sorted({int(known.quantile(q / BANDS, "lower") or 0) for q in range(1, BANDS)}) if len(known) else []
    ends = [e for e in ends if e < int(known.max() or 0)]  # type: ignore[arg-type]
    if not ends:
        return pl.Series(numbers.name, [None] * len(numbers), dtype=pl.String)
    expr = pl.lit(f"more than {ends[-1]}")
    for low, high in reversed(list(zip([None, *ends], ends, strict=False))):
        label = f"{high} or less" if low is None else f"{low + 1} to {high}" if low + 1 < high else f"{high}"
        expr = pl.when(pl.col("n") < high + 1).then(pl.lit(label)).otherwise(expr)
    usable = pl.col("n").is_not_null() & pl.col("n").is_not_nan()
    return numbers.to_frame("n").select(pl.when(usable).then(expr)).to_series().alias(numbers.name)
