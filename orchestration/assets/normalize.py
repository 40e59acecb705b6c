"""Stage normalize: the canonical tables and the rejected rows of the round's delivery.

Telling what was accepted and rejected belongs here; the check on it is in `orchestration/checks.py`.
"""

import dagster as dg

from orchestration import charts, tables
from orchestration.pages import field_report
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
                **_measured(normalized),
                **_compared(normalized),
                "top findings": tables.findings(normalized),
                "conservation": tables.conservation(normalized),
                "columns": tables.column_map(normalized),
                "normalized id": normalized.normalized_id,
                "folder": dg.MetadataValue.path(normalized.folder),
            },
        )


def _measured(normalized: Normalized) -> tables.Shown:
    """Numbers for the plots, and charts: findings by severity, rejected rows by reason, interviews by day."""
    severities = tables.by_severity(normalized)
    told: tables.Shown = {f"findings, {severity}": n for severity, n in severities.items()}
    if any(severities.values()):
        told["findings by severity"] = charts.bars("Findings by severity", list(severities.items()), unit="findings")
    told["report to the field"] = dg.MetadataValue.url(field_report(normalized.home, normalized.round_key))
    reasons, table = tables.reasons(normalized), tables.rejected(normalized)
    drawn = [charts.bars("Rejected rows by reason", reasons, "block", "rows")] if reasons else []
    told["rejected by reason"] = tables.together(*drawn, table) if drawn else table
    if days := tables.interviews_by_week(normalized):
        told["interviews by week"] = charts.bars("Interviews by week, from Monday", days, unit="interviews")
    return told


def _compared(normalized: Normalized) -> tables.Shown:
    """The redelivery beside what it supersedes; nothing where it supersedes nothing or that can't be read any more."""
    from warehouse.redelivery.compare import redelivery

    try:
        compared = redelivery(normalized)
    except MtmError as error:
        return {"against the superseded delivery": f"can't be compared: {error}"}
    return {"against the superseded delivery": tables.redelivery(compared)} if compared else {}
