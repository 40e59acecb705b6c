"""Dagster, and the only place that imports it: which asset comes after which, when it runs, what a person sees of it.

Nothing of the domain belongs here: every asset calls `warehouse/`, `expectations/` or dbt, and tells what came back.
Nobody imports this package but the command line, inside the commands that start the line.
"""
