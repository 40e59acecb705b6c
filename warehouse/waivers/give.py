"""Giving and taking back waivers: what is refused, and why.

The checks before a line is added belong here; how the ledger is kept is in `ledger.py`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.codebooks.personal import EMAIL, LONG_NUMBER, PHONE, POINT
from warehouse.errors import UsageError
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.settings import Home
from warehouse.status import round_states
from warehouse.waivers.ledger import append, note_expired, now, standing
from warehouse.waivers.model import Give, Revoke, Waiver, rules

SHORTEST = 10  # characters of a reason
ORDER = ["block", "review", "note"]
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b")


@dataclass(frozen=True)
class Asked:
    """What a person asks for. `this_delivery`: for the standing delivery alone."""

    round_key: str
    finding: str
    reason: str
    owner: str
    expires: str
    this_delivery: bool = False


def give(home: Home, asked: Asked, on: date) -> Waiver:
    """The waiver, written down. Raises UsageError where it can't be given."""
    reason, owner = _told(asked.reason, "reason", SHORTEST), _told(asked.owner, "owner", 2)
    expires = _end(asked.expires, on)
    verdict, delivery = _verdict(home, asked.round_key)
    check, value, bound, observed = _failing(verdict, asked.finding)
    note_expired(home, on)

    def line(before: list[object]) -> Give:
        number = sum(isinstance(b, Give) for b in before) + 1
        waiver = Waiver(
            f"w{number:04d}", verdict.round_key, asked.finding, check, value, bound, observed, reason, owner,
            now().isoformat(), expires.isoformat(), delivery if asked.this_delivery else "",
        )  # fmt: skip
        return Give(at=now(), waiver=waiver)

    given: Give = append(home, line)
    return given.waiver


def revoke(home: Home, identity: str, reason: str, owner: str, on: date) -> Waiver:
    """The waiver that no longer holds. Raises UsageError where there is none that does."""
    reason, owner = _told(reason, "reason", 0), _told(owner, "owner", 0)
    found = {s.waiver.id: s for s in standing(home, on)}
    if identity not in found:
        raise UsageError(
            f"there is no waiver {identity}", where="--revoke", expected=_listed([*found], "none was given yet"),
            todo="mtm waivers shows them", code="unknown_waiver",
        )  # fmt: skip
    if found[identity].state in ("revoked", "expired"):
        raise UsageError(
            f"waiver {identity} is {found[identity].state} already", where="--revoke",
            expected="a waiver that holds", todo="nothing: it lets nothing through", code="waiver_over",
        )  # fmt: skip
    append(home, lambda _: Revoke(at=now(), id=identity, owner=owner, reason=reason))
    return found[identity].waiver


def _verdict(home: Home, round_key: str) -> tuple[Verdict, str]:
    """The last verdict on the standing delivery, and that delivery."""
    from warehouse.deliveries.vault import Vault

    delivery = Vault(home).current(round_key)
    state = next(s for s in round_states(home) if s.round_key == delivery.round_key)
    if state.verdict is None:
        raise UsageError(
            f"{round_key} has not been judged: there is nothing to make an exception of", where="ROUND",
            expected="a verdict on its standing delivery", todo=f"mtm check {round_key}", code="not_judged",
        )  # fmt: skip
    return state.verdict, delivery.delivery_id


def _failing(verdict: Verdict, finding: str) -> tuple[str, float, float, str]:
    """The check that fails by it, the value that was seen, what is allowed, and the value in words."""
    check = next((c for c in verdict.checks if c.code == finding), None)
    if check is not None and check.code in rules().counting:
        raise UsageError(
            f"{finding} {'holds: there is nothing to waive' if check.passed else 'counts findings: waive them by their codes'}",
            where="FINDING", expected=_listed([*check.counted], "a check that fails"), todo=f"mtm findings {verdict.round_key}",
            code="nothing_to_waive" if check.passed else "waive_findings",
        )  # fmt: skip
    if check is not None:
        return _of_check(check, verdict.round_key)
    counting = [c for c in _failed(verdict) if finding in c.counted]
    if counting:
        return _of_finding(finding, min(counting, key=lambda c: ORDER.index(c.severity)))
    raise _unknown(verdict, finding)


