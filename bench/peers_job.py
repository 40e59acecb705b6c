"""A Dagster job as one would write it first: a step for the database, one for dbt, one that looks; the default executor.

Only the job belongs here: Dagster loads it anew in the process of each step, so it must be importable by its name.
"""

import dagster as dg

from bench.peers import marts, with_dbt


@dg.op(config_schema={"folder": str})
def take(context: dg.OpExecutionContext) -> str:
    """Where the candidate's database is."""
    return str(context.op_config["folder"])


@dg.op
def build(folder: str) -> str:
    """All models and tests, by dbt's command line."""
    with_dbt(folder)
    return folder


@dg.op
def count(folder: str) -> int:
    """How many marts there are."""
    return marts(f"{folder}/dbt/build.duckdb")


@dg.job
def job() -> None:
    """The three in a row."""
    count(build(take()))
