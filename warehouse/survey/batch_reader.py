"""A survey round's tables as integer codes: texts become numbers inside DuckDB, in chunks of options.

Reading belongs here. What is estimated is in `batch.py`; codes get their names back in `batch_round.py`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import sparse

from warehouse.errors import MtmError
from warehouse.sql_text import escaped
from warehouse.survey.batch import Answers, Design, Domains, Options, Sample
from warehouse.survey.batch_answers import KINDS

OPTION = pa.schema(
    [("indicator_code", pa.string()), ("kind", pa.string()), ("option_code", pa.string()), ("answers", pa.int64())]
)
CHUNK_ROWS = 3_000_000  # answers that are held at once

ROUND = "round_key = $round_key"
COUNTED = f"""
    select indicator_code, any_value(kind) as kind, option_code, count(*) as answers
    from {{answers}} where {ROUND} group by indicator_code, option_code
"""
LISTED = f"select indicator_code, kind, option_code from {{options}} where {ROUND} and kind = 'single'"
UNITS = f"""
    select response_key, stratum, psu, weight::double as weight, coalesce(fpc, 'nan')::double as fpc, weight_scheme
    from {{sample}}
    where {ROUND} and weight is not null
"""
MET = f"""
    select distinct m.domain_type, m.domain
    from {{domains}} as m
    inner join _unit as u on m.response_key = u.response_key
    where {ROUND}
    order by all
"""
MEMBERS = f"""
    select u.unit, d.code
    from {{domains}} as m
    inner join _unit as u on m.response_key = u.response_key
    inner join _domain as d on m.domain_type = d.domain_type and m.domain = d.domain
    where {ROUND}
"""
ANSWERS = f"""
    select u.unit, o.code, coalesce(a.value_number, 1) as value_number
    from {{answers}} as a
    inner join _unit as u on a.response_key = u.response_key
    inner join _option as o on a.indicator_code = o.indicator_code and a.option_code is not distinct from o.option_code
    where {ROUND}
"""
# Once through all answers, also where there are many chunks of them: each goes to a file of its own.
PARTED = f"""
    copy (
        select u.unit, o.code, coalesce(a.value_number, 1) as value_number, o.part
        from {{answers}} as a
        inner join _unit as u on a.response_key = u.response_key
        inner join _option as o on a.indicator_code = o.indicator_code and a.option_code is not distinct from o.option_code
        where {ROUND}
    ) to '{{folder}}' (format parquet, partition_by (part))
"""
PART = "select unit, code, value_number from read_parquet('{folder}/part={part}/*.parquet', hive_partitioning = false)"
UNANSWERED = f"""
    select u.unit, i.code
    from {{unanswered}} as a
    inner join _unit as u on a.response_key = u.response_key
    inner join _indicator as i on a.indicator_code = i.indicator_code
    where {ROUND}
