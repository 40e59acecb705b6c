"""Stage publish, where a server is configured (`MTM_PUBLISH_TO`): it serves what was published.

Telling Dagster belongs here; the work is done in `warehouse/serving/postgres/`.
"""

import time
from collections.abc import Iterator

import dagster as dg

from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.tables import Shown
from orchestration.texts import shown
from orchestration.work import Work, unexpected
from warehouse.errors import MtmError
from warehouse.serving.postgres.automatic import follow, is_configured


@dg.asset(deps=["release"], partitions_def=rounds, output_required=False, **shown("server_release"))
def server_release(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> Iterator[dg.MaterializeResult]:
    """The current release on the PostgreSQL server of MTM_PUBLISH_TO. Not materialized where none is configured.

    Where it fails, the release stays published and the server serves the one before; the next run catches up.
    """
    if not is_configured():
        return
    work = Work.of(context, warehouse.home)
    started = time.perf_counter()
    try:
        answer = follow(work.home)
    except Exception as error:
        work.server_error = error if isinstance(error, MtmError) else unexpected(type(error).__name__, "server")
        raise dg.Failure(
            f"{work.server_error}",
            metadata={"code": work.server_error.code or "error", "to do": "mtm publish-to"},
            allow_retries=False,
        ) from None
    finally:
        work.seconds["server"] = time.perf_counter() - started
    if answer is not None:
        yield dg.MaterializeResult(metadata=_told(answer.as_dict()), data_version=dg.DataVersion(answer.content_hash))


def _told(answer: dict[str, object]) -> Shown:
    lists = {"moved": "views that read it now", "left": "what reads the release before still", "notes": "notes"}
    told: Shown = {
        "release": str(answer["release_id"]),
        "server": str(answer["server"]),
        "schema": str(answer["schema"]),
        "before": str(answer["before"] or "nothing"),
        "new": "yes" if answer["changed"] else "no: it was there",
        "marts": int(str(answer["tables"])),
        "rows": int(str(answer["rows"])),
        "seconds": float(str(answer["seconds"])),
    }
    for name, title in lists.items():
        if found := answer[name]:
            told[title] = "; ".join(map(str, found)) if isinstance(found, list) else str(found)
    return told
