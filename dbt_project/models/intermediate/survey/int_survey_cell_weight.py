"""Raked and trimmed weights of each cell of each survey round. The statistics are in warehouse/survey."""


def model(dbt, session):
    """One row per survey round × oblast × sex, over all rounds of the release."""
    from warehouse.survey.cells import cell_weights

    dbt.config(materialized="table")
    tables = (
        dbt.ref("int_survey_cell"),
        dbt.ref("int_survey_margin"),
        dbt.source("reference", "survey_margin"),
        dbt.source("reference", "survey_design"),
    )
    return cell_weights(*(table.to_arrow_table().to_pylist() for table in tables))
