"""Stage receive: which delivery of the round stands.

Telling it belongs here; taking files in is the sensor's and the command line's work (`Vault.receive`).
"""

from collections.abc import Iterator

import dagster as dg

from orchestration import several
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.standing import delivery_text
from orchestration.texts import shown
from orchestration.work import Work


@dg.asset(partitions_def=rounds, output_required=False, **shown("delivery"))
def delivery(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> Iterator[dg.MaterializeResult]:
    """One immutable delivery per round: the last one that was received. A corrected file is a new delivery."""
    if several.is_several(context):  # each round is materialized by a run of its own
        return several.take_each(context, warehouse.home)
    work = Work.of(context, warehouse.home)
    with work.stage("receive"):
        standing = work.standing_delivery()
        told = dg.MaterializeResult(metadata=delivery_text(standing), data_version=dg.DataVersion(standing.sha256))
    yield told
