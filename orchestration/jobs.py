"""The jobs: `publish_round` takes a round all the way, `check_round` stops at the verdict.

Only selections of assets belong here. Concept: https://docs.dagster.io/guides/build/jobs/asset-jobs
"""

import dagster as dg

publish_round = dg.define_asset_job(
    "publish_round",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="One round: from its delivery to a verdict and, if that is passed, a release.",
)

check_round = dg.define_asset_job(
    "check_round",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("release", "server_release"),
    executor_def=dg.in_process_executor,
    description="One round to its verdict, without publishing it.",
)
