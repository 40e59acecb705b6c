"""A round's estimates from its tables, by the names of its codes: the rows of `int_survey_estimate`.

Putting reading and estimating together and naming belong here; tables are read in `batch_reader.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.survey.batch import MEDIAN, SHARE, Cells, estimate_all
from warehouse.survey.batch_reader import CHUNK_ROWS, RoundReader, Tables

__all__ = ["SCHEMA", "Tables", "estimate_round"]

_TEXTS = ("round_key", "indicator_code", "kind", "option_code", "domain_type", "domain")
_COUNTS = ("n", "n_option", "n_asked", "n_missing")
_FIGURES = (
    "estimate",
    "standard_error",
    "ci_low",
    "ci_high",
    "ci_low_beta",
    "ci_high_beta",
    "design_effect",
    "effective_n",
)
SCHEMA = pa.schema(
    [(c, pa.string()) for c in _TEXTS] + [(c, pa.int64()) for c in _COUNTS] + [(c, pa.float64()) for c in _FIGURES]
    + [("degrees_of_freedom", pa.int64()), ("weight_scheme", pa.string())]
)  # fmt: skip


def estimate_round(
    connection: Any, tables: Tables, round_key: str, lonely_psu: str = "adjust", chunk_rows: int = CHUNK_ROWS
) -> Any:
    """The rows of `int_survey_estimate` of one round, as an Arrow table. A missing figure is null."""
    reader = RoundReader(connection, tables, round_key)
    try:
        design = reader.design(lonely_psu)
        missing = reader.missing(design)
        parts = [
            _named(reader, part, estimate_all(design, options, answers), missing[options.indicator])
            for part, options, answers in reader.chunks(chunk_rows)
        ]
    finally:
        reader.close()
    whole = pa.concat_tables([_empty(), *parts])
    # The share of men among men says nothing.
    return whole.filter(pc.not_equal(whole["domain_type"], whole["indicator_code"]))


def _named(reader: RoundReader, part: Any, cells: Cells, missing: Any) -> Any:
    """Cells with the names of their codes. `missing`: options × domains."""
    option, domain = pa.array(cells.option), pa.array(cells.domain)
    codes = part["indicator_code"].combine_chunks()
    silent = missing[cells.option, cells.domain]
    names = part["option_code"].combine_chunks().take(option)
    statistic = pa.array(np.where(cells.statistic == MEDIAN, "median", "mean"))
    scheme = reader.units["weight_scheme"][0].as_py()
    named = {
        "round_key": pa.array([reader.round_key]).take(pa.array(np.zeros(len(cells.n), dtype=np.int64))),
        "indicator_code": codes.take(option),
        "kind": part["kind"].combine_chunks().take(option),
        "option_code": pc.if_else(pa.array(cells.statistic == SHARE), names, statistic),
        "domain_type": reader.domains["domain_type"].combine_chunks().take(domain),
        "domain": reader.domains["domain"].combine_chunks().take(domain),
        "n": cells.n,
        "n_option": cells.n_option,
        "n_asked": cells.n + silent,
        "n_missing": silent,
        "estimate": cells.estimate,
        "standard_error": cells.standard_error,
        "ci_low": cells.low,
        "ci_high": cells.high,
        "ci_low_beta": cells.low_beta,
        "ci_high_beta": cells.high_beta,
        "design_effect": cells.design_effect,
        "effective_n": cells.effective_n,
        "degrees_of_freedom": cells.degrees_of_freedom,
        "weight_scheme": pa.array([scheme]).take(pa.array(np.zeros(len(cells.n), dtype=np.int64))),
    }
    return pa.table([_column(named[f.name], f.type) for f in SCHEMA], schema=SCHEMA)


def _column(values: Any, kind: Any) -> Any:
    return pa.array(values, type=kind, from_pandas=True) if isinstance(values, np.ndarray) else values.cast(kind)


def _empty() -> Any:
    return SCHEMA.empty_table()