"""


@dataclass(frozen=True)
class Tables:
    """Where a round's rows stand, each as SQL that may follow `from`: a table's name, or a query in brackets.

    sample: round_key, response_key, stratum, psu, fpc, weight, weight_scheme · answers: round_key, response_key,
    indicator_code, kind, option_code, value_number · unanswered: round_key, response_key, indicator_code · domains:
    round_key, response_key, domain_type, domain · options: round_key, indicator_code, kind, option_code.
    """

    sample: str
    answers: str
    unanswered: str
    domains: str
    options: str


class RoundReader:
    """The tables of one round as integer codes, over a DuckDB connection."""

    def __init__(self, connection: Any, tables: Tables, round_key: str) -> None:
        """Reads who is in the sample and which options and domains there are; answers come by `chunks`."""
        self.connection, self.tables, self.round_key = connection, tables, round_key
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        units = self._table(UNITS)
        self.options = self._options()
        self._register("_unit", units.select(["response_key"]), "unit")
        self.units = _coded(units)
        self._register("_option", self.options.select(["indicator_code", "option_code"]), "code")
        self.domains = self._table(MET)
        self._register("_domain", self.domains, "code")
        self.members = self._columns(MEMBERS)

    def _options(self) -> Any:
        """Options that were answered, and those on offer of an answered single choice; an indicator's stand together."""
        counted, listed = self._table(COUNTED).to_pylist(), self._table(LISTED).to_pylist()
        found = {(row["indicator_code"], row["option_code"]): row for row in counted}
        asked = {indicator for indicator, _ in found}
        for row in listed:
            if row["indicator_code"] in asked:
                found.setdefault((row["indicator_code"], row["option_code"]), {**row, "answers": 0})
        ordered = sorted(found, key=lambda key: (key[0], key[1] or ""))
        return pa.Table.from_pylist([found[key] for key in ordered], schema=OPTION)

    def close(self) -> None:
        """Nothing of the round stays with the connection."""
        for name in ("_unit", "_domain", "_option", "_indicator"):
            self.connection.unregister(name)
        if self._scratch is not None:
            self._scratch.cleanup()

    def design(self, lonely_psu: str) -> Design:
        """The sample with its domains."""
        weight = _numbers(self.units, "weight")
        if (weight < 0).any() or not np.isfinite(weight).all():
            raise MtmError(
                "a weight of the sample is negative or no number", where=self.round_key, expected="weights of 0 or more",
                todo="correct the weights of the delivery", code="bad_weight",
            )  # fmt: skip
        stratum, psu = _numbers(self.units, "stratum"), _numbers(self.units, "psu")
        psu = np.unique(stratum * (psu.max(initial=0) + 1) + psu, return_inverse=True)[1].ravel()
        sample = Sample(stratum, psu, weight, _numbers(self.units, "fpc"))
        domains = Domains(self.members["unit"], self.members["code"], len(self.domains))
        return Design(sample, domains, lonely_psu)

    def chunks(self, rows: int) -> Iterator[tuple[Any, Options, Answers]]:
        """Options with their answers: indicators together, as many as hold `rows` answers; a multiple choice may be parted."""
        codes = _codes(self.options["indicator_code"])
        kind = np.array([KINDS[k] for k in self.options["kind"].to_pylist()], dtype=np.int64)
        told = Options(codes, kind).asked_with
        spans = list(_spans(told, _numbers(self.options, "answers"), rows))
        folder = self._parted(spans) if len(spans) > 1 else None
        for part, (first, last) in enumerate(spans):
            read = self._columns(ANSWERS) if folder is None else self._part(folder, part)
            yield (
                self.options.slice(first, last - first),
                Options(codes[first:last], kind[first:last]),
                Answers(read["unit"], read["code"] - first, read["value_number"]),
            )

    def _parted(self, spans: list[tuple[int, int]]) -> Path:
        """All answers as codes in a folder for the owner only, a part for each span of options."""
        self._scratch = tempfile.TemporaryDirectory(prefix="answers-", dir=self._spill())
        part = np.repeat(np.arange(len(spans), dtype=np.int32), [last - first for first, last in spans])
        options = self.options.select(["indicator_code", "option_code"]).append_column("part", pa.array(part))
        self._register("_option", options, "code")
        sql = PARTED.format(**vars(self.tables), folder=escaped(self._scratch.name))
        self.connection.execute(sql, {"round_key": self.round_key})
        return Path(self._scratch.name)

    def _spill(self) -> Path:
        """Where the database itself puts what memory does not hold; the machine's temporary folder where it has none."""
        told = self.connection.sql("select current_setting('temp_directory')").fetchall()[0][0]
        folder = Path(told or tempfile.gettempdir())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _part(self, folder: Path, part: int) -> dict[str, Any]:
        if not (folder / f"part={part}").exists():  # options on offer that nobody chose
            return {name: np.zeros(0, dtype=np.int64) for name in ("unit", "code", "value_number")}
        read: dict[str, Any] = self.connection.sql(PART.format(folder=escaped(folder), part=part)).fetchnumpy()
        return read

    def missing(self, design: Design) -> Any:
        """Indicators (in order of appearance) × domains: members who were asked and gave no answer."""
        names = pa.table({"indicator_code": self.options["indicator_code"].unique()})
        self._register("_indicator", names, "code")
        read = self._columns(UNANSWERED)
        once = np.unique(read["code"].astype(np.int64) * max(len(self.units), 1) + read["unit"])
        code, unit = once // max(len(self.units), 1), once % max(len(self.units), 1)
        silent = sparse.csr_matrix((np.ones(len(once)), (code, unit)), shape=(len(names), len(self.units)))
        return (silent @ design.units_by_domain).toarray().astype(np.int64)

    def _register(self, name: str, table: Any, code: str) -> None:
        numbered = table.append_column(code, pa.array(np.arange(len(table), dtype=np.int32)))
        self.connection.register(name, numbered)

    def _query(self, sql: str) -> Any:
        return self.connection.sql(sql.format(**vars(self.tables)), params={"round_key": self.round_key})

    def _table(self, sql: str) -> Any:
        return self._query(sql).to_arrow_table()

    def _columns(self, sql: str) -> dict[str, Any]:
        found: dict[str, Any] = self._query(sql).fetchnumpy()
        return found


def _spans(told: Any, answers: Any, rows: int) -> Iterator[tuple[int, int]]:
    """First and last option of each chunk: as many as have `rows` answers together, at least what can't be parted."""
    ends = np.flatnonzero(np.diff(told, append=-1)) + 1
    first, held = 0, 0
    for start, end in pairwise([0, *ends]):
        size = int(answers[start:end].sum())
        if held and held + size > rows:
            yield first, start
            first, held = start, 0
        held += size
    if first < len(told):
        yield first, len(told)


def _coded(units: Any) -> Any:
    """The sample without its texts: there may be millions of them."""
    kept = units.select(["weight", "fpc"])
    for name in ("stratum", "psu"):
        kept = kept.append_column(name, pa.array(_codes(units[name])))
    return kept.append_column("weight_scheme", _encoded(units["weight_scheme"]))


def _codes(texts: Any) -> Any:
    """Whole numbers from 0 on, in the order of appearance."""
    return np.asarray(_encoded(texts).indices, dtype=np.int64)


def _encoded(texts: Any) -> Any:
    return texts.combine_chunks().dictionary_encode()


def _numbers(table: Any, column: str) -> Any:
    return table[column].to_numpy()
