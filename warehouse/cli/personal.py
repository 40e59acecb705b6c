"""Commands for personal data: scan (is any of it where it must not be?) and purge (remove it for good, with proof).

Only asking and printing belongs here; the work is done in `personal/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.errors import MtmError, UsageError
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.personal.purge import Due
    from warehouse.personal.tombstones import Tombstone


@click.command()
@json_option
def scan(as_json: bool) -> None:
    """Search all that is published, logs and Dagster's storage for personal values of all deliveries."""
    from warehouse.personal.scan import found_error, scan_home

    result = scan_home(Home.from_env())
    if as_json:
        print_json({**result.as_dict(), "ok": not result.hits})
    else:
        click.echo(f"{result.values:,} values looked for in {result.files:,} files, {result.bytes / 2**20:,.0f} MB")
        if result.hits:
            print_table(["where", "times"], sorted(result.hits.items()))
    if result.hits:
        error = found_error(result, "mtm rollback to a release without them, and remove the files named; what lies in dagster/"
                            " can be deleted: nothing depends on it")  # fmt: skip
        if as_json:
            raise SystemExit(error.exit_code)
        raise error
    if not as_json:
        click.echo("none of them was found")


@click.command()
@click.option("--round", "round_key", metavar="ROUND", help="All deliveries of this round.")
@click.option(
    "--expired", is_flag=True, help="All deliveries whose retention has ended (retention_days in operation.yml)."
)
@click.option("--reason", default="", help="Why, for the tombstone.")
@click.option("--dry-run", is_flag=True, help="Only say what would be purged.")
@json_option
def purge(round_key: str | None, expired: bool, reason: str, dry_run: bool, as_json: bool) -> None:
    """Remove raw files and what holds personal values for good, with proof; releases stay served.

    Without an option a purge that was interrupted is finished. Exit code 1 where values still stand somewhere.
    """
    from warehouse.personal import purge as work

    home = Home.from_env()
    if round_key and expired:
        raise UsageError("a round and --expired exclude each other", todo="give one of them")
    chosen = work.due(home, round_key=round_key) if round_key or expired else []
    if not (round_key or expired or work.begun(home)):
        raise UsageError("nothing is named, and no purge was interrupted", expected="--round ROUND or --expired",
                         todo="mtm purge --expired --dry-run shows what is due")  # fmt: skip
    if dry_run:
        _print_due(chosen, as_json)
        return
    if not as_json:
        say(f"purging {len(chosen)} files, then searching the whole home")
    stones = work.purge(home, chosen, reason)
    _print_stones(stones, as_json)
    if left := work.remaining(stones):
        raise MtmError("values of purged files still stand elsewhere", where="; ".join(sorted(left)[:9]),
                       expected="none", todo="delete these files (inbox, sample and exports are yours), then mtm scan", code="personal_data_left")  # fmt: skip


def _print_due(chosen: list[Due], as_json: bool) -> None:
    rows = [(d.delivery.round_key, d.delivery.delivery_id, d.delivery.received_at, d.rule, d.why) for d in chosen]
    names = ["round_key", "delivery_id", "received_at", "rule", "why"]
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif rows:
        print_table(names, rows)
    else:
        click.echo("nothing is due")


def _print_stones(stones: list[Tombstone], as_json: bool) -> None:
    if as_json:
        print_json([_plain(stone) for stone in stones])
        return
    for stone in stones:
        proof = stone.proof
        click.echo(f"{', '.join(stone.round_keys)} {stone.sha256[:12]}: purged; {proof['values']:,} values looked for in"
                   f" {proof['files']:,} files ({proof['bytes'] / 2**20:,.0f} MB), found {sum(proof['left'].values())} times")  # fmt: skip
    from warehouse.backup.record import last

    if not stones:
        click.echo("nothing was due")
    elif last(Home.from_env()):
        say("backups still hold them: mtm backup --prune takes them out")


def _plain(stone: Tombstone) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(stone)
