"""The warehouse: from a round's raw delivery to a published release.

Here belongs the domain: deliveries, codebooks, normalization, places, releases, serving, the command line.
Nothing here imports Dagster (that is `orchestration/`) or Great Expectations (that is `expectations/`).
"""
