"""What waivers do to a verdict: a check that did not hold stays so, and says which waiver lets it through.

Only this judgement belongs here; it writes nothing. A check is let through only where all that fails it is covered.
"""

from __future__ import annotations

from dataclasses import replace

from warehouse.releases.verdict import CheckResult
from warehouse.waivers.model import Waiver, rules


def apply(checks: list[CheckResult], waivers: list[Waiver], delivery: str) -> tuple[list[CheckResult], list[Waiver]]:
    """The checks with the waivers that let them through, and the waivers that were used."""
    by_check = {check.code: _covering(check, waivers, delivery) for check in checks if _may(check)}
    used = {w.id: w for ws in by_check.values() for w in ws}
    let = [replace(c, waiver=", ".join(w.id for w in by_check[c.code])) if by_check.get(c.code) else c for c in checks]
    return let, [used[identity] for identity in sorted(used)]


def _may(check: CheckResult) -> bool:
    return not check.passed and check.waivable and check.value is not None


def _covering(check: CheckResult, waivers: list[Waiver], delivery: str) -> list[Waiver]:
    """The waivers that cover all that fails the check; none where anything is left."""
    mine = [w for w in waivers if w.check == check.code]
    if any(rules().why_never(code) for code in check.counted):
        return []
    if check.code not in rules().counting:
        whole = _first(mine, check.code, check.value or 0.0, delivery)
        if whole:
            return [whole]
    chosen = [_first(mine, code, float(n), delivery) for code, n in check.counted.items()]
    return [w for w in chosen if w] if chosen and all(chosen) else []


def _first(waivers: list[Waiver], code: str, value: float, delivery: str) -> Waiver | None:
    return next((w for w in waivers if w.finding == code and w.holds_for(value, delivery)), None)
