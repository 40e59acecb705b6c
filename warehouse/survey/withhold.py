"""Which estimates of a survey are withheld: small ones, and others that would give a small one away.

Which cells stand in one sum, and which of them goes next, belongs here; that no chain of sums gives one away is seen to in `proof.py`,
and what a withheld row looks like is the mart's.

A sum gives a cell away where it is the only one withheld in it, or where all that are withheld in it are few people together. Sums are the
options of a single choice within a domain, and the domains of one kind (sexes, oblasts, …) that make up the whole sample.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from warehouse.survey.behind import Withheld
from warehouse.survey.facts import facts_of
from warehouse.survey.proof import UNKNOWN, prove

KEY = ["round_key", "indicator_code", "option_code", "domain_type", "domain"]
DOMAIN = ["round_key", "indicator_code", "domain_type", "domain"]
KIND = ["round_key", "indicator_code", "domain_type"]
COLUMN = ["round_key", "indicator_code", "option_code", "domain_type"]
WHOLE = ["round_key", "indicator_code", "option_code"]
SAMPLE = "respondents"  # stands for the indicator where a row is of respondents by oblast and sex
NO_CELLS = pl.DataFrame(schema={"round_key": pl.String, "oblast": pl.String, "sex": pl.String, "respondents": pl.Int64})
Array = np.ndarray[Any, Any]


def withheld(
    estimates: pa.Table,
    minimum: Mapping[str, int],
    sample: pa.Table | None = None,
    sensitive: Collection[tuple[str, str]] = (),
    unpublished: Collection[str] = (),
) -> pa.Table:
    """One row per estimate that has a row in the marts, and one per oblast × sex of `sample` (indicator_code `respondents`, option_code the sex).

    A question that can't be published by a kind of domain, because a large answer would be told too closely, has no row for it here.

    `estimates`: int_survey_estimate; `minimum`: the smallest number that may be shown, by round; `sample`: int_survey_cell;
    `sensitive`: rounds and indicators of which it is not shown either that nobody, or everybody, of a domain gave an answer.
    `unpublished`: rounds that are in no release (partial deliveries): all of theirs is withheld, and nothing has to be proved.
    """
    cells = _ordered(estimates, minimum, sensitive)
    domains = _hidden_domains(cells)
    hidden = _hidden_cells(cells, domains)
    frame = cells.with_columns(is_domain_withheld=pl.Series(domains), is_suppressed=pl.Series(hidden | domains))
    people = NO_CELLS if sample is None else pl.DataFrame(sample).select(NO_CELLS.columns)
    told = [
        _everything(rows, people.filter(round_key=key))
        if key in unpublished
        else _round(str(key), rows, people.filter(round_key=key), minimum.get(str(key), 0))
        for (key,), rows in frame.sort(KEY).group_by("round_key", maintain_order=True)
    ]
    empty = frame.select(*KEY, "is_domain_withheld", "is_suppressed").clear()
    return pl.concat([empty, *told]).sort(KEY).to_arrow()


def _ordered(estimates: pa.Table, minimum: Mapping[str, int], sensitive: Collection[tuple[str, str]]) -> pl.DataFrame:
    """The cells in the order in which they go along: small ones first, those with nobody last."""
    frame = pl.DataFrame(estimates)
    if "n_asked" not in frame.columns:
        frame = frame.with_columns(n_asked="n", n_missing=pl.lit(0, dtype=pl.Int64))
    marked = pl.DataFrame(
        sorted(sensitive), schema={"round_key": pl.String, "indicator_code": pl.String}, orient="row"
    ).with_columns(is_sensitive=True)
    least = pl.col("round_key").replace_strict(dict(minimum), default=0, return_dtype=pl.Int64).alias("least")
    cells = frame.select(*KEY, "kind", "n", "n_option", "n_asked", "n_missing", least)
    cells = cells.join(marked, on=["round_key", "indicator_code"], how="left").with_columns(
        pl.col("is_sensitive").fill_null(False)
    )
    return cells.sort(pl.col("n_option") == 0, "n_option", *KEY)


def _round(key: str, rows: pl.DataFrame, people: pl.DataFrame, least: int) -> pl.DataFrame:
    """What is withheld of one round, with what must go along."""
    people = people.sort("oblast", "sex")
    found = Withheld(
        rows["is_suppressed"].to_numpy().copy(),
        rows["is_domain_withheld"].to_numpy().copy(),
        _few(people["respondents"].to_numpy(), np.full(len(people), least)),
        np.zeros(len(rows), dtype=np.bool_),
    )
    return _told(rows, people, prove(facts_of(key, rows, people, surely=True), rows, people, found))


def _everything(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """All of a round that is not published: a few days of fieldwork are small cells, and a proof of them takes hours."""
    all_rows, none = np.ones(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
    return _told(rows, people, Withheld(all_rows, all_rows, np.ones(len(people), dtype=np.bool_), none))


def _told(rows: pl.DataFrame, people: pl.DataFrame, found: Withheld) -> pl.DataFrame:
    """The rows of a round with what is withheld of them, and those of its sample."""
    told = rows.select(KEY).with_columns(
        is_domain_withheld=pl.Series(found.domains), is_suppressed=pl.Series(found.rows)
    )
    told = told.filter(~pl.Series(found.left_out))
    return pl.concat([told, _sample(people, found)])


def _sample(people: pl.DataFrame, found: Withheld) -> pl.DataFrame:
    """The rows of respondents by oblast and sex; few of whom one is not known stand nowhere."""
    unknown = (people["oblast"] == UNKNOWN).to_numpy() | (people["sex"] == UNKNOWN).to_numpy()
    return people.select(
        "round_key", pl.lit(SAMPLE).alias("indicator_code"), pl.col("sex").alias("option_code"),
        pl.lit("oblast").alias("domain_type"), pl.col("oblast").alias("domain"),
        pl.Series("is_domain_withheld", found.cells & unknown), pl.Series("is_suppressed", found.cells),
    )  # fmt: skip


def _hidden_domains(cells: pl.DataFrame) -> Array:
    """Domains of which nothing is shown: few respondents, and the next smallest where these could be told from the others.

    Few respondents of a domain are few for every question; few who answered one question are few for that one.
    """
    asked = cells.group_by("round_key", "domain_type", "domain").agg(pl.col("n_asked").max(), pl.col("least").max())
    few = _with_next(
        asked.sort("n_asked", "round_key", "domain_type", "domain"), "n_asked", ["round_key", "domain_type"]
    )
    domains = cells.group_by(DOMAIN).agg(pl.col("n").max(), pl.col("least").max())
    domains = domains.join(few, on=["round_key", "domain_type", "domain"]).sort(pl.col("n") == 0, "n", *DOMAIN)
    hidden = _with_next(domains, "n", KIND)
    return cells.join(hidden, on=DOMAIN, how="left")["is_hidden"].to_numpy()


def _with_next(domains: pl.DataFrame, number: str, kind: list[str]) -> pl.DataFrame:
    """The domains with `is_hidden`: those with few people (or hidden already), and what goes with them."""
    people, least = _numbers(domains, number), _numbers(domains, "least")
    hidden = people < least
    if "is_hidden" in domains.columns:
        hidden |= domains["is_hidden"].to_numpy()
    parts = domains["domain_type"].to_numpy() != "national"
    lines = _ids(domains, kind)
    while (found := _next(lines, parts, hidden, [people], least)).any():
        hidden |= found
    key = [name for name in DOMAIN if name in domains.columns]
    return domains.select(key).with_columns(is_hidden=pl.Series(hidden))


def _hidden_cells(cells: pl.DataFrame, domains: Array) -> Array:
    """Small answers, and the next smallest of every sum that would give them away, until no sum does."""
    kind, chosen, least = cells["kind"].to_numpy(), _numbers(cells, "n_option"), _numbers(cells, "least")
    rest = np.where(kind == "multiple", _numbers(cells, "n") - chosen, 0)
    is_share, is_part = kind != "number", cells["domain_type"].to_numpy() != "national"
    hidden: Array = domains | (is_share & (_few(chosen, least) | _few(rest, least))) | _all_or_nobody(cells)
    rows, columns, wholes = _ids(cells, DOMAIN), _ids(cells, COLUMN), _ids(cells, WHOLE)
    while True:
        whole_hidden = _any(wholes, hidden & ~is_part)[wholes]
        found = _next(rows, (kind == "single") & ~domains, hidden, [chosen], least)
        found |= _next(columns, is_share & is_part & ~whole_hidden, hidden, [chosen, rest], least)
        found |= _first(columns, is_share & is_part & whole_hidden, hidden)
        if not found.any():
            return hidden
        hidden = hidden | found


def _all_or_nobody(cells: pl.DataFrame) -> Array:
    """Answers to sensitive questions that nobody or everybody of a domain gave, where others of the sample did otherwise."""
    whole = cells.filter(pl.col("domain_type") == "national").select(
        *WHOLE, all_chose="n_option", all_others=pl.col("n") - pl.col("n_option")
    )
    told = cells.join(whole, on=WHOLE, how="left", maintain_order="left")
    nobody = (pl.col("n_option") == 0) & (pl.col("all_chose") > 0)
    everybody = (pl.col("n_option") == pl.col("n")) & (pl.col("all_others") > 0)
    asked = pl.col("is_sensitive") & (pl.col("kind") != "number") & (pl.col("domain_type") != "national")
    return told.select((asked & (nobody | everybody)).fill_null(False)).to_series().to_numpy()


def _next(lines: Array, used: Array, hidden: Array, counts: list[Array], least: Array) -> Array:
    """Of each sum that gives away what is withheld in it, the next smallest cell; one with nobody only where there is no other."""
    told = np.zeros(lines.max(initial=-1) + 1, dtype=bool)
    bound = np.zeros(len(told))
    np.maximum.at(bound, lines, least)
    own = used & hidden
    number = np.bincount(lines[own], minlength=len(told))
    for count in counts:
        people = np.bincount(lines[own], weights=count[own], minlength=len(told))
        told |= (people > 0) & ((number == 1) | (people < bound))
    return _smallest(lines, used & ~hidden & told[lines])


def _first(lines: Array, used: Array, hidden: Array) -> Array:
    """A whole that is withheld while all its parts are shown is their sum: the smallest part goes with it."""
    closed = _any(lines, used & hidden)[lines]
    return _smallest(lines, used & ~hidden & ~closed)


def _smallest(lines: Array, candidates: Array) -> Array:
    """The first candidate of each line: cells stand in the order of their numbers, those with nobody last."""
    places = np.flatnonzero(candidates)
    _, first = np.unique(lines[places], return_index=True)
    found = np.zeros(len(lines), dtype=bool)
    found[places[first]] = True
    return found


def _any(lines: Array, marked: Array) -> Array:
    return np.asarray(np.bincount(lines[marked], minlength=lines.max(initial=-1) + 1) > 0)


def _few(count: Array, least: Array) -> Array:
    return np.asarray((count >= 1) & (count < least))


def _ids(frame: pl.DataFrame, key: list[str]) -> Array:
    return frame.select(pl.struct(key).rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()


def _numbers(frame: pl.DataFrame, name: str) -> Array:
    return frame[name].cast(pl.Float64).to_numpy()
