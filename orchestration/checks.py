"""Asset checks: what the gate says, as Dagster shows it. Blocking within the run; later runs read the stored verdict.

Translating verdicts belongs here; what is checked is in `expectations/`.
Concept: https://docs.dagster.io/guides/test/asset-checks
"""

import dagster as dg

from orchestration import families, standing, tables
from orchestration.resources import WarehouseHome
from orchestration.work import Work
from warehouse.releases.verdict import CheckResult, Verdict


@dg.asset_check(asset="canonical_round", blocking=True)
def normalized_gate(context: dg.AssetCheckExecutionContext, warehouse: WarehouseHome) -> dg.AssetCheckResult:
    """The normalized round can be used: rows and people are conserved, places known, figures within their bounds."""
    from expectations.gate import check_normalized, stored

    work = Work.of(context, warehouse.home)
    with work.stage("gate normalized"):
        verdict = check_normalized(work.normalized_delivery())
        if verdict.outcome == "refused":  # the run ends here: this is its verdict
            work.verdict = verdict = stored(verdict, work.home)
            context.instance.add_run_tags(context.run.run_id, {"mtm/verdict": verdict.outcome})
            for evaluation in families.evaluations(verdict_results(verdict, work)):
                context.instance.report_runless_asset_event(evaluation)  # the step that tells them is not reached
        return gate_result(verdict, work)


@dg.asset_check(
    asset="release",
    name=standing.CHECK,
    description="**Every round is served as it was last delivered.** It fails where a round waits for a run, was refused, is "
    "held back or was taken back; readers then see an earlier delivery of it, or none. The table says which, and what to do.",
)
def served_as_delivered(context: dg.AssetCheckExecutionContext, warehouse: WarehouseHome) -> dg.AssetCheckResult:
    """How all rounds stand, after this run."""
    from warehouse.status import round_states

    return dg.AssetCheckResult(**standing.evaluation(round_states(warehouse.home)))


def verdict_results(verdict: Verdict, work: Work) -> list[dg.AssetCheckResult]:
    """All checks of the asset `verdict`."""
    return [
        gate_result(verdict, work, check_name="gate"),
        review_result(verdict, work, check_name="to_review"),
        *families.results(verdict),
    ]


def gate_result(verdict: Verdict, work: Work, **names: str) -> dg.AssetCheckResult:
    """The verdict as a check: failed where it is refused. `names`: check_name, asset_key."""
    return dg.AssetCheckResult(
        passed=verdict.outcome != "refused",
        description=f"{verdict.round_key}: {told(verdict)}",
        metadata={
            "round": verdict.round_key,
            "outcome": verdict.outcome,
            "checks": len(verdict.checks),
            "failed checks": tables.checks([c for c in verdict.checks if not c.passed], "every check passed"),
            **tables.verdict_links(verdict, work.home),
        },
        **names,
    )


def review_result(verdict: Verdict, work: Work, **names: str) -> dg.AssetCheckResult:
    """What a person should look at, though it does not stop publication; what is waived somebody has looked at."""
    found = [c for c in verdict.checks if c.severity == "review" and not c.passed and not c.waiver]
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{verdict.round_key}: {reviewed(found)}",
        metadata={"to review": tables.checks(found, "nothing"), **tables.verdict_links(verdict, work.home)},
        **names,
    )


def reviewed(found: list[CheckResult]) -> str:
    """What is to be looked at, in words."""
    if not found:
        return "nothing to review"
    return f"{len(found)} to review. " + " ".join(
        f"{c.sentence_en} Seen {c.observed}, allowed {c.threshold}." for c in found
    )


def told(verdict: Verdict) -> str:
    """The verdict in a line: what stops it, or that nothing does."""
    if verdict.error:
        return f"Refused: the gate failed closed ({verdict.error})"
    if verdict.blocking:
        return "Refused: " + " ".join(
            f"{c.sentence_en} Seen {c.observed}, allowed {c.threshold}." for c in verdict.blocking
        )
    waived = [c.code for c in verdict.checks if c.waiver]
    let = f" Let through by waivers: {', '.join(waived)}." if waived else ""
    partial = " The delivery is partial: kept and shown, not published." if verdict.outcome == "provisional" else ""
    stopping = sum(c.severity == "block" for c in verdict.checks)
    every = "The one check that can stop it holds" if stopping == 1 else f"All {stopping} checks that can stop it hold"
    return f"{every}{' but for what is waived' if waived else ''}.{let}{partial}"