def _failed(verdict: Verdict) -> list[CheckResult]:
    return [c for c in verdict.checks if not c.passed]


def _of_check(check: CheckResult, round_key: str) -> tuple[str, float, float, str]:
    if check.passed or check.severity == "note":
        raise UsageError(
            f"{check.code} {'holds' if check.passed else 'stops nothing'}: there is nothing to waive", where="FINDING",
            expected="a check that fails and stops the round, or asks for a person's eye", todo=f"mtm verdict {round_key}",
            code="nothing_to_waive",
        )  # fmt: skip
    law = (
        f"it is a law ({check.sentence_en})" if not check.waivable or check.value is None or check.bound is None else ""
    )
    if why := law or next(filter(None, map(rules().why_never, check.counted)), ""):
        raise _never(check.code, why, check.todo)
    return check.code, check.value or 0.0, check.bound or 0.0, f"{check.observed}; allowed {check.threshold}"


def _of_finding(finding: str, check: CheckResult) -> tuple[str, float, float, str]:
    law = "" if check.waivable else f"it is a law ({check.sentence_en})"
    if why := rules().why_never(finding) or law:
        raise _never(finding, why, "correct the delivery and deliver again")
    number = check.counted[finding]
    return check.code, float(number), 0.0, f"{number:,} findings {finding}"


def _never(code: str, why: str, todo: str) -> UsageError:
    return UsageError(
        f"{code} can't be waived: {why}", where="FINDING", expected="no exception is possible", todo=todo, code="not_waivable"
    )  # fmt: skip


def _unknown(verdict: Verdict, finding: str) -> UsageError:
    fails = [c for c in _failed(verdict) if c.severity != "note" and c.waivable]
    codes = {code for c in _failed(verdict) for code in c.counted}
    near = difflib.get_close_matches(finding.lower(), sorted({*codes, *(c.code for c in verdict.checks)}), 1)
    open_ = {c.code for c in fails if c.code not in rules().counting} | {code for c in fails for code in c.counted}
    return UsageError(
        "the verdict has no such check or finding" + (f"; did you mean {near[0]}?" if near else ""), where="FINDING",
        expected=_listed(sorted(c for c in open_ if not rules().why_never(c)), "nothing fails that could be waived"),
        todo=f"mtm verdict {verdict.round_key}", code="unknown_finding",
    )  # fmt: skip


def _listed(codes: list[str], nothing: str) -> str:
    return f"one of {', '.join(codes)}" if codes else nothing


def _end(text: str, on: date) -> date:
    """The last day of a waiver."""
    latest = on + timedelta(days=rules().maximum_days)
    expected = f"a day from {on} to {latest} ({rules().maximum_days} days)"
    try:
        end = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            "the day can't be read", where="--expires", expected=f"{expected}, such as {latest}", todo="write it as YEAR-MONTH-DAY",
            code="bad_day",
        ) from None  # fmt: skip
    if not on <= end <= latest:
        raise UsageError(
            "the day is in the past" if end < on else "the day is too far away", where="--expires", expected=expected,
            todo="give a day within; a waiver that is needed longer is given again then", code="bad_day",
        )  # fmt: skip
    return end


def _told(text: str, name: str, shortest: int) -> str:
    """A text of one line that everybody may read: it is published with the release."""
    told = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(told) < shortest or len(told) > rules().reason_length:
        raise UsageError(
            f"the {name} is {'empty or too short' if len(told) < shortest else 'too long'}", where=f"--{name}",
            expected=f"{shortest} to {rules().reason_length} characters", todo=f"say {'who answers for it' if name == 'owner' else 'why'}",
            code=f"bad_{name}",
        )  # fmt: skip
    if _personal(told):
        raise UsageError(
            f"the {name} looks as if it held a phone, a personal number, an e-mail or a position", where=f"--{name}",
            expected="words that may be published: it stands in the release", todo="leave it out", code="personal_text",
        )  # fmt: skip
    return told


def _personal(text: str) -> bool:
    bare = _DAY.sub("·", text)
    phone = any(sum(c.isdigit() for c in m.group()) >= 9 for m in PHONE.finditer(bare))
    return phone or any(pattern.search(bare) for pattern in (EMAIL, LONG_NUMBER, POINT))
