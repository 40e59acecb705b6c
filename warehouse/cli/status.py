"""The command `mtm status`: the installation at a glance, once or again and again.

Only asking and printing belongs here; the work is done in `warehouse/overview.py`, the layout in `dashboard.py`.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.output import json_option, print_json
from warehouse.errors import UsageError
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.overview import Overview

EVERY = 3.0  # seconds


@click.command()
@click.option("--all", "every", is_flag=True, help="Each round on a line of its own, however many there are.")
@click.option("--watch", is_flag=True, help=f"Look again every {EVERY:.0f} seconds; stop with Ctrl-C.")
@json_option
def status(every: bool, watch: bool, as_json: bool) -> None:
    """What is served, where each round stands, warnings, and what to do next."""
    if watch and (as_json or not sys.stdout.isatty()):
        raise UsageError("--watch draws on a terminal", expected="a terminal, without --json", todo="leave out --watch", code="bad_option")  # fmt: skip
    if watch:
        _watch(every)
    elif as_json:
        from warehouse.overview import overview

        print_json(_as_dict(overview(Home.from_env())))
    else:
        _once(every)


def _once(every: bool) -> None:
    from warehouse.cli.dashboard import show
    from warehouse.overview import overview

    home = Home.from_env()
    found = overview(home)
    if found.rounds:
        show(found, every=every)
        return
    click.echo("No round was delivered yet. Start with: mtm receive FILE, or mtm demo")
    if found.inbox:
        click.echo(f"{len(found.inbox)} files wait in the inbox: mtm receive {home.inbox}")


def _watch(every: bool) -> None:
    try:
        while True:
            click.clear()
            _once(every)
            time.sleep(EVERY)
    except KeyboardInterrupt:
        click.echo()


def _as_dict(found: Overview) -> dict[str, Any]:
    rounds = [
        {"round_key": s.round_key, "state": s.state, "deliveries": s.deliveries, "partial": s.delivery.partial,
         "release": s.release_id, "serves_delivery": s.serves_seq, "file": s.delivery.file_name,
         "verdict": s.verdict.outcome if s.verdict else None, "todo": s.todo}
        for s in found.rounds
    ]  # fmt: skip
    return {"home": str(found.home.root), "current": found.served.release_id if found.served else None,
            "published_at": found.served.published_at if found.served else None,
            "synthetic": found.served.synthetic if found.served else None, "latest_candidate": found.latest,
            "held": found.held, "inbox": len(found.inbox), "warnings": found.warnings,
            "next": [command for command, _ in found.todo], "rounds": rounds}  # fmt: skip
