"""Commands about corrections and decisions: correct, decide, corrections.

Only asking and printing belongs here; the work is done in `corrections/`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from warehouse.cli.output import json_option, print_json, print_table
from warehouse.errors import UsageError
from warehouse.settings import Home


def signed(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--who`, `--why` and `--in-tree` on a command that writes into a ledger."""
    options = [
        click.option("--who", required=True, help="Who decides: a name or a role that people know."),
        click.option("--why", required=True, help="Why, in a sentence: who said so, on which day."),
        click.option("--in-tree", is_flag=True, help="Into operations/<op>/corrections.yml, not into this installation's ledger."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def row_named(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name a row."""
    options = [
        click.option("--sheet", help="The sheet (default: the main one)."),
        click.option("--row", "row_number", type=int, help="The row's number, as a spreadsheet shows it."),
        click.option("--key", help="Or the row's keyed pseudonym (mtm corrections shows it)."),
        click.option("--place", help="Or its place code as delivered …"),
        click.option("--informant", help="… and the informant's number."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("round_key", metavar="ROUND")
@row_named
@click.option("--column", required=True, help="The column's label in the file, or its field in the codebook.")
@click.option("--expect", required=True, help="The text that the cell holds now ('' for blank): the guard.")
@click.option("--value", required=True, help="The text that it should hold.")
@signed
@json_option
def correct(
    round_key: str, sheet: str | None, row_number: int | None, key: str | None, place: str | None, informant: str | None,
    column: str, expect: str, value: str, who: str, why: str, in_tree: bool, as_json: bool,
) -> None:  # fmt: skip
    """Override one delivered value, from now on. Checked at once: the cell must hold what you expect."""
    from warehouse.corrections.enter import Desk, Named, Signature

    desk = Desk(Home.from_env(), round_key)
    named = Named(sheet, row_number, key, place, informant)
    entry = desk.correct(named, column, expect, value, Signature(who, why, in_tree))
    _answer(entry, as_json, f"correction {entry.entry_id}: {entry.row.text}, {entry.column}")


@click.command()
@click.argument("round_key", metavar="ROUND")
@click.argument("what", type=click.Choice(["reject-row", "accept-row", "accept-finding", "withdraw"]))
@click.argument("entry", required=False, metavar="[ENTRY]")
@row_named
@click.option("--code", help="accept-finding: the finding's code.")
@click.option("--column", default="", help="accept-finding: the column's label as the finding has it.")
@signed
@json_option
def decide(
    round_key: str, what: str, entry: str | None, sheet: str | None, row_number: int | None, key: str | None,
    place: str | None, informant: str | None, code: str | None, column: str, who: str, why: str, in_tree: bool, as_json: bool,
) -> None:  # fmt: skip
    """Decide what waits for a person.

    \b
    mtm decide ROUND reject-row --row 17 …
        the row is not used; it is counted as rejected
    mtm decide ROUND accept-row --row 17 …
        a quarantined row is right after all
    mtm decide ROUND accept-finding --code CODE --sheet S --column LABEL …
        a suspicious column of this very delivery may stand
    mtm decide ROUND withdraw ENTRY …
        a correction or decision no longer holds
    """
    from warehouse.corrections.enter import Desk, Named, Signature, withdraw

    home, by = Home.from_env(), Signature(who, why, in_tree)
    if what == "withdraw":
        if not entry:
            raise UsageError(
                "which entry?", expected="the id that mtm corrections shows", todo="mtm decide ROUND withdraw ENTRY"
            )
        _answer(withdraw(home, round_key, entry, by), as_json, f"entry {entry} is withdrawn")
    elif what == "accept-finding":
        if not code or not sheet:
            raise UsageError(
                "which finding?", expected="--code and --sheet (and --column)", todo=f"mtm findings {round_key}"
            )
        accepted = Desk(home, round_key).accept_finding(code, sheet, column, by)
        _answer(accepted, as_json, f"decision {accepted.entry_id}: {code} may stand in delivery {accepted.delivery}")
    else:
        named = Named(sheet, row_number, key, place, informant)
        decided = Desk(home, round_key).decide_row(what.replace("-", "_"), named, by)
        _answer(decided, as_json, f"decision {decided.entry_id}: {what} {decided.row.text}")


@click.command()
@click.argument("round_key", required=False, metavar="[ROUND]")
@json_option
def corrections(round_key: str | None, as_json: bool) -> None:
    """Corrections and decisions, each with its state: applied, stale, obsolete, row_not_found, withdrawn …"""
    from warehouse.corrections.listing import COLUMNS, listed

    rows = listed(Home.from_env(), round_key)
    if as_json:
        print_json(rows)
    elif rows:
        print_table(COLUMNS, [tuple(r[c] for c in COLUMNS) for r in rows])
    else:
        click.echo("No corrections and no decisions.")


def _answer(entry: Any, as_json: bool, line: str) -> None:
    if as_json:
        print_json({"entry": entry.entry_id, **entry.model_dump(mode="json", exclude={"expect", "value"})})
    else:
        click.echo(f"{line}. Next: mtm run {entry.round_key}")
