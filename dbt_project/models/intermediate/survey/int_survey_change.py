"""Change of every estimate between two rounds in a row. The statistics are in warehouse/survey."""


def model(dbt, session):
    """One row per pair of survey rounds × indicator × option × domain that is shown in both."""
    from warehouse.survey.change_table import change_table

    dbt.config(materialized="table")
    pairs = dbt.ref("int_survey_pair").to_arrow_table()
    estimates = dbt.ref("mart_survey_estimates").to_arrow_table()
    return change_table(pairs, estimates)
