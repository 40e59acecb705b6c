"""Commands about disclosure: what an attacker could learn from a release, and a file of people made on purpose.

Only asking and printing belongs here; the work is done in `disclosure/`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.disclosure.audit import AuditResult

SHOWN = 20  # exposed cells on a screen; --json has them all
EXPOSED = 3


@click.group()
def disclosure() -> None:
    """What hidden figures give away, and person-level files."""


@disclosure.command()
@click.argument("release_id", required=False, metavar="[RELEASE]")
@json_option
def audit(release_id: str | None, as_json: bool) -> None:
    """What an attacker could work out of hidden cells, from all marts of a release together.

    Attacks the release (the current one by default) with everything it publishes and the release before it. Exit code
    3 when a hidden cell is told more closely than max(10 people, 20 %), or when figures contradict each other.
    """
    from warehouse.disclosure.audit import audit_release
    from warehouse.releases.manifest import load_manifest

    home = Home.from_env()
    identity = load_manifest(home, release_id).release_id
    found = audit_release(home, identity)
    if as_json:
        print_json({"release_id": identity, **found.as_dict()})
    else:
        _tell(identity, found)
    if not found.ok:
        sys.exit(EXPOSED)


def _tell(identity: str, found: AuditResult) -> None:
    print_table(
        ["mart", "hidden cells", "narrowest interval", "exposed"],
        [
            (m.mart, m.hidden, "open" if m.narrowest is None else f"{m.narrowest:,.0f} people", m.exposed)
            for _, m in sorted(found.marts.items())
        ],
    )
    if found.exposed:
        rows = [(e.mart, e.cell, _interval(e.low, e.high), f"{e.needed:,.0f}") for e in found.exposed[:SHOWN]]
        print_table(["mart", "exposed cell", "lies between", "needed width"], rows)
    for cell in found.contradictions[:SHOWN]:
        click.echo(f"contradiction: no table of people fits the figures around {cell}")
    verdict = "nothing can be worked out too closely" if found.ok else f"{len(found.exposed)} cells are exposed"
    click.echo(f"release {identity}: {found.hidden:,} hidden cells, {verdict}")
    if not found.true_values:
        say("The build database of this release is not kept: the middle of each interval stands for the true value.")
    if not found.with_previous:
        say("No release before it is kept: the difference between two releases was not attacked.")


def _interval(low: float, high: float) -> str:
    return f"{low:,.0f} and more" if high == float("inf") else f"{low:,.0f} to {high:,.0f}"
