"""Stage receive: which delivery of the round stands.

Telling it belongs here; taking files in is the sensor's and the command line's work (`Vault.receive`).
"""

import dagster as dg

from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.standing import delivery_text
from orchestration.texts import shown
from orchestration.work import Work


@dg.asset(partitions_def=rounds, **shown("delivery"))
def delivery(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> dg.MaterializeResult:
    """One immutable delivery per round: the last one that was received. A corrected file is a new delivery."""
    work = Work.of(context, warehouse.home)
    with work.stage("receive"):
        standing = work.standing_delivery()
        return dg.MaterializeResult(metadata=delivery_text(standing), data_version=dg.DataVersion(standing.sha256))
