"""Stage gate: the verdict on the candidate, as data and as asset checks.

Telling the verdict belongs here; the suites are in `expectations/`.
"""

from collections.abc import Sequence

import dagster as dg

from orchestration import tables
from orchestration.assets.build import POOL
from orchestration.checks import gate_result, review_result
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.texts import shown
from orchestration.work import Work
from warehouse.releases.verdict import Verdict

CHECKS = [
    dg.AssetCheckSpec("gate", asset="verdict", blocking=True, description="The candidate may be published."),
    dg.AssetCheckSpec("to_review", asset="verdict", description="Nothing asks for a person's eye."),
]


def build_verdict(models: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `verdict`, after all models."""

    @dg.asset(
        deps=models,
        check_specs=CHECKS,
        partitions_def=rounds,
        pool=POOL,
        **shown("verdict"),
    )
    def verdict(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> dg.MaterializeResult:
        """What the gate said of the candidate: passed, refused, or provisional for a partial delivery."""
        from expectations.gate import check_candidate

        work = Work.of(context, warehouse.home)
        with work.stage("gate marts"):
            work.verdict = given = check_candidate(work.built_candidate())
            if given.outcome == "refused":
                work.discard()
            context.instance.add_run_tags(context.run.run_id, {"mtm/verdict": given.outcome})
            return dg.MaterializeResult(
                metadata=_told(given, work),
                check_results=[
                    gate_result(given, work, check_name="gate"),
                    review_result(given, work, check_name="to_review"),
                ],
            )

    return verdict


def _told(verdict: Verdict, work: Work) -> tables.Shown:
    return {
        "outcome": verdict.outcome,
        **tables.verdict_links(verdict, work.home),
        "error of the gate": verdict.error or "none",
        "did not hold": tables.checks([c for c in verdict.checks if not c.passed], "everything held"),
        "all checks": tables.checks(verdict.checks),
        "base release": verdict.base_release or "none",
        "waivers": tables.waivers(verdict),
        "against the base release": tables.change(verdict),
    }
