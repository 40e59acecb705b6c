"""Which estimates of a survey are withheld: small ones, and others that would give a small one away by subtraction.

Which cells stand in one sum, and which of them goes next, belongs here. That no chain of sums gives one away is proved by the
disclosure audit, and what a withheld row looks like is the mart's.

A sum gives a cell away where it is the only one withheld in it, or where all that are withheld in it are few people together. Sums are the
options of a single choice within a domain, and the domains of one kind (sexes, oblasts, …) that make up the whole sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

KEY = ["round_key", "indicator_code", "option_code", "domain_type", "domain"]
DOMAIN = ["round_key", "indicator_code", "domain_type", "domain"]
KIND = ["round_key", "indicator_code", "domain_type"]
COLUMN = ["round_key", "indicator_code", "option_code", "domain_type"]
WHOLE = ["round_key", "indicator_code", "option_code"]
Array = np.ndarray[Any, Any]


def withheld(estimates: pa.Table, minimum: Mapping[str, int]) -> pa.Table:
    """`estimates`: int_survey_estimate; `minimum`: the smallest number that may be shown, by round. One row per estimate."""
    frame = pl.from_arrow(estimates)
    assert isinstance(frame, pl.DataFrame)
    least = pl.col("round_key").replace_strict(dict(minimum), default=0, return_dtype=pl.Int64).alias("least")
    cells = frame.select(*KEY, "kind", "n", "n_option", least).sort(pl.col("n_option") == 0, "n_option", *KEY)
    domains = cells.join(_hidden_domains(cells), on=DOMAIN, how="left")["is_domain_withheld"].to_numpy()
    hidden = _hidden_cells(cells, domains)
    told = cells.select(*KEY).with_columns(
        pl.Series("is_domain_withheld", domains), pl.Series("is_suppressed", hidden | domains)
    )
    return told.sort(KEY).to_arrow()


def _hidden_domains(cells: pl.DataFrame) -> pl.DataFrame:
    """Domains of which nothing is shown: few respondents, and the next smallest where these could be told from the others."""
    domains = cells.group_by(DOMAIN).agg(pl.col("n").max(), pl.col("least").max()).sort(pl.col("n") == 0, "n", *DOMAIN)
    people, least = _numbers(domains, "n"), _numbers(domains, "least")
    hidden = people < least
    parts = domains["domain_type"].to_numpy() != "national"
    lines = _ids(domains, KIND)
    while (found := _next(lines, parts, hidden, [people], least)).any():
        hidden |= found
    return domains.select(DOMAIN).with_columns(is_domain_withheld=pl.Series(hidden))


def _hidden_cells(cells: pl.DataFrame, domains: Array) -> Array:
    """Small answers, and the next smallest of every sum that would give them away, until no sum does."""
    kind, chosen, least = cells["kind"].to_numpy(), _numbers(cells, "n_option"), _numbers(cells, "least")
    rest = np.where(kind == "multiple", _numbers(cells, "n") - chosen, 0)
    is_share, is_part = kind != "number", cells["domain_type"].to_numpy() != "national"
    hidden: Array = domains | (is_share & (_few(chosen, least) | _few(rest, least)))
    rows, columns, wholes = _ids(cells, DOMAIN), _ids(cells, COLUMN), _ids(cells, WHOLE)
    while True:
        whole_hidden = _any(wholes, hidden & ~is_part)[wholes]
        found = _next(rows, (kind == "single") & ~domains, hidden, [chosen], least)
        found |= _next(columns, is_share & is_part & ~whole_hidden, hidden, [chosen, rest], least)
        found |= _first(columns, is_share & is_part & whole_hidden, hidden)
        if not found.any():
            return hidden
        hidden = hidden | found


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
