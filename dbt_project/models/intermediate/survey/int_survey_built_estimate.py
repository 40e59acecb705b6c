"""Estimates of every indicator × option × domain of the survey rounds to build. The method is in warehouse/survey."""


def model(dbt, session):
    """One row per survey round × indicator × option × domain in which anybody answered; nothing is withheld here."""
    import pyarrow as pa

    from warehouse.survey.batch_round import SCHEMA, Tables, estimate_round

    dbt.config(materialized="table")
    tables = Tables(
        sample=_query(dbt.ref("int_survey_weight")),
        answers=_query(dbt.ref("int_survey_answer")),
        unanswered=_query(dbt.ref("int_survey_unanswered")),
        domains=_query(dbt.ref("int_survey_domain")),
        options=_query(dbt.ref("int_survey_option")),
    )
    rounds = dbt.source("reference", "round").to_arrow_table().to_pylist()
    designs = dbt.source("reference", "survey_design").to_arrow_table().to_pylist()
    building = {row["round_key"] for row in dbt.source("control", "round_to_build").to_arrow_table().to_pylist()}
    lonely = {(row["operation"], row["component"]): row["lonely_psu"] for row in designs}
    surveys = [r for r in rounds if r["row_grain"] == "respondent" and r["round_key"] in building]
    found = [
        estimate_round(session, tables, r["round_key"], lonely.get((r["operation"], r["component"])) or "adjust")
        for r in sorted(surveys, key=lambda r: r["round_key"])
    ]
    return pa.concat_tables([SCHEMA.empty_table(), *found])


def _query(relation):
    return f"({relation.sql_query()})"
