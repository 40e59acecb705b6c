"""What is withheld of the estimates of the survey rounds to build. The rule is in warehouse/survey."""


def model(dbt, session):
    """One row per estimate of the rounds to build, and per oblast × sex of their samples: whether it is withheld."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from warehouse.survey.withhold import withheld

    dbt.config(materialized="table")
    rounds = dbt.source("reference", "round").to_arrow_table().to_pylist()
    operations = dbt.source("reference", "operation").to_arrow_table().to_pylist()
    indicators = dbt.source("reference", "indicator").to_arrow_table().to_pylist()
    building = {row["round_key"]: row for row in dbt.source("control", "round_to_build").to_arrow_table().to_pylist()}
    unpublished = {key for key, row in building.items() if row.get("is_partial")}
    keys = pa.array(sorted(building))
    minimum = {row["operation"]: row["survey_minimum_n"] for row in operations}
    estimates = dbt.ref("int_survey_estimate").to_arrow_table()
    cells = dbt.ref("int_survey_cell").to_arrow_table()
    estimates = estimates.filter(pc.is_in(estimates["round_key"], keys))
    cells = cells.filter(pc.is_in(cells["round_key"], keys))
    sensitive = {
        (r["round_key"], i["indicator_code"])
        for r in rounds
        for i in indicators
        if i["is_sensitive"] and (i["operation"], i["component"]) == (r["operation"], r["component"])
    }
    least = {row["round_key"]: minimum[row["operation"]] for row in rounds}
    return withheld(estimates, least, cells, sensitive, unpublished)
