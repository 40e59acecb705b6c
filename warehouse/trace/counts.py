"""Counts of people in places: the rows of the deliveries that are added up, and those of informants who were not believed.

The rules are those of dbt's mart_population and int_part_population, said once more, so that a trace is a recount.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.trace.canonical import Round
from warehouse.trace.figure import Figure, total
from warehouse.trace.key import Row

UNITS = ("individuals", "households")
PEOPLE = "the totals of the rows of all places in it are added up; of several informants of a place one is believed"
PARTS = "the parts of the rows of all places in it are added up, as the believed informants told them"

# Cells of each row as mart_population takes them: as reported; ages where men or women of all ages were not; both sexes.
CELLS = """
with told as (
    select c.row_id, c.place_code, c.sex, c.age_group, h.is_chosen,
        sum(c.value) filter (where c.unit = $unit and c.counts) as value
    from cell as c
    inner join choice as h on c.row_id = h.row_id and c.population_category = h.population_category
    where c.population_category = $category and c.dimension in ('total', 'sex', 'age', 'sex_age')
    group by all
),
whole as (
    select row_id, sex, age_group,
        sum(c.value) filter (where c.unit = 'individuals' and c.counts) as people
    from cell as c where c.population_category = $category and c.dimension in ('total', 'sex', 'age', 'sex_age')
    group by all
),
summed_ages as (
    select t.row_id, t.place_code, t.sex, 'all' as age_group, t.is_chosen, sum(t.value) as value
    from told as t
    where t.sex <> 'all' and t.age_group <> 'all' and not exists (
        select 1 from whole as w where w.row_id = t.row_id and w.sex = t.sex and w.age_group = 'all' and w.people is not null)
    group by all
),
both_sexes as (
    select t.row_id, t.place_code, 'all' as sex, t.age_group, t.is_chosen,
        case when count(t.value) = 2 then sum(t.value) end as value
    from told as t
    where t.sex in ('male', 'female') and t.age_group <> 'all' and not exists (
        select 1 from whole as w
        where w.row_id = t.row_id and w.sex = 'all' and w.age_group = t.age_group and w.people is not null)
    group by all
),
cells as (
    select *, 'as reported' as note from told
    union all by name select *, 'sum of the ages' as note from summed_ages
    union all by name select *, 'men and women' as note from both_sexes
)
select s.sheet, s.row_number, c.place_code, c.value::bigint as contribution, c.is_chosen, c.note
from cells as c
inner join ancestor as a on c.place_code = a.place_code and a.ancestor_code = $place
left join assessment as s on c.row_id = s.row_id
where c.sex = $sex and c.age_group = $age and c.value is not null
order by s.sheet, s.row_number, c.note
"""
PART = """
with parts as (
    select c.row_id, c.place_code, h.is_chosen, sum(c.value) filter (where c.unit = $unit and c.counts) as value
    from cell as c
    inner join choice as h on c.row_id = h.row_id and c.population_category = h.population_category
    where c.population_category = $category and c.dimension = $dimension and c.sex = 'all' and c.age_group = 'all'
        and case when c.dimension = 'country' and lower(coalesce(c.item, 'unknown')) = 'unknown' then 'UNKNOWN'
            else coalesce(c.item, 'unknown') end = $item
    group by all
)
select s.sheet, s.row_number, c.place_code, c.value::bigint as contribution, c.is_chosen, 'as reported' as note
from parts as c
inner join ancestor as a on c.place_code = a.place_code and a.ancestor_code = $place
left join assessment as s on c.row_id = s.row_id
where c.value is not null
order by s.sheet, s.row_number
"""
CHECK = """
with chosen as (select * from choice where is_chosen and population_category = $category),
wholes as (select place_code, sum(individuals) as whole from chosen group by 1 having whole is not null),
by_sex as (
    select c.row_id, c.place_code, c.sex,
        coalesce(sum(case when c.age_group <> 'all' then c.value end), sum(case when c.age_group = 'all' then c.value end)) as people
    from cell as c inner join chosen as h on c.row_id = h.row_id and c.population_category = h.population_category
    where c.dimension = $dimension and c.unit = 'individuals' and c.counts
        and (c.dimension in ('sex', 'age', 'sex_age') or (c.sex = 'all' and c.age_group = 'all'))
    group by all
),
told as (
    select row_id, place_code,
        coalesce(sum(case when sex <> 'all' then people end), sum(case when sex = 'all' then people end)) as people
    from by_sex group by all
)
select s.sheet, s.row_number, t.place_code, t.people::bigint as contribution, w.whole::bigint as whole
from told as t
inner join wholes as w on t.place_code = w.place_code
inner join ancestor as a on t.place_code = a.place_code and a.ancestor_code = $place
left join assessment as s on t.row_id = s.row_id
order by s.sheet, s.row_number
"""
# Marts of parts: the dimension, the column with the part, and the category where the mart has no column for it.
PART_MARTS = {
    "mart_population_breakdown": (None, "item", None),
    "mart_returns_by_year": ("year", "return_year", "returned"),
    "mart_departures_by_year": ("year", "departure_year", "emigrant"),
    "mart_country_links": ("country", "country_iso3", None),
    "mart_internal_origins": ("origin", "origin_code", None),
    "mart_reasons": ("reason", "reason_code", None),
}


def population(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_population."""
    for unit in UNITS:
        values = {
            "category": row["population_category"],
            "place": row["place_code"],
            "sex": row["sex"],
            "age": row["age_group"],
        }
        yield _figure(unit, row, at.ask(CELLS, {**values, "unit": unit}), PEOPLE)


def part(at: Round, mart: str, row: Row) -> Iterator[Figure]:
    """A row of a mart of parts."""
    dimension, item, category = PART_MARTS[mart]
    values = {
        "category": category or row["population_category"], "place": row["place_code"],
        "dimension": dimension or row["dimension"], "item": str(row[item]),
    }  # fmt: skip
    for unit in (unit for unit in UNITS if unit in row):
        yield _figure(unit, row, at.ask(PART, {**values, "unit": unit}), PARTS)


def parts_check(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_parts_check: the parts, and the totals of the places that told any."""
    values = {"category": row["population_category"], "dimension": row["dimension"], "place": row["place_code"]}
    found = at.ask(CHECK, values)
    rows = [_row({**r, "note": "parts of the row"}) for r in found]
    yield Figure("individuals", row["individuals"], PARTS, total(rows), rows)
    wholes = {r["place_code"]: r["whole"] for r in found}
    how = "the totals of the places that told a part"
    yield Figure("total_where_told", row["total_where_told"], how, sum(wholes.values()) if wholes else None)


def _figure(unit: str, row: Row, found: list[Row], how: str) -> Figure:
    rows = [_row(r) for r in found if r["is_chosen"]]
    others = [{**_row(r), "note": "another informant of the place is believed"} for r in found if not r["is_chosen"]]
    return Figure(unit, row.get(unit), how, total(rows), rows, others)


def _row(found: Row) -> Row:
    return {
        "where": where(found),
        "place_code": found["place_code"],
        "contribution": found["contribution"],
        "note": found["note"],
    }


def where(row: Row) -> str:
    """`Sheet!17`, as a spreadsheet shows it."""
    return f"{row['sheet']}!{row['row_number']}" if row.get("row_number") is not None else str(row.get("sheet") or "")


def counted(found: Row, contribution: int | None) -> Row:
    """A row of the delivery with what it adds to a figure."""
    return {"where": where(found), "place_code": found["place_code"], "contribution": contribution, "note": ""}
