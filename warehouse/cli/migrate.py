"""The command that takes a home to the state of this program: migrate; and what every command asks first.

Only asking and printing belongs here; the steps are in `migrations/`.
"""

from __future__ import annotations

from typing import Any

import click

from warehouse.cli.output import json_option, print_json, say
from warehouse.settings import Home

WITHOUT_STATE = {
    "help",
    "completion",
    "doctor",
    "migrate",
    "restore",
    "read",
    "make-sample",
    "codebook",
    "estimate",
    "bench",
}


def must_fit(command: str | None) -> None:
    """Before any command that works with a home. Raises MtmError where it was written by a newer program."""
    if command is not None and command not in WITHOUT_STATE:
        from warehouse.migrations.state import must_fit as fits

        fits(Home.from_env().root)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@json_option
def migrate(dry_run: bool, as_json: bool) -> None:
    """Take this home to the state of this version, step by step, and Dagster's storage with it.

    Each step may be interrupted and run again. Back up first: mtm backup URL.
    """
    from warehouse.migrations.state import VERSION, version_of
    from warehouse.migrations.steps import migrate as take

    home = Home.from_env()
    before = version_of(home.root)
    steps = take(home.root, dry_run=dry_run)
    dagster = _dagster(home, dry_run)
    if as_json:
        print_json(
            {
                "home": str(home.root),
                "before": before,
                "state": VERSION,
                "dry_run": dry_run,
                "steps": [s.as_dict() for s in steps],
                "dagster": dagster,
            }
        )
        return
    for step in steps:
        click.echo(f"{step.number}  {step.title}")
        for line in step.done or ["nothing to do"]:
            click.echo(f"   {line}")
    click.echo(f"Dagster's storage: {dagster}")
    told = {None: "a new home", 0: "before versions"}.get(before, str(before))
    click.echo(
        f"state {told} → {VERSION}" + (", nothing was changed" if dry_run else "")
        if before != VERSION
        else f"state {VERSION}: nothing to do"
    )
    if dry_run and steps:
        say("mtm backup URL first, then mtm migrate")


def _dagster(home: Home, dry_run: bool) -> str:
    """What becomes of Dagster's storage: its own migrations, for SQLite here and for PostgreSQL alike."""
    if not (home.dagster / "dagster.yaml").exists():
        return "none yet"
    from orchestration.upgrade import upgrade

    told: str = upgrade(home, dry_run=dry_run)
    return told


__all__: list[Any] = ["migrate", "must_fit"]
