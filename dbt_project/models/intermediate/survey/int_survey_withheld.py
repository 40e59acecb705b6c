"""What is withheld of the estimates of all survey rounds. The rule is in warehouse/survey."""


def model(dbt, session):
    """One row per estimate of int_survey_estimate: whether it is withheld, and whether all of its domain is."""
    from warehouse.survey.withhold import withheld

    dbt.config(materialized="table")
    rounds = dbt.source("reference", "round").to_arrow_table().to_pylist()
    operations = dbt.source("reference", "operation").to_arrow_table().to_pylist()
    minimum = {row["operation"]: row["survey_minimum_n"] for row in operations}
    estimates = dbt.ref("int_survey_estimate").to_arrow_table()
    return withheld(estimates, {row["round_key"]: minimum[row["operation"]] for row in rounds})
