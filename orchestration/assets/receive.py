"""Stage receive: which delivery of the round stands.

Telling it belongs here; taking files in is the sensor's and the command line's work (`Vault.receive`).
"""

from collections.abc import Iterator

import dagster as dg

from orchestration import several
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.tables import Shown
from orchestration.work import Work
from warehouse.deliveries.vault import Delivery


@dg.asset(group_name="receive", partitions_def=rounds, kinds={"file"}, output_required=False)
def delivery(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> Iterator[dg.MaterializeResult]:
    """One immutable delivery per round: the last one that was received. A corrected file is a new delivery."""
    if several.is_several(context):  # each round is materialized by a run of its own
        return several.take_each(context, warehouse.home)
    work = Work.of(context, warehouse.home)
    with work.stage("receive"):
        standing = work.standing_delivery()
        told = dg.MaterializeResult(metadata=_told(standing), data_version=dg.DataVersion(standing.sha256))
    yield told


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
