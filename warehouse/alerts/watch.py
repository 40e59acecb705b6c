"""What can be seen of an installation without a run's word for it: rounds refused, partial, late or held back, files refused.

Looking and making alerts of it belongs here; whether each is told now is decided in `tell.py`. It changes nothing but what
alerts remember, and needs no Dagster: a timer can call it as `mtm alerts check`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from warehouse.alerts.model import Alert, Said, Told
from warehouse.alerts.rounds import Links, hash_of, made, provisional, recovered, refused, titled
from warehouse.alerts.tell import has_channels, new_findings, remember_findings, settle, tell, tell_all
from warehouse.alerts.words import word
from warehouse.errors import MtmError
from warehouse.personal.shapes import masked_name, told

if TYPE_CHECKING:
    from warehouse.releases.verdict import Verdict
    from warehouse.settings import Home

RECENT = 7 * 86400.0  # seconds: older files in inbox/refused are known, or nobody asked to be told of them
Page = Callable[["Verdict"], str]  # where a verdict's page is found


def no_page(_: Verdict) -> str:
    """Nobody serves pages."""
    return ""


def look(home: Home, page: Page = no_page) -> list[Told]:
    """Look at everything and tell what is new. A part that can't be looked at does not hold up the others."""
    if not has_channels(home):
        return []
    answers: list[Told] = []
    for part in (partial(_rounds, page=page), refused_files, _late, _held, _server):
        try:
            answers += part(home)
        except (MtmError, OSError) as error:
            answers.append(Told("waits", {}, f"could not be looked at: {getattr(error, 'what', type(error).__name__)}"))
    return answers


def after_run(home: Home, round_key: str, links: Links) -> list[Told]:
    """A run on a round ended well: what its verdict says, or that it is published after all."""
    from warehouse.status import round_states

    state = next((s for s in round_states(home) if s.round_key == round_key), None)
    if state is None or state.verdict is None:
        return []
    if state.state == "published" and state.release_id and state.verdict.outcome != "refused":
        release = state.release_id
        answer = settle(home, round_key, lambda kinds: recovered(round_key, release, kinds, links))
        return [answer] if answer else []
    return judged(home, state.verdict, links)


def judged(home: Home, verdict: Verdict, links: Links) -> list[Told]:
    """Tell a verdict that is refused, or what is new in a provisional one."""
    if verdict.outcome == "refused":
        return [tell(home, refused(home, verdict, links))]
    if verdict.outcome != "provisional":
        return []
    key = verdict.round_key
    alert, names = provisional(home, verdict, links, lambda found: new_findings(home, key, found))
    answer = tell(home, alert) if alert else None
    if answer and answer.outcome != "off":
        remember_findings(home, key, names)
    return [answer] if answer else []


def _rounds(home: Home, page: Page) -> list[Told]:
    """Rounds that stand refused or provisional, or were published since something was told, also where a run's end was missed."""
    from warehouse.releases.manifest import current_manifest
    from warehouse.status import round_states

    served, answers = current_manifest(home), list[Told]()
    published = datetime.fromisoformat(served.published_at.replace("Z", "+00:00")).timestamp() if served else 0.0
    for state in (s for s in round_states(home) if s.verdict):
        assert state.verdict
        links = Links(page=page(state.verdict))
        if state.state in ("refused", "provisional") or state.verdict.outcome == "refused":
            answers += judged(home, state.verdict, links)
        elif state.state == "published" and state.release_id:
            alert = partial(recovered, state.round_key, state.release_id, links=links)
            settled = settle(home, state.round_key, alert, before=published)
            answers += [settled] if settled else []
    return answers


def refused_files(home: Home) -> list[Told]:
    """Files that the inbox refused: the reason lies beside each."""
    now = time.time()
    notes = [p for p in (home.inbox / "refused").glob("*.txt") if 0 <= now - p.stat().st_mtime + 60 < RECENT]
    return tell_all(home, [_unreadable(p.stem, p.read_text(encoding="utf-8", errors="replace"), p.stat().st_mtime_ns) for p in sorted(notes)])  # fmt: skip


def _unreadable(name: str, reason: str, moment: int) -> Alert:
    def said(language: str) -> Said:
        return Said(
            word("unreadable", language, file=masked_name(name)), [_reason(reason), word("unreadable_where", language)]
        )

    return made("unreadable", "", said, key=f"unreadable:{hash_of([name, str(moment)])}")


def _reason(line: str) -> str:
    """`what · where: … · do: …`, a part a line."""
    return "\n".join(told(part.strip()) for part in line.strip().split(" · ") if part.strip())


def _late(home: Home) -> list[Told]:
    from warehouse.due import due_rounds

    return tell_all(
        home, [_late_alert(d.round_key, str(d.due), d.days_late) for d in due_rounds(home) if d.state == "late"]
    )


def _late_alert(round_key: str, due: str, days: int) -> Alert:
    def said(language: str) -> Said:
        return Said(titled("late", round_key, language, due=due), [word("late_days", language, days=days)])

    return made("late", round_key, said, command="mtm status")


def _held(home: Home) -> list[Told]:
    from warehouse.releases.listing import held_releases, rounds_of
    from warehouse.releases.manifest import current_manifest

    served = current_manifest(home)
    mine = {(v.round_key, v.delivery_id) for v in served.rounds} if served else set()
    held = [(i, [v.round_key for v in rounds_of(home, i) if (v.round_key, v.delivery_id) not in mine]) for i in held_releases(home)[-1:]]  # fmt: skip
    return tell_all(home, [_held_alert(release, rounds) for release, rounds in held])


def _held_alert(release: str, rounds: list[str]) -> Alert:
    def said(language: str) -> Said:
        return Said(
            word("held", language, release=release), [word("held_rounds", language, rounds=", ".join(rounds) or "–")]
        )

    return made("held", "", said, key=f"held:{release}", command=f"mtm promote {release}")


def _server(home: Home) -> list[Told]:
    from warehouse.serving.postgres.automatic import standing

    found = standing(home)
    if found is None or found.agrees:
        return []
    text = found.text
    alert = made(
        "server_behind", "", lambda language: Said(word("server_behind", language), [text]), command="mtm publish-to"
    )
    return [tell(home, alert)]
