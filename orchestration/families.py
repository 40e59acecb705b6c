"""The families of the gate's checks as asset checks of `verdict`: one for each, with what was seen, allowed and to be done.

Putting verdicts into families belongs here; the catalogue is in `expectations/checks.yml`. The one that blocks is `gate`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import dagster as dg

from orchestration import tables
from orchestration.pages import manual
from warehouse.releases.verdict import CheckResult, Verdict


@cache
def names() -> dict[int, str]:
    """Family → the name of its check: `07_coverage`."""
    from expectations.checks import catalogue

    return {n: f"{n:02}_{_name(family.en)}" for n, family in sorted(catalogue().families.items())}


def specs() -> list[dg.AssetCheckSpec]:
    """One spec for each family; none of them blocks, as `gate` does."""
    from expectations.checks import catalogue

    found = catalogue()
    told = {n: [c for c in found.checks if c.family == n] for n in found.families}
    return [
        dg.AssetCheckSpec(
            name,
            asset="verdict",
            description=f"**{found.families[n].en}.** {' '.join(dict.fromkeys(c.sentence.en for c in told[n]))} ({manual('gate.md')})",
        )
        for n, name in names().items()
    ]


def evaluations(found: Iterable[dg.AssetCheckResult]) -> Iterator[dg.AssetCheckEvaluation]:
    """Checks of `verdict` outside of its step: where a round is refused before it, they are told all the same.

    Without a partition, as those of the step: Dagster takes one evaluation outside of runs for each check and partition,
    and a round may be refused twice.
    """
    for result in found:
        yield dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("verdict"),
            check_name=str(result.check_name),
            passed=result.passed,
            severity=result.severity,
            description=result.description,
            metadata=result.metadata,
        )


def results(verdict: Verdict) -> list[dg.AssetCheckResult]:
    """Each family of a verdict. Failed where something stops the round, a warning where something is to be looked at."""
    return [_result(verdict, name, [c for c in verdict.checks if c.family == n]) for n, name in names().items()]


def _result(verdict: Verdict, name: str, checks: list[CheckResult]) -> dg.AssetCheckResult:
    wrong = [c for c in checks if not c.passed and not c.waiver and c.severity != "note"]
    stops = any(c.severity == "block" for c in wrong)
    return dg.AssetCheckResult(
        check_name=name,
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        description=f"{verdict.round_key}: {_told(wrong, checks)}",
        metadata={
            "round": verdict.round_key,
            "checks": len(checks),
            "did not hold": sum(not c.passed for c in checks),
            "what was looked at": tables.checks(checks, "nothing: no check of this family applies to the round"),
        },
    )


def _told(wrong: list[CheckResult], checks: list[CheckResult]) -> str:
    if not checks:
        return "nothing was looked at: no check of this family applies, or the round was refused before."
    if not wrong:
        return f"all {len(checks)} hold." if len(checks) > 1 else "it holds."
    worst = sorted(wrong, key=lambda c: c.severity != "block")
    return " ".join(
        f"{'Stops it' if c.severity == 'block' else 'To look at'}: {c.sentence_en} Seen {c.observed}, allowed {c.threshold}. "
        f"To do: {c.todo}."
        for c in worst[:3]
    )


def _name(text: str) -> str:
    return re.sub(r"[^a-z]+", "_", text.lower()).strip("_")
