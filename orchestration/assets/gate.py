"""Stage gate: the verdict on the candidate, as data and as asset checks.

Telling the verdict belongs here; the suites are in `expectations/`.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration import families, tables
from orchestration.assets.build import POOL
from orchestration.checks import verdict_results
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.texts import shown
from orchestration.work import Work
from warehouse.releases.verdict import Verdict

CHECKS = [
    dg.AssetCheckSpec(
        "gate",
        asset="verdict",
        blocking=True,
        description="**The candidate may be published.** Fails where any check of severity block does not hold and no waiver "
        "lets it through; then nothing is published and what was served stays.",
    ),
    dg.AssetCheckSpec(
        "to_review",
        asset="verdict",
        description="**Nothing asks for a person's eye.** A warning stops nothing: look at it before the figures are used.",
    ),
]


def build_verdict(models: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `verdict`, after all models."""

    @dg.asset(
        deps=models,
        check_specs=[*CHECKS, *families.specs()],
        partitions_def=rounds,
        pool=POOL,
        **shown("verdict"),
    )
    def verdict(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> Iterator[dg.MaterializeResult]:
        """What the gate said of the candidate: passed, refused, or provisional for a partial delivery."""
        from expectations.gate import check_candidate
        from orchestration.storage import together

        work = Work.of(context, warehouse.home)
        with work.stage("gate marts"):
            candidate = work.built_candidate()
            candidate.opened.close()
            work.verdict = given = check_candidate(candidate)
            if given.outcome == "refused":
                work.discard()
            context.instance.add_run_tags(context.run.run_id, {"mtm/verdict": given.outcome})
            told = dg.MaterializeResult(
                metadata=_told(given, work),
                data_version=dg.DataVersion(_version(given)),
                check_results=verdict_results(given, work),
            )
        with together(context.instance):
            yield told

    return verdict


def _version(verdict: Verdict) -> str:
    """The hash of what the verdict says and of what it was given on."""
    said = json.dumps(verdict.as_dict(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _told(verdict: Verdict, work: Work) -> tables.Shown:
    failed = [c for c in verdict.checks if not c.passed]
    return {
        "outcome": verdict.outcome,
        "checks": len(verdict.checks),
        "checks that stop it": len(verdict.blocking),
        "checks to review": sum(c.severity == "review" and not c.waiver for c in failed),
        "waived": sum(bool(c.waiver) for c in failed),
        **tables.verdict_links(verdict, work.home),
        "error of the gate": verdict.error or "none",
        "did not hold": tables.checks([c for c in verdict.checks if not c.passed], "everything held"),
        "all checks": tables.checks(verdict.checks),
        "base release": verdict.base_release or "none",
        "waivers": tables.waivers(verdict),
        "against the base release": tables.change(verdict),
    }
