"""What an attacker reads in the published marts of surveys, one system per round: nothing is known but what the marts show.

Marts are read here; how the numbers of a round hang together is told in `warehouse/survey`. Shares are taken as of people, also
where respondents are weighted: weighted sums have the same form, so whoever can't tell the people apart can't tell their weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import polars as pl

from warehouse.disclosure.proved import key_of
from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.published.catalogue import schema_of
from warehouse.disclosure.published.coverage import coverage, shown_respondents
from warehouse.disclosure.system import Bools, Floats, Ints, System, needed_width
from warehouse.survey.facts import Facts, Table, facts_of

LEAST = 10.0  # people that those who did not give an answer, of whom no mart tells, must stay uncertain by
MART = "mart_survey_estimates"
WEIGHTS = "mart_survey_weights"
ESTIMATES = """
select e.indicator_code, e.option_code, e.domain_type, e.domain, e.n, e.n_asked, e.n_missing,
    case when e.statistic <> 'share' then 'number' when i.kind is null then 'single' else i.kind end as kind,
    {share} as n_option, e.is_suppressed
from {schema}mart_survey_estimates as e
left join {schema}dim_indicator as i
    on e.operation = i.operation and e.component = i.component and e.indicator_code = i.indicator_code
where e.round_key = ? order by all
"""
SHARE = "case when e.statistic = 'share' and not e.is_suppressed then round(e.estimate * e.n)::bigint end"
CELLS = """
select place_code as oblast, sex, respondents, is_suppressed from {schema}mart_survey_weights
where round_key = ? and (respondents > 0 or is_suppressed) order by all
"""
TRUE_ESTIMATES = """
select indicator_code, option_code, domain_type, domain, n, n_asked, n_missing, kind, n_option
from {schema}int_survey_estimate where round_key = ? order by all
"""
TRUE_CELLS = "select oblast, sex, respondents from {schema}int_survey_cell where round_key = ? order by all"
Connection = duckdb.DuckDBPyConnection
Pair = tuple[pl.DataFrame, pl.DataFrame]  # estimates, and respondents by oblast and sex


def systems(
    con: Connection, previous: Connection | None = None, true: Connection | None = None
) -> Iterator[PublishedSystem]:
    """One system per survey round of the release, and one of its respondents by place; with the release before it, where that shows
    numbers of the same delivery.

    `true`: the build database, whose numbers say what is the same and what adds up, and how wide a hidden number must stay.
    """
    yield from (source.system() for source in sources(con, previous, true))


def sources(
    con: Connection, previous: Connection | None = None, true: Connection | None = None
) -> Iterator[Source | Ready]:
    """What the system of each round is made from, read and not yet put together."""
    schema = schema_of(con, MART)
    for (key,) in con.execute(f"select distinct round_key from {schema}{MART} order by 1").fetchall():
        yield Source.read(str(key), con, previous, true)
        by_place = coverage(con, true, str(key))
        if by_place is not None:
            yield Ready(by_place)


@dataclass(frozen=True)
class Source:
    """All that the system of a round is made from: estimates and respondents as shown, as shown before, and as they are."""

    round_key: str
    shown: Pair
    before: Pair | None
    true: Pair | None
    with_true: bool  # the build database was there, with this round or without it
    respondents: dict[str, float]  # by place, as another mart shows them

    @classmethod
    def read(cls, key: str, con: Connection, previous: Connection | None, true: Connection | None) -> Source:
        """The rows of a round. A release before that shows the same rows, or none, adds nothing: it is left out."""
        shown = _read(con, key)
        before = None if previous is None else _read(previous, key)
        if before is not None and (not len(before[0]) or _alike(before, shown)):
            before = None
        pair = None if true is None else _read_true(true, key)
        return cls(key, shown, before, pair, true is not None, shown_respondents(con, key))

    @property
    def key(self) -> str:
        """The hash of all of it: equal keys are equal systems."""
        parts = (self.shown, self.before or (None, None), self.true or (None, None))
        name = f"survey {self.round_key} {self.with_true} {sorted(self.respondents.items())}"
        return key_of(name, [frame for part in parts for frame in part])

    def system(self) -> PublishedSystem:
        """The system."""
        return _system(self)


@dataclass(frozen=True)
class Ready:
    """A system that is put together already: small ones."""

    found: PublishedSystem

    @property
    def key(self) -> str:
        """The hash of all of it."""
        s = self.found.system
        parts = (s.names, s.lower, s.upper, s.rows, s.cells, s.factors, s.row_lower, s.row_upper)
        told = [list(part) for part in (*parts, self.found.targets, self.found.needed)]
        return key_of(f"{self.found.name} {told}", [])

    def system(self) -> PublishedSystem:
        """The system."""
        return self.found


def _system(source: Source) -> PublishedSystem:
    key, (estimates, cells) = source.round_key, source.shown
    shown = facts_of(key, estimates, cells, surely=False)
    facts = shown if source.true is None else facts_of(key, *source.true, surely=True)
    values = _values(shown, facts)
    _by_place(facts, values, source.respondents)
    targets, marts, needed = _targets(facts, estimates, cells)
    before = None if source.before is None else _before(source.before, key, facts, values)
    if before is not None:
        # What the release before told by itself is out: hiding it now neither helps nor harms.
        kept = np.isnan(before[targets]) & ~_narrow(facts, before, targets, needed)
        targets, needed = targets[kept], needed[kept]
        marts = tuple(mart for mart, keep in zip(marts, kept, strict=True) if keep)
        values = np.where(np.isnan(values), before, values)
    system = _told(facts, values, true=source.with_true)
    return PublishedSystem(f"survey {key}", system, targets, needed, marts)


def _by_place(facts: Facts, values: Floats, respondents: dict[str, float]) -> None:
    """Put in the respondents of oblasts that another mart shows, where it counts as the estimates do."""
    table = Table.of(facts.cells)
    if table.everybody is None:
        return
    cells = zip(table.slots, table.cells[table.everybody], strict=True)
    told = {
        int(facts.numbers[c]): respondents[d]
        for (kind, d), c in cells
        if kind == "oblast" and c >= 0 and d in respondents
    }
    if all(np.isnan(values[n]) or values[n] == number for n, number in told.items()):
        for n, number in told.items():
            values[n] = number


def _told(facts: Facts, values: Floats, *, true: bool = False) -> System:
    """The facts with what is known of the numbers; nan is nothing."""
    known = ~np.isnan(values)
    lower, upper = np.where(known, values, 0.0), np.where(known, values, np.inf)
    return replace(facts.system(known, true=true), lower=lower, upper=upper)


def _before(pair: Pair, key: str, facts: Facts, values: Floats) -> Floats | None:
    """What the release before showed of the same answers; None where it adds nothing, or had others (a corrected round)."""
    found = _values(facts_of(key, *pair, surely=False), facts)
    both = ~np.isnan(found) & ~np.isnan(values)
    more = ~np.isnan(found) & np.isnan(values)
    return found if more.any() and (found[both] == values[both]).all() else None


def _alike(one: Pair, other: Pair) -> bool:
    return all(a.schema == b.schema and a.equals(b) for a, b in zip(one, other, strict=True))


def _narrow(facts: Facts, values: Floats, targets: Ints, needed: Floats) -> Bools:
    """Which targets these values tell already."""
    from warehouse.disclosure.attack import attack

    wanted = np.where(np.isnan(needed), np.inf, needed)
    bounds = attack(_told(facts, values), targets, needed=wanted, contradictions="report")
    middle = np.where(np.isfinite(bounds.high), (bounds.low + bounds.high) / 2, bounds.low)
    return ~(bounds.width >= np.where(np.isnan(needed), needed_width(middle), needed) - 1e-6)


def _read(con: Connection, key: str) -> Pair:
    """A round's estimates and its respondents by oblast and sex, as far as they are shown."""
    schema = schema_of(con, MART)
    estimates = _frame(con, ESTIMATES.format(schema=schema, share=SHARE), key)
    return estimates, _frame(con, CELLS.format(schema=schema), key)


