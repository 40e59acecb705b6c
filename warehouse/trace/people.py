"""Figures of a survey: the respondents behind an estimate, and behind a number of respondents. Rows only, never an answer.

The rules are those of dbt's int_survey_said, int_survey_answer and int_survey_domain, said once more.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.trace.canonical import Round
from warehouse.trace.counts import counted
from warehouse.trace.figure import Figure, total
from warehouse.trace.key import Row

UNWEIGHTED = "none, indicative"
PROFILE = {"sex": "sex", "age_group": "age_group", "country_of_return": "country_iso3"}
# What each respondent of the domain said of the question: one row per respondent (and option of a multiple choice).
SAID = """
with domain as (
    select r.*, case when {has_weight} then r.weight else 1.0 end as base from response as r
    where $kind = 'national' or ($kind = 'sex' and r.sex = $domain) or ($kind = 'age_group' and r.age_group = $domain)
        or ($kind = 'country_of_return' and r.country_iso3 = $domain)
        or ($kind = 'oblast' and r.place_code in (select place_code from ancestor where ancestor_code = $domain))
),
formed as (select response_key, option_code, value_number, value_status from answer
    where question_code = $question and value_status <> 'not_asked'),
profile as (
    select response_key, {profile} as option_code, {number} as value_number,
        case when coalesce({profile}, cast({number} as varchar)) is null then 'missing' else 'reported' end as value_status
    from response
),
said as (
    select * from formed
    union all
    select * from profile where {is_profile} and (select count(*) from answer where question_code = $question) = 0
        and (select count(*) from profile where value_status = 'reported') > 0
),
usable as (
    select * from said where value_status in ('reported', 'derived') and case $form
        when 'single' then option_code is not null
        when 'multiple' then option_code is not null and value_number is not null
        else value_number is not null and not isnan(value_number) end
),
ticks as (select $form = 'multiple' and coalesce(min(value_number), 0) = 1 as only_ticked from usable),
offered as (select count(*) > 0 as was from usable where option_code = $option),
answered as (
    select d.sheet, d.row_number, d.place_code, d.base, u.option_code, u.value_number
    from domain as d inner join usable as u on d.response_key = u.response_key
    where d.base is not null and ($form <> 'multiple' or u.option_code = $option)
    union all
    select distinct d.sheet, d.row_number, d.place_code, d.base, $option, 0.0
    from domain as d inner join usable as u on d.response_key = u.response_key cross join ticks cross join offered
    where d.base is not null and only_ticked and was and not exists (
        select 1 from usable as v where v.response_key = d.response_key and v.option_code = $option)
),
silent as (
    select count(distinct d.response_key) as missing
    from domain as d inner join said as s on d.response_key = s.response_key
    where d.response_key not in (select response_key from usable)
)
select a.*, s.missing from answered as a cross join silent as s order by sheet, row_number
"""
RESPONSES = """
select r.sheet, r.row_number, r.place_code, 1 as contribution from response as r
where $place = $root or r.place_code in (select place_code from ancestor where ancestor_code = $place)
order by r.sheet, r.row_number
"""
CELL = """
select r.sheet, r.row_number, r.place_code, 1 as contribution from response as r
where coalesce(r.sex, 'unknown') = $sex and case when $place = 'unknown'
    then not exists (select 1 from ancestor as a where a.place_code = r.place_code and a.ancestor_code in (
        select place_code from place where place_level = 1))
    else r.place_code in (select place_code from ancestor where ancestor_code = $place) end
order by r.sheet, r.row_number
"""


def estimate(at: Round, row: Row, kind: str) -> Iterator[Figure]:
    """A row of mart_survey_estimates: n, and the share or mean. `kind`: single, multiple or number."""
    found = _said(at, row, kind)
    rows = [counted(r, 1) for r in found]
    yield Figure("n", row["n"], "respondents of the domain who answered, one by one", len(rows), rows)
    missing = found[0]["missing"] if found else None
    yield Figure(
        "n_missing",
        row["n_missing"],
        "respondents of the domain who were asked and gave no answer that counts",
        missing,
    )
    if row["weight_scheme"] == UNWEIGHTED or row["weight_scheme"] == "delivered weights":
        how = "worked out from the answers of these respondents; who gave which answer is not listed"
        yield Figure("estimate", row["estimate"], how, _estimate(found, row, kind))
    else:
        yield Figure(
            "estimate", row["estimate"], "weighted by raked weights (mart_survey_weights): not worked out again here"
        )


def _said(at: Round, row: Row, kind: str) -> list[Row]:
    question = str(row["question_code"])
    profile = PROFILE.get(question)
    sql = SAID.format(
        has_weight="true" if row["weight_scheme"] == "delivered weights" else "false",
        profile=profile or "null::varchar", number="age_years" if question == "age_years" else "null::double",
        is_profile="true" if profile or question == "age_years" else "false",
    )  # fmt: skip
    values = {
        "kind": row["domain_type"],
        "domain": row["domain"],
        "question": question,
        "form": kind,
        "option": row["option_code"],
    }
    return at.ask(sql, values)


def _estimate(found: list[Row], row: Row, kind: str) -> float | None:
    weight = sum(r["base"] for r in found)
    if not weight:
        return None
    if kind == "number" and row["option_code"] == "median":
        return _median(found, weight)
    if kind == "single":
        return float(sum(r["base"] for r in found if r["option_code"] == row["option_code"]) / weight)
    return float(sum(r["base"] * r["value_number"] for r in found) / weight)


def _median(found: list[Row], weight: float) -> float:
    """The smallest answer up to which half of the weights lie."""
    reached = 0.0
    for r in sorted(found, key=lambda r: r["value_number"]):
        reached += r["base"]
        if reached >= weight / 2 - 1e-9:
            return float(r["value_number"])
    raise AssertionError("weights add up to their sum")


def coverage(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_round_coverage: respondents, or rows of assessments, key informants and communities."""
    values = {"place": row["place_code"], "root": row["place_code"] if row["place_level"] == 0 else ""}
    if row["component"] == "rms":
        rows = [counted(r, 1) for r in at.ask(RESPONSES, values)]
        yield Figure(
            "respondents", row["respondents"], "respondents in the place and those below it", total(rows) or 0, rows
        )
        return
    found = at.ask(
        """select s.sheet, s.row_number, s.place_code, s.informant_count from assessment as s
        inner join ancestor as a on s.place_code = a.place_code and a.ancestor_code = $place order by 1, 2""",
        {"place": row["place_code"]},
    )
    rows = [counted(r, 1) for r in found]
    yield Figure(
        "assessment_rows", row["assessment_rows"], "accepted rows of the place and those below it", len(rows), rows
    )
    heard = [counted(r, r["informant_count"]) for r in found]
    there = any(r["informant_count"] is not None for r in at.ask("select informant_count from assessment"))
    yield Figure(
        "informants",
        row["informants"],
        "key informants heard in these rows",
        total(heard) if heard else (0 if there else None),
        heard,
    )
    places = len({r["place_code"] for r in found})
    yield Figure("communities", row["communities"], "different places of these rows", places)


def sample_cell(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_survey_weights: respondents of an oblast and sex."""
    rows = [counted(r, 1) for r in at.ask(CELL, {"place": row["place_code"], "sex": row["sex"]})]
    yield Figure("respondents", row["respondents"], "respondents of this sex in the oblast", len(rows), rows)


def whole_sample(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_survey_weighting: respondents of the round."""
    rows = [counted(r, 1) for r in at.ask("select sheet, row_number, place_code from response order by 1, 2")]
    yield Figure("respondents", row["respondents"], "respondents of the round", len(rows), rows)
