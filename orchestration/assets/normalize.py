"""Stage normalize: the canonical tables and the rejected rows of the round's delivery.

Telling what was accepted and rejected belongs here; the check on it is in `orchestration/checks.py`.
"""

import dagster as dg

from orchestration import tables
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.texts import shown
from orchestration.work import Work
from warehouse.errors import MtmError
from warehouse.normalize.run import Normalized


@dg.asset(deps=["delivery"], partitions_def=rounds, **shown("canonical_round"))
def canonical_round(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> dg.MaterializeResult:
    """The canonical tables of a round, by codebook. Rows in = rows accepted + rejected; people too."""
    work = Work.of(context, warehouse.home)
    with work.stage("normalize"):
        normalized = work.normalized_delivery()
        told = normalized.counts()
        # A survey counts answers, not people: zeros would read as "nobody was counted".
        counts = {k.replace("_", " "): n for k, n in told.items() if told["people_in"] or not k.startswith("people")}
        return dg.MaterializeResult(
            data_version=dg.DataVersion(normalized.normalized_id),
            metadata={
                **counts,
                **_compared(normalized),
                "top findings": tables.findings(normalized),
                "rejected by reason": tables.rejected(normalized),
                "conservation": tables.conservation(normalized),
                "columns": tables.column_map(normalized),
                "normalized id": normalized.normalized_id,
                "folder": dg.MetadataValue.path(normalized.folder),
            },
        )


def _compared(normalized: Normalized) -> tables.Shown:
    """The redelivery beside what it supersedes; nothing where it supersedes nothing or that can't be read any more."""
    from warehouse.redelivery.compare import redelivery

    try:
        compared = redelivery(normalized)
    except MtmError as error:
        return {"against the superseded delivery": f"can't be compared: {error}"}
    return {"against the superseded delivery": tables.redelivery(compared)} if compared else {}
