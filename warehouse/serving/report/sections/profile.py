"""Who the people are: sex and age of each category, as a pyramid and a table.

Only mart_population by sex and age group belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Part, Table
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import by_category, leader
from warehouse.serving.report.titles import age_name, sex_name

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 46
MART = "mart_population"


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each category whose sex or age was told."""
    if facts.is_survey:
        return None
    subs, asked = by_category(facts, t, MART, "profile", lambda rows, code: _profile(rows, code, t), counted=_parts)
    gone = (
        t.say("Sex and age: nobody told them, or they are withheld")
        if asked
        else t.say("Sex and age: not asked in this round")
    )
    absent = [] if subs else [gone]
    return Part("profile", t.say("Women and men, young and old"), subs, absent)


def _parts(rows: list[Row]) -> list[Row]:
    return [row for row in rows if (row["sex"], row["age_group"]) != ("all", "all")]


def _profile(rows: list[Row], category: str, t: Tongue) -> list[Any]:
    found = {(row["age_group"], row["sex"]): row for row in rows}
    ages = sorted({str(row["age_group"]) for row in rows} - {"all"})
    sexes = [sex for sex in ("male", "female", "all") if any(key[1] == sex for key in found)]
    name = t.named(rows[0], "category_name")
    caption = t.say("{category} by sex and age", category=name)
    lines = [[age_name(age, t), *(_cell(found.get((age, sex)), t) for sex in sexes)] for age in (*ages, "all")]
    made = Table(caption, [t.say("Age"), *(sex_name(sex, t) for sex in sexes)], lines, [MART])
    parts = [row for row in rows if row["sex"] in ("female", "male") and row["age_group"] != "all"]
    if not parts:
        return [made]
    return [
        Chart(
            _title(parts, name, t) or caption,
            _pyramid(parts, caption, t),
            made,
            t.say("People, as key informants estimate"),
        )
    ]


def _title(parts: list[Row], category: str, t: Tongue) -> Any:
    """The largest group of sex and age, where it is safe to say."""
    first = leader(parts, "individuals", "age_group")
    if first is None:
        return None
    said = {
        "male": t.say("{category}: men aged {age} are the largest group, {number} people"),
        "female": t.say("{category}: women aged {age} are the largest group, {number} people"),
    }[str(first["sex"])]
    age = age_name(str(first["age_group"]), t)
    return phrase(said, category=category, age=age, number=cell(MART, first, "individuals", t))


def _cell(row: Row | None, t: Tongue) -> Any:
    return cell(MART, row, "individuals", t) if row else ""


def _pyramid(parts: list[Row], alt: str, t: Tongue) -> Any:
    from warehouse.serving.charts import pyramid

    rows = [{**row, "age_name": age_name(str(row["age_group"]), t)} for row in parts]
    return pyramid(rows, t, age="age_name", alt=alt, left_name=sex_name("male", t), right_name=sex_name("female", t))
