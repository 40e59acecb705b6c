"""How the installation looks at a glance: one screen, also with many rounds.

Only laying out belongs here; what is told is put together in `warehouse/overview.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import click

from warehouse.cli.output import echo, print_table
from warehouse.cli.style import paint

if TYPE_CHECKING:
    from warehouse.overview import Overview
    from warehouse.status import RoundState

FEW = 12  # rounds that are told one by one
SAME = 3  # more rounds of one survey that stand alike are one line
COLUMNS = ["round", "state", "delivery", "verdict", "what to do next"]
Line = tuple[str, str, str, str, str]


def show(found: Overview, *, every: bool) -> None:
    """Print it. `every`: each round on a line of its own."""
    _head(found)
    click.echo()
    lines = [_line(s) for s in found.rounds] if every or len(found.rounds) <= FEW else _folded(found.rounds)
    print_table(COLUMNS, lines)
    if len(lines) < len(found.rounds):
        click.echo(f"{len(found.rounds)} rounds; each on its own line: mtm status --all")
    if found.warnings:
        click.echo()
        for warning in found.warnings:
            echo(f"! {warning}", "warn")
    if found.todo:
        click.echo()
        click.echo(paint("next", "strong"))
        room = max(len(command) for command, _ in found.todo)
        for command, why in found.todo:
            click.echo(f"  {command.ljust(room)}  {paint(why, 'faint')}")


def _head(found: Overview) -> None:
    m = found.served
    if m is None:
        echo(f"release none yet · {_counted(found.rounds)} · {found.home.root}", "strong")
    else:
        synthetic = paint(" · SYNTHETIC", "warn") if m.synthetic else ""
        echo(f"release {paint(m.release_id, 'strong')} of {m.published_at[:16].replace('T', ' ')} UTC ({told(found.age)})"
             f" · {_counted(m.rounds)}{synthetic}")  # fmt: skip
        echo(str(found.home.root), "faint")
    for held in found.held:
        echo(f"{held} is held back: mtm promote {held}", "warn")
    if found.inbox:
        echo(
            f"inbox: {', '.join(found.inbox[:3])}{f' and {len(found.inbox) - 3} more' if len(found.inbox) > 3 else ''}"
        )


def _line(s: RoundState) -> Line:
    return s.round_key, s.state, _delivery(s), _verdict(s), _next(s)


def _delivery(s: RoundState) -> str:
    """The standing delivery's number, and which one is served."""
    number = str(s.delivery.delivery_seq)
    if s.serves_seq is None:
        return number
    return f"{number} served" if s.serves_seq == s.delivery.delivery_seq else f"{number}, {s.serves_seq} served"


def _next(s: RoundState) -> str:
    """The first thing to do, short: `mtm run` takes all that waits, so it needs no round."""
    if s.waits:
        return f"mtm run ({s.replay.text})" if s.replay else "mtm run"
    return "" if s.todo == "nothing" else s.todo.split(", ")[0].split(" serves")[0]


def _verdict(s: RoundState) -> str:
    if s.verdict is None:
        return ""
    waived = sum(1 for c in s.verdict.checks if c.waiver)
    failed = len(s.verdict.blocking)
    if s.verdict.outcome == "refused" and failed:
        return f"refused: {failed} check{'s' if failed > 1 else ''}"
    return s.verdict.outcome + (f", {waived} waived" if waived else "")


def _folded(rounds: Iterable[RoundState]) -> list[Line]:
    """One line for the rounds of a survey that stand alike, those with work to do first."""
    lines: list[Line] = []
    for survey, members in groupby(rounds, key=lambda s: s.round_key.rpartition("-")[0]):
        alike: dict[tuple[str, str], list[RoundState]] = {}
        for s in members:
            alike.setdefault((s.state, _next(s).replace(s.round_key, "ROUND")), []).append(s)
        for (state, todo), same in sorted(alike.items(), key=lambda item: (not item[0][1], len(item[1]))):
            if len(same) <= (SAME if todo else 1):
                lines += [_line(s) for s in same]
            else:
                served = sum(s.serves_seq is not None for s in same)
                lines.append((f"{survey} ({len(same)})", state, f"{served} served", "", todo))
    return lines


def _counted(rounds: Iterable[object]) -> str:
    number = len(list(rounds))
    return "1 round" if number == 1 else f"{number} rounds"


def told(age: timedelta | None) -> str:
    """`3 hours ago`."""
    if age is None:
        return ""
    seconds = max(age.total_seconds(), 0)
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {name}{'s' if number > 1 else ''} ago"
    return "just now"


__all__ = ["show", "told"]
