"""Which engine runs the models: DuckDB in this process, or Spark reading and writing Parquet.

Choosing the engine, opening Spark, handing it the candidate's tables and bringing its results back belong here; the
models are in `dbt_project/`, DuckDB's own way is in `warehouse/releases/models.py`. Spark is imported where it is used.
"""
