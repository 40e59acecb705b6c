"""The one set of partitions: rounds, by key (`kgz-bma-r03`).

Only partition definitions belong here; the sensor, the schedule and `run.py` register keys as rounds arrive.
Concept: https://docs.dagster.io/guides/build/partitions-and-backfills/partitioning-assets#dynamically-partitioned-assets
"""

import dagster as dg

rounds = dg.DynamicPartitionsDefinition(name="rounds")
