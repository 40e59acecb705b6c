"""Stage receive: which delivery of the round stands.

Telling it belongs here; taking files in is the sensor's and the command line's work (`Vault.receive`).
"""

import dagster as dg

from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.tables import Shown
from orchestration.texts import shown
from orchestration.work import Work
from warehouse.deliveries.vault import Delivery


@dg.asset(partitions_def=rounds, **shown("delivery"))
def delivery(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> dg.MaterializeResult:
    """One immutable delivery per round: the last one that was received. A corrected file is a new delivery."""
    work = Work.of(context, warehouse.home)
    with work.stage("receive"):
        standing = work.standing_delivery()
        return dg.MaterializeResult(metadata=_told(standing), data_version=dg.DataVersion(standing.sha256))


def _told(d: Delivery) -> Shown:
    return {
        "file": d.file_name,
        "delivery": f"{d.delivery_seq} of the round ({d.delivery_id})",
        "supersedes": d.supersedes or "nothing",
        "received at": d.received_at,
        "source": d.source,
        "size (bytes)": d.size,
        "sha256": d.sha256,
        "codebook": d.codebook,
        "partial": d.partial,
        "licence": d.licence,
        "why recognised": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in d.why)),
    }