def _frame(con: Connection, sql: str, key: str) -> pl.DataFrame:
    return pl.DataFrame(con.cursor().sql(sql, params=[key]).to_arrow_table())


def _read_true(con: Connection, key: str) -> Pair | None:
    """The true numbers; None where the build database lacks the round: then those of the marts stand."""
    schema = schema_of(con, "int_survey_estimate")
    estimates = _frame(con, TRUE_ESTIMATES.format(schema=schema), key)
    return (estimates, _frame(con, TRUE_CELLS.format(schema=schema), key)) if len(estimates) else None


def _values(shown: Facts, facts: Facts) -> Floats:
    """What is shown of each number of the facts; nan where nothing is."""
    if shown is facts:
        return shown.values()
    known = dict(zip(shown.cells.drop("cell", "value").iter_rows(), shown.cells["value"].to_list(), strict=True))
    told = [known.get(cell, np.nan) for cell in facts.cells.drop("cell", "value").iter_rows()]
    return replace(facts, cells=facts.cells.with_columns(value=pl.Series(told, dtype=pl.Float64))).values()


def _targets(facts: Facts, estimates: pl.DataFrame, cells: pl.DataFrame) -> tuple[Ints, tuple[str, ...], Floats]:
    """The numbers behind what the marts withhold, the mart of each, and how wide it must stay: nan where its value is not known.

    A number that is shown elsewhere is one too.
    """
    hidden: dict[int, str] = {}
    beside: dict[int, str] = {}  # of several answers, those who did not give one
    at: dict[Any, int] = {
        cell: int(facts.numbers[n]) for n, cell in enumerate(facts.cells.drop("cell", "value").iter_rows())
    }
    for i, o, t, d, n, kind, is_suppressed in estimates.select(
        "indicator_code", "option_code", "domain_type", "domain", "n", "kind", "is_suppressed"
    ).iter_rows():
        if is_suppressed and kind != "number":
            hidden[at["answer", i, o, t, d]] = MART
            if ("others", i, o, t, d) in at:
                beside[at["others", i, o, t, d]] = MART
        option = o if kind == "multiple" else ""
        if n is None and ("n", i, option, t, d) in at:
            hidden[at["n", i, option, t, d]] = MART
    for oblast, sex, is_suppressed in cells.select("oblast", "sex", "is_suppressed").iter_rows():
        if is_suppressed and ("weight", "", sex, "oblast", oblast) in at:
            hidden.setdefault(at["weight", "", sex, "oblast", oblast], WEIGHTS)
    marts = beside | hidden
    numbers = np.array(sorted(marts), dtype=np.int64)
    by_size = np.isin(numbers, list(hidden))
    needed = np.where(by_size, needed_width(facts.values()[numbers]), LEAST)
    return numbers, tuple(marts[n] for n in numbers.tolist()), needed


__all__ = ["Ready", "Source", "System", "sources", "systems"]
