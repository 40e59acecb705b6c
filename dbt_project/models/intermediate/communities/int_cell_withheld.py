"""Which counts of the rounds to build are withheld. The rules are in warehouse/counts."""


def model(dbt, session):
    """One row per withheld cell of int_count_cell; none where an operation withholds nothing."""
    dbt.config(materialized="table")
    cells = dbt.ref("int_count_cell").to_arrow_table()
    before = dbt.source("reference", "release_cell").to_arrow_table()

    from warehouse.counts.withhold import withheld

    return withheld(cells, before)
