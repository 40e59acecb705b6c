"""Figures of how a round was collected: the interviews or lines of a place, of a day, and the communities they reached.

The rules are those of dbt's int_collection_day, said once more. Plan, pace and projected end follow from them and are not worked out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from warehouse.trace.canonical import Round
from warehouse.trace.counts import counted
from warehouse.trace.figure import Figure
from warehouse.trace.key import Row

SLACK = timedelta(days=30)  # days further outside fieldwork are no days: a device's clock was wrong
VISITS = """
with visits as (
    select sheet, row_number, place_code, place_code as community, coalesce(interview_date, submitted_at::date) as told_day
    from assessment where not $is_survey
    union all
    select sheet, row_number, coalesce(place_code, (select min(place_code) from place where place_level = 0)), cluster,
        interview_date
    from response where $is_survey
),
dated as (
    select *, case when told_day between coalesce($first, told_day) and coalesce($last, told_day) then told_day end as day
    from visits
),
firsts as (
    select *, community is not null and row_number() over (
        partition by community order by day nulls last, place_code) = 1 as is_new
    from dated
)
select f.sheet, f.row_number, f.place_code, f.community, f.is_new from firsts as f
inner join ancestor as a on f.place_code = a.place_code and a.ancestor_code = $place
where $day is null or f.day = $day
order by f.sheet, f.row_number
"""


def progress(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_collection_progress: its interviews and communities."""
    found = _visits(at, row)
    yield from _interviews(row, found, "accepted interviews of the place and those below it")
    told = {r["community"] for r in found} - {None}
    how = "different sampled communities of these rows" if _is_survey(row) else "different places of these rows"
    yield Figure("communities", row["communities"], how, len(told))


def day(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_collection_day: its interviews, and the communities that no earlier day had."""
    found = _visits(at, row)
    yield from _interviews(row, found, "accepted interviews of the day in the place and those below it")
    if row["communities_new"] is not None:
        rows = [counted(r, int(r["is_new"])) for r in found]
        how = "rows of communities that no earlier day reached"
        yield Figure("communities_new", row["communities_new"], how, sum(r["contribution"] for r in rows), rows)


def _visits(at: Round, row: Row) -> list[Row]:
    start, end = at.known.fieldwork_start, at.known.fieldwork_end
    return at.ask(
        VISITS,
        {
            "is_survey": _is_survey(row), "place": row["place_code"], "day": row.get("collection_day"),
            "first": start - SLACK if start else None, "last": end + SLACK if end else None,
        },
    )  # fmt: skip


def _interviews(row: Row, found: list[Row], how: str) -> Iterator[Figure]:
    """Nothing where the component makes no interviews, or they are withheld."""
    if row["interviews"] is not None:
        yield Figure("interviews", row["interviews"], how, len(found), [counted(r, 1) for r in found])


def _is_survey(row: Row) -> bool:
    return str(row["component"]) == "rms"
